package indicator

import "math"

// newCCI is Lambert's commodity channel index: the typical price, (high + low + close)
// / 3, less its mean over n bars, as a part of 0.015 times its mean deviation from
// that; 0 where either is within the rounding of typical prices, 1e-14 of them.
func newCCI(p []float64) Indicator {
	typical := newRanks(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		x, ok := (b.High+b.Low+b.Close)/3, typical.fills()
		left := typical.push(x)
		mean, deviation := typical.mean(), typical.deviation()
		if !keep {
			typical.undo(left)
		}
		least := noMove * (math.Abs(x) + math.Abs(mean))
		out[0] = 0
		if math.Abs(x-mean) > least && deviation > least {
			out[0] = (x - mean) / (0.015 * deviation)
		}
		return ok
	}, &typical)
}
