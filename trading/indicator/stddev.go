package indicator

import "math"

// newSTDDEV is a number of population deviations of n closes.
func newSTDDEV(p []float64) Indicator {
	return newSpread(int(p[0]), func(m moments) float64 { return p[1] * math.Sqrt(m.variance()) })
}

// newVAR is the population variance of n closes. TA-Lib's second parameter has no
// effect there, and is left out here.
func newVAR(p []float64) Indicator { return newSpread(int(p[0]), moments.variance) }

func newSpread(n int, value func(m moments) float64) Indicator {
	w := newWindow(n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		ok := w.fills()
		m := w.peek(b.Close)
		out[0] = value(m)
		if keep {
			w.push(b.Close)
		}
		return ok
	}, &w)
}
