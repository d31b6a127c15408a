package indicator

// zeroLag is Ehlers and Way's average (2010): the EMA of numbers with what they gained
// over half the period added once more.
type zeroLag struct {
	past   *lag
	smooth average
}

func newZeroLag(n int) stage {
	if n < 3 {
		return &average{n: n}
	}
	return &zeroLag{newLag((n - 1) / 2), average{n: n}}
}

func (z *zeroLag) take(x float64, keep bool) (float64, bool) {
	then, ok := z.past.take(x, keep)
	if !ok {
		return 0, false
	}
	return z.smooth.take(float64(2*x)-then, keep)
}

func (z *zeroLag) appendState(b []byte) []byte { return z.smooth.appendState(z.past.appendState(b)) }

func (z *zeroLag) load(r *reader) {
	z.past.load(r)
	z.smooth.load(r)
}
