package indicator

import "math"

// hull is Hull's average: the weighted mean, over the root of n, of 2 * the weighted
// mean of n / 2 - that of n; halves and roots are rounded down.
type hull struct{ half, whole, smooth *weightedMean }

func newHull(n int) stage {
	return hull{newWeightedMean(n / 2), newWeightedMean(n), newWeightedMean(int(math.Sqrt(float64(n))))}
}

func (h hull) take(x float64, keep bool) (float64, bool) {
	half, _ := h.half.take(x, keep)
	whole, ok := h.whole.take(x, keep)
	if !ok {
		return 0, false
	}
	return h.smooth.take(float64(2*half)-whole, keep)
}

func (h hull) appendState(b []byte) []byte {
	return h.smooth.appendState(h.whole.appendState(h.half.appendState(b)))
}

func (h hull) load(r *reader) {
	h.half.load(r)
	h.whole.load(r)
	h.smooth.load(r)
}
