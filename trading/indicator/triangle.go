package indicator

// chain is stages of which each takes what the one before gives.
type chain []stage

func (c chain) take(x float64, keep bool) (float64, bool) {
	for _, s := range c {
		v, ok := s.take(x, keep)
		if !ok {
			return v, false
		}
		x = v
	}
	return x, true
}

func (c chain) appendState(b []byte) []byte {
	for _, s := range c {
		b = s.appendState(b)
	}
	return b
}

func (c chain) load(r *reader) {
	for _, s := range c {
		s.load(r)
	}
}

// newTriangle is the triangular average: the mean of means, together over n numbers,
// so that weights rise to the middle and fall.
func newTriangle(n int) stage { return chain{newMean((n + 1) / 2), newMean(n/2 + 1)} }
