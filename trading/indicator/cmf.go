package indicator

// newCMF is Chaikin's money flow: sum(money flow volume) / sum(volume) of n bars,
// from -1 to 1; 0 without volume, as in TA-Lib.
func newCMF(p []float64) Indicator {
	flows, volumes := newMean(int(p[0])), newMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		flow, ok := flows.take(moneyFlow(b), keep)
		volume, _ := volumes.take(b.Volume, keep)
		out[0] = 0
		if volume > 0 {
			out[0] = flow / volume
		}
		return ok
	}, flows, volumes)
}
