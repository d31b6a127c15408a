package indicator

// rsi is Wilder's relative strength index of closes: 100 * gain / (gain + loss),
// both smoothed by Wilder; 0 when there was neither, as in TA-Lib. Its first
// value needs n+1 closes.
type rsi struct {
	previous   float64
	seen       int // 0 or 1: previous is set
	gain, loss wilder
}

func newRSI(p []float64) Indicator {
	n := int(p[0])
	return &rsi{gain: wilder{n: n}, loss: wilder{n: n}}
}

func (s *rsi) Update(b Bar) {
	if s.seen == 1 {
		up, down := moves(s.previous, b.Close)
		s.gain.push(up)
		s.loss.push(down)
	}
	s.previous, s.seen = b.Close, 1
}

func moves(from, to float64) (up, down float64) {
	return max(to-from, 0), max(from-to, 0)
}

func strength(gain, loss float64) float64 {
	if gain+loss == 0 {
		return 0
	}
	return 100 * (gain / (gain + loss))
}

func (s *rsi) Peek(b Bar, out []float64) bool {
	if s.seen == 0 || s.gain.count+1 < s.gain.n {
		return false
	}
	up, down := moves(s.previous, b.Close)
	out[0] = strength(s.gain.next(up), s.loss.next(down))
	return true
}

func (s *rsi) Last(out []float64) bool {
	out[0] = strength(s.gain.value, s.loss.value)
	return s.gain.count >= s.gain.n
}

func (s *rsi) AppendState(b []byte) []byte {
	b = appendInt(appendFloat(b, s.previous), s.seen)
	return s.loss.appendState(s.gain.appendState(b))
}

func (s *rsi) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	s.previous, s.seen = r.float(), r.bounded(0, 1)
	s.gain.load(r)
	s.loss.load(r)
	return r.b, r.err
}
