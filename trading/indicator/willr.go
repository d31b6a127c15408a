package indicator

// newWILLR is Williams's %R: -100 * (highest high - close) / (highest high - lowest
// low) of n bars; 0 without a range.
func newWILLR(p []float64) Indicator {
	s := newSpan(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		highest, lowest, ok := s.take(b.High, b.Low, keep)
		out[0] = 0
		if d := (highest - lowest) / -100; d != 0 {
			out[0] = (highest - b.Close) / d
		}
		return ok
	}, s)
}

// newVHF is White's vertical horizontal filter: the highest less the lowest of n
// closes, as a part of the sum of the n moves to them; 0 without moves.
func newVHF(p []float64) Indicator {
	n := int(p[0])
	s, way := newSpan(n), newPath(n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		highest, lowest, _ := s.take(b.Close, b.Close, keep)
		step, ok := way.take(b, keep)
		out[0] = 0
		if step > 0 {
			out[0] = (highest - lowest) / (float64(n) * step)
		}
		return ok
	}, s, way.previous, way.steps)
}
