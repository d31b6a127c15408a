package indicator

// wilder is Wilder's smoothing: the mean of the first n values, then
// (value*(n-1) + x) / n.
type wilder struct {
	n     int
	count int
	value float64 // while count < n, the sum so far
}

func (w *wilder) next(x float64) float64 {
	switch {
	case w.count+1 < w.n:
		return w.value + x
	case w.count+1 == w.n:
		return (w.value + x) / float64(w.n)
	default:
		return (float64(w.value*float64(w.n-1)) + x) / float64(w.n)
	}
}

func (w *wilder) push(x float64) {
	w.value = w.next(x)
	if w.count < w.n {
		w.count++
	}
}

func (w *wilder) appendState(b []byte) []byte {
	return appendFloat(appendInt(appendInt(b, w.n), w.count), w.value)
}

func (w *wilder) load(r *reader) {
	r.expect(w.n)
	w.count, w.value = r.bounded(0, w.n), r.float()
}
