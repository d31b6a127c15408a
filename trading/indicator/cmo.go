package indicator

// newCMO is Chande's momentum oscillator with Wilder's averages, as TA-Lib and RSI
// have them: 100 * (gain - loss) / (gain + loss); 0 without moves.
func newCMO(p []float64) Indicator {
	n := int(p[0])
	return newBalance(&wilder{n: n}, &wilder{n: n})
}

// newCMOU is Chande's own: the same of plain sums of the last n moves.
func newCMOU(p []float64) Indicator {
	n := int(p[0])
	return newBalance(newMean(n), newMean(n))
}

// newBalance sets gains and losses from close to close, each averaged, against
// each other.
func newBalance(gains, losses stage) Indicator {
	previous := newLag(1)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b.Close, keep)
		if !ok {
			return false
		}
		up, down := moves(past, b.Close)
		gain, ok := gains.take(up, keep)
		loss, _ := losses.take(down, keep)
		out[0] = 0
		if sum := gain + loss; sum > 0 {
			out[0] = 100 * ((gain - loss) / sum)
		}
		return ok
	}, previous, gains, losses)
}

// newIMI is Chande's intraday momentum index: 100 * up / (up + down), the sums of n
// bodies that closed above and below their open; 50 without any, as in TA-Lib.
func newIMI(p []float64) Indicator {
	ups, downs := newMean(int(p[0])), newMean(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		up, down := moves(b.Open, b.Close)
		gain, ok := ups.take(up, keep)
		loss, _ := downs.take(down, keep)
		out[0] = 50
		if gain+loss > 0 {
			out[0] = strength(gain, loss)
		}
		return ok
	}, ups, downs)
}
