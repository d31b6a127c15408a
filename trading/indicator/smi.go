package indicator

// newSMI is Blau's stochastic momentum index: 100 * the close's distance from the
// middle of the highest high and lowest low of n bars, as a part of half their range,
// both smoothed by the EMA(slow) and the EMA(fast) of that; 0 without any range.
// Outputs: the index, its EMA(signal).
func newSMI(p []float64) Indicator {
	fast, slow := int(p[1]), int(p[2])
	s, signal := newSpan(int(p[0])), &average{n: int(p[3])}
	distance, width := newCascade(slow, fast), newCascade(slow, fast)
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		highest, lowest, ok := s.take(b.High, b.Low, keep)
		if !ok {
			return false
		}
		d, ok := distance.take(b.Close-(highest+lowest)/2, keep)
		w, _ := width.take(highest-lowest, keep)
		if !ok {
			return false
		}
		out[0] = 0
		if w > 0 {
			out[0] = 100 * d / (w / 2)
		}
		out[1], ok = signal.take(out[0], keep)
		return ok
	}, s, distance, width, signal)
}
