package indicator

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestStill: what each says where nothing moves, at any price.
func TestStill(t *testing.T) {
	for _, price := range []float64{0.00000001, 0.1, 18500.55, 92233720368.54775807} {
		for name, want := range map[string]float64{
			"AC_5_34_5": 0, "AO_5_34": 0, "ADX_14": 0, "ADXR_14": 0, "DX_14": 0, "PLUS_DI_14": 0, "MINUS_DI_14": 0, "PLUS_DM_14": 0, "MINUS_DM_1": 0,
			"AROON_14_UP": 100, "AROON_14_DOWN": 100, "AROONOSC_14": 0, "BOP": 0, "CMO_14": 0, "CMOU_14": 0, "DPO_20": 0, "ER_10": 1, "IMI_14": 50,
			"MFI_14": 0, "MOM_10": 0, "ROC_10": 0, "ROCP_10": 0, "ROCR_10": 1, "ROCR100_10": 100, "QSTICK_10": 0, "SMI_13_2_25_9": 0,
			"SMI_13_2_25_9_SIGNAL": 0, "TSI_25_13": 0, "ULTOSC_7_14_28": 0, "VHF_28": 0, "VORTEX_14_PLUS": 0, "VORTEX_14_MINUS": 0, "WAD": 0,
			"WILLR_14": 0, "FRACTAL_2_2_HIGH": 0, "FRACTAL_2_2_LOW": 0, "STOCH_5_3_0_3_0_K": 0, "STOCHF_5_3_0_D": 0, "STOCHRSI_14_5_3_0_K": 0,
			"KDJ_9_3_13_3_13_J": 0,
		} {
			if values, warm := feed(t, name, flat(price, 300)...); !warm || values[299] != want {
				t.Errorf("%s of a flat %v is %v, %v; want %v", name, price, values[299], warm, want)
			}
		}
	}
}

// bar closes where it says; its high and low are one beyond close and open.
func closing(opened, closed float64) Bar {
	return Bar{Open: opened, Close: closed, High: max(opened, closed) + 1, Low: min(opened, closed) - 1, Volume: 1}
}

// TestRise: a steady rise is the upper end of each scale.
func TestRise(t *testing.T) {
	var bars []Bar
	for i := range 300 {
		bars = append(bars, closing(float64(100+i), float64(101+i)))
	}
	for name, want := range map[string]float64{
		"ADX_14": 100, "ADXR_14": 100, "DX_14": 100, "MINUS_DI_14": 0, "MINUS_DM_14": 0, "PLUS_DM_1": 1, "AROON_14_UP": 100, "AROON_14_DOWN": 0,
		"AROONOSC_14": 100, "CMO_14": 100, "CMOU_14": 100, "ER_10": 1, "IMI_14": 100, "MFI_14": 100, "MOM_10": 10, "QSTICK_10": 1, "TSI_25_13": 100,
		"STOCHF_1_1_0_K": 100 * 2. / 3, "WAD": 2 * 299, "DPO_20": -1.5, "AO_5_34": 14.5, "AC_5_34_5": 0, "BOP": 1. / 3,
	} {
		if values, warm := feed(t, name, bars...); !warm || math.Abs(values[299]-want) > 1e-10 {
			t.Errorf("%s of a rise is %v, %v; want %v", name, values[299], warm, want)
		}
	}
}

// TestFractalIsKnownLater: a peak is told when enough bars have followed it, once, and
// one with an equal neighbour not at all.
func TestFractalIsKnownLater(t *testing.T) {
	highs := []float64{1, 2, 3, 2, 1, 1, 5, 5, 1, 1, 9, 1, 1}
	bars := make([]Bar, len(highs))
	for i, h := range highs {
		bars[i] = Bar{High: h, Low: -h}
	}
	want := []float64{0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 100}
	for _, name := range []string{"FRACTAL_2_2_HIGH", "FRACTAL_2_2_LOW"} {
		if got, _ := feed(t, name, bars...); !slices.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", name, got, want)
		}
	}
	if got, _ := feed(t, "FRACTAL_1_3_HIGH", bars...); !slices.Equal(got, []float64{0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("FRACTAL_1_3 gives %v", got)
	}
}

// TestFormerMovesLeaveNoTrace: when a huge bar has left the window, the value is to the
// last bit what it would have been without it.
func TestFormerMovesLeaveNoTrace(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	calm := make([]Bar, 200)
	last := 100.0
	for i := range calm {
		opened := last
		last += math.Round(200*(r.Float64()-0.5)) / 100
		calm[i] = closing(opened, last)
		calm[i].Volume = r.Float64()
	}
	wild := slices.Clone(calm)
	wild[60] = Bar{Open: 1e14, High: 4e14, Low: 0.5e14, Close: 3e14, Volume: 1e9}
	for _, name := range []string{
		"AC_5_34_5", "AO_5_34", "AROON_14_UP", "AROONOSC_14", "CMOU_14", "DPO_20", "ER_10", "IMI_14", "MFI_14", "MOM_10", "QSTICK_10", "ROC_10",
		"STOCH_5_3_0_3_0_D", "STOCHF_5_3_0_D", "ULTOSC_7_14_28", "VHF_28", "VORTEX_14_PLUS", "WILLR_14", "FRACTAL_2_2_HIGH",
	} {
		a, _ := feed(t, name, calm...)
		b, _ := feed(t, name, wild...)
		if slices.Equal(a, b) || difference(a[150], b[150]) > 1e-13 && math.Abs(a[150]-b[150]) > 1e-12 {
			t.Errorf("%s is %v after a wild bar, %v without it", name, b[150], a[150])
		}
	}
}

// TestOrderOfPeriods: where a definition sorts its periods, their order in the name
// means nothing.
func TestOrderOfPeriods(t *testing.T) {
	bars := benchBars()[:300]
	for _, same := range [][2]string{
		{"ULTOSC_7_14_28", "ULTOSC_28_7_14"},
		{"APO_12_26_0", "APO_26_12_0"},
		{"PPO_12_26_1", "PPO_26_12_1"},
		{"MACDEXT_12_0_26_1_9_0", "MACDEXT_26_1_12_0_9_0"},
		{"MACDEXT_12_1_26_1_9_1", "MACD_12_26_9"},
		{"STOCHF_5_3_0_D", "STOCH_5_3_0_1_0_K"},
		{"KDJ_9_3_0_3_1_D", "STOCH_9_3_0_3_1_D"},
	} {
		a, warm := feed(t, same[0], bars...)
		b, warm2 := feed(t, same[1], bars...)
		if !warm || !warm2 || a[299] != b[299] || a[299] == 0 {
			t.Errorf("%s is %v, %s is %v", same[0], a[299], same[1], b[299])
		}
	}
}

// TestZeroPrices: a close of 0, which some instruments have had, divides nothing.
func TestZeroPrices(t *testing.T) {
	for _, k := range Kinds() {
		spec, _, err := ParseName(k.example())
		if err != nil {
			t.Fatal(err)
		}
		x, out := New(spec), make([]float64, len(k.Outputs))
		for i := range 300 {
			b := Bar{Volume: float64(i % 3)}
			if i >= 150 && i < 200 {
				b = closing(float64(i%7)-3, float64(i%5)-2)
			}
			x.Update(b)
			if !x.Last(out) {
				continue
			}
			for _, v := range out {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s at bar %d: %v", k.Name, i, out)
				}
			}
		}
	}
}

// TestDirectionalMovement: by hand, of the larger of a rise and a fall.
func TestDirectionalMovement(t *testing.T) {
	bars := []Bar{
		{High: 10, Low: 8, Close: 9},
		{High: 12, Low: 7, Close: 11}, // up 2, down 1; true range 5
		{High: 13, Low: 5, Close: 6},  // up 1, down 2; true range 8
		{High: 13, Low: 5, Close: 6},  // neither; true range 8
		{High: 15, Low: 3, Close: 6},  // both 2: neither counts; true range 12
	}
	for name, want := range map[string][]float64{
		"PLUS_DM_1": {2, 0, 0, 0}, "MINUS_DM_1": {0, 2, 0, 0}, "PLUS_DM_2": {2, 1, 0.5, 0.25}, "MINUS_DM_2": {0, 2, 1, 0.5},
		"PLUS_DI_1": {0.4, 0, 0, 0}, "PLUS_DI_2": {math.NaN(), 100 * 1 / 10.5, 100 * 0.5 / 13.25, 100 * 0.25 / 18.625},
		"DX_2": {math.NaN(), 100. / 3, 100. / 3, 100. / 3},
	} {
		got, _ := feed(t, name, bars...)
		for i, w := range want {
			if !math.IsNaN(w) && math.Abs(got[i+1]-w) > 1e-13 {
				t.Errorf("%s at bar %d is %v, want %v", name, i+1, got[i+1], w)
			}
		}
	}
}

// TestFractalsAreAllPivots: held against looking at every bar around each.
func TestFractalsAreAllPivots(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	bars := make([]Bar, 2000)
	for i := range bars {
		bars[i] = Bar{High: float64(10 + r.IntN(12)), Low: float64(r.IntN(9))}
	}
	for _, sides := range [][2]int{{1, 1}, {2, 2}, {1, 5}, {5, 1}, {7, 3}} {
		left, right := sides[0], sides[1]
		x, out, found := New(Spec{"FRACTAL", []float64{float64(left), float64(right)}}), make([]float64, 2), 0
		for i, b := range bars {
			x.Update(b)
			if warm := x.Last(out); warm != (i >= left+right) || !warm {
				continue
			}
			around := slices.Concat(bars[i-right-left:i-right], bars[i-right+1:i+1])
			high := !slices.ContainsFunc(around, func(o Bar) bool { return o.High >= bars[i-right].High })
			low := !slices.ContainsFunc(around, func(o Bar) bool { return o.Low <= bars[i-right].Low })
			if (out[0] == 100) != high || (out[1] == 100) != low {
				t.Fatalf("%d bars left, %d right: %v at bar %d, want %v and %v", left, right, out, i, high, low)
			}
			if high || low {
				found++
			}
		}
		if found < 10 {
			t.Errorf("%d bars left, %d right: only %d fractals", left, right, found)
		}
	}
}

// TestChannelIndexIsExact: CCI keeps its digits where the newest price is almost the
// mean of prices 10^12 times as large as its distance from it.
func TestChannelIndexIsExact(t *testing.T) {
	const price = float64(1 << 40)
	var bars []Bar
	for i := range 60 {
		p := price + []float64{0, 1, 0.75}[i%3]
		bars = append(bars, Bar{High: p, Low: p, Close: p})
	}
	got, _ := feed(t, "CCI_3", bars...)
	// Mean 1.75/3 above the price, deviations 1.75/3, 1.25/3, 0.5/3.
	for i, distance := range []float64{-1.75 / 3, 1.25 / 3, 0.5 / 3} {
		if want := distance / (0.015 * 3.5 / 9); difference(got[57+i], want) > 1e-15 {
			t.Errorf("bar %d: %v, want %v", 57+i, got[57+i], want)
		}
	}
}

// TestLag: the number of n numbers ago, whenever it was saved and loaded.
func TestLag(t *testing.T) {
	for _, n := range []int{1, 2, 7} {
		l := newLag(n)
		for i := range 30 {
			peeked, _ := l.take(-1, false)
			past, ok := l.take(float64(i), true)
			if ok != (i >= n) || ok && (past != float64(i-n) || peeked != past) {
				t.Fatalf("lag %d at %d is %v, %v", n, i, past, ok)
			}
			loaded := newLag(n)
			loaded.load(&reader{b: l.appendState(nil)})
			l = loaded
		}
	}
}
