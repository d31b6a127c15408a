package indicator

import "math"

// adaptive is Kaufman's average: value += c * c * (x - value), where c goes from
// 2/31 to 2/3 with the efficiency, which is how far the last n moves led as a part of
// how far they went; 1 without moves. It starts from the number before its first value.
type adaptive struct {
	past  *lag  // n numbers
	moves *mean // of the sizes of n moves
	last  float64
	value float64
}

func newAdaptive(n int) *adaptive { return &adaptive{past: newLag(n), moves: newMean(n)} }

func (a *adaptive) take(x float64, keep bool) (float64, bool) {
	first := a.past.count == 0
	past, ok := a.past.take(x, keep)
	value := x
	if !first {
		step, _ := a.moves.take(math.Abs(x-a.last), keep)
		if ok {
			efficiency := 1.0
			if way := step * float64(len(a.past.ring)); way > 0 {
				efficiency = min(math.Abs(x-past)/way, 1)
			}
			const slow, fast = 2.0 / 31, 2.0 / 3
			c := float64(efficiency*(fast-slow)) + slow
			value = a.value + float64((x-a.value)*float64(c*c))
		}
	}
	if keep {
		a.last, a.value = x, value
	}
	return value, ok
}

func (a *adaptive) appendState(b []byte) []byte {
	return appendFloat(appendFloat(a.moves.appendState(a.past.appendState(b)), a.last), a.value)
}

func (a *adaptive) load(r *reader) {
	a.past.load(r)
	a.moves.load(r)
	a.last, a.value = r.float(), r.float()
}
