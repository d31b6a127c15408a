package indicator

import "math"

// newLine makes an indicator of the straight line through n closes by least squares.
func newLine(n int, value func(t trend) float64) Indicator {
	w := newRolling[[1]float64, trend](n)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		t, ok := w.take([1]float64{b.Close}, keep)
		out[0] = value(t)
		return ok
	}, &w)
}

// newLINEARREG is the line's value at the newest close.
func newLINEARREG(p []float64) Indicator {
	n := int(p[0])
	return newLine(n, func(t trend) float64 { return t.at(n, p[0]-1) })
}

// newIntercept is the line's value at the oldest close.
func newIntercept(p []float64) Indicator {
	n := int(p[0])
	return newLine(n, func(t trend) float64 { return t.at(n, 0) })
}

// newTSF is the line's value one bar ahead.
func newTSF(p []float64) Indicator {
	n := int(p[0])
	return newLine(n, func(t trend) float64 { return t.at(n, p[0]) })
}

// newSlope is the line's rise a bar.
func newSlope(p []float64) Indicator {
	n := int(p[0])
	return newLine(n, func(t trend) float64 { return t.slope(n) })
}

// newAngle is the slope as an angle in degrees.
func newAngle(p []float64) Indicator {
	n := int(p[0])
	return newLine(n, func(t trend) float64 { return math.Atan(t.slope(n)) * degrees })
}
