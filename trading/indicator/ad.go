package indicator

// moneyFlow is Chaikin's money flow volume of a bar: its volume times where it
// closed in its range, from -1 at the low to 1 at the high; 0 without a range.
func moneyFlow(b Bar) float64 {
	size := b.High - b.Low
	if size <= 0 {
		return 0
	}
	return ((b.Close - b.Low) - (b.High - b.Close)) / size * b.Volume
}

// newAD is Chaikin's accumulation/distribution line: the sum of money flow volumes
// since the first bar.
func newAD([]float64) Indicator {
	line := &tally{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		out[0] = line.take(moneyFlow(b), keep)
		return true
	}, line)
}

// newADOSC is Chaikin's oscillator: the fast average of AD less the slow one. As in
// TA-Lib both are exponential ones that start with the first AD, not with a mean,
// and fast may be the longer one.
func newADOSC(p []float64) Indicator {
	line, fast, slow := &tally{}, newSeeded(int(p[0])), newSeeded(int(p[1]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		ad := line.take(moneyFlow(b), keep)
		quick, ok := fast.take(ad, keep)
		slack, ok2 := slow.take(ad, keep)
		out[0] = quick - slack
		return ok && ok2
	}, line, fast, slow)
}

// seeded is an exponential average that starts as its first number and is warm
// after n.
type seeded struct {
	n     int
	count int // at most n
	value float64
}

func newSeeded(n int) *seeded { return &seeded{n: n} }

func (s *seeded) take(x float64, keep bool) (float64, bool) {
	v := x
	if s.count > 0 {
		v = s.value + float64(2/float64(s.n+1)*(x-s.value))
	}
	count := min(s.count+1, s.n)
	if keep {
		s.value, s.count = v, count
	}
	return v, count == s.n
}

func (s *seeded) appendState(b []byte) []byte {
	return appendFloat(appendInt(appendInt(b, s.n), s.count), s.value)
}

func (s *seeded) load(r *reader) {
	r.expect(s.n)
	s.count, s.value = r.bounded(0, s.n), r.float()
}
