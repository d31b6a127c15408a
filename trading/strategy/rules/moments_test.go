package rules

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/velox-trading/velox/trading/indicator"
)

// over gives average and stdev of a list of values, newest first.
func over(values []float64) (mean, deviation float64) {
	list := make([]number, len(values))
	for i, v := range values {
		list[i] = func(*frame) float64 { return v }
	}
	f := &frame{}
	return momentOf(list, indicator.Moments.Mean)(f), momentOf(list, indicator.Moments.Deviation)(f)
}

// TestFlatWindows: of a price that doesn't move, average is the price and stdev is 0,
// both to the last bit.
func TestFlatWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	prices := []float64{0.1, 100.3, 0.00000001, 1.1, 18500.55, 92233720368.54775807, 0, -0.3}
	for range 2000 {
		prices = append(prices, math.Exp(r.Float64()*40-15))
	}
	for _, price := range prices {
		n := 1 + r.IntN(maxBack)
		values := make([]float64, n)
		for i := range values {
			values[i] = price
		}
		if mean, deviation := over(values); mean != price || deviation != 0 {
			t.Fatalf("%d times %v: average %v, stdev %v", n, price, mean, deviation)
		}
	}
}

// TestMomentsAreTheIndicators: average and stdev of closes are SMA and STDDEV, which hold
// the same window in another order: as near as the last bits of a sum of squares.
func TestMomentsAreTheIndicators(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, n := range []int{2, 3, 20, 200} {
		specOf := func(name string) indicator.Indicator {
			spec, _, err := indicator.ParseName(name)
			if err != nil {
				t.Fatal(err)
			}
			return indicator.New(spec)
		}
		sma, stddev := specOf("SMA_"+strconv.Itoa(n)), specOf("STDDEV_"+strconv.Itoa(n)+"_1")
		var newest []float64
		price := 18500.55
		for bar := range 3000 {
			switch { // it stands still for some time, jumps, and moves by ticks of 0.05
			case bar%700 > 400:
			case bar%700 == 0:
				price = math.Round(price*(0.1+2*r.Float64())*20) / 20
			default:
				price = math.Round(price*20+float64(r.IntN(21)-10)) / 20
			}
			b := indicator.Bar{StartMs: int64(bar) * minuteMs, Open: price, High: price, Low: price, Close: price, Volume: 1}
			sma.Update(b)
			stddev.Update(b)
			newest = append([]float64{price}, newest[:min(len(newest), n-1)]...)
			var wantMean, wantDeviation [1]float64
			if !sma.Last(wantMean[:]) || !stddev.Last(wantDeviation[:]) {
				continue
			}
			mean, deviation := over(newest)
			if math.Abs(mean-wantMean[0]) > 1e-15*wantMean[0] || math.Abs(deviation-wantDeviation[0]) > 1e-14*wantDeviation[0] {
				t.Fatalf("bar %d: average %v is not SMA_%d %v, or stdev %v not STDDEV %v", bar, mean, n, wantMean[0], deviation, wantDeviation[0])
			}
		}
	}
}
