package indicator

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// exactDeviation gives mean and mean absolute deviation of values in 300 bits.
func exactDeviation(values []float64) (mean, deviation float64) {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(x) }
	n, sum := number(float64(len(values))), number(0)
	for _, v := range values {
		sum.Add(sum, number(v))
	}
	average, total := number(0).Quo(sum, n), number(0)
	for _, v := range values {
		total.Add(total, number(0).Abs(number(0).Sub(number(v), average)))
	}
	mean, _ = average.Float64()
	deviation, _ = total.Quo(total, n).Float64()
	return mean, deviation
}

// checkRanks holds all that a window tells against its sorted values.
func checkRanks(t *testing.T, r *ranks, values []float64) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(values))
	for k, v := range sorted {
		first, last := slices.Index(sorted, v), k+1
		for last < len(sorted) && sorted[last] == v {
			last++
		}
		exact := new(big.Float).SetPrec(300)
		for _, o := range sorted[:first] {
			exact.Add(exact, big.NewFloat(o))
		}
		want, _ := exact.Float64()
		if below, sum := r.below(v); r.at(k) != v || below != first || r.atMost(v) != last || sum.hi != want {
			t.Fatalf("%v, %d of %v: %v, %d below, %d at most, sum %v; want %d, %d, %v", v, k, sorted, r.at(k), below, r.atMost(v), sum, first, last, want)
		}
	}
	if n, sum := r.below(math.Inf(1)); n != len(values) || sum.hi != r.sum().hi {
		t.Fatalf("of %v: %d values, sum %v and %v", sorted, n, sum, r.sum())
	}
	mean, deviation := exactDeviation(values)
	if difference(r.mean(), mean) > 1e-15 || difference(r.deviation(), deviation) > 1e-15 {
		t.Fatalf("of %v: mean %v, deviation %v; want %v and %v", sorted, r.mean(), r.deviation(), mean, deviation)
	}
}

// TestRanksAreExact: at every bar of hostile series, ranks, sums and deviations
// are those of the window's values.
func TestRanksAreExact(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 5))
		for _, n := range []int{1, 2, 3, 20, 57} {
			w, values := newRanks(n), []float64(nil)
			for i, b := range hostile(r, 300) {
				w.push(b.Close)
				values = append(values, b.Close)
				values = values[max(len(values)-n, 0):]
				if w.count != len(values) || w.full() != (i+1 >= n) {
					t.Fatalf("%d values, want %d", w.count, len(values))
				}
				checkRanks(t, &w, values)
			}
		}
	}
}

// TestRanksOfNeighbours: the deviation keeps its digits where values differ by
// single steps of a float.
func TestRanksOfNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, price := range []float64{1e-8, 1.1, 92233720368.54775807} {
		w, values := newRanks(40), []float64(nil)
		for range 500 {
			v := price
			for range max(r.IntN(30)-26, 0) {
				v = math.Nextafter(v, 1e300)
			}
			w.push(v)
			values = append(values, v)
			checkRanks(t, &w, values[max(len(values)-40, 0):])
		}
	}
}

func bytesOfRanks(r *ranks) string {
	b := r.appendState(nil)
	for _, node := range r.tree[1 : r.count+1] {
		for _, f := range []float64{node.value, node.sum.hi, node.sum.lo} {
			b = appendFloat(b, f)
		}
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, uint32(node.left)), uint32(node.right))
	}
	return string(binary.LittleEndian.AppendUint32(b, uint32(r.root)))
}

// TestRanksUndo: an undone push, and a state stored and read back, leave the same
// tree and the same sums.
func TestRanksUndo(t *testing.T) {
	for _, n := range []int{1, 2, 3, 20, 57} {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		w := newRanks(n)
		for i, b := range hostile(r, 300) {
			before := bytesOfRanks(&w)
			w.undo(w.push(b.High))
			if bytesOfRanks(&w) != before {
				t.Fatalf("n %d, bar %d: a trace of an undone push", n, i)
			}
			restored := newRanks(n)
			s := &reader{b: w.appendState(nil)}
			if restored.load(s); s.err != nil || len(s.b) != 0 || bytesOfRanks(&restored) != before {
				t.Fatalf("n %d, bar %d: the restored window differs, %v", n, i, s.err)
			}
			w.push(b.Close)
		}
	}
}

func TestQuantile(t *testing.T) {
	w := newRanks(5)
	for _, v := range []float64{99, 4, 1, 16, 9, 25} {
		w.push(v)
	}
	for share, want := range map[float64]float64{0: 1, 0.25: 4, 0.5: 9, 0.75: 16, 1: 25, 0.125: 2.5, 0.625: 12.5} {
		if got := w.quantile(share); got != want {
			t.Errorf("quantile %v is %v, want %v", share, got, want)
		}
	}
}

// TestRanksStayShallow: whatever order values come in, the tree is about as deep
// as random ones are.
func TestRanksStayShallow(t *testing.T) {
	const n = 10_000
	for name, value := range map[string]func(i int) float64{
		"rising": func(i int) float64 { return float64(i) }, "falling": func(i int) float64 { return float64(-i) },
		"flat": func(int) float64 { return 1 }, "zigzag": func(i int) float64 { return float64(i % 2) },
	} {
		w := newRanks(n)
		for i := range n + n/2 {
			w.push(value(i))
		}
		var depth func(t int32) int
		depth = func(t int32) int {
			if t == 0 {
				return 0
			}
			return 1 + max(depth(w.tree[t].left), depth(w.tree[t].right))
		}
		if d := depth(w.root); d > 50 {
			t.Errorf("%s: %d deep", name, d)
		}
	}
}

func BenchmarkRanks(b *testing.B) {
	bars := benchBars()
	for _, n := range []int{20, 200, 10_000} {
		b.Run(Spec{Kind: "n", Params: []float64{float64(n)}}.Name(), func(b *testing.B) {
			b.ReportAllocs()
			w := newRanks(n)
			for i := 0; b.Loop(); i++ {
				w.push(bars[i&4095].Close)
			}
		})
	}
}
