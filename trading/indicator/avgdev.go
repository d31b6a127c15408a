package indicator

// newAVGDEV is the mean absolute deviation: the mean of |close - mean| of n closes.
func newAVGDEV(p []float64) Indicator {
	closes := newRanks(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		ok := closes.fills()
		displaced := closes.push(b.Close)
		out[0] = closes.deviation()
		if !keep {
			closes.undo(displaced)
		}
		return ok
	}, &closes)
}
