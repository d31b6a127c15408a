package indicator

// extremum is the highest, or the lowest, of the last n values. Only values that
// can still become it are kept, each better than all younger ones: a value is put
// in once and taken out once, so an update costs O(1) on average. Of equal values
// the youngest counts.
type extremum struct {
	lowest bool
	ring   []candidate // the candidates, the oldest at first, the best too
	first  int
	length int
	next   int // the place of the next value: it counts round the n of the window
	count  int // values in the window
}

// candidate is a value and the place it had: it leaves the window when the next
// value takes that place.
type candidate struct {
	value float64
	place int
}

func newHighest(n int) extremum { return extremum{ring: make([]candidate, n)} }

func newLowest(n int) extremum { return extremum{lowest: true, ring: make([]candidate, n)} }

func (e *extremum) full() bool { return e.count == len(e.ring) }

// fills tells whether one more value fills the window.
func (e *extremum) fills() bool { return e.count >= len(e.ring)-1 }

// at gives the i-th candidate, counted from the oldest.
func (e *extremum) at(i int) *candidate {
	if i += e.first; i >= len(e.ring) {
		i -= len(e.ring)
	}
	return &e.ring[i]
}

// replaces tells whether x, being younger, makes a candidate useless.
func (e *extremum) replaces(x float64, c *candidate) bool {
	if e.lowest {
		return x <= c.value
	}
	return x >= c.value
}

// age is how many values have come after a candidate.
func (e *extremum) age(c *candidate) int {
	a := e.next - 1 - c.place
	if a < 0 {
		a += len(e.ring)
	}
	return a
}

// leaving is 1 when the oldest candidate leaves with the next value, else 0.
func (e *extremum) leaving() int {
	if e.full() && e.at(0).place == e.next {
		return 1
	}
	return 0
}

// peek gives what last would give if x were pushed.
func (e *extremum) peek(x float64) (value float64, age int) {
	i := e.leaving()
	if i >= e.length || e.replaces(x, e.at(i)) {
		return x, 0
	}
	return e.at(i).value, e.age(e.at(i)) + 1
}

// last gives the extremum and how many values ago it was; zeros before any value.
func (e *extremum) last() (value float64, age int) {
	if e.length == 0 {
		return 0, 0
	}
	return e.at(0).value, e.age(e.at(0))
}

func (e *extremum) push(x float64) {
	if e.leaving() == 1 {
		e.first = (e.first + 1) % len(e.ring)
		e.length--
	}
	for e.length > 0 && e.replaces(x, e.at(e.length-1)) {
		e.length--
	}
	*e.at(e.length) = candidate{x, e.next}
	e.length++
	if e.next++; e.next == len(e.ring) {
		e.next = 0
	}
	if !e.full() {
		e.count++
	}
}

func (e *extremum) appendState(b []byte) []byte {
	b = appendInt(appendInt(appendInt(b, len(e.ring)), e.count), e.length)
	for i := range e.length {
		c := e.at(i)
		b = appendFloat(appendInt(b, e.age(c)), c.value)
	}
	return b
}

// load reads candidates by age: where in the ring they were is no part of the
// state.
func (e *extremum) load(r *reader) {
	n := len(e.ring)
	r.expect(n)
	e.count = r.bounded(0, n)
	e.length = r.bounded(min(e.count, 1), e.count)
	e.first, e.next = 0, e.count%n
	most := e.count - 1
	for i := range e.length {
		least := e.length - 1 - i
		if least == 0 {
			most = 0 // the youngest value is always a candidate
		}
		age := r.bounded(least, most)
		most = age - 1
		e.ring[i] = candidate{r.float(), (e.next - 1 - age + 2*n) % n}
		if i > 0 && e.replaces(e.ring[i].value, &e.ring[i-1]) {
			r.fail()
		}
		if r.err != nil {
			return
		}
	}
}
