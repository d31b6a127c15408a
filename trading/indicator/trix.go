package indicator

import "math"

// newTRIX is Hutson's TRIX: the rate of change, in percent of the bar before, of an
// EMA of an EMA of an EMA of closes.
func newTRIX(p []float64) Indicator {
	n := int(p[0])
	smooth, previous := newCascade(n, n, n), newLag(1)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		v, ok := smooth.take(b.Close, keep)
		if !ok {
			return false
		}
		past, ok := previous.take(v, keep)
		out[0] = rateOfChange(v, past)
		return ok
	}, smooth, previous)
}

// newTSI is Blau's true strength index: 100 * EMA(second) of EMA(first) of moves from
// close to close / the same of their sizes; 0 without moves.
func newTSI(p []float64) Indicator {
	first, second := int(p[0]), int(p[1])
	previous, moved, size := newLag(1), newCascade(first, second), newCascade(first, second)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b.Close, keep)
		if !ok {
			return false
		}
		m, ok := moved.take(b.Close-past, keep)
		d, _ := size.take(math.Abs(b.Close-past), keep)
		out[0] = 0
		if d > 0 {
			out[0] = 100 * m / d
		}
		return ok
	}, previous, moved, size)
}
