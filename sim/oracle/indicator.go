package oracle

import (
	"math"
	"math/big"
)

// Bar is a closed candle as floats.
type Bar struct{ Open, High, Low, Close, Volume float64 }

// Every indicator below gives one value a bar, NaN while it is not warm. Inputs
// are taken as the exact values of their floats, results are rounded once, at the
// end: they are the true values of TA-Lib's definitions, from which TA-Lib's own
// floats may stray by some 1e-12 of a price.

const precision = 256

func float(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func whole(n int) *big.Float { return new(big.Float).SetPrec(precision).SetInt64(int64(n)) }

func add(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Add(a, b) }
func sub(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Sub(a, b) }
func mul(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Mul(a, b) }
func div(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(precision).Quo(a, b) }

// series is one exact value a bar, nil while there is none.
type series []*big.Float

func (s series) floats() []float64 {
	out := make([]float64, len(s))
	for i, x := range s {
		if out[i] = math.NaN(); x != nil {
			out[i], _ = x.Float64()
		}
	}
	return out
}

func closes(bars []Bar) series {
	s := make(series, len(bars))
	for i, b := range bars {
		s[i] = float(b.Close)
	}
	return s
}

// mean is that of the n values that end at i.
func mean(s series, i, n int) *big.Float {
	sum := whole(0)
	for _, x := range s[i-n+1 : i+1] {
		sum = add(sum, x)
	}
	return div(sum, whole(n))
}

// SMA is the mean of the last n closes; first at bar n-1.
func SMA(bars []Bar, n int) []float64 {
	in, out := closes(bars), make(series, len(bars))
	for i := n - 1; i < len(in); i++ {
		out[i] = mean(in, i, n)
	}
	return out.floats()
}

// EMA begins at bar n-1 with the mean of the first n closes; then each value is the
// previous one plus 2/(n+1) of the close's distance from it.
func EMA(bars []Bar, n int) []float64 { return ema(closes(bars), n, n-1).floats() }

// ema begins at bar first with the mean of the n values that end there.
func ema(in series, n, first int) series {
	out := make(series, len(in))
	for i := first; i < len(in); i++ {
		if i == first {
			out[i] = mean(in, i, n)
			continue
		}
		out[i] = add(out[i-1], div(mul(whole(2), sub(in[i], out[i-1])), whole(n+1)))
	}
	return out
}

// MACD gives the line, its signal and their difference, all of them first at bar
// slow+signal-2 as in TA-Lib. Both averages of the line begin at bar slow-1, the
// fast one with the mean of the last fast closes there; the signal is the EMA of
// the line.
func MACD(bars []Bar, fast, slow, signal int) (line, signals, histogram []float64) {
	if fast > slow {
		fast, slow = slow, fast
	}
	in := closes(bars)
	a, b := ema(in, fast, slow-1), ema(in, slow, slow-1)
	distance := make(series, len(in))
	for i := range in {
		if a[i] != nil {
			distance[i] = sub(a[i], b[i])
		}
	}
	average := ema(distance, signal, slow+signal-2)
	gap := make(series, len(in))
	for i := range in {
		if average[i] == nil {
			distance[i] = nil
			continue
		}
		gap[i] = sub(distance[i], average[i])
	}
	return distance.floats(), average.floats(), gap.floats()
}

// RSI is 100 * gain / (gain + loss) with Wilder's averages of the rises and falls
// of the close; first at bar n. Without any movement it is 0, as in TA-Lib.
func RSI(bars []Bar, n int) []float64 {
	in := closes(bars)
	gains, losses, out := make(series, len(in)), make(series, len(in)), make(series, len(in))
	for i := 1; i < len(in); i++ {
		gains[i], losses[i] = whole(0), whole(0)
		if d := sub(in[i], in[i-1]); d.Sign() > 0 {
			gains[i] = d
		} else {
			losses[i] = d.Neg(d)
		}
	}
	gain, loss := wilder(gains, n), wilder(losses, n)
	for i := n; i < len(in); i++ {
		out[i] = whole(0)
		if sum := add(gain[i], loss[i]); sum.Sign() != 0 {
			out[i] = div(mul(whole(100), gain[i]), sum)
		}
	}
	return out.floats()
}

// wilder smooths a series whose first value is at bar 1: at bar n the mean of
// bars 1 to n, then the previous value with weight n-1 and the new one with 1.
func wilder(in series, n int) series {
	out := make(series, len(in))
	for i := n; i < len(in); i++ {
		if i == n {
			out[i] = mean(in, i, n)
			continue
		}
		out[i] = div(add(mul(out[i-1], whole(n-1)), in[i]), whole(n))
	}
	return out
}

// ATR is Wilder's average of the true range; first at bar n, for the true range
// needs the close before.
func ATR(bars []Bar, n int) []float64 {
	ranges := make(series, len(bars))
	for i := 1; i < len(bars); i++ {
		high, low, before := float(bars[i].High), float(bars[i].Low), float(bars[i-1].Close)
		widest := sub(high, low)
		for _, d := range []*big.Float{sub(high, before), sub(low, before)} {
			if d.Abs(d); d.Cmp(widest) > 0 {
				widest = d
			}
		}
		ranges[i] = widest
	}
	return wilder(ranges, n).floats()
}

// BBANDS gives the mean of the last n closes, and bands at that many standard
// deviations of the same closes (of the population, divided by n) around it;
// first at bar n-1.
func BBANDS(bars []Bar, n int, deviations float64) (upper, middle, lower []float64) {
	in := closes(bars)
	up, mid, down := make(series, len(in)), make(series, len(in)), make(series, len(in))
	for i := n - 1; i < len(in); i++ {
		mid[i] = mean(in, i, n)
		sum := whole(0)
		for _, x := range in[i-n+1 : i+1] {
			d := sub(x, mid[i])
			sum = add(sum, mul(d, d))
		}
		deviation := new(big.Float).SetPrec(precision).Sqrt(div(sum, whole(n)))
		band := mul(deviation, float(deviations))
		up[i], down[i] = add(mid[i], band), sub(mid[i], band)
	}
	return up.floats(), mid.floats(), down.floats()
}
