package indicator

// newKC are TA-Lib's Keltner channels: the EMA of typical prices, (high + low + close)
// / 3, and as many ATR as deviations above and below it. The part that needs fewer
// bars starts later, so that both have their first value at the same bar.
func newKC(p []float64) Indicator {
	return newKeltner(p, func(b Bar) float64 { return (b.High + b.Low + b.Close) / 3 })
}

// newKELTNER are the channels as Raschke changed them, which most charts show: around
// the EMA of closes.
func newKELTNER(p []float64) Indicator {
	return newKeltner(p, func(b Bar) float64 { return b.Close })
}

func newKeltner(p []float64, price func(Bar) float64) Indicator {
	n, ranges, deviations := int(p[0]), int(p[1]), p[2]
	lookback := max(n-1, ranges)
	middle, atr := newLate(&average{n: n}, lookback-(n-1)), newLate(&wilder{n: ranges}, lookback-ranges)
	previous := &before{}
	return newStepped(3, func(b Bar, keep bool, out []float64) bool {
		m, warm := middle.take(price(b), keep)
		past, seen := previous.take(b, keep)
		if !seen {
			return false
		}
		a, _ := atr.take(past.trueRange(b), keep)
		d := float64(a * deviations)
		out[0], out[1], out[2] = m+d, m, m-d
		return warm
	}, middle, previous, atr)
}
