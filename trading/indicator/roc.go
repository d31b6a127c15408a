package indicator

// newMOM is the momentum of closes: close - close n bars ago.
func newMOM(p []float64) Indicator {
	return newChange(p, func(now, past float64) float64 { return now - past })
}

// newROC is the rate of change in percent, (close / past - 1) * 100. It and its
// siblings are 0 where the close n bars ago is 0, as TA-Lib's are.
func newROC(p []float64) Indicator { return newChange(p, rateOfChange) }

func rateOfChange(now, past float64) float64 {
	if past == 0 {
		return 0
	}
	return (now/past - 1) * 100
}

// newROCP is the rate of change as a part of the close n bars ago.
func newROCP(p []float64) Indicator {
	return newChange(p, func(now, past float64) float64 {
		if past == 0 {
			return 0
		}
		return (now - past) / past
	})
}

// newROCR is the ratio of the close to the one n bars ago.
func newROCR(p []float64) Indicator { return newRatio(p, 1) }

// newROCR100 is that ratio in percent.
func newROCR100(p []float64) Indicator { return newRatio(p, 100) }

func newRatio(p []float64, scale float64) Indicator {
	return newChange(p, func(now, past float64) float64 {
		if past == 0 {
			return 0
		}
		return now / past * scale
	})
}

// newChange compares each close with the one n bars ago.
func newChange(p []float64, compare func(now, past float64) float64) Indicator {
	closes := newLag(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := closes.take(b.Close, keep)
		out[0] = compare(b.Close, past)
		return ok
	}, closes)
}
