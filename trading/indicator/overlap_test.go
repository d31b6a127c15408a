package indicator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAverages: of each type, n of 1 gives the number itself, a number that stays is
// its own average, and the first value comes where averageLookback says.
func TestAverages(t *testing.T) {
	for kind := range averageRMA + 1 {
		for _, n := range []int{1, 2, 3, 4, 9, 10, 30} {
			s, lookback := newAverage(kind, n), averageLookback(kind, n)
			for i := range 400 {
				const price = 18500.55
				v, ok := s.take(price, true)
				if ok != (i >= lookback) {
					t.Fatalf("type %d of %d: %v after %d numbers; the lookback is %d", kind, n, ok, i+1, lookback)
				}
				// MAMA starts from 0, as TA-Lib's does, and is near after some time.
				if ok && (kind != averageMAMA || i > 100) && difference(v, price) > 1e-14 {
					t.Fatalf("type %d of %d is %v", kind, n, v)
				}
			}
		}
		s := newAverage(kind, 1)
		for _, x := range []float64{1e15, 1.1, -3, 0} {
			if v, ok := s.take(x, true); !ok || v != x {
				t.Errorf("type %d of one number %v is %v, %v", kind, x, v, ok)
			}
		}
	}
}

// TestLate: a late stage is the stage without the first numbers.
func TestLate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	late, plain := newLate(newMean(3), 4), newMean(3)
	for i := range 40 {
		x := r.Float64()
		peeked, peekedWarm := late.take(x, false)
		got, warm := late.take(x, true)
		want, wantWarm := 0.0, false
		if i >= 4 {
			want, wantWarm = plain.take(x, true)
		}
		if warm != wantWarm || peekedWarm != warm || (warm && (got != want || peeked != got)) {
			t.Fatalf("number %d: %v, %v, peeked %v; want %v, %v", i, got, warm, peeked, want, wantWarm)
		}
	}
}

// TestStillOverlap: where nothing moves, all lines are the price.
func TestStillOverlap(t *testing.T) {
	for _, price := range []float64{0.00000001, 0.1, 18500.55, 92233720368.54775807} {
		for _, k := range overlapKinds {
			if k.Name == "SAREXT" {
				continue // a stop at the price turns with every bar, and with it the sign
			}
			spec, _, err := ParseName(k.example())
			if err != nil {
				t.Fatal(err)
			}
			for i, name := range spec.OutputNames() {
				want := price
				if k.Outputs[i] == "DIRECTION" {
					want = 1
				}
				if values, warm := feed(t, name, flat(price, 300)...); !warm || difference(values[299], want) > 1e-14 {
					t.Errorf("%s of a flat %v is %v, %v", name, price, values[299], warm)
				}
			}
		}
	}
}

// TestNoTraceOverlap: when a huge bar has left the window, the value is what it would
// have been without it.
func TestNoTraceOverlap(t *testing.T) {
	calm := benchBars()[:200]
	wild := slices.Clone(calm)
	wild[60] = Bar{Open: 1e14, High: 4e14, Low: 0.5e14, Close: 3e14, Volume: 1e9}
	for _, name := range []string{
		"ACCBANDS_20_UPPER", "ACCBANDS_20_LOWER", "DONCHIAN_20_MIDDLE", "HMA_20", "ICHIMOKU_5_7_9_SENKOU_A", "MIDPOINT_14", "MIDPRICE_14", "TRIMA_30",
		"VWMA_30", "WMA_30", "MA_20_9", "BETA_5", "CORREL_30", "LINEARREG_14", "LINEARREG_ANGLE_14", "LINEARREG_INTERCEPT_14", "LINEARREG_SLOPE_14",
		"PERCENTILE_30_50", "PERCENTRANK_80", "STDDEV_5_1", "TSF_14", "VAR_5",
	} {
		a, _ := feed(t, name, calm...)
		b, _ := feed(t, name, wild...)
		if slices.Equal(a, b) || difference(a[150], b[150]) > 1e-11 {
			t.Errorf("%s is %v after a wild bar, %v without it", name, b[150], a[150])
		}
	}
}

func prices(high, low, last float64) Bar { return Bar{Open: last, High: high, Low: low, Close: last} }

// TestSAR is a worked example: short from the second bar on, whose low fell further
// than its high rose; turned by a high at the stop; and long until a low is at it.
func TestSAR(t *testing.T) {
	bars := []Bar{prices(12, 10, 11), prices(11, 8, 9), prices(10, 7, 8), prices(13, 9, 12), prices(14, 11, 13), prices(12, 6, 7)}
	// Stops: the first high; 12 + 0.1 * (8 - 12); turned, the lowest low; that + 0.1 *
	// (13 - 7), but not above the last two lows; turned, the highest high.
	want := []float64{0, 12, 11.6, 7, 7, 14}
	for name, sign := range map[string][]float64{
		"SAR_0.1_0.5": {0, 1, 1, 1, 1, 1}, "SAREXT_0_0_0.1_0.1_0.5_0.1_0.1_0.5": {0, -1, -1, 1, 1, -1},
	} {
		got, _ := feed(t, name, bars...)
		for i := 1; i < len(bars); i++ {
			if math.Abs(got[i]-sign[i]*want[i]) > 1e-12 {
				t.Errorf("%s at bar %d is %v, want %v", name, i, got[i], sign[i]*want[i])
			}
		}
	}
	// As far down as up is long: turned at once, the stop is the highest high.
	if got, _ := feed(t, "SAR_0.1_0.5", prices(12, 10, 11), prices(13, 9, 11)); got[1] != 13 {
		t.Errorf("a bar around the first one has the stop %v", got[1])
	}
	if got, _ := feed(t, "SAREXT_0_0.5_0.1_0.1_0.5_0.1_0.1_0.5", bars...); got[3] != 3.5 {
		t.Errorf("an offset of half puts the turned stop at %v", got[3])
	}
	if got, warm := feed(t, "SAREXT_5_0_0.1_0.1_0.5_0.1_0.1_0.5", bars[:2]...); !warm || got[1] != 5 {
		t.Errorf("a start at 5 is %v", got[1])
	}
}

// TestSuperTrend: the line follows, stays, and changes side with a close beyond it.
func TestSuperTrend(t *testing.T) {
	var bars []Bar
	for _, last := range []float64{100, 101, 102, 103, 102, 90, 89, 90, 104} {
		bars = append(bars, prices(last+1, last-1, last))
	}
	line, _ := feed(t, "SUPERTREND_2_1", bars...)
	direction, _ := feed(t, "SUPERTREND_2_1_DIRECTION", bars...)
	if got := direction[2:]; !slices.Equal(got, []float64{1, 1, 1, -1, -1, -1, 1}) {
		t.Errorf("directions %v", got)
	}
	if line[2] != 100 || line[3] != 101 || line[4] != 101 || line[5] < 90 || line[6] > line[5] || line[8] > 104 {
		t.Errorf("lines %v", line)
	}
}

// TestVWMA: bars without volume count nothing, and where all are without there is no
// value.
func TestVWMA(t *testing.T) {
	bars := flat(0.1, 6)
	for i, volume := range []float64{0, 0, 3, 1, 0, 0} {
		bars[i].Close, bars[i].Volume = float64(i+1), volume
	}
	x, out := New(specsOf("VWMA_2")[0]), make([]float64, 1)
	for i, want := range []float64{-1, -1, 3, 3.25, 4, -1} { // -1 for no value
		x.Update(bars[i])
		if warm := x.Last(out); warm != (want >= 0) || (warm && out[0] != want) {
			t.Errorf("bar %d: %v, %v, want %v", i, out[0], warm, want)
		}
	}
}

// TestTypicalOrClose: Keltner's channels by typical price and by close differ in their
// middle, not in their width.
func TestTypicalOrClose(t *testing.T) {
	bars := benchBars()[:100]
	value := func(kind, band string) float64 {
		values, _ := feed(t, fmt.Sprintf("%s_20_10_2_%s", kind, band), bars...)
		return values[99]
	}
	if value("KC", "MIDDLE") == value("KELTNER", "MIDDLE") {
		t.Error("both have the same middle")
	}
	if ema, _ := feed(t, "EMA_20", bars...); value("KELTNER", "MIDDLE") != ema[99] {
		t.Errorf("the middle is %v, not the EMA %v", value("KELTNER", "MIDDLE"), ema[99])
	}
	a, b := value("KC", "UPPER")-value("KC", "LOWER"), value("KELTNER", "UPPER")-value("KELTNER", "LOWER")
	if difference(a, b) > 1e-10 {
		t.Errorf("widths %v and %v", a, b)
	}
}
