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

// newRMA is Wilder's smoothing of closes.
func newRMA(p []float64) Indicator { return ofCloses(&wilder{n: int(p[0])}) }

// newZLEMA is Ehlers and Way's zero lag average (2010): the EMA of closes with what
// they gained over half the period added once more.
func newZLEMA(p []float64) Indicator {
	n := int(p[0])
	if n < 3 {
		return ofCloses(&average{n: n})
	}
	past, smooth := newLag((n-1)/2), &average{n: n}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		then, ok := past.take(b.Close, keep)
		if ok {
			out[0], ok = smooth.take(float64(2*b.Close)-then, keep)
		}
		return ok
	}, past, smooth)
}
