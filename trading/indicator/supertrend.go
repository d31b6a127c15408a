package indicator

// supertrend is Seban's SuperTrend as TA-Lib has it: bands of a multiple of the ATR
// around (high + low) / 2 that only come nearer, until a close has passed them. The
// line is the lower band while the trend is up, which ends with a close below it, and
// the upper one while it is down, which ends with a close above it. It starts up. A
// band that lets go can pass the other, so a line isn't always on its side of the
// close.
type supertrend struct {
	multiple     float64
	previous     before
	atr          wilder
	down, bands  bool // bands: there are some
	upper, lower float64
}

func newSUPERTREND(p []float64) Indicator {
	s := &supertrend{multiple: p[1], atr: wilder{n: int(p[0])}}
	return newStepped(2, s.take, s)
}

// take gives the line and the direction, 1 for up and -1 for down.
func (s *supertrend) take(b Bar, keep bool, out []float64) bool {
	past, seen := s.previous.take(b, keep)
	if !seen {
		return false
	}
	atr, ok := s.atr.take(past.trueRange(b), keep)
	if !ok {
		return false
	}
	middle, d := (b.High+b.Low)/2, float64(s.multiple*atr)
	upper, lower, down := middle+d, middle-d, s.down
	if s.bands {
		if !(upper < s.upper || past.close > s.upper) {
			upper = s.upper
		}
		if !(lower > s.lower || past.close < s.lower) {
			lower = s.lower
		}
		if down {
			down = !(b.Close > upper)
		} else {
			down = b.Close < lower
		}
	}
	out[0], out[1] = lower, 1
	if down {
		out[0], out[1] = upper, -1
	}
	if keep {
		s.bands, s.down, s.upper, s.lower = true, down, upper, lower
	}
	return true
}

func (s *supertrend) appendState(b []byte) []byte {
	b = appendBool(appendBool(s.atr.appendState(s.previous.appendState(b)), s.down), s.bands)
	return appendFloat(appendFloat(b, s.upper), s.lower)
}

func (s *supertrend) load(r *reader) {
	s.previous.load(r)
	s.atr.load(r)
	s.down, s.bands = r.bool(), r.bool()
	s.upper, s.lower = r.float(), r.float()
}
