package indicator

import "slices"

// pressure is buying pressure, close - true low, and true range, over n bars.
type pressure struct{ buying, ranges *mean }

func (p pressure) take(buying, trueRange float64, keep bool) (float64, bool) {
	v, ok := p.buying.take(buying, keep)
	if r, _ := p.ranges.take(trueRange, keep); r > 0 {
		return v / r, ok
	}
	return 0, ok
}

// newULTOSC is Williams's ultimate oscillator: 100 / 7 * (4 * the shortest of three
// periods' buying pressure / true range + 2 * the middle one's + the longest one's),
// where the true low is the lower of low and previous close. A period without any
// range counts 0.
func newULTOSC(p []float64) Indicator {
	sorted := slices.Sorted(slices.Values(p))
	previous := &before{}
	parts, periods := []part{previous}, [3]pressure{}
	for i, n := range sorted {
		periods[i] = pressure{newMean(int(n)), newMean(int(n))}
		parts = append(parts, periods[i].buying, periods[i].ranges)
	}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, ok := previous.take(b, keep)
		if !ok {
			return false
		}
		buying, trueRange := b.Close-min(b.Low, past.close), past.trueRange(b)
		short, _ := periods[0].take(buying, trueRange, keep)
		middle, _ := periods[1].take(buying, trueRange, keep)
		long, ok := periods[2].take(buying, trueRange, keep)
		out[0] = 100 * ((float64(4*short) + float64(2*middle) + long) / 7)
		return ok
	}, parts...)
}
