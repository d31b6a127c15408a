package indicator

// byNumber makes the moving average of closes of a type: its parameter is the
// periods.
func byNumber(kind int) func(p []float64) Indicator {
	return func(p []float64) Indicator { return ofCloses(newAverage(kind, int(p[0]))) }
}

// newMA is the moving average of closes of any type: its parameters are the periods
// and the type.
func newMA(p []float64) Indicator { return ofCloses(newAverage(int(p[1]), int(p[0]))) }

// newT3 is Tillson's average of closes: periods, and the factor, 0 for the EMA of EMA
// of EMA, 1 for the DEMA of DEMA of DEMA.
func newT3(p []float64) Indicator {
	if p[0] == 1 {
		return ofCloses(identity{})
	}
	return ofCloses(newTillson(int(p[0]), p[1]))
}
