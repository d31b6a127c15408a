package indicator

// newHA gives Heikin-Ashi candles: the close is the mean of the bar's four prices,
// the open the middle of the body before, at first the middle of the bar's own; high
// and low take in both. Outputs: open, high, low, close.
func newHA([]float64) Indicator {
	open, last := newLag(1), newLag(1)
	return newStepped(4, func(b Bar, keep bool, out []float64) bool {
		o, c := (b.Open+b.Close)/2, (b.Open+b.High+b.Low+b.Close)/4
		from, seen := open.take(0, false)
		if to, _ := last.take(c, keep); seen {
			o = (from + to) / 2
		}
		open.take(o, keep)
		out[0], out[1], out[2], out[3] = o, max(b.High, o, c), min(b.Low, o, c), c
		return true
	}, open, last)
}
