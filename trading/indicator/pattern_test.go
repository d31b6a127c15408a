package indicator

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"testing"
)

// sightings is what TA-Lib sees of one pattern in a series.
type sightings struct {
	First int            // the first bar that can have a value
	Found map[string]int // how often each value but 0 comes
	Hash  string         // FNV-1a of all values from First on
}

type patternSeries struct {
	recipe
	Patterns map[string]sightings
}

func (s *patternSeries) whole(t *testing.T) []Bar {
	bars := s.bars(t)
	if s.File == "" || bars == nil {
		return bars
	}
	whole := make([]Bar, len(bars))
	scale := math.Round(1 / s.Divisor)
	for i, b := range bars {
		whole[i] = Bar{Open: math.RoundToEven(b.Open * scale), High: math.RoundToEven(b.High * scale), Low: math.RoundToEven(b.Low * scale), Close: math.RoundToEven(b.Close * scale)}
	}
	return whole
}

// loadPatterns gives what TA-Lib sees, by series.
func loadPatterns(t *testing.T) map[string]*patternSeries {
	t.Helper()
	data, err := os.ReadFile("testdata/patterns.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Series map[string]*patternSeries }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Series
}

// patternAgreements holds all candlestick patterns against TA-Lib's at every bar.
func patternAgreements(t *testing.T) map[string]agreement {
	found := make(map[string]agreement)
	for name, series := range loadPatterns(t) {
		bars := series.whole(t)
		if bars == nil {
			leaveOut(t, name, "patterns")
			continue
		}
		for output, want := range series.Patterns {
			spec, _, err := ParseName(output)
			if err != nil {
				t.Fatal(err)
			}
			got := sight(t, spec, bars)
			if got.First != want.First || !maps.Equal(got.Found, want.Found) || got.Hash != want.Hash {
				t.Errorf("%s of %s: %v, TA-Lib sees %v", output, name, got, want)
			}
			a := found[spec.Kind]
			if series.File == "" {
				raise(&a.Hard, 0)
			} else {
				raise(&a.Real, 0)
			}
			found[spec.Kind] = a
		}
	}
	return found
}

func sight(t *testing.T, spec Spec, bars []Bar) sightings {
	x, out, s, hash := New(spec), make([]float64, 1), sightings{First: -1, Found: make(map[string]int)}, uint64(fnvStart)
	for i, b := range bars {
		x.Update(b)
		if !x.Last(out) {
			if s.First >= 0 {
				t.Fatalf("%s turns cold at bar %d", spec.Name(), i)
			}
			continue
		}
		if s.First < 0 {
			s.First = i
		}
		v := int32(out[0])
		hash = (hash ^ uint64(uint32(v))) * fnvPrime
		if v != 0 {
			s.Found[fmt.Sprint(v)]++
		}
	}
	s.Hash = fmt.Sprintf("%016x", hash)
	return s
}

// FNV-1a's start and prime, here over 32-bit words instead of bytes.
const (
	fnvStart = 0xcbf29ce484222325
	fnvPrime = 0x100000001b3
)

// TestPatternsAreSeen: the series that patterns are held against have all of them.
func TestPatternsAreSeen(t *testing.T) {
	seen := make(map[string]int)
	for _, series := range loadPatterns(t) {
		for output, s := range series.Patterns {
			spec, _, err := ParseName(output)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range s.Found {
				seen[spec.Kind] += n
			}
		}
	}
	for _, k := range patternKinds {
		if seen[k.Name] < 2 {
			t.Errorf("%s is seen %d times", k.Name, seen[k.Name])
		}
	}
	if len(patternKinds) != 61 {
		t.Errorf("%d patterns, TA-Lib has 61", len(patternKinds))
	}
}
