package indicator

// awesome is Bill Williams's awesome oscillator: the mean of the last few middles
// of bars, (high + low) / 2, less the mean of more of them.
type awesome struct{ fast, slow *mean }

func newAwesome(fast, slow float64) awesome {
	return awesome{newMean(int(fast)), newMean(int(slow))}
}

func (a awesome) take(b Bar, keep bool) (float64, bool) {
	middle := (b.High + b.Low) / 2
	fast, ok := a.fast.take(middle, keep)
	slow, ok2 := a.slow.take(middle, keep)
	return fast - slow, ok && ok2
}

func newAO(p []float64) Indicator {
	a := newAwesome(p[0], p[1])
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = a.take(b, keep)
		return ok
	}, a.fast, a.slow)
}

// newAC is Williams's accelerator: the awesome oscillator less its simple mean of
// the last few bars.
func newAC(p []float64) Indicator {
	a, signal := newAwesome(p[0], p[1]), newMean(int(p[2]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		v, ok := a.take(b, keep)
		if !ok {
			return false
		}
		m, ok := signal.take(v, keep)
		out[0] = v - m
		return ok
	}, a.fast, a.slow, signal)
}
