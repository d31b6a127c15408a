package indicator

import "math"

const (
	// mamaLookback is TA-Lib's: 12 bars that only fill the smoothing, and 20 for the
	// transforms to settle.
	mamaLookback = 32
	mamaSkip     = 12

	// rounding, as a part of the price, is as much as an in-phase component of 0 can
	// get by it. A phase is 0 there: TA-Lib has it so only for 0 itself, but then the
	// last bits of prices decide between 90 degrees and -90.
	rounding = 0x1p-48
)

// mama is Ehlers's MESA adaptive moving average: an exponential average whose weight
// for the newest number is fast / the fall of the cycle's phase in degrees, within
// slow to fast, and FAMA, which follows it at half the weight.
type mama struct {
	fast, slow float64
	cycle      hilbert
	warming    int // numbers since the cycle began, at most mamaLookback-mamaSkip
	phase      float64
	mama, fama float64
}

func newMAMAStage(fast, slow float64) *mama {
	return &mama{fast: fast, slow: slow, cycle: hilbert{skip: mamaSkip}}
}

// step takes a number in.
func (m *mama) step(x float64) bool {
	inPhase, quadrature, ok := m.cycle.step(x)
	if !ok {
		return false
	}
	phase := 0.0
	if math.Abs(inPhase) > rounding*math.Abs(x) {
		phase = math.Atan(quadrature/inPhase) * degrees
	}
	weight := m.fast
	if fall := m.phase - phase; fall > 1 {
		weight = max(m.fast/fall, m.slow)
	}
	m.phase = phase
	m.mama = float64(weight*x) + float64((1-weight)*m.mama)
	m.fama = float64(weight/2*m.mama) + float64((1-weight/2)*m.fama)
	if m.warming < mamaLookback-mamaSkip {
		m.warming++
		return false
	}
	return true
}

// both gives MAMA and FAMA.
func (m *mama) both(x float64, keep bool) (mama, fama float64, ok bool) {
	if !keep {
		c := *m
		ok = c.step(x)
		return c.mama, c.fama, ok
	}
	ok = m.step(x)
	return m.mama, m.fama, ok
}

func (m *mama) take(x float64, keep bool) (float64, bool) {
	v, _, ok := m.both(x, keep)
	return v, ok
}

func (m *mama) appendState(b []byte) []byte {
	b = appendInt(m.cycle.appendState(b), m.warming)
	return appendFloat(appendFloat(appendFloat(b, m.phase), m.mama), m.fama)
}

func (m *mama) load(r *reader) {
	m.cycle.load(r)
	m.warming = r.bounded(0, mamaLookback-mamaSkip)
	m.phase, m.mama, m.fama = r.float(), r.float(), r.float()
}

// newMAMA gives MAMA and FAMA of closes. Where slow is above fast, slow is the
// least weight all the same, as in TA-Lib.
func newMAMA(p []float64) Indicator {
	m := newMAMAStage(p[0], p[1])
	return newStepped(2, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], out[1], ok = m.both(b.Close, keep)
		return ok
	}, m)
}
