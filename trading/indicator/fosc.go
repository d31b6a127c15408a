package indicator

// newFOSC is Chande's forecast oscillator: how far the close is from what the straight
// line through the n closes before it, by least squares, foretold, in percent of the
// close; 0 for a close of 0.
func newFOSC(p []float64) Indicator {
	n := int(p[0])
	w := newRolling[[1]float64, trend](n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		forecast, ok := w.now.at(n, float64(n)), w.full()
		if keep {
			w.push([1]float64{b.Close})
		}
		out[0] = 0
		if b.Close != 0 {
			out[0] = 100 * (b.Close - forecast) / b.Close
		}
		return ok
	}, &w)
}
