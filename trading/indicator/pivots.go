package indicator

// newPIVOTS are the classic pivot points, from the previous session's high H, low L
// and close C: P = (H + L + C) / 3, R1 = 2P - L, S1 = 2P - H, R2 = P + (H - L),
// S2 = P - (H - L), R3 = H + 2(P - L), S3 = L - 2(H - P). Outputs: P, R1 to R3, S1
// to S3.
func newPIVOTS([]float64) Indicator {
	return newPivots(7, func(s highLowClose, out []float64) {
		p, size := s.pivot(), s.high-s.low
		out[0] = p
		out[1], out[2], out[3] = float64(2*p)-s.low, p+size, s.high+float64(2*(p-s.low))
		out[4], out[5], out[6] = float64(2*p)-s.high, p-size, s.low-float64(2*(s.high-p))
	})
}

// newFibonacciPivots have the range's parts 0.382, 0.618 and 1 above and below P.
func newFibonacciPivots([]float64) Indicator {
	return newPivots(7, func(s highLowClose, out []float64) {
		out[0] = s.pivot()
		for i, part := range [3]float64{0.382, 0.618, 1} {
			d := float64(part * (s.high - s.low))
			out[1+i], out[4+i] = out[0]+d, out[0]-d
		}
	})
}

// newCamarillaPivots have 1.1 / 12, 1.1 / 6, 1.1 / 4 and 1.1 / 2 of the range above
// and below the close (Scott, 1989). Outputs: P, R1 to R4, S1 to S4.
func newCamarillaPivots([]float64) Indicator {
	return newPivots(9, func(s highLowClose, out []float64) {
		out[0] = s.pivot()
		for i, part := range [4]float64{12, 6, 4, 2} {
			d := (s.high - s.low) * 1.1 / part
			out[1+i], out[5+i] = s.close+d, s.close-d
		}
	})
}

func newPivots(outputs int, levels func(s highLowClose, out []float64)) Indicator {
	sessions := &sessionPrices{}
	return newStepped(outputs, func(b Bar, keep bool, out []float64) bool {
		past, ok := sessions.take(b, keep)
		if ok {
			levels(past, out)
		}
		return ok
	}, sessions)
}

// highLowClose are those of a session.
type highLowClose struct{ high, low, close float64 }

func (p highLowClose) pivot() float64 { return (p.high + p.low + p.close) / 3 }

// sessionPrices knows the prices of the session so far and of the one before. A
// session whose start was not seen tells wrong levels: the very first counts only
// when its first bar starts with it.
type sessionPrices struct {
	session   sessionStart
	now, past highLowClose
	known     bool // past is a whole session
}

func (s *sessionPrices) take(b Bar, keep bool) (highLowClose, bool) {
	next := *s
	if next.session.take(b) {
		next.past, next.known = s.now, s.session.whole
		next.now = highLowClose{b.High, b.Low, b.Close}
	} else {
		next.now = highLowClose{max(s.now.high, b.High), min(s.now.low, b.Low), b.Close}
	}
	if keep {
		*s = next
	}
	return next.past, next.known
}

func (p highLowClose) appendState(b []byte) []byte {
	return appendFloat(appendFloat(appendFloat(b, p.high), p.low), p.close)
}

func (s *sessionPrices) appendState(b []byte) []byte {
	return appendBool(s.past.appendState(s.now.appendState(s.session.appendState(b))), s.known)
}

func (s *sessionPrices) load(r *reader) {
	s.session.load(r)
	s.now = highLowClose{r.float(), r.float(), r.float()}
	s.past = highLowClose{r.float(), r.float(), r.float()}
	s.known = r.bool()
}

// sessionStart finds the first bar of each session.
type sessionStart struct {
	ms    int64
	seen  bool
	whole bool // the session was seen from its start
}

// take takes b in and tells whether it is a session's first.
func (s *sessionStart) take(b Bar) bool {
	if s.seen && b.SessionMs == s.ms {
		return false
	}
	*s = sessionStart{ms: b.SessionMs, seen: true, whole: s.seen || b.StartMs == b.SessionMs}
	return true
}

func (s *sessionStart) appendState(b []byte) []byte {
	return appendBool(appendBool(appendWord(b, uint64(s.ms)), s.seen), s.whole)
}

func (s *sessionStart) load(r *reader) {
	*s = sessionStart{int64(r.word()), r.bool(), r.bool()}
}
