package indicator

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// exactLine gives mean, slope and weighted mean of values in 300 bits.
func exactLine(values []float64) (mean, slope, weighted float64) {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(x) }
	n := float64(len(values))
	sum, rising := number(0), number(0)
	for i, v := range values {
		sum.Add(sum, number(v))
		rising.Add(rising, number(0).Mul(number(v), number(float64(i+1))))
	}
	middle := number(0).Quo(sum, number(n))
	mean, _ = middle.Float64()
	weighted, _ = number(0).Quo(rising, number(n*(n+1)/2)).Float64()
	product := number(0).Sub(rising, number(0).Mul(sum, number((n+1)/2)))
	slope, _ = number(0).Quo(product, number(n*(n*n-1)/12)).Float64()
	return mean, slope, weighted
}

// TestTrendsAreExact: lines and weighted means stay those of their window, whatever was
// in it before. Weights make small differences of large values: those are held against
// the size of the values.
func TestTrendsAreExact(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 11))
		for _, n := range []int{2, 3, 20, 57} {
			w := newRolling[[1]float64, trend](n)
			var values []float64
			for i, b := range hostile(r, 600) {
				got, ok := w.take([1]float64{b.Close}, true)
				values = append(values, b.Close)
				if !ok || i%7 != 0 {
					continue
				}
				values = values[len(values)-n:]
				mean, slope, weighted := exactLine(values)
				size := 1e-14 * slices.Max(values)
				if difference(got.mean.hi, mean) > 1e-14 || math.Abs(got.slope(n)-slope) > size || math.Abs(got.weighted(n)-weighted) > size {
					t.Fatalf("seed %d, n %d, bar %d: %v, %v, %v; want %v, %v, %v", seed, n, i, got.mean.hi, got.slope(n), got.weighted(n), mean, slope, weighted)
				}
			}
		}
	}
}

// TestTrendNoDrift: after many bars a line is as exact as after a few.
func TestTrendNoDrift(t *testing.T) {
	const n = 200
	r := rand.New(rand.NewPCG(4, 6))
	w, values, last := newRolling[[1]float64, trend](n), make([]float64, 0, 300_000), 18500.0
	for i := range cap(values) {
		last = max(last+math.Round(200*(r.Float64()-0.5))/100, 1)
		got, _ := w.take([1]float64{last}, true)
		values = append(values, last)
		if i%9973 != 0 || i < n {
			continue
		}
		mean, slope, weighted := exactLine(values[i+1-n:])
		if difference(got.mean.hi, mean) > 1e-15 || difference(got.slope(n), slope) > 1e-12 || difference(got.weighted(n), weighted) > 1e-15 {
			t.Fatalf("bar %d: %v, %v, %v; want %v, %v, %v", i, got.mean.hi, got.slope(n), got.weighted(n), mean, slope, weighted)
		}
	}
}

// TestStillStatistics: where nothing moves, lines are the price, the rest is 0, and the
// rank of a price that none is below is 0.
func TestStillStatistics(t *testing.T) {
	for _, price := range []float64{0.00000001, 0.1, 18500.55, 92233720368.54775807} {
		for name, want := range map[string]float64{
			"BETA_5": 0, "BETA_1": 0, "CORREL_30": 0, "CORREL_1": 0, "LINEARREG_14": price, "LINEARREG_INTERCEPT_14": price, "LINEARREG_SLOPE_14": 0,
			"LINEARREG_ANGLE_14": 0, "PERCENTILE_30_50": price, "PERCENTILE_2_0": price, "PERCENTRANK_100": 0, "STDDEV_5_1": 0, "TSF_14": price,
			"VAR_5": 0, "VAR_1": 0,
		} {
			if values, warm := feed(t, name, flat(price, 300)...); !warm || values[299] != want {
				t.Errorf("%s of a flat %v is %v, %v; want %v", name, price, values[299], warm, want)
			}
		}
	}
}

// TestLineOfALine: of closes on a line, the line is itself.
func TestLineOfALine(t *testing.T) {
	bars := flat(0, 50)
	for i := range bars {
		bars[i].Close = 100 + float64(i)
		bars[i].High, bars[i].Low = bars[i].Close+1, bars[i].Close*2
	}
	for name, want := range map[string]float64{
		"LINEARREG_14": 149, "LINEARREG_INTERCEPT_14": 136, "LINEARREG_SLOPE_14": 1, "LINEARREG_ANGLE_14": 45, "TSF_14": 150, "LINEARREG_2": 149,
		"CORREL_30": 1, "PERCENTRANK_10": 100, "PERCENTILE_10_100": 149, "PERCENTILE_10_0": 140, "PERCENTILE_10_50": 144, "PERCENTILE_10_51": 145,
		"STDDEV_3_1": math.Sqrt(2. / 3), "VAR_3": 2. / 3,
	} {
		if values, warm := feed(t, name, bars...); !warm || difference(values[49], want) > 1e-14 {
			t.Errorf("%s is %v, %v; want %v", name, values[49], warm, want)
		}
	}
}

// TestPercentiles: nearest ranks and ranks are those of the sorted window.
func TestPercentiles(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	bars := flat(1, 400)
	for i := range bars {
		bars[i].Close = float64(r.IntN(1 + i/20))
	}
	for _, n := range []int{2, 3, 17} {
		for _, percent := range []float64{0, 12.5, 50, 99.9, 100} {
			values, _ := feed(t, fmt.Sprintf("PERCENTILE_%d_%v", n, percent), bars...)
			ranks, _ := feed(t, fmt.Sprintf("PERCENTRANK_%d", n), bars...)
			for i := n; i < len(bars); i++ {
				var window []float64
				below := 0
				for _, b := range bars[i-n+1 : i+1] {
					window = append(window, b.Close)
				}
				for _, b := range bars[i-n : i] {
					if b.Close < bars[i].Close {
						below++
					}
				}
				slices.Sort(window)
				want := window[max(int(math.Ceil(percent*float64(n)/100)), 1)-1]
				if values[i] != want || ranks[i] != float64(below)/float64(n)*100 {
					t.Fatalf("%d bars, %v%%, bar %d: %v and rank %v; want %v and %d below", n, percent, i, values[i], ranks[i], want, below)
				}
			}
		}
	}
}

// TestNoReturns: returns that are equal but for their rounding have no slope, and a
// return after a price of 0 is 0.
func TestNoReturns(t *testing.T) {
	bars := flat(1, 40)
	high := 1.0
	for i := range bars {
		high *= 1.1
		bars[i].High, bars[i].Low = high, float64(1+i%3)
	}
	if v, warm := feed(t, "BETA_5", bars...); !warm || v[39] != 0 {
		t.Errorf("the slope over returns of one size is %v", v[39])
	}
	bars = flat(0, 10)
	bars[9].High = 5
	if v, warm := feed(t, "BETA_2", bars...); !warm || v[9] != 0 {
		t.Errorf("after prices of 0 the slope is %v", v[9])
	}
}
