package indicator

// newAROON is Chande's Aroon over n+1 bars: 100 / n * (n - bars since the lowest
// low), and the same of the highest high. Of equal extremes the youngest counts.
// Outputs: down, up.
func newAROON(p []float64) Indicator {
	s, n := newSpan(int(p[0])+1), int(p[0])
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		sinceHigh, sinceLow, ok := s.ages(b, keep)
		factor := 100 / float64(n)
		out[0], out[1] = factor*float64(n-sinceLow), factor*float64(n-sinceHigh)
		return ok
	}, s)
}

// newAROONOSC is Aroon up less Aroon down.
func newAROONOSC(p []float64) Indicator {
	s, n := newSpan(int(p[0])+1), int(p[0])
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		sinceHigh, sinceLow, ok := s.ages(b, keep)
		out[0] = 100 / float64(n) * float64(sinceLow-sinceHigh)
		return ok
	}, s)
}

// ages gives how many bars ago the highest high and the lowest low were.
func (s *span) ages(b Bar, keep bool) (sinceHigh, sinceLow int, ok bool) {
	_, sinceHigh, ok = s.highs.take(b.High, keep)
	_, sinceLow, _ = s.lows.take(b.Low, keep)
	return sinceHigh, sinceLow, ok
}
