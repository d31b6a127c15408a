package indicator

// A stage turns a series into another one: take gives its value with x as the
// newest number and tells whether it is warm; with keep it takes x in.
type stage interface {
	part
	take(x float64, keep bool) (float64, bool)
}

func (a *average) take(x float64, keep bool) (float64, bool) {
	v, warm := a.next(x), a.count+1 >= a.n
	if keep {
		a.value, a.count = v, min(a.count+1, a.n)
	}
	return v, warm
}

func (w *wilder) take(x float64, keep bool) (float64, bool) {
	v, warm := w.next(x), w.count+1 >= w.n
	if keep {
		w.value, w.count = v, min(w.count+1, w.n)
	}
	return v, warm
}

// mean is the simple mean of the last n numbers.
type mean struct{ window }

func newMean(n int) *mean { return &mean{newWindow(n)} }

func (m *mean) take(x float64, keep bool) (float64, bool) {
	if !keep {
		return m.peek(x).mean, m.fills()
	}
	m.push(x)
	return m.now.mean, m.full()
}

// cascade is an exponential average of an exponential average and so on, each of
// which starts with the first value of the one before.
type cascade []average

func newCascade(periods ...int) cascade {
	c := make(cascade, len(periods))
	for i, n := range periods {
		c[i].n = n
	}
	return c
}

func (c cascade) take(x float64, keep bool) (float64, bool) {
	for i := range c {
		v, ok := c[i].take(x, keep)
		if !ok {
			return v, false
		}
		x = v
	}
	return x, true
}

func (c cascade) appendState(b []byte) []byte {
	for i := range c {
		b = c[i].appendState(b)
	}
	return b
}

func (c cascade) load(r *reader) {
	for i := range c {
		c[i].load(r)
	}
}

// take gives the extremum with x and how many values ago it was.
func (e *extremum) take(x float64, keep bool) (value float64, age int, ok bool) {
	ok = e.fills()
	if !keep {
		value, age = e.peek(x)
		return value, age, ok
	}
	e.push(x)
	value, age = e.last()
	return value, age, ok
}

// span is the highest of n highs and the lowest of n lows.
type span struct{ highs, lows extremum }

func newSpan(n int) *span { return &span{newHighest(n), newLowest(n)} }

func (s *span) take(high, low float64, keep bool) (highest, lowest float64, ok bool) {
	highest, _, ok = s.highs.take(high, keep)
	lowest, _, _ = s.lows.take(low, keep)
	return highest, lowest, ok
}

func (s *span) appendState(b []byte) []byte { return s.lows.appendState(s.highs.appendState(b)) }

func (s *span) load(r *reader) {
	s.highs.load(r)
	s.lows.load(r)
}
