package indicator

// sma is the simple moving average of the last n closes: sum(close) / n.
type sma struct{ w window }

func newSMA(p []float64) Indicator { return &sma{newWindow(int(p[0]))} }

func (s *sma) Update(b Bar) { s.w.push(b.Close) }

func (s *sma) Peek(b Bar, out []float64) bool {
	if !s.w.fills() {
		return false
	}
	out[0] = s.w.peek(b.Close).mean
	return true
}

func (s *sma) Last(out []float64) bool {
	if !s.w.full() {
		return false
	}
	out[0] = s.w.now.mean
	return true
}

func (s *sma) AppendState(b []byte) []byte { return s.w.appendState(b) }

func (s *sma) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	s.w.load(r)
	return r.b, r.err
}
