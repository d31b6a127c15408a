package indicator

// newADR is the average range of bars: the simple mean of n (high - low).
func newADR(p []float64) Indicator {
	ranges := newMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = ranges.take(b.High-b.Low, keep)
		return ok
	}, ranges)
}
