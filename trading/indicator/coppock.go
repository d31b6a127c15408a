package indicator

// newCOPPOCK is Coppock's curve: the mean, with weights 1 to n, the most for the
// newest, of the sum of two rates of change of closes in percent.
func newCOPPOCK(p []float64) Indicator {
	first, second, smooth := newLag(int(p[1])), newLag(int(p[2])), newWeightedMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		a, ok := first.take(b.Close, keep)
		c, ok2 := second.take(b.Close, keep)
		if !ok || !ok2 {
			return false
		}
		out[0], ok = smooth.take(rateOfChange(b.Close, a)+rateOfChange(b.Close, c), keep)
		return ok
	}, first, second, smooth)
}
