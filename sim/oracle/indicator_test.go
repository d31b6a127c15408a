package oracle

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// golden is what testdata/talib.py wrote with TA-Lib; its prices have two
// decimals, its outputs are TA-Lib's floats in full.
type golden struct {
	Generator string
	Series    map[string]struct {
		Bars    [][4]float64
		Outputs map[string][]*float64
	}
}

func load(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/talib.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// ours computes every output that the golden file has.
func ours(bars []Bar) map[string][]float64 {
	out := make(map[string][]float64)
	for _, n := range []int{2, 20} {
		out[fmt.Sprint("SMA_", n)], out[fmt.Sprint("EMA_", n)] = SMA(bars, n), EMA(bars, n)
	}
	for _, n := range []int{2, 14} {
		out[fmt.Sprint("RSI_", n)] = RSI(bars, n)
	}
	for _, n := range []int{1, 14} {
		out[fmt.Sprint("ATR_", n)] = ATR(bars, n)
	}
	for _, p := range [][3]int{{12, 26, 9}, {3, 10, 4}, {8, 5, 3}} {
		name := fmt.Sprintf("MACD_%d_%d_%d", p[0], p[1], p[2])
		out[name], out[name+"_SIGNAL"], out[name+"_HIST"] = MACD(bars, p[0], p[1], p[2])
	}
	for n, d := range map[int]float64{20: 2, 5: 1.5} {
		name := fmt.Sprintf("BBANDS_%d_%g", n, d)
		out[name+"_UPPER"], out[name+"_MIDDLE"], out[name+"_LOWER"] = BBANDS(bars, n, d)
	}
	return out
}

// TestEqualsTALib: equal warm-up, and values within 1e-9, or 1e-12 of the price
// where that is more.
func TestEqualsTALib(t *testing.T) {
	for name, s := range load(t).Series {
		bars := make([]Bar, len(s.Bars))
		for i, b := range s.Bars {
			bars[i] = Bar{Open: b[0], High: b[1], Low: b[2], Close: b[3]}
		}
		got := ours(bars)
		if len(got) != len(s.Outputs) {
			t.Errorf("%s: %d outputs, the golden file has %d", name, len(got), len(s.Outputs))
		}
		for output, want := range s.Outputs {
			for i := range want {
				g := got[output][i]
				if (want[i] == nil) != math.IsNaN(g) {
					t.Errorf("%s, %s, bar %d: %v, TA-Lib says %v", name, output, i, g, want[i])
				} else if want[i] != nil && math.Abs(g-*want[i]) > max(1e-9, 1e-12*bars[i].Close) {
					t.Errorf("%s, %s, bar %d: %.17g, TA-Lib says %.17g", name, output, i, g, *want[i])
				}
			}
		}
	}
}

// TestShort: fewer bars than an indicator needs give NaN, and no bars nothing.
func TestShort(t *testing.T) {
	for n := range 5 {
		for output, values := range ours(make([]Bar, n)) {
			if len(values) != n {
				t.Errorf("%s gives %d values for %d bars", output, len(values), n)
			}
			if n == 1 && !math.IsNaN(values[0]) {
				t.Errorf("%s is warm after one bar", output)
			}
		}
	}
}
