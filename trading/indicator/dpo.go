package indicator

// newDPO is the detrended price oscillator: the close of n/2 + 1 bars ago less the
// simple mean of the last n closes. It is known at the bar at which it is given:
// TA-Lib sets the older close against today's mean, where a chart that centres the
// mean draws the same number n/2 + 1 bars earlier.
func newDPO(p []float64) Indicator {
	n := int(p[0])
	closes, trend := newLag(n/2+1), newMean(n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := closes.take(b.Close, keep)
		m, ok2 := trend.take(b.Close, keep)
		out[0] = past - m
		return ok && ok2
	}, closes, trend)
}

// newERI is Elder's ray: how far high and low are from the EMA of n closes. Outputs:
// bull power, bear power.
func newERI(p []float64) Indicator {
	trend := &average{n: int(p[0])}
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		m, ok := trend.take(b.Close, keep)
		out[0], out[1] = b.High-m, b.Low-m
		return ok
	}, trend)
}
