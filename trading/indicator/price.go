package indicator

// newAVGPRICE is the mean of the bar's four prices.
func newAVGPRICE([]float64) Indicator {
	return ofBar(func(b Bar) float64 { return (b.High + b.Low + b.Close + b.Open) / 4 })
}

// newMEDPRICE is the middle of the bar's range.
func newMEDPRICE([]float64) Indicator {
	return ofBar(func(b Bar) float64 { return (b.High + b.Low) / 2 })
}

// newTYPPRICE is the typical price, the mean of high, low and close.
func newTYPPRICE([]float64) Indicator { return ofBar(typical) }

// newWCLPRICE is the weighted close, with the close twice.
func newWCLPRICE([]float64) Indicator {
	return ofBar(func(b Bar) float64 { return (b.High + b.Low + float64(b.Close*2)) / 4 })
}

func typical(b Bar) float64 { return (b.High + b.Low + b.Close) / 3 }

// ofBar is what can be told from each bar alone.
func ofBar(value func(b Bar) float64) Indicator {
	return newStepped(1, func(b Bar, _ bool, out []float64) bool {
		out[0] = value(b)
		return true
	})
}
