package indicator

// newEFI is Elder's force index (Trading for a Living, 1993): the EMA of n forces,
// (close - previous close) * volume.
func newEFI(p []float64) Indicator {
	previous, smooth := newLag(1), &average{n: int(p[0])}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b.Close, keep)
		if ok {
			out[0], ok = smooth.take((b.Close-past)*b.Volume, keep)
		}
		return ok
	}, previous, smooth)
}
