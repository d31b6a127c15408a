package indicator

// newTRANGE is Wilder's true range: the range of the bar together with the close
// before it.
func newTRANGE([]float64) Indicator {
	previous := &before{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b, keep)
		out[0] = past.trueRange(b)
		return ok
	}, previous)
}

// newNATR is Forman's normalized average true range: 100 * ATR / close, 0 at a close
// of 0. As in TA-Lib one of 1 period is the true range itself.
func newNATR(p []float64) Indicator {
	previous, smooth := &before{}, &wilder{n: int(p[0])}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b, keep)
		if !ok {
			return false
		}
		size, ok := smooth.take(past.trueRange(b), keep)
		switch {
		case smooth.n == 1:
			out[0] = size
		case b.Close == 0:
			out[0] = 0
		default:
			out[0] = size / b.Close * 100
		}
		return ok
	}, previous, smooth)
}
