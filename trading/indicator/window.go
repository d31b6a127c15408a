package indicator

// window holds the last n values with their sum and the sum of squares about a
// center. Both are summed anew once in n updates, so that rounding can't pile up
// while an update stays O(1) on average.
type window struct {
	ring        []float64
	next, count int
	center      float64
	sum, square float64 // of (value - center)
	stale       int
}

func newWindow(n int) window { return window{ring: make([]float64, n)} }

func (w *window) full() bool { return w.count == len(w.ring) }

// oldest is the value that the next one pushes out of a full window.
func (w *window) oldest() float64 { return w.ring[w.next] }

func (w *window) push(x float64) {
	if w.count == 0 {
		w.center = x
	}
	if w.full() {
		old := w.oldest() - w.center
		w.sum -= old
		w.square -= old * old
	} else {
		w.count++
	}
	w.ring[w.next] = x
	w.next = (w.next + 1) % len(w.ring)
	d := x - w.center
	w.sum += d
	w.square += d * d
	if w.stale++; w.stale >= len(w.ring) {
		w.resum()
	}
}

// resum sums the window anew about a center inside of it.
func (w *window) resum() {
	w.stale = 0
	w.center = w.ring[(w.next+len(w.ring)-1)%len(w.ring)]
	w.sum, w.square = 0, 0
	for i := range w.count {
		d := w.ring[(w.next+len(w.ring)-w.count+i)%len(w.ring)] - w.center
		w.sum += d
		w.square += d * d
	}
}

// stats gives mean and population variance of the full window.
func (w *window) stats() (mean, variance float64) {
	return w.statsOf(w.sum, w.square)
}

// peek gives them as if x were pushed, which must fill the window.
func (w *window) peek(x float64) (mean, variance float64) {
	sum, square := w.sum, w.square
	if w.full() {
		old := w.oldest() - w.center
		sum -= old
		square -= old * old
	}
	center := w.center
	if w.count == 0 {
		return x, 0
	}
	d := x - center
	return w.statsOf(sum+d, square+d*d)
}

func (w *window) statsOf(sum, square float64) (mean, variance float64) {
	n := float64(len(w.ring))
	mean = sum / n
	return w.center + mean, max(square/n-mean*mean, 0)
}

// fills tells whether one more value fills the window.
func (w *window) fills() bool { return w.count >= len(w.ring)-1 }

func (w *window) appendState(b []byte) []byte {
	b = appendInt(b, len(w.ring))
	b = appendInt(b, w.next)
	b = appendInt(b, w.count)
	b = appendInt(b, w.stale)
	b = appendFloat(b, w.center)
	b = appendFloat(b, w.sum)
	b = appendFloat(b, w.square)
	for _, x := range w.ring {
		b = appendFloat(b, x)
	}
	return b
}

func (w *window) load(r *reader) {
	if r.int() != len(w.ring) {
		r.err = errShort
		return
	}
	w.next = r.bounded(len(w.ring) - 1)
	w.count = r.bounded(len(w.ring))
	w.stale = r.bounded(len(w.ring))
	w.center, w.sum, w.square = r.float(), r.float(), r.float()
	for i := range w.ring {
		w.ring[i] = r.float()
	}
}
