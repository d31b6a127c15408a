package indicator

import "math"

// newPERCENTILE is the value that p percent of n closes don't exceed, by nearest rank:
// the ceil(p * n / 100)-th smallest, at least the first. Only the n - 1 closes before
// the newest are kept in order: between their neighbours of that rank, it is itself.
func newPERCENTILE(p []float64) Indicator {
	past := newRanks(int(p[0]) - 1)
	rank := max(int(math.Ceil(p[1]*p[0]/100)), 1)
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		ok := past.full()
		if ok {
			out[0] = b.Close
			if rank <= past.count {
				out[0] = min(out[0], past.at(rank-1))
			}
			if rank > 1 {
				out[0] = max(out[0], past.at(rank-2))
			}
		}
		if keep {
			past.push(b.Close)
		}
		return ok
	}, &past)
}

// newPERCENTRANK is how many percent of the n closes before are below the newest.
func newPERCENTRANK(p []float64) Indicator {
	past := newRanks(int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		ok := past.full()
		below, _ := past.below(b.Close)
		out[0] = float64(below) / p[0] * 100
		if keep {
			past.push(b.Close)
		}
		return ok
	}, &past)
}
