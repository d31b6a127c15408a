package indicator

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestClosesOnly: the kinds that say so give the same bits for all bars with the same
// closes, and of the others each gives another value somewhere.
func TestClosesOnly(t *testing.T) {
	differs := make(map[string]bool)
	for seed := range uint64(40) {
		bars, r := bodies(uint32(seed+1)), rand.New(rand.NewPCG(seed, 5))
		if seed%4 == 0 {
			bars = hostile(r, 600)
		}
		other := sameCloses(r, bars, seed%2 == 0)
		for _, spec := range specs {
			k, _ := kindOf(spec.Kind)
			if differs[k.Name] {
				continue
			}
			if i := firstDifference(spec, bars, other); i >= 0 {
				differs[k.Name] = true
				if k.ClosesOnly {
					t.Errorf("%s: bar %d has another value for the same closes", spec.Name(), i)
				}
			}
		}
	}
	for _, k := range kinds {
		if !k.ClosesOnly && !differs[k.Name] {
			t.Errorf("%s: only closes change its values", k.Name)
		}
	}
}

// matHold is a pattern so seldom that no random bars have it: ten bodies to compare with,
// a long white one, three short black ones above its middle, and a white one above all.
var matHold = func() (bars []Bar) {
	for _, b := range [][2]float64{
		{100_000, 100_010},
		{100_010, 100_000},
		{100_000, 100_010},
		{100_010, 100_000},
		{100_000, 100_010},
		{100_010, 100_000},
		{100_000, 100_010},
		{100_010, 100_000},
		{100_000, 100_010},
		{100_010, 100_000},
		{100_000, 100_100},
		{100_112, 100_108},
		{100_095, 100_091},
		{100_090, 100_086},
		{100_090, 100_130},
	} {
		bars = append(bars, Bar{Open: b[0], High: max(b[0], b[1]), Low: min(b[0], b[1]), Close: b[1]})
	}
	return bars
}()

// bodies gives bars of all shapes, so that each pattern is among them.
func bodies(seed uint32) []Bar {
	x := xorshift(seed * 2_654_435_761)
	r := recipe{Shape: "candles", Base: 100_000, Step: 40, Bars: 3000}
	bars := r.candles(&x)
	for i := range bars {
		if n := i - len(bars) + len(matHold); n >= 0 {
			bars[i] = matHold[n]
		}
		bars[i].StartMs, bars[i].SessionMs = int64(i)*60_000, int64(i/sessionBars)*sessionBars*60_000
		bars[i].Day = dateOf(bars[i].SessionMs)
		bars[i].Volume = float64(x.below(1000))
	}
	return bars
}

// sameCloses gives bars with the same times and closes and all else another.
func sameCloses(r *rand.Rand, bars []Bar, flat bool) []Bar {
	out := slices.Clone(bars)
	for i := range out {
		b := &out[i]
		b.Open, b.High, b.Low, b.Volume = b.Close, b.Close, b.Close, float64(1+r.IntN(1000))
		if !flat {
			b.High *= 1 + r.Float64()/100
			b.Low *= 1 - r.Float64()/100
			b.Open = b.Low + (b.High-b.Low)*r.Float64()
		}
	}
	return out
}

// firstDifference gives the first bar with other values or another warmth in the two
// series, -1 without one.
func firstDifference(spec Spec, bars, other []Bar) int {
	x, y := New(spec), New(spec)
	a, b := make([]float64, len(spec.OutputNames())), make([]float64, len(spec.OutputNames()))
	for i := range bars {
		x.Update(bars[i])
		y.Update(other[i])
		warm := x.Last(a)
		if warm != y.Last(b) || warm && !slices.Equal(bitsOf(a), bitsOf(b)) {
			return i
		}
	}
	return -1
}
