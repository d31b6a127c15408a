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

// newZLEMA is the zero lag average of closes.
func newZLEMA(p []float64) Indicator { return ofCloses(newZeroLag(int(p[0]))) }

// zeroLag is Ehlers and Way's average (2010): the EMA of numbers with what they gained
// over half the period added once more.
type zeroLag struct {
	past   *lag
	smooth average
}

func newZeroLag(n int) stage {
	if n < 3 {
		return &average{n: n}
	}
	return &zeroLag{newLag((n - 1) / 2), average{n: n}}
}

func (z *zeroLag) take(x float64, keep bool) (float64, bool) {
	then, ok := z.past.take(x, keep)
	if !ok {
		return 0, false
	}
	return z.smooth.take(float64(2*x)-then, keep)
}

func (z *zeroLag) appendState(b []byte) []byte { return z.smooth.appendState(z.past.appendState(b)) }

func (z *zeroLag) load(r *reader) {
	z.past.load(r)
	z.smooth.load(r)
}
