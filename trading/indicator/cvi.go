package indicator

import "math"

// newCVI is Chaikin's volatility: how much, in percent, the EMA of n (high - low)
// has changed since rate periods ago; 0 where it was 0 then, as in TA-Lib. Without a
// range for thousands of bars it was next to 0, and a change from there can be too
// large for a float: there is no value then.
func newCVI(p []float64) Indicator {
	smooth, before := &average{n: int(p[0])}, newLag(int(p[1]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		size, ok := smooth.take(b.High-b.Low, keep)
		if !ok {
			return false
		}
		past, ok := before.take(size, keep)
		out[0] = 0
		if past != 0 {
			out[0] = 100 * ((size - past) / past)
		}
		return ok && !math.IsInf(out[0], 0)
	}, smooth, before)
}
