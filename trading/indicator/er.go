package indicator

import "math"

// path is how far closes went over the last n bars: the mean of |close - previous
// close|.
type path struct {
	previous *lag
	steps    *mean
}

func newPath(n int) path { return path{newLag(1), newMean(n)} }

func (p path) take(b Bar, keep bool) (float64, bool) {
	past, ok := p.previous.take(b.Close, keep)
	if !ok {
		return 0, false
	}
	return p.steps.take(math.Abs(b.Close-past), keep)
}

// newER is Kaufman's efficiency ratio: |close - close n bars ago| / the sum of the n
// moves between them, in [0, 1]; 1 without moves, as in TA-Lib.
func newER(p []float64) Indicator {
	n := int(p[0])
	closes, way := newLag(n), newPath(n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := closes.take(b.Close, keep)
		step, _ := way.take(b, keep)
		out[0] = 1
		if step > 0 {
			out[0] = min(math.Abs(b.Close-past)/(float64(n)*step), 1)
		}
		return ok
	}, closes, way.previous, way.steps)
}
