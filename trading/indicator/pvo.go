package indicator

import "math"

// newPVO is the percentage volume oscillator: (fast - slow) / slow * 100 of two
// averages of volume of one type; the shorter period is the fast one, whichever comes
// first. As in TA-Lib it is 0 where the slow average is below 1e-14, which is what
// rounding can leave of no volume.
func newPVO(p []float64) Indicator {
	kind := int(p[2])
	fast, slow := newAverage(kind, int(min(p[0], p[1]))), newAverage(kind, int(max(p[0], p[1])))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		quick, ok := fast.take(b.Volume, keep)
		slack, ok2 := slow.take(b.Volume, keep)
		out[0] = 0
		if math.Abs(slack) >= noVolume {
			out[0] = (quick - slack) / slack * 100
		}
		return ok && ok2
	}, fast, slow)
}

const noVolume = 1e-14
