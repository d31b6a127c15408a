package indicator

import "math"

// newRVI is Dorsey's relative volatility index (1993): the RSI's formula on
// deviations. The population deviation of the last closes counts as up when the close
// rose and as down when it fell; both are smoothed as Wilder did. It is 50 without
// any, as in TA-Lib.
func newRVI(p []float64) Indicator {
	previous, closes := newLag(1), newMean(int(p[1]))
	ups, downs := &wilder{n: int(p[0])}, &wilder{n: int(p[0])}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, _ := previous.take(b.Close, keep)
		deviation := math.Sqrt(closes.peek(b.Close).variance())
		if _, ok := closes.take(b.Close, keep); !ok {
			return false
		}
		up, down := 0.0, 0.0
		switch {
		case b.Close > past:
			up = deviation
		case b.Close < past:
			down = deviation
		}
		rise, ok := ups.take(up, keep)
		fall, _ := downs.take(down, keep)
		out[0] = 50
		if rise+fall > 0 {
			out[0] = 100 * (rise / (rise + fall))
		}
		return ok
	}, previous, closes, ups, downs)
}
