package indicator

import "math"

// sar is Wilder's parabolic stop and reverse (New Concepts in Technical Trading
// Systems, 1978) with its start as in TA-Lib: the second bar is the first one traded,
// short when its low fell further than its high rose, else long, with the first bar's
// low or high as the stop, and its own high or low as the extreme.
type sar struct {
	start, offset float64
	long, short   acceleration
	seen          int // bars, at most 2
	isShort       bool
	stop          float64 // for the next bar
	extreme       float64
	factor        float64
	high, low     float64 // of the bar before
}

// acceleration is the factor's first value, its step and its most.
type acceleration struct{ first, step, most float64 }

func newAcceleration(first, step, most float64) acceleration {
	return acceleration{min(first, most), min(step, most), most}
}

func newSAR(p []float64) Indicator {
	a := newAcceleration(p[0], p[0], p[1])
	return newSARStepped(&sar{long: a, short: a}, func(stop float64, _ bool) float64 { return stop })
}

// newSAREXT has its own acceleration for long and for short, may start long or short
// at a given stop, moves the stop away by a part of itself when it reverses, and
// gives stops of shorts as negative numbers.
func newSAREXT(p []float64) Indicator {
	s := &sar{start: p[0], offset: p[1], long: newAcceleration(p[2], p[3], p[4]), short: newAcceleration(p[5], p[6], p[7])}
	return newSARStepped(s, func(stop float64, short bool) float64 {
		if short {
			return -stop
		}
		return stop
	})
}

func newSARStepped(s *sar, sign func(stop float64, short bool) float64) Indicator {
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		next := *s
		stop, ok := next.step(b)
		out[0] = sign(stop, next.isShort)
		if keep {
			*s = next
		}
		return ok
	}, s)
}

// step gives the stop of b.
func (s *sar) step(b Bar) (stop float64, ok bool) {
	switch s.seen {
	case 0:
		s.seen, s.high, s.low = 1, b.High, b.Low
		return 0, false
	case 1:
		s.seen = 2
		s.begin(b)
		s.high, s.low = b.High, b.Low
	}
	if s.isShort {
		stop = s.hold(b, b.High >= s.stop)
	} else {
		stop = s.hold(b, b.Low <= s.stop)
	}
	s.high, s.low = b.High, b.Low
	return stop, true
}

func (s *sar) begin(b Bar) {
	fall, rise := s.low-b.Low, b.High-s.high
	s.isShort = s.start < 0 || (s.start == 0 && fall > 0 && fall > rise)
	s.stop = math.Abs(s.start)
	if s.start == 0 {
		s.stop = s.low
		if s.isShort {
			s.stop = s.high
		}
	}
	s.extreme, s.factor = s.far(b), s.now().first
}

func (s *sar) now() acceleration {
	if s.isShort {
		return s.short
	}
	return s.long
}

// far is the end of a bar that the trade goes to.
func (s *sar) far(b Bar) float64 {
	if s.isShort {
		return b.Low
	}
	return b.High
}

// outside moves a stop out of the range of this bar and the one before.
func (s *sar) outside(stop float64, b Bar) float64 {
	if s.isShort {
		return max(stop, s.high, b.High)
	}
	return min(stop, s.low, b.Low)
}

// hold gives the stop of b and works out the next one.
func (s *sar) hold(b Bar, reverse bool) (stop float64) {
	if reverse {
		s.isShort = !s.isShort
		stop = s.outside(s.extreme, b)
		away := float64(stop * s.offset)
		if !s.isShort {
			away = -away
		}
		stop += away
		s.factor, s.extreme = s.now().first, s.far(b)
	} else {
		stop = s.stop
		if far := s.far(b); far != s.extreme && (far < s.extreme) == s.isShort {
			s.extreme, s.factor = far, min(s.factor+s.now().step, s.now().most)
		}
	}
	s.stop = s.outside(stop+float64(s.factor*(s.extreme-stop)), b)
	return stop
}

func (s *sar) appendState(b []byte) []byte {
	b = appendBool(appendInt(b, s.seen), s.isShort)
	for _, v := range []float64{s.stop, s.extreme, s.factor, s.high, s.low} {
		b = appendFloat(b, v)
	}
	return b
}

func (s *sar) load(r *reader) {
	s.seen, s.isShort = r.bounded(0, 2), r.bool()
	for _, v := range []*float64{&s.stop, &s.extreme, &s.factor, &s.high, &s.low} {
		*v = r.float()
	}
}
