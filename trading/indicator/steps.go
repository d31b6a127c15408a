package indicator

// formula gives an indicator's values with b as its newest bar, and tells whether
// they are warm. With keep it takes b in as closed; without, it changes nothing. It
// is written once for both, so that a peek can't differ from an update.
type formula func(b Bar, keep bool, out []float64) bool

// part is what a formula keeps from bar to bar.
type part interface {
	appendState(b []byte) []byte
	load(r *reader)
}

// stepped is an indicator made of a formula and the parts that it keeps, with the
// values at the last closed bar.
type stepped struct {
	next  formula
	parts []part
	last  []float64
	warm  bool
}

// newStepped makes an indicator of a number of outputs. Parts must be all that
// next keeps.
func newStepped(outputs int, next formula, parts ...part) Indicator {
	return &stepped{next: next, parts: parts, last: make([]float64, outputs)}
}

func (s *stepped) Update(b Bar) { s.warm = s.next(b, true, s.last) }

func (s *stepped) Peek(b Bar, out []float64) bool { return s.next(b, false, out) }

func (s *stepped) Last(out []float64) bool {
	copy(out, s.last)
	return s.warm
}

func (s *stepped) AppendState(b []byte) []byte {
	b = appendBool(b, s.warm)
	for _, v := range s.last {
		b = appendFloat(b, v)
	}
	for _, p := range s.parts {
		b = p.appendState(b)
	}
	return b
}

func (s *stepped) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	s.warm = r.bool()
	for i := range s.last {
		s.last[i] = r.float()
	}
	for _, p := range s.parts {
		p.load(r)
	}
	return r.b, r.err
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return appendInt(b, 1)
	}
	return appendInt(b, 0)
}

func (r *reader) bool() bool { return r.bounded(0, 1) == 1 }
