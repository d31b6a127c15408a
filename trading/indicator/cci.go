package indicator

import "math"

// newCCI is Lambert's commodity channel index: the typical price, (high + low + close)
// / 3, less its mean over n bars, as a part of 0.015 times its mean deviation from
// that; 0 where either is within the rounding of typical prices, 2e-14 of the newest.
func newCCI(p []float64) Indicator {
	typical := newRanks(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		x, ok := (b.High+b.Low+b.Close)/3, typical.fills()
		left := typical.push(x)
		n := float64(typical.count)
		distance := pair{hi: x}.times(n).minus(typical.sum()).hi / n // x - mean, with the digits that rounding the mean would lose
		deviation := typical.deviation()
		if !keep {
			typical.undo(left)
		}
		least := noMove * 2 * math.Abs(x)
		out[0] = 0
		if math.Abs(distance) > least && deviation > least {
			out[0] = distance / (0.015 * deviation)
		}
		return ok
	}, &typical)
}
