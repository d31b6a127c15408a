package indicator

import "math"

// newVORTEX is the vortex indicator of Botes and Siepman: the sums over n bars of
// |high - previous low| and of |low - previous high|, each as a part of the sum of
// true ranges; 0 without any range. Outputs: plus, minus.
func newVORTEX(p []float64) Indicator {
	n := int(p[0])
	previous, plus, minus, ranges := &before{}, newMean(n), newMean(n), newMean(n)
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b, keep)
		if !ok {
			return false
		}
		up, _ := plus.take(math.Abs(b.High-past.low), keep)
		down, _ := minus.take(math.Abs(b.Low-past.high), keep)
		r, ok := ranges.take(past.trueRange(b), keep)
		out[0], out[1] = 0, 0
		if r > 0 {
			out[0], out[1] = up/r, down/r
		}
		return ok
	}, previous, plus, minus, ranges)
}

// newWAD is Williams's accumulation and distribution without volume, as Achelis
// published it: from the first bar on, each close above the previous one adds its
// distance from the true low, min(low, previous close), each one below takes off
// that from the true high.
func newWAD([]float64) Indicator {
	previous, sum := &before{}, &tally{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b, keep)
		move := 0.0
		switch {
		case ok && b.Close > past.close:
			move = b.Close - min(b.Low, past.close)
		case ok && b.Close < past.close:
			move = b.Close - max(b.High, past.close)
		}
		out[0] = sum.take(move, keep)
		return true
	}, previous, sum)
}
