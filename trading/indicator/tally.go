package indicator

// tally is the sum of all numbers since the start. It is kept to 106 bits, so that
// millions of bars leave no rounding in it that a float would show.
type tally struct{ sum pair }

// take gives the sum with x; with keep it takes x in.
func (t *tally) take(x float64, keep bool) float64 {
	sum := t.sum.plus(pair{hi: x})
	if keep {
		t.sum = sum
	}
	return sum.hi
}

func (t *tally) appendState(b []byte) []byte { return appendFloat(appendFloat(b, t.sum.hi), t.sum.lo) }

func (t *tally) load(r *reader) { t.sum = pair{r.float(), r.float()} }
