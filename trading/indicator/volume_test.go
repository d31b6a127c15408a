package indicator

import (
	"math"
	"math/big"
	"testing"
)

// series makes bars of closes and volumes, with a range of 1 below and above.
func series(pairs ...[2]float64) []Bar {
	bars := make([]Bar, len(pairs))
	for i, p := range pairs {
		bars[i] = Bar{Open: p[0], High: p[0] + 1, Low: p[0] - 1, Close: p[0], Volume: p[1]}
	}
	return bars
}

func TestVolumeByHand(t *testing.T) {
	bars := series([2]float64{10, 5}, [2]float64{12, 4}, [2]float64{12, 9}, [2]float64{9, 2}, [2]float64{18, 0}, [2]float64{18, 0}, [2]float64{9, 8})
	want(t, "OBV", bars, 5, 9, 9, 7, 7, 7, -1)
	want(t, "PVT", bars, 0, 0.8, 0.8, 0.3, 0.3, 0.3, -3.7)
	want(t, "NVI", bars, 1000, 1200, 1200, 900, 1800, 1800, 1800)
	want(t, "PVI", bars, 1000, 1000, 1000, 1000, 1000, 1000, 500)
	want(t, "RVOL_2", bars, none, none, 2, 2./6.5, 0, 0, none)
	want(t, "MARKETFI", bars, 0.4, 0.5, 2./9, 1, 0, 0, 0.25)
	want(t, "EFI_1", bars, none, 8, 0, -6, 0, 0, -72)
	want(t, "EFI_3", bars, none, none, none, 2./3, 1./3, 1./6, -72./2+1./12)
}

func TestMoneyFlow(t *testing.T) {
	bar := func(last, volume float64) Bar { return Bar{High: 12, Low: 8, Close: last, Volume: volume} }
	bars := []Bar{bar(12, 3), bar(9, 4), {High: 8, Low: 8, Close: 8, Volume: 7}, bar(10, 0), bar(8, 0), bar(8, 0)}
	want(t, "AD", bars, 3, 1, 1, 1, 1, 1)
	want(t, "CMF_2", bars, none, 1./7, -2./11, 0, 0, 0)
	want(t, "ADOSC_2_3", bars, none, none, 1+2./9-1.5, 1+2./27-1.25, 1+2./81-1.125, 1+2./243-1.0625)
	want(t, "ADOSC_3_2", bars, none, none, 1.5-1-2./9, 1.25-1-2./27, 1.125-1-2./81, 1.0625-1-2./243)
}

// TestNoVolume: what divides by volume has a defined value without any, also after
// there was some.
func TestNoVolume(t *testing.T) {
	bars := flat(100, 200)
	for i := range bars {
		bars[i].Volume = 0
	}
	bars[3].Volume = 1e9
	for name, value := range map[string]float64{"PVO_12_26_0": 0, "PVO_2_9_2": 0, "PVO_2_9_5": 0, "CMF_20": 0, "MARKETFI": 0, "OBV": 0, "AD": 0} {
		if values, warm := feed(t, name, bars...); !warm || values[199] != value {
			t.Errorf("%s without volume is %v, %v", name, values[199], warm)
		}
	}
	if values, warm := feed(t, "RVOL_20", bars...); warm {
		t.Errorf("RVOL has %v over no volume", values[199])
	}
}

// TestVolumeIndexStaysFinite: it keeps its value rather than overflow, and where the
// close before was 0.
func TestVolumeIndexStaysFinite(t *testing.T) {
	bars := series([2]float64{1e-200, 5}, [2]float64{1e200, 4}, [2]float64{2e200, 3}, [2]float64{0, 4}, [2]float64{7, 3})
	want(t, "NVI", bars, 1000, 1000, 2000, 2000, 2000)
}

// TestTallyIsExact: a sum of millions of volumes has no rounding that a float shows.
func TestTallyIsExact(t *testing.T) {
	x, exact := tally{}, new(big.Float).SetPrec(400)
	r := xorshift(7)
	for range 2_000_000 {
		v := float64(r.below(2_000_001)-1_000_000) / 1000
		x.take(v, true)
		exact.Add(exact, big.NewFloat(v))
	}
	if want, _ := exact.Float64(); x.sum.hi != want {
		t.Errorf("%v, want %v", x.sum.hi, want)
	}
}

func TestVolatilityByHand(t *testing.T) {
	bars := []Bar{{High: 12, Low: 10, Close: 10}, {High: 15, Low: 13, Close: 13}, {High: 12, Low: 9, Close: 10}, {High: 10, Low: 10, Close: 0}}
	want(t, "TRANGE", bars, none, 5, 4, 0)
	want(t, "NATR_1", bars, none, 5, 4, 0)
	want(t, "NATR_2", bars, none, none, 45, 0)
	want(t, "ADR_2", bars, none, 2, 2.5, 1.5)
	want(t, "CVI_2_1", bars, none, none, (8./3-2)/2*100, (8./9-8./3)/(8./3)*100)
	want(t, "MASSI_2_2", bars, none, none, none, (8./3)/(7./3)+(8./9)/(37./27))
}

// TestNoRange: without ranges and moves, each has the value that TA-Lib defines; a
// change too large for a float is none.
func TestNoRange(t *testing.T) {
	bars := flat(100, 5000)
	for name, value := range map[string]float64{"TRANGE": 0, "NATR_14": 0, "ADR_14": 0, "CVI_10_10": 0, "MASSI_9_25": 25, "RVI_14_10": 50, "AVGDEV_14": 0} {
		if values, warm := feed(t, name, bars...); !warm || values[4999] != value {
			t.Errorf("%s of flat bars is %v, %v", name, values[4999], warm)
		}
	}
	bars[0].High, bars[4500].High = 1e9, 1e9
	if values, warm := feed(t, "CVI_10_10", bars[:4501]...); warm {
		t.Errorf("CVI from next to nothing is %v", values[4500])
	}
	if values, warm := feed(t, "CVI_10_10", bars...); !warm || math.IsInf(values[4999], 0) {
		t.Errorf("CVI later is %v, %v", values[4999], warm)
	}
}

func TestRelativeVolatility(t *testing.T) {
	rising, falling := flat(100, 60), flat(100, 60)
	for i := range rising {
		rising[i].Close += float64(i)
		falling[i].Close -= float64(i)
	}
	if v, _ := feed(t, "RVI_14_10", rising...); v[59] != 100 {
		t.Errorf("RVI of a rise is %v", v[59])
	}
	if v, _ := feed(t, "RVI_14_10", falling...); v[59] != 0 {
		t.Errorf("RVI of a fall is %v", v[59])
	}
}

func TestHeikinAshi(t *testing.T) {
	bars := []Bar{{Open: 10, High: 14, Low: 8, Close: 12}, {Open: 12, High: 13, Low: 11.5, Close: 11.5}, {Open: 20, High: 20, Low: 20, Close: 20}}
	want(t, "HA_OPEN", bars, 11, 11, 11.5)
	want(t, "HA_HIGH", bars, 14, 13, 20)
	want(t, "HA_LOW", bars, 8, 11, 11.5)
	want(t, "HA_CLOSE", bars, 11, 12, 20)
}

func TestPrices(t *testing.T) {
	bars := []Bar{{Open: 10, High: 14, Low: 8, Close: 11}}
	want(t, "AVGPRICE", bars, 43./4)
	want(t, "MEDPRICE", bars, 11)
	want(t, "TYPPRICE", bars, 11)
	want(t, "WCLPRICE", bars, 11)
	want(t, "AVGDEV_2", series([2]float64{1, 0}, [2]float64{4, 0}, [2]float64{4, 0}, [2]float64{-2, 0}), none, 1.5, 0, 3)
}
