package indicator

// newRVOL is relative volume: volume / the mean volume of the n bars before. TA-Lib
// divides by 0 where none of these traded; here there is no value then.
func newRVOL(p []float64) Indicator {
	n := int(p[0])
	usual, last := newMean(n), newLag(1)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		volume, seen := last.take(b.Volume, keep)
		if !seen {
			return false
		}
		mean, ok := usual.take(volume, keep)
		if !ok || mean <= 0 {
			return false
		}
		out[0] = b.Volume / mean
		return true
	}, usual, last)
}
