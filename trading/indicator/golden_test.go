package indicator

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// tolerance is the relative difference to TA-Lib that is allowed.
const tolerance = 1e-9

// recipe makes a series of bars by whole numbers; testdata/make_golden.py has the
// same one.
type recipe struct {
	Shape            string
	Seed             uint32
	Divisor          float64
	Base, Step, Bars int64
	Wicks            bool
	Last             []float64 // high, low, close and volume of the last bar
	Outputs          map[string][][2]*float64
}

// xorshift is Marsaglia's generator of 32 bits.
type xorshift uint32

func (x *xorshift) below(n int64) int64 {
	*x ^= *x << 13
	*x ^= *x >> 17
	*x ^= *x << 5
	return int64(*x) % n
}

func (r *recipe) move(i int64, x *xorshift) int64 {
	drawn := x.below(2*r.Step+1) - r.Step
	switch {
	case r.Shape == "walk":
		return drawn
	case r.Shape == "steps" && i%50 == 49 && i/50%2 == 0:
		return r.Base / 2
	case r.Shape == "steps" && i%50 == 49:
		return -(r.Base / 2)
	case r.Shape == "zigzag" && i%2 == 0, r.Shape == "falling":
		return -r.Step
	case r.Shape == "zigzag", r.Shape == "rising", r.Shape == "once" && i == 30:
		return r.Step
	default:
		return 0
	}
}

const sessionBars = 75

func (r *recipe) bars() []Bar {
	x, last := xorshift(r.Seed), r.Base
	bars := make([]Bar, r.Bars)
	for i := range r.Bars {
		opened := last
		last += r.move(i, &x)
		up, down := x.below(r.Step+1), x.below(r.Step+1)
		traded, volume := x.below(4), x.below(1_000_000)
		high, low := max(opened, last), min(opened, last)
		if r.Wicks {
			high, low = high+up, low-down
		}
		if traded == 0 {
			volume = 0
		}
		bars[i] = Bar{
			StartMs: i * 60_000, SessionMs: i / sessionBars * sessionBars * 60_000, Open: float64(opened) / r.Divisor,
			High: float64(high) / r.Divisor, Low: float64(low) / r.Divisor, Close: float64(last) / r.Divisor, Volume: float64(volume) / 1000,
		}
	}
	return bars
}

type goldens struct {
	Oracle string
	Series map[string]*recipe
}

func loadGoldens(t testing.TB) goldens {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGoldens holds values and warm-up against TA-Lib's.
func TestGoldens(t *testing.T) {
	g := loadGoldens(t)
	if len(g.Series) < 9 {
		t.Fatalf("only %d series", len(g.Series))
	}
	for name, series := range g.Series {
		t.Run(name, func(t *testing.T) {
			bars := series.bars()
			last := bars[len(bars)-1]
			if !slices.Equal(series.Last, []float64{last.High, last.Low, last.Close, last.Volume}) {
				t.Fatalf("the series ends with %+v, TA-Lib was given %v", last, series.Last)
			}
			kinds := make(map[string]bool)
			for output, samples := range series.Outputs {
				spec, _, err := ParseName(output)
				if err != nil {
					t.Fatal(err)
				}
				kinds[spec.Kind] = true
				checkGolden(t, output, bars, samples)
			}
			if len(kinds) != len(Kinds()) {
				t.Errorf("goldens of %d kinds, there are %d", len(kinds), len(Kinds()))
			}
		})
	}
}

func checkGolden(t *testing.T, output string, bars []Bar, samples [][2]*float64) {
	t.Helper()
	spec, index, err := ParseName(output)
	if err != nil {
		t.Fatal(err)
	}
	x, out := New(spec), make([]float64, len(spec.OutputNames()))
	worst := 0.0
	for i, b := range bars {
		x.Update(b)
		if len(samples) == 0 || int(*samples[0][0]) != i {
			continue
		}
		want := samples[0][1]
		samples = samples[1:]
		warm := x.Last(out)
		if warm != (want != nil) {
			t.Errorf("%s at bar %d: warm %v", output, i, warm)
		}
		if warm && want != nil {
			d := difference(out[index], *want)
			worst = max(worst, d)
			if !(d <= tolerance) {
				t.Errorf("%s at bar %d is %v, TA-Lib's is %v: relative difference %.2g", output, i, out[index], *want, d)
				return
			}
		}
	}
	if len(samples) != 0 {
		t.Errorf("%s: %d samples beyond the last bar", output, len(samples))
	}
	t.Logf("%s: largest relative difference %.2g", output, worst)
}

// difference is relative to the larger of the two.
func difference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
}
