package indicator

// middle gives the middle of the highest high and the lowest low with b.
func (s *span) middle(b Bar, keep bool) (float64, bool) {
	highest, lowest, ok := s.take(b.High, b.Low, keep)
	return (highest + lowest) / 2, ok
}

// newDONCHIAN are Donchian's channels: the highest of n highs, the middle, the lowest
// of n lows, the present bar included.
func newDONCHIAN(p []float64) Indicator {
	s := newSpan(int(p[0]))
	return newStepped(3, func(b Bar, keep bool, out []float64) bool {
		highest, lowest, ok := s.take(b.High, b.Low, keep)
		out[0], out[1], out[2] = highest, (highest+lowest)/2, lowest
		return ok
	}, s)
}

// newMIDPRICE is the middle of the highest of n highs and the lowest of n lows.
func newMIDPRICE(p []float64) Indicator {
	s := newSpan(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = s.middle(b, keep)
		return ok
	}, s)
}

// newMIDPOINT is the middle of the highest and the lowest of n closes.
func newMIDPOINT(p []float64) Indicator {
	s := newSpan(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		highest, lowest, ok := s.take(b.Close, b.Close, keep)
		out[0] = (highest + lowest) / 2
		return ok
	}, s)
}
