package indicator

// newACCBANDS are Headley's acceleration bands (Big Trends in Trading, 2002): the
// means of n of high * (1 + w), of close and of low * (1 - w), with w = 4 * (high -
// low) / (high + low); 0 where that divides by 0.
func newACCBANDS(p []float64) Indicator {
	n := int(p[0])
	upper, middle, lower := newMean(n), newMean(n), newMean(n)
	return newStepped(3, func(b Bar, keep bool, out []float64) (ok bool) {
		wide := 0.0
		if sum := b.High + b.Low; sum != 0 {
			wide = 4 * (b.High - b.Low) / sum
		}
		out[0], _ = upper.take(b.High*(1+wide), keep)
		out[1], _ = middle.take(b.Close, keep)
		out[2], ok = lower.take(b.Low*(1-wide), keep)
		return ok
	}, upper, middle, lower)
}
