package indicator

// newBOP is the balance of power, (close - open) / (high - low); 0 for a bar
// without a range, as in TA-Lib.
func newBOP([]float64) Indicator {
	return newStepped(1, func(b Bar, _ bool, out []float64) bool {
		out[0] = 0
		if b.High > b.Low {
			out[0] = (b.Close - b.Open) / (b.High - b.Low)
		}
		return true
	})
}

// newQSTICK is Chande's Qstick: the simple mean of n bodies, close - open.
func newQSTICK(p []float64) Indicator {
	bodies := newMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = bodies.take(b.Close-b.Open, keep)
		return ok
	}, bodies)
}
