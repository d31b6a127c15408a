package indicator

// newOPENRANGE is the opening range: the highest high and the lowest low of the bars
// that start in the session's first minutes. There is a value from the first bar
// after them on, until the session ends; none in a session without such bars, nor in
// the very first one unless it was seen from its start. Outputs: high, low.
func newOPENRANGE(p []float64) Indicator {
	state, lengthMs := &openRange{}, int64(p[0])*60_000
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		next := *state
		if next.session.take(b) {
			next.some = false
		}
		opening := b.StartMs-b.SessionMs < lengthMs
		if opening {
			if !next.some {
				next.high, next.low = b.High, b.Low
			}
			next.high, next.low, next.some = max(next.high, b.High), min(next.low, b.Low), true
		}
		if keep {
			*state = next
		}
		out[0], out[1] = next.high, next.low
		return !opening && next.some && next.session.whole
	}, state)
}

type openRange struct {
	session   sessionStart
	high, low float64
	some      bool // a bar was in the range
}

func (o *openRange) appendState(b []byte) []byte {
	return appendBool(appendFloat(appendFloat(o.session.appendState(b), o.high), o.low), o.some)
}

func (o *openRange) load(r *reader) {
	o.session.load(r)
	o.high, o.low, o.some = r.float(), r.float(), r.bool()
}
