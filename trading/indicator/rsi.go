package indicator

// rsi is Wilder's relative strength index of closes: 100 * gain / (gain + loss),
// both smoothed by Wilder; 0 when there was neither, as in TA-Lib. Its first
// value needs n+1 closes.
type rsi struct {
	previous   float64
	seen       int // 0 or 1: previous is set
	gain, loss wilder
}

func newRSI(p []float64) Indicator { return newStrength(int(p[0])) }

func newStrength(n int) *rsi { return &rsi{gain: wilder{n: n}, loss: wilder{n: n}} }

// take makes the index a stage for others.
func (s *rsi) take(x float64, keep bool) (float64, bool) {
	up, down := moves(s.previous, x)
	seen := s.seen == 1
	if keep {
		s.previous, s.seen = x, 1
	}
	if !seen {
		return 0, false
	}
	gain, ok := s.gain.take(up, keep)
	loss, _ := s.loss.take(down, keep)
	return strength(gain, loss), ok
}

func (s *rsi) Update(b Bar) { s.take(b.Close, true) }

func (s *rsi) Peek(b Bar, out []float64) (ok bool) {
	out[0], ok = s.take(b.Close, false)
	return ok
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

func (s *rsi) Last(out []float64) bool {
	out[0] = strength(s.gain.value, s.loss.value)
	return s.gain.count >= s.gain.n
}

func (s *rsi) AppendState(b []byte) []byte { return s.appendState(b) }

func (s *rsi) appendState(b []byte) []byte {
	b = appendInt(appendFloat(b, s.previous), s.seen)
	return s.loss.appendState(s.gain.appendState(b))
}

func (s *rsi) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	s.load(r)
	return r.b, r.err
}

func (s *rsi) load(r *reader) {
	s.previous, s.seen = r.float(), r.bounded(0, 1)
	s.gain.load(r)
	s.loss.load(r)
}
