package indicator

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// specs has every kind with usual and with least parameters, and some more.
var specs = append(usualAndLeast(), specsOf(
	"SMA_2", "EMA_2", "MACD_26_12_9", "MACD_2_2_1", "BBANDS_7_0.5_LOWER",
	"MACDEXT_12_8_26_7_9_3", "MACDEXT_2_4_30_1_5_6", "KDJ_9_3_12_3_10_K", "STOCHRSI_5_9_4_9_D", "FRACTAL_1_9_HIGH", "FRACTAL_9_1_LOW", "CCI_3", "ULTOSC_30_5_9",
	"MA_5_2", "MA_4_3", "MA_5_5", "MA_7_6", "MA_9_7", "MA_3_8", "MA_17_9", "KC_5_30_1_UPPER", "ICHIMOKU_3_2_7_SENKOU_B", "T3_2_1", "VWMA_5",
	"SAREXT_-1_0.1_0.3_0.2_0.1_0_0.05_1", "SUPERTREND_3_0.5", "ZLEMA_5", "PERCENTILE_9_90", "PERCENTRANK_5", "LINEARREG_SLOPE_5", "BETA_3", "CORREL_3",
)...)

func usualAndLeast() (all []Spec) {
	for _, k := range kinds {
		usual, least := Spec{Kind: k.Name}, Spec{Kind: k.Name}
		for _, p := range k.Parameters {
			usual.Params, least.Params = append(usual.Params, p.Default), append(least.Params, p.Min)
		}
		all = append(all, usual)
		if len(k.Parameters) > 0 {
			all = append(all, least)
		}
	}
	return all
}

func specsOf(names ...string) []Spec {
	out := make([]Spec, len(names))
	for i, name := range names {
		spec, _, err := ParseName(name)
		if err != nil {
			panic(err)
		}
		out[i] = spec
	}
	return out
}

// hostile gives bars whose sizes change by many orders, with flat stretches,
// spikes and bars without volume.
func hostile(r *rand.Rand, n int) []Bar {
	bars := make([]Bar, n)
	last, size := 100.0, 1.0
	for i := range bars {
		switch r.IntN(40) {
		case 0:
			size = math.Pow(10, float64(r.IntN(18)-8))
			last = size * (1 + r.Float64())
		case 1:
			last *= 1e6
		case 2:
			last = size
		}
		if r.IntN(3) > 0 {
			last = math.Abs(last + size*(r.Float64()-0.5)/100)
		}
		bars[i] = Bar{
			StartMs: int64(i), SessionMs: int64(i / 50), Day: int64(i / 50), Open: last, High: last + size*r.Float64(), Low: max(last-size*r.Float64(), 0), Close: last,
			Volume: float64(r.IntN(3)) * r.Float64(),
		}
	}
	return bars
}

func bitsOf(values []float64) []uint64 {
	out := make([]uint64, len(values))
	for i, v := range values {
		out[i] = math.Float64bits(v)
	}
	return out
}

// TestPeekIsUpdate: what Peek says of a bar is, bit for bit, what Last says after
// it; asking changes nothing; and values are finite.
func TestPeekIsUpdate(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		for _, spec := range specs {
			x := New(spec)
			peeked, last := make([]float64, len(spec.OutputNames())), make([]float64, len(spec.OutputNames()))
			for i, b := range hostile(r, 200) {
				before := x.AppendState(nil)
				x.Peek(Bar{Close: 1e12, High: 1e12, Volume: 5, SessionMs: 9}, peeked)
				warm := x.Peek(b, peeked)
				if !slices.Equal(before, x.AppendState(nil)) {
					t.Fatalf("%s, seed %d, bar %d: a peek changes the state", spec.Name(), seed, i)
				}
				x.Update(b)
				if x.Last(last) != warm || (warm && !slices.Equal(bitsOf(peeked), bitsOf(last))) {
					t.Fatalf("%s, seed %d, bar %d: peek %v gives %v, last %v", spec.Name(), seed, i, warm, peeked, last)
				}
				for _, v := range last {
					if warm && (math.IsNaN(v) || math.IsInf(v, 0)) {
						t.Fatalf("%s, seed %d, bar %d: %v", spec.Name(), seed, i, last)
					}
				}
			}
		}
	}
}

// TestRestoreAnywhere: stored and read back at any bar, an indicator goes on to
// the same bits, and its state is the same bytes.
func TestRestoreAnywhere(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		for _, spec := range specs {
			x, y := New(spec), New(spec)
			a, b := make([]float64, len(spec.OutputNames())), make([]float64, len(spec.OutputNames()))
			for i, bar := range hostile(r, 200) {
				if r.IntN(3) == 0 {
					state := append(y.AppendState(nil), "rest"...)
					y = New(spec)
					if rest, err := y.LoadState(state); err != nil || string(rest) != "rest" {
						t.Fatalf("%s, bar %d: %v, %q is left", spec.Name(), i, err, rest)
					}
				}
				x.Update(bar)
				y.Update(bar)
				if x.Last(a) != y.Last(b) || !slices.Equal(bitsOf(a), bitsOf(b)) || !slices.Equal(x.AppendState(nil), y.AppendState(nil)) {
					t.Fatalf("%s, seed %d, bar %d: %v and %v", spec.Name(), seed, i, a, b)
				}
			}
		}
	}
}

// exactWindow gives mean and population deviation of values in 300 bits.
func exactWindow(values []float64) (mean, deviation float64) {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(x) }
	n, sum := number(float64(len(values))), number(0)
	for _, v := range values {
		sum.Add(sum, number(v))
	}
	average := number(0).Quo(sum, n)
	squares := number(0)
	for _, v := range values {
		d := number(0).Sub(number(v), average)
		squares.Add(squares, d.Mul(d, d))
	}
	mean, _ = average.Float64()
	deviation, _ = number(0).Sqrt(squares.Quo(squares, n)).Float64()
	return mean, deviation
}

// TestWindowsAreExact: means and deviations stay within the tolerance of the
// exact ones of their window, whatever was in it before.
func TestWindowsAreExact(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		for _, n := range []int{2, 3, 20, 57} {
			w := newWindow(n)
			bars := hostile(r, 600)
			var values []float64
			for i, b := range bars {
				w.push(b.Close)
				values = append(values, b.Close)
				if !w.full() || i%7 != 0 {
					continue
				}
				values = values[len(values)-n:]
				mean, deviation := exactWindow(values)
				got := math.Sqrt(w.now.variance())
				if difference(w.now.mean, mean) > 1e-14 || difference(got, deviation) > 1e-14 {
					t.Fatalf("seed %d, n %d, bar %d: mean %v deviation %v, want %v and %v", seed, n, i, w.now.mean, got, mean, deviation)
				}
			}
		}
	}
}

// TestNoDrift: after a million bars a window is as exact as after a hundred, and
// the recursive ones still follow their definition summed in 300 bits.
func TestNoDrift(t *testing.T) {
	const n, bars = 200, 1_000_000
	r := rand.New(rand.NewPCG(4, 4))
	w, values := newWindow(n), make([]float64, 0, bars)
	last := 18500.0
	for i := range bars {
		last = max(last+math.Round(200*(r.Float64()-0.5))/100, 1)
		w.push(last)
		values = append(values, last)
		if i%9973 != 0 || i < n {
			continue
		}
		mean, deviation := exactWindow(values[i+1-n:])
		if got := math.Sqrt(w.now.variance()); difference(w.now.mean, mean) > 1e-14 || difference(got, deviation) > 1e-14 {
			t.Fatalf("bar %d: mean %v deviation %v, want %v and %v", i, w.now.mean, got, mean, deviation)
		}
	}
	e := average{n: 20}
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }
	exact, k := number(0), number(0).Quo(number(2), number(21))
	for i, v := range values[:200_000] {
		e.push(v)
		switch {
		case i < 20:
			exact.Add(exact, number(v))
			if i == 19 {
				exact.Quo(exact, number(20))
			}
		default:
			d := number(0).Sub(number(v), exact)
			exact.Add(exact, d.Mul(d, k))
		}
	}
	if want, _ := exact.Float64(); difference(e.value, want) > 1e-14 {
		t.Errorf("EMA after many bars is %v, want %v", e.value, want)
	}
}
