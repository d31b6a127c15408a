package indicator

// newAPO is the absolute price oscillator: the average of a type of the shorter
// period of closes less that of the longer one, whichever comes first.
func newAPO(p []float64) Indicator {
	return newPriceOscillator(p, func(fast, slow float64) float64 { return fast - slow })
}

// newPPO is that in percent of the longer average; 0 where that is 0.
func newPPO(p []float64) Indicator {
	return newPriceOscillator(p, func(fast, slow float64) float64 {
		if slow == 0 {
			return 0
		}
		return (fast - slow) / slow * 100
	})
}

func newPriceOscillator(p []float64, compare func(fast, slow float64) float64) Indicator {
	kind := int(p[2])
	fast, slow := newAverage(kind, int(min(p[0], p[1]))), newAverage(kind, int(max(p[0], p[1])))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		f, ok := fast.take(b.Close, keep)
		s, ok2 := slow.take(b.Close, keep)
		out[0] = compare(f, s)
		return ok && ok2
	}, fast, slow)
}

// newMACDEXT is MACD with averages of any types. As in TA-Lib periods and types change
// places together when slow is the shorter one. Outputs: line, signal, histogram.
func newMACDEXT(p []float64) Indicator {
	fast, fastKind, slow, slowKind := int(p[0]), int(p[1]), int(p[2]), int(p[3])
	if slow < fast {
		fast, fastKind, slow, slowKind = slow, slowKind, fast, fastKind
	}
	ahead := averageLookback(slowKind, slow) - averageLookback(fastKind, fast)
	return newConvergence(
		newLate(newAverage(fastKind, fast), max(ahead, 0)),
		newLate(newAverage(slowKind, slow), max(-ahead, 0)),
		newAverage(int(p[5]), int(p[4])))
}
