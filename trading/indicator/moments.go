package indicator

// moments are count, mean and sum of squared deviations from the mean of a set of
// values. Values are taken in with Welford's update, sets joined with Chan's: both
// work with deviations, so that variance keeps its digits where the textbook's
// mean(x*x) - mean(x)*mean(x) loses them (Chan, Golub, LeVeque: Algorithms for
// computing the sample variance, 1983).
type moments struct {
	n          int
	mean, sumD float64
}

func (m moments) with(x float64) moments {
	n := m.n + 1
	d := x - m.mean
	mean := m.mean + d/float64(n)
	return moments{n, mean, m.sumD + float64(d*(x-mean))}
}

func (m moments) join(o moments) moments {
	if m.n == 0 {
		return o
	}
	if o.n == 0 {
		return m
	}
	n := float64(m.n + o.n)
	d := o.mean - m.mean
	share := float64(o.n) / n
	return moments{
		n:    m.n + o.n,
		mean: m.mean + float64(d*share),
		sumD: m.sumD + o.sumD + float64(d*d*share*float64(m.n)),
	}
}

// variance is the population's: divided by n.
func (m moments) variance() float64 { return m.sumD / float64(m.n) }

// window holds the last n values and their moments. It is a queue of two stacks:
// the oldest values have, each, the moments of itself and the younger ones of
// their stack; the others have theirs together. Nothing is ever subtracted, so
// that nothing drifts, a value that has left leaves no trace, and an update costs
// O(1) on average: each value changes its stack once. A running sum would be
// simpler, but keeps the rounding of every value that was ever in it.
type window struct {
	ring  []float64
	next  int // where the next value goes; the oldest, once full
	count int
	old   []moments // by place in the ring; valid for the oldest values
	olds  int       // how many of the oldest are in old; at least 1 once full
	young moments   // of the others
	now   moments   // of all, as peek gave them
}

func newWindow(n int) window { return window{ring: make([]float64, n), old: make([]moments, n)} }

func (w *window) full() bool { return w.count == len(w.ring) }

// fills tells whether one more value fills the window.
func (w *window) fills() bool { return w.count >= len(w.ring)-1 }

// after gives the place after i in the ring.
func (w *window) after(i int) int {
	if i++; i < len(w.ring) {
		return i
	}
	return 0
}

// peek gives the moments as if x were pushed.
func (w *window) peek(x float64) moments {
	young := w.young.with(x)
	if w.olds > 1 {
		return w.old[w.after(w.next)].join(young)
	}
	return young
}

func (w *window) push(x float64) {
	w.now = w.peek(x)
	w.young = w.young.with(x)
	if w.full() {
		w.olds--
	} else {
		w.count++
	}
	w.ring[w.next] = x
	w.next = w.after(w.next)
	if w.full() && w.olds == 0 {
		w.turn(w.count)
		w.young = moments{}
	}
}

// turn puts the oldest n values on the old stack, the youngest of them first.
func (w *window) turn(n int) {
	w.olds = n
	sum := moments{}
	i := w.next + n - w.count
	for range n {
		if i <= 0 {
			i += len(w.ring)
		}
		i--
		sum = sum.with(w.ring[i])
		w.old[i] = sum
	}
}

func (w *window) appendState(b []byte) []byte {
	b = appendInt(appendInt(appendInt(b, len(w.ring)), w.count), w.olds)
	b = appendFloat(appendFloat(b, w.young.mean), w.young.sumD)
	b = appendFloat(appendFloat(b, w.now.mean), w.now.sumD)
	i := 0
	if w.full() {
		i = w.next
	}
	for range w.count {
		b = appendFloat(b, w.ring[i])
		i = w.after(i)
	}
	return b
}

func (w *window) load(r *reader) {
	r.expect(len(w.ring))
	w.count = r.bounded(0, len(w.ring))
	least := 0
	if w.full() {
		least = 1
	}
	w.olds = r.bounded(least, w.count*least)
	w.young = moments{w.count - w.olds, r.float(), r.float()}
	w.now = moments{w.count, r.float(), r.float()}
	for i := range w.count {
		w.ring[i] = r.float()
	}
	w.next = w.count % len(w.ring)
	if r.err == nil {
		w.turn(w.olds)
	}
}
