package indicator

import "math"

// bbands are Bollinger's bands of closes: the simple mean of n, and k population
// deviations above and below it. Outputs: upper, middle, lower.
type bbands struct {
	w window
	k float64
}

func newBBANDS(p []float64) Indicator { return &bbands{newWindow(int(p[0])), p[1]} }

func (s *bbands) Update(b Bar) { s.w.push(b.Close) }

func (s *bbands) set(out []float64, m moments) {
	d := float64(s.k * math.Sqrt(m.variance()))
	out[0], out[1], out[2] = m.mean+d, m.mean, m.mean-d
}

func (s *bbands) Peek(b Bar, out []float64) bool {
	if !s.w.fills() {
		return false
	}
	s.set(out, s.w.peek(b.Close))
	return true
}

func (s *bbands) Last(out []float64) bool {
	if !s.w.full() {
		return false
	}
	s.set(out, s.w.now)
	return true
}

func (s *bbands) AppendState(b []byte) []byte { return s.w.appendState(b) }

func (s *bbands) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	s.w.load(r)
	return r.b, r.err
}
