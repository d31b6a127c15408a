package indicator

// newOBV is Granville's on balance volume: the first bar's volume, and from then on
// volume is added when the close rose and taken away when it fell.
func newOBV([]float64) Indicator {
	previous, balance := newLag(1), &tally{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, seen := previous.take(b.Close, keep)
		volume := 0.0
		switch {
		case !seen || b.Close > past:
			volume = b.Volume
		case b.Close < past:
			volume = -b.Volume
		}
		out[0] = balance.take(volume, keep)
		return true
	}, previous, balance)
}

// newPVT is the price volume trend: the sum of volume * (close - previous close) /
// previous close, 0 at the first bar and where the close before is 0.
func newPVT([]float64) Indicator {
	previous, trend := newLag(1), &tally{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, seen := previous.take(b.Close, keep)
		volume := 0.0
		if seen && past != 0 {
			volume = (b.Close - past) / past * b.Volume
		}
		out[0] = trend.take(volume, keep)
		return true
	}, previous, trend)
}
