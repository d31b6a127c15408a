package indicator

import (
	"math/rand/v2"
	"testing"
)

// narrowing gives bars between which all candidates of both extrema stay: highs fall and
// lows rise, or with turned the other way round, closes too.
func narrowing(n int, turned bool) []Bar {
	bars := make([]Bar, n)
	for i := range bars {
		up, down := float64(i), float64(2*n-i)
		if turned {
			up, down = down, up
		}
		bars[i] = Bar{StartMs: int64(i), SessionMs: int64(i / 50), Day: int64(i / 50), Open: up, High: down, Low: up, Close: up, Volume: 1}
	}
	return bars
}

// sized gives a kind with all its periods n, or the least there is, and all its types of
// averages t.
func sized(k Kind, n, t float64) (s Spec, bars int) {
	s = Spec{Kind: k.Name}
	for _, p := range k.Parameters {
		v := p.Default
		switch {
		case p.Whole && p.Max == maxPeriods:
			v = max(n, p.Min)
			bars += 3 * int(v)
		case p.Whole && p.Min == 0 && p.Max < 20:
			v = min(t, p.Max)
		}
		s.Params = append(s.Params, v)
	}
	return s, bars + 70
}

// TestStateBytes: no state of any kind is larger than reckoned, on bars by which the most
// is remembered and on hostile ones.
func TestStateBytes(t *testing.T) {
	for _, k := range kinds {
		for _, n := range []float64{1, 7, 60} {
			for kind := range 14 {
				spec, count := sized(k, n, float64(kind))
				if other, _ := sized(k, n, 0); kind > 0 && other.Name() == spec.Name() {
					break
				}
				most := spec.StateBytes()
				for _, bars := range [][]Bar{narrowing(count, false), narrowing(count, true), hostile(rand.New(rand.NewPCG(1, 9)), count)} {
					x := New(spec)
					for i, b := range bars {
						x.Update(b)
						if i%5 != 0 && i < count-2 {
							continue
						}
						if size := len(x.AppendState(nil)); size > most {
							t.Fatalf("%s has %d bytes after %d bars, reckoned are %d", spec.Name(), size, i+1, most)
						}
					}
				}
			}
		}
	}
}
