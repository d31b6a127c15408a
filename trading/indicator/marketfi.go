package indicator

// newMARKETFI is Williams's market facilitation index: (high - low) / volume; 0
// without volume, as in TA-Lib.
func newMARKETFI([]float64) Indicator {
	return newStepped(1, func(b Bar, _ bool, out []float64) bool {
		out[0] = 0
		if b.Volume > 0 {
			out[0] = (b.High - b.Low) / b.Volume
		}
		return true
	})
}
