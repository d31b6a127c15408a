package indicator

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// tolerance is the relative difference to TA-Lib that is allowed; noise, as a
// part of the numbers whose difference an output is, is the rounding that any
// float arithmetic has.
const (
	tolerance = 1e-9
	noise     = 1e-14
)

// golden is what the oracle gives for one output.
type golden struct {
	// Samples are bars and values; nil stands for no value yet.
	Samples [][2]*float64
	// Scale is the size of the numbers whose difference the output is; 0: its own.
	Scale float64
	// TALib is TA-Lib's own largest difference from the samples, which are exact
	// where it loses digits; nil: the samples are TA-Lib's.
	TALib *float64
}

type goldens struct {
	Oracle string
	Series map[string]*recipe
}

// loadGoldens gives the goldens of all groups, by group.
func loadGoldens(t testing.TB) map[string]goldens {
	t.Helper()
	files, err := filepath.Glob("testdata/golden_*.json")
	if err != nil {
		t.Fatal(err)
	}
	groups := make(map[string]goldens)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var g goldens
		if err := json.Unmarshal(data, &g); err != nil {
			t.Fatal(err)
		}
		groups[file[len("testdata/golden_"):len(file)-len(".json")]] = g
	}
	return groups
}

// agreement is how near a kind comes to its oracle: the largest relative
// differences on the hard and on the real series, and TA-Lib's own difference from
// exact values where those are held against; nil where there are none.
type agreement struct {
	Hard, Real, TALib *float64 // TALib: on the hard series
	own               bool     // TA-Lib has no such kind
}

func raise(p **float64, v float64) {
	if *p == nil || v > **p {
		*p = &v
	}
}

// agreed are the agreements once all hold: two tests want them.
var agreed map[string]agreement

// agreements holds values and warm-up against the goldens, and gives how near
// every kind comes.
func agreements(t *testing.T) map[string]agreement {
	found := patternAgreements(t)
	for group, g := range loadGoldens(t) {
		if len(g.Series) < 12 {
			t.Errorf("%s: only %d series", group, len(g.Series))
		}
		for name, series := range g.Series {
			bars := series.bars(t)
			if bars == nil {
				leaveOut(t, name, group)
				continue
			}
			last := bars[len(bars)-1]
			if !slices.Equal(series.Last, []float64{last.High, last.Low, last.Close, last.Volume}) {
				t.Errorf("%s ends with %+v, TA-Lib was given %v", name, last, series.Last)
				continue
			}
			for output, want := range series.Outputs {
				kind, worst := checkGolden(t, name, output, bars, want)
				a := found[kind]
				switch {
				case series.File != "":
					raise(&a.Real, worst)
				case want.TALib != nil:
					raise(&a.TALib, *want.TALib)
					fallthrough
				default:
					raise(&a.Hard, worst)
				}
				found[kind] = a
			}
		}
	}
	if !t.Failed() {
		agreed = found
	}
	return found
}

// TestGoldens holds values and warm-up against TA-Lib's.
func TestGoldens(t *testing.T) {
	found := agreements(t)
	for _, k := range Kinds() {
		if a, ok := found[k.Name]; !ok && !k.own {
			t.Errorf("%s has no goldens", k.Name)
		} else if ok && a.Hard == nil {
			t.Errorf("%s has no goldens on the hard series", k.Name)
		}
	}
}

func checkGolden(t *testing.T, series, output string, bars []Bar, want golden) (kind string, worst float64) {
	t.Helper()
	spec, index, err := ParseName(output)
	if err != nil {
		t.Fatal(err)
	}
	x, out, samples := New(spec), make([]float64, len(spec.OutputNames())), want.Samples
	for i, b := range bars {
		x.Update(b)
		if len(samples) == 0 || int(*samples[0][0]) != i {
			continue
		}
		sample := samples[0][1]
		samples = samples[1:]
		warm := x.Last(out)
		if warm != (sample != nil) {
			t.Errorf("%s of %s at bar %d: warm %v", output, series, i, warm)
		}
		if !warm || sample == nil || math.Abs(out[index]-*sample) <= noise*want.Scale {
			continue
		}
		d := difference(out[index], *sample)
		worst = max(worst, d)
		if !(d <= tolerance) {
			t.Errorf("%s of %s at bar %d is %v, TA-Lib's is %v: relative difference %.2g", output, series, i, out[index], *sample, d)
			return spec.Kind, worst
		}
	}
	if len(samples) != 0 {
		t.Errorf("%s of %s: %d samples beyond the last bar", output, series, len(samples))
	}
	return spec.Kind, worst
}

// difference is relative to the larger of the two.
func difference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
}
