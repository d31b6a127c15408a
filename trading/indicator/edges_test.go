package indicator

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"
)

// feed gives the indicator of a name after closes, and its output.
func feed(t *testing.T, name string, bars ...Bar) (values []float64, warm bool) {
	t.Helper()
	spec, output, err := ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	x, out := New(spec), make([]float64, len(spec.OutputNames()))
	for _, b := range bars {
		x.Update(b)
		warm = x.Last(out)
		values = append(values, out[output])
	}
	return values, warm
}

func flat(price float64, n int) []Bar {
	bars := make([]Bar, n)
	for i := range bars {
		bars[i] = Bar{Open: price, High: price, Low: price, Close: price, Volume: 2}
	}
	return bars
}

// TestFlat: without moves, means are the price and nothing else, bands have no
// width, and the price doesn't matter, tiny or huge.
func TestFlat(t *testing.T) {
	for _, price := range []float64{0.00000001, 0.1, 18500.55, 92233720368.54775807} {
		for name, want := range map[string]float64{
			"SMA_20": price, "SMA_1": price, "RSI_14": 0, "ATR_14": 0,
			"ATR_1": 0, "BBANDS_20_2_UPPER": price, "BBANDS_20_2_MIDDLE": price, "BBANDS_20_2_LOWER": price,
		} {
			if values, warm := feed(t, name, flat(price, 300)...); !warm || values[299] != want {
				t.Errorf("%s of a flat %v is %v, %v", name, price, values[299], warm)
			}
		}
		for _, name := range []string{"EMA_20", "EMA_1", "VWAP"} {
			if values, warm := feed(t, name, flat(price, 300)...); !warm || difference(values[299], price) > 1e-14 {
				t.Errorf("%s of a flat %v is %v, %v", name, price, values[299], warm)
			}
		}
		// The two averages start as different sums, as TA-Lib's do.
		for _, name := range []string{"MACD_12_26_9", "MACD_12_26_9_SIGNAL", "MACD_12_26_9_HIST"} {
			if values, warm := feed(t, name, flat(price, 300)...); !warm || math.Abs(values[299]) > 1e-15*price {
				t.Errorf("%s of a flat %v is %v, %v", name, price, values[299], warm)
			}
		}
	}
}

// TestWarmUp: the first value comes with the bar that TA-Lib's lookback says.
func TestWarmUp(t *testing.T) {
	for name, bars := range map[string]int{
		"SMA_1": 1, "SMA_20": 20, "EMA_1": 1, "EMA_20": 20, "RSI_2": 3, "RSI_14": 15, "ATR_1": 2, "ATR_14": 15, "MACD_12_26_9": 34,
		"MACD_12_26_9_HIST": 34, "MACD_26_12_9": 34, "MACD_2_2_1": 2, "BBANDS_20_2_UPPER": 20, "VWAP": 1,
	} {
		if _, warm := feed(t, name, flat(100, bars-1)...); warm {
			t.Errorf("%s is warm before bar %d", name, bars)
		}
		if _, warm := feed(t, name, flat(100, bars)...); !warm {
			t.Errorf("%s is not warm with bar %d", name, bars)
		}
	}
}

// TestSpikeLeavesNoTrace: once a huge value has left the window, the mean is that
// of what is in it, to the last bit.
func TestSpikeLeavesNoTrace(t *testing.T) {
	bars := flat(1.1, 100)
	bars[30].Close = 1e15
	for name, want := range map[string]float64{"SMA_10": 1.1, "BBANDS_10_2_UPPER": 1.1} {
		values, _ := feed(t, name, bars...)
		if values[30] < 1e13 || values[40] != want || values[99] != want {
			t.Errorf("%s: %v at the spike, %v when it has left, %v later", name, values[30], values[40], values[99])
		}
	}
}

func TestExtremes(t *testing.T) {
	rising, falling := flat(100, 50), flat(100, 50)
	for i := range rising {
		rising[i].Close += float64(i)
		falling[i].Close -= float64(i)
	}
	if v, _ := feed(t, "RSI_14", rising...); v[49] != 100 {
		t.Errorf("RSI of a rise is %v", v[49])
	}
	if v, _ := feed(t, "RSI_14", falling...); v[49] != 0 {
		t.Errorf("RSI of a fall is %v", v[49])
	}
}

func TestVWAPSessions(t *testing.T) {
	bar := func(session int64, high, low, last, volume float64) Bar {
		return Bar{SessionMs: session, High: high, Low: low, Close: last, Volume: volume}
	}
	bars := []Bar{bar(1, 3, 1, 2, 0), bar(1, 3, 1, 2, 1), bar(1, 6, 3, 6, 3), bar(2, 9, 9, 9, 0), bar(2, 12, 6, 9, 5)}
	spec := specsOf("VWAP")[0]
	x, out := New(spec), make([]float64, 1)
	for i, want := range []float64{-1, 2, 4.25, -1, 9} { // -1 for no value
		x.Update(bars[i])
		if warm := x.Last(out); warm != (want >= 0) || (warm && out[0] != want) {
			t.Errorf("bar %d: %v, %v, want %v", i, out[0], warm, want)
		}
	}
	if x.Peek(bar(3, 5, 5, 5, 0), out) {
		t.Errorf("a new session without volume peeks %v", out[0])
	}
	if !x.Peek(bar(3, 5, 5, 5, 1), out) || out[0] != 5 {
		t.Errorf("a new session peeks %v", out[0])
	}
	// The first session may start at the epoch itself.
	if v, warm := feed(t, "VWAP", bar(0, 5, 5, 5, 1)); !warm || v[0] != 5 {
		t.Errorf("session 0 gives %v, %v", v, warm)
	}
}

func TestBadStates(t *testing.T) {
	for _, spec := range specs {
		x := New(spec)
		for _, b := range flat(100, 60) {
			x.Update(b)
		}
		state := x.AppendState(nil)
		for n := range state {
			if _, err := New(spec).LoadState(state[:n]); !errors.Is(err, errState) {
				t.Fatalf("%s loads %d of %d bytes: %v", spec.Name(), n, len(state), err)
			}
		}
	}
	for _, pair := range [][2]string{{"SMA_20", "SMA_21"}, {"EMA_20", "EMA_21"}, {"RSI_14", "RSI_13"}, {"ATR_14", "ATR_13"}, {"MACD_12_26_9", "MACD_12_26_8"}} {
		two := specsOf(pair[:]...)
		if _, err := New(two[1]).LoadState(New(two[0]).AppendState(nil)); !errors.Is(err, errState) {
			t.Errorf("%s loads a state of %s: %v", pair[1], pair[0], err)
		}
	}
}

// FuzzLoadState: no bytes make an indicator that panics, and what loads is stored
// as the same bytes.
func FuzzLoadState(f *testing.F) {
	for i, spec := range specs {
		x := New(spec)
		f.Add(uint16(i), x.AppendState(nil))
		for _, b := range flat(100, 40) {
			x.Update(b)
		}
		f.Add(uint16(i), x.AppendState(nil))
	}
	f.Add(uint16(2), binary.LittleEndian.AppendUint64(nil, 20))
	f.Fuzz(func(t *testing.T, which uint16, state []byte) {
		spec := specs[int(which)%len(specs)]
		x := New(spec)
		rest, err := x.LoadState(state)
		if err != nil {
			return
		}
		if used := state[:len(state)-len(rest)]; string(x.AppendState(nil)) != string(used) {
			t.Fatalf("%s: %x is stored as %x", spec.Name(), used, x.AppendState(nil))
		}
		out := make([]float64, len(spec.OutputNames()))
		for _, b := range flat(100, 50) {
			x.Peek(b, out)
			x.Update(b)
			x.Last(out)
		}
	})
}
