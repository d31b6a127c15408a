package indicator

import "math"

// newVWAPBands are k volume weighted deviations above and below the session's VWAP:
// sqrt(sum(volume * (typical - vwap)^2) / sum(volume)), typical = (high + low +
// close) / 3. There is no value until there is volume. Outputs: upper, lower.
func newVWAPBands(p []float64) Indicator {
	session := &weightedMoments{}
	return newStepped(2, func(b Bar, keep bool, out []float64) bool {
		m := session.with(b)
		if keep {
			*session = m
		}
		if m.weight <= 0 {
			return false
		}
		d := float64(p[0] * math.Sqrt(max(m.sumD, 0)/m.weight))
		out[0], out[1] = m.mean+d, m.mean-d
		return true
	}, session)
}

// weightedMoments are the volume weighted mean of the session's typical prices and
// the weighted sum of squared deviations from it, by West's update (Updating mean and
// variance estimates, 1979).
type weightedMoments struct {
	session            int64
	weight, mean, sumD float64
}

func (m *weightedMoments) with(b Bar) weightedMoments {
	s := *m
	if b.SessionMs != s.session {
		s = weightedMoments{session: b.SessionMs}
	}
	if b.Volume > 0 {
		x := typical(b)
		d := x - s.mean
		s.weight += b.Volume
		s.mean += float64(d * (b.Volume / s.weight))
		s.sumD += float64(b.Volume * d * (x - s.mean))
	}
	return s
}

func (m *weightedMoments) appendState(b []byte) []byte {
	b = appendFloat(appendWord(b, uint64(m.session)), m.weight)
	return appendFloat(appendFloat(b, m.mean), m.sumD)
}

func (m *weightedMoments) load(r *reader) {
	*m = weightedMoments{int64(r.word()), r.float(), r.float(), r.float()}
}
