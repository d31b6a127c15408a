package indicator

// newDX is Wilder's directional movement index. Where there is no movement it
// stays as it was, and starts as 0, as in TA-Lib.
func newDX(p []float64) Indicator {
	n := int(p[0])
	d, held := newDirectional(n), &held{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		m := d.take(b, keep)
		if m.count < n {
			return false
		}
		v, ok := m.index()
		if !ok {
			v = held.value
		}
		if keep {
			held.value = v
		}
		out[0] = v
		return true
	}, d, held)
}

// held is a value that stays until another comes.
type held struct{ value float64 }

func (h *held) appendState(b []byte) []byte { return appendFloat(b, h.value) }

func (h *held) load(r *reader) { h.value = r.float() }

// averageIndex is Wilder's average directional index: the mean of the first n directional
// movement indexes, then value + (index - value) / n. A bar without movement counts 0
// among the first n and changes nothing later, as in TA-Lib.
type averageIndex struct {
	directional
	n, count int
	value    float64 // while count < n, the sum so far
}

func newAverageIndex(n int) *averageIndex {
	return &averageIndex{directional: *newDirectional(n), n: n}
}

func (t *averageIndex) take(b Bar, keep bool) (float64, bool) {
	m := t.directional.take(b, keep)
	if m.count < t.n {
		return 0, false
	}
	v, count := t.value, min(t.count+1, t.n)
	switch index, ok := m.index(); {
	case t.count < t.n-1:
		v += index
	case t.count == t.n-1:
		v = (v + index) / float64(t.n)
	case ok:
		v += (index - v) / float64(t.n)
	}
	if keep {
		t.value, t.count = v, count
	}
	return v, count == t.n
}

func (t *averageIndex) appendState(b []byte) []byte {
	return appendFloat(appendInt(t.directional.appendState(b), t.count), t.value)
}

func (t *averageIndex) load(r *reader) {
	t.directional.load(r)
	t.count, t.value = r.bounded(0, t.n), r.float()
}

func newADX(p []float64) Indicator {
	t := newAverageIndex(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = t.take(b, keep)
		return ok
	}, t)
}

// newADXR is Wilder's rating of it: the mean of the average directional index and
// its value n-1 bars ago.
func newADXR(p []float64) Indicator {
	n := int(p[0])
	t, values := newAverageIndex(n), newLag(n-1)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		v, ok := t.take(b, keep)
		if !ok {
			return false
		}
		past, ok := values.take(v, keep)
		out[0] = (v + past) / 2
		return ok
	}, t, values)
}
