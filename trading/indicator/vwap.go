package indicator

// vwap is the session's volume weighted average price: sum(typical * volume) /
// sum(volume) since the session's start, typical = (high + low + close) / 3.
// TA-Lib's runs over the whole of its input and is 0 before any volume; this one
// starts anew with each session, and without volume it has no value.
type vwap struct {
	session       int64
	value, volume float64
}

func newVWAP([]float64) Indicator { return &vwap{} }

func (v *vwap) with(b Bar) vwap {
	s := *v
	if b.SessionMs != s.session {
		s = vwap{session: b.SessionMs}
	}
	s.value += float64((b.High + b.Low + b.Close) / 3 * b.Volume)
	s.volume += b.Volume
	return s
}

func (v *vwap) Update(b Bar) { *v = v.with(b) }

func (v *vwap) Peek(b Bar, out []float64) bool {
	s := v.with(b)
	return s.Last(out)
}

func (v *vwap) Last(out []float64) bool {
	if v.volume <= 0 {
		return false
	}
	out[0] = v.value / v.volume
	return true
}

func (v *vwap) AppendState(b []byte) []byte {
	return appendFloat(appendFloat(appendWord(b, uint64(v.session)), v.value), v.volume)
}

func (v *vwap) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	v.session, v.value, v.volume = int64(r.word()), r.float(), r.float()
	return r.b, r.err
}
