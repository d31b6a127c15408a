package indicator

// newFRACTAL is Williams's fractal: 100 at the bar at which it is known that the
// high of right bars ago is above the highs of the left bars before it and of all
// bars since, else 0; and the same of lows. A chart draws it at the older bar; here,
// as in TA-Lib, nothing is given before it is known. Outputs: high, low.
func newFRACTAL(p []float64) Indicator {
	left, right := int(p[0]), int(p[1])
	highs, lows := newPivot(newHighest, left, right), newPivot(newLowest, left, right)
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		high, ok := highs.take(b.High, keep)
		low, _ := lows.take(b.Low, keep)
		out[0], out[1] = 0, 0
		if high {
			out[0] = 100
		}
		if low {
			out[1] = 100
		}
		return ok
	}, highs, lows)
}

// pivot tells whether the value of right values ago is beyond all of the left before
// it and of those since.
type pivot struct {
	left, right extremum // of the values before, of the values since
	centre, old *lag     // the value itself, and when it becomes one of the left
}

func newPivot(extreme func(n int) extremum, left, right int) *pivot {
	return &pivot{left: extreme(left), right: extreme(right), centre: newLag(right), old: newLag(right + 1)}
}

func (p *pivot) take(x float64, keep bool) (found, ok bool) {
	since, _, _ := p.right.take(x, keep)
	value, ok := p.centre.take(x, keep)
	was, ok2 := p.old.take(x, keep)
	if !ok || !ok2 {
		return false, false
	}
	before, _, full := p.left.take(was, keep)
	// replaces holds for equal values too, and an equal one beside it makes no pivot.
	beyond := !p.left.replaces(since, &candidate{value: value}) && !p.left.replaces(before, &candidate{value: value})
	return beyond, full
}

func (p *pivot) appendState(b []byte) []byte {
	return p.old.appendState(p.centre.appendState(p.right.appendState(p.left.appendState(b))))
}

func (p *pivot) load(r *reader) {
	p.left.load(r)
	p.right.load(r)
	p.centre.load(r)
	p.old.load(r)
}
