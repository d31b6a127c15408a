package indicator

import (
	"math"
	"slices"
)

// fastK is Lane's raw stochastic: where the close is between the lowest low and the
// highest high of n bars, in percent. As in TA-Lib it is 0 where these are within
// 1e-14 of each other.
type fastK struct{ *span }

func newFastK(n float64) fastK { return fastK{newSpan(int(n))} }

func (k fastK) take(high, low, last float64, keep bool) (float64, bool) {
	highest, lowest, ok := k.span.take(high, low, keep)
	if math.Abs(highest-lowest) <= noMove*(math.Abs(highest)+math.Abs(lowest)) {
		return 0, ok
	}
	return (last - lowest) / ((highest - lowest) / 100), ok
}

// slowed is a raw stochastic, its average, and the average of that.
type slowed struct {
	raw  fastK
	k, d stage
}

func newSlowed(p []float64) slowed {
	return slowed{
		newFastK(p[0]), newAverage(int(p[2]), int(p[1])), newAverage(int(p[4]), int(p[3])),
	}
}

func (s slowed) take(b Bar, keep bool) (k, d float64, ok bool) {
	raw, ok := s.raw.take(b.High, b.Low, b.Close, keep)
	if !ok {
		return 0, 0, false
	}
	if k, ok = s.k.take(raw, keep); !ok {
		return 0, 0, false
	}
	d, ok = s.d.take(k, keep)
	return k, d, ok
}

// newSTOCH is the slow stochastic. Outputs: K, an average of the raw one, and D, an
// average of K.
func newSTOCH(p []float64) Indicator {
	s := newSlowed(p)
	return newStepped(2, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], out[1], ok = s.take(b, keep)
		return ok
	}, s.raw, s.k, s.d)
}

// kdjType is a type of average of KDJ, which has all of TA-Lib's: beside the others 10,
// no average; 11 and 13, the usual one, Wilder's; and 12, the zero lag average.
func kdjType(name string) Parameter {
	return Parameter{Name: name, Default: averageRMA, Min: averageSMA, Max: averageRMA, Whole: true}
}

// newKDJ is the slow stochastic with the output J = 3K - 2D beside K and D.
func newKDJ(p []float64) Indicator {
	p = slices.Clone(p)
	for _, i := range [2]int{2, 4} {
		if p[i] == averageUsual {
			p[i] = averageRMA
		}
	}
	s := newSlowed(p)
	return newStepped(3, func(b Bar, keep bool, out []float64) bool {
		k, d, ok := s.take(b, keep)
		out[0], out[1], out[2] = k, d, float64(3*k)-float64(2*d)
		return ok
	}, s.raw, s.k, s.d)
}

// newSTOCHF is the fast stochastic. Outputs: K, the raw one, and D, its average.
func newSTOCHF(p []float64) Indicator {
	raw, average := newFastK(p[0]), newAverage(int(p[2]), int(p[1]))
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		k, ok := raw.take(b.High, b.Low, b.Close, keep)
		if !ok {
			return false
		}
		out[0] = k
		out[1], ok = average.take(k, keep)
		return ok
	}, raw, average)
}

// newSTOCHRSI is the fast stochastic of the relative strength index in place of
// prices, as Chande and Kroll proposed it. Outputs: K, D.
func newSTOCHRSI(p []float64) Indicator {
	index, raw, average := newStrength(int(p[0])), newFastK(p[1]), newAverage(int(p[3]), int(p[2]))
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		v, ok := index.take(b.Close, keep)
		if !ok {
			return false
		}
		k, ok := raw.take(v, v, v, keep)
		if !ok {
			return false
		}
		out[0] = k
		out[1], ok = average.take(k, keep)
		return ok
	}, index, raw, average)
}
