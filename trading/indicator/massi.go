package indicator

// newMASSI is Dorsey's mass index: the sum, over slow bars, of EMA / EMA of that EMA
// of (high - low), both over fast periods; the ratio is 1 without ranges, as in
// TA-Lib.
func newMASSI(p []float64) Indicator {
	once, twice, ratios := &average{n: int(p[0])}, &average{n: int(p[0])}, newMean(int(p[1]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		single, ok := once.take(b.High-b.Low, keep)
		if !ok {
			return false
		}
		double, ok := twice.take(single, keep)
		if !ok {
			return false
		}
		ratio := 1.0
		if double != 0 {
			ratio = single / double
		}
		mean, ok := ratios.take(ratio, keep)
		out[0] = mean * p[1]
		return ok
	}, once, twice, ratios)
}
