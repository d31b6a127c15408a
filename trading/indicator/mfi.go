package indicator

import "math"

// newMFI is the money flow index: 100 * positive / (positive + negative), the sums
// of typical price * volume over n bars whose typical price, (high + low + close) /
// 3, rose or fell; 0 without any. As in TA-Lib a move below 1e-14 of the two prices
// is their rounding and none.
func newMFI(p []float64) Indicator {
	previous, ups, downs := newLag(1), newMean(int(p[0])), newMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		typical := (b.High + b.Low + b.Close) / 3
		past, ok := previous.take(typical, keep)
		if !ok {
			return false
		}
		up, down := 0.0, 0.0
		switch flow := typical * b.Volume; {
		case math.Abs(typical-past) <= noMove*(math.Abs(typical)+math.Abs(past)):
		case typical > past:
			up = flow
		default:
			down = flow
		}
		gain, ok := ups.take(up, keep)
		loss, _ := downs.take(down, keep)
		out[0] = strength(gain, loss)
		return ok
	}, previous, ups, downs)
}

// noMove is the part of two prices up to which TA-Lib takes their difference for
// the rounding of equal ones.
const noMove = 1e-14
