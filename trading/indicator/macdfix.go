package indicator

// paced is an exponential average with a step of its own: it starts as the mean of
// its first n values, then value + k * (x - value).
type paced struct {
	average
	k float64
}

func (p *paced) take(x float64, keep bool) (float64, bool) {
	if p.count < p.n {
		return p.average.take(x, keep)
	}
	v := p.value + float64(p.k*(x-p.value))
	if keep {
		p.value = v
	}
	return v, true
}

// newConvergence gives the lines of MACD from its three averages: fast - slow, its
// average, their difference. The one of fast and slow that is warm first starts
// later, so that both have their first value at the same bar, as in TA-Lib.
func newConvergence(fast, slow, signal stage) Indicator {
	return newStepped(3, func(b Bar, keep bool, out []float64) bool {
		f, ok := fast.take(b.Close, keep)
		s, ok2 := slow.take(b.Close, keep)
		if !ok || !ok2 {
			return false
		}
		line := f - s
		average, ok := signal.take(line, keep)
		out[0], out[1], out[2] = line, average, line-average
		return ok
	}, fast, slow, signal)
}

// newMACDFIX is MACD as Appel first gave it, with steps of 0.15 and 0.075 where the
// averages of 12 and 26 closes have 2/13 and 2/27. Outputs: line, signal, histogram.
func newMACDFIX(p []float64) Indicator {
	fast := newLate(&paced{average{n: 12}, 0.15}, 26-12)
	return newConvergence(fast, &paced{average{n: 26}, 0.075}, &average{n: int(p[0])})
}
