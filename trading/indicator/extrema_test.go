package indicator

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// plainExtremum is the definition: the best of the last n values, the youngest of
// equal ones.
func plainExtremum(values []float64, n int, lowest bool) (best float64, age int) {
	values = values[max(len(values)-n, 0):]
	for i, v := range values {
		if i == 0 || (lowest && v <= best) || (!lowest && v >= best) {
			best, age = v, len(values)-1-i
		}
	}
	return best, age
}

// TestExtrema: whatever comes, ties and repeats included, peek and last are the
// definition, and what is stored and read back goes on the same.
func TestExtrema(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		for _, n := range []int{1, 2, 3, 10, 37} {
			for _, lowest := range []bool{false, true} {
				e := newHighest(n)
				e.lowest = lowest
				var values []float64
				for i := range 300 {
					x := float64(r.IntN(1 + i/30))
					values = append(values, x)
					want, age := plainExtremum(values, n, lowest)
					if v, a := e.peek(x); v != want || a != age {
						t.Fatalf("n %d, bar %d: peek %v, %d ago; want %v, %d", n, i, v, a, want, age)
					}
					if e.fills() != (len(values) >= n) {
						t.Fatalf("n %d, bar %d: fills %v", n, i, e.fills())
					}
					e.push(x)
					if v, a := e.last(); v != want || a != age || e.full() != (len(values) >= n) {
						t.Fatalf("n %d, bar %d: last %v, %d ago; want %v, %d", n, i, v, a, want, age)
					}
					if r.IntN(5) == 0 {
						e = restored(t, e)
					}
				}
			}
		}
	}
}

func restored(t *testing.T, e extremum) extremum {
	t.Helper()
	state := e.appendState(nil)
	again := newHighest(len(e.ring))
	again.lowest = e.lowest
	r := &reader{b: state}
	again.load(r)
	if r.err != nil || len(r.b) != 0 || string(again.appendState(nil)) != string(state) {
		t.Fatalf("%v reads back as %v: %v", e, again, r.err)
	}
	return again
}

// TestExtremaRefuse: candidates that no values leave behind aren't read.
func TestExtremaRefuse(t *testing.T) {
	state := func(count int, candidates ...[2]float64) []byte {
		b := appendInt(appendInt(appendInt(nil, 3), count), len(candidates))
		for _, c := range candidates {
			b = appendFloat(appendInt(b, int(c[0])), c[1])
		}
		return b
	}
	for name, b := range map[string][]byte{
		"values without a candidate": state(2),
		"a candidate without values": state(0, [2]float64{0, 1}),
		"too many candidates":        state(1, [2]float64{1, 2}, [2]float64{0, 1}),
		"older than the window":      state(2, [2]float64{2, 2}, [2]float64{0, 1}),
		"youngest missing":           state(3, [2]float64{2, 2}, [2]float64{1, 1}),
		"not in order of age":        state(3, [2]float64{1, 2}, [2]float64{1, 1.5}, [2]float64{0, 1}),
		"a worse one first":          state(3, [2]float64{2, 1}, [2]float64{0, 2}),
		"equal ones":                 state(3, [2]float64{2, 1}, [2]float64{0, 1}),
	} {
		e, r := newHighest(3), &reader{b: b}
		if e.load(r); r.err == nil {
			t.Errorf("%s is read: %s", name, fmt.Sprint(e.ring))
		}
	}
	e, r := newHighest(3), &reader{b: state(3, [2]float64{2, 2}, [2]float64{0, 1})}
	if e.load(r); r.err != nil {
		t.Errorf("a good one isn't read: %v", r.err)
	}
}
