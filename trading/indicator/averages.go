package indicator

import "math"

// averageType is the parameter that chooses a moving average, as TA-Lib numbers them.
// The numbers above averageHMA are for kinds that say so.
func averageType(name string) Parameter {
	return Parameter{Name: name, Default: float64(averageSMA), Min: float64(averageSMA), Max: float64(averageHMA), Whole: true}
}

// The moving averages by TA-Lib's numbers.
const (
	averageSMA = iota
	averageEMA
	averageWMA
	averageDEMA
	averageTEMA
	averageTRIMA
	averageKAMA
	averageMAMA
	averageT3
	averageHMA
	averageNone
	averageUsual // the kind's default
	averageZLEMA
	averageRMA
)

// newAverage makes the moving average of a type over n numbers; n of 1 gives each
// number as it is, whatever the type. MAMA, which adapts itself, ignores any other n,
// and T3 has its usual factor 0.7.
func newAverage(kind, n int) stage {
	if n == 1 {
		return identity{}
	}
	switch kind {
	case averageNone:
		return identity{}
	case averageEMA:
		return &average{n: n}
	case averageWMA:
		return newWeightedMean(n)
	case averageDEMA:
		return newDoubleAverage(n)
	case averageTEMA:
		return newTripleAverage(n)
	case averageTRIMA:
		return newTriangle(n)
	case averageKAMA:
		return newAdaptive(n)
	case averageMAMA:
		return newMAMAStage(0.5, 0.05)
	case averageT3:
		return newTillson(n, 0.7)
	case averageHMA:
		return newHull(n)
	case averageZLEMA:
		return newZeroLag(n)
	case averageRMA:
		return &wilder{n: n}
	default:
		return newMean(n)
	}
}

// averageLookback is how many numbers a moving average needs before its first value.
// What combines several starts the shorter ones late, so that all begin at once.
func averageLookback(kind, n int) int {
	if n == 1 {
		return 0
	}
	switch kind {
	case averageNone:
		return 0
	case averageDEMA:
		return 2 * (n - 1)
	case averageTEMA:
		return 3 * (n - 1)
	case averageKAMA:
		return n
	case averageMAMA:
		return mamaLookback
	case averageT3:
		return 6 * (n - 1)
	case averageHMA:
		return n - 1 + int(math.Sqrt(float64(n))) - 1
	case averageZLEMA:
		return n - 1 + (n-1)/2
	default:
		return n - 1
	}
}

// identity is the average of one number.
type identity struct{}

func (identity) take(x float64, _ bool) (float64, bool) { return x, true }

func (identity) appendState(b []byte) []byte { return b }

func (identity) load(*reader) {}

// late is a stage that starts only after skip numbers.
type late struct {
	stage
	skip int
	seen int // at most skip
}

func newLate(s stage, skip int) *late { return &late{stage: s, skip: skip} }

func (l *late) take(x float64, keep bool) (float64, bool) {
	if l.seen == l.skip {
		return l.stage.take(x, keep)
	}
	if keep {
		l.seen++
	}
	return 0, false
}

func (l *late) appendState(b []byte) []byte { return l.stage.appendState(appendInt(b, l.seen)) }

func (l *late) load(r *reader) {
	l.seen = r.bounded(0, l.skip)
	l.stage.load(r)
}

// ofCloses is the indicator that a stage makes of closes.
func ofCloses(s stage) Indicator {
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = s.take(b.Close, keep)
		return ok
	}, s)
}
