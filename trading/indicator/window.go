package indicator

// row is what one bar adds to a rolling window: one number or two.
type row interface{ [1]float64 | [2]float64 }

// summary is what a window knows of a run of rows, such as their moments. It needn't
// have their number, which the window knows.
type summary[R row, S any] interface {
	// with gives the summary of n rows and then one more, a younger one.
	with(n int, r R) S
	// join gives the summary of n older rows and m younger ones.
	join(n int, younger S, m int) S
	appendState(b []byte) []byte
	// load reads what appendState appended for n rows.
	load(r *reader, n int) S
}

// rolling holds the last n rows and their summary. It is a queue of two stacks: the
// oldest rows have, each, the summary of itself and the younger ones of their stack;
// the others have theirs together. Nothing is ever subtracted, so that nothing
// drifts, a value that has left leaves no trace, and an update costs O(1) on
// average: each row changes its stack once. A running sum would be simpler, but
// keeps the rounding of every value that was ever in it.
type rolling[R row, S summary[R, S]] struct {
	ring  []R
	next  int // where the next row goes; the oldest, once full
	count int
	old   []S // by place in the ring; valid for the oldest rows
	olds  int // how many of the oldest are in old; at least 1 once full
	young S   // of the others
	now   S   // of all, as peek gave it
}

func newRolling[R row, S summary[R, S]](n int) rolling[R, S] {
	return rolling[R, S]{ring: make([]R, n), old: make([]S, n)}
}

func (w *rolling[R, S]) full() bool { return w.count == len(w.ring) }

// after gives the place after i in the ring.
func (w *rolling[R, S]) after(i int) int {
	if i++; i < len(w.ring) {
		return i
	}
	return 0
}

// peek gives the summary as if a row were pushed.
func (w *rolling[R, S]) peek(r R) S {
	youngs := w.count - w.olds
	young := w.young.with(youngs, r)
	if w.olds > 1 {
		return w.old[w.after(w.next)].join(w.olds-1, young, youngs+1)
	}
	return young
}

func (w *rolling[R, S]) push(r R) {
	w.now = w.peek(r)
	w.young = w.young.with(w.count-w.olds, r)
	if w.full() {
		w.olds--
	} else {
		w.count++
	}
	w.ring[w.next] = r
	w.next = w.after(w.next)
	if w.full() && w.olds == 0 {
		w.turn(w.count)
		var none S
		w.young = none
	}
}

// take gives the summary with r as the newest row and tells whether the window is
// full then; with keep it takes r in.
func (w *rolling[R, S]) take(r R, keep bool) (S, bool) {
	ok := w.count >= len(w.ring)-1
	if !keep {
		return w.peek(r), ok
	}
	w.push(r)
	return w.now, ok
}

// turn puts the oldest n rows on the old stack, the youngest of them first.
func (w *rolling[R, S]) turn(n int) {
	w.olds = n
	var none, sum S
	i := w.next + n - w.count
	for m := range n {
		if i <= 0 {
			i += len(w.ring)
		}
		i--
		if m == 0 {
			sum = none.with(0, w.ring[i])
		} else {
			sum = none.with(0, w.ring[i]).join(1, sum, m)
		}
		w.old[i] = sum
	}
}

func (w *rolling[R, S]) appendState(b []byte) []byte {
	b = appendInt(appendInt(appendInt(b, len(w.ring)), w.count), w.olds)
	b = w.now.appendState(w.young.appendState(b))
	i := 0
	if w.full() {
		i = w.next
	}
	for range w.count {
		for j := range len(w.ring[i]) {
			b = appendFloat(b, w.ring[i][j])
		}
		i = w.after(i)
	}
	return b
}

func (w *rolling[R, S]) load(r *reader) {
	r.expect(len(w.ring))
	w.count = r.bounded(0, len(w.ring))
	least := 0
	if w.full() {
		least = 1
	}
	w.olds = r.bounded(least, w.count*least)
	w.young, w.now = w.young.load(r, w.count-w.olds), w.now.load(r, w.count)
	for i := range w.count {
		for j := range len(w.ring[i]) {
			w.ring[i][j] = r.float()
		}
	}
	w.next = w.count % len(w.ring)
	if r.err == nil {
		w.turn(w.olds)
	}
}
