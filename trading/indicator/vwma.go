package indicator

// shares is the mean of prices by volume, and the volume. Joined by their means,
// prices that are all the same give that price to the last bit.
type shares struct{ mean, volume float64 }

func (s shares) with(n int, r [2]float64) shares { return s.join(n, shares{r[0], r[1]}, 1) }

func (s shares) join(_ int, o shares, _ int) shares {
	if s.volume == 0 || o.volume == 0 {
		if o.volume > 0 {
			return o
		}
		return s
	}
	volume := s.volume + o.volume
	return shares{s.mean + float64((o.mean-s.mean)*(o.volume/volume)), volume}
}

func (s shares) appendState(b []byte) []byte { return appendFloat(appendFloat(b, s.mean), s.volume) }

func (s shares) load(r *reader, _ int) shares { return shares{r.float(), r.float()} }

// newVWMA is the mean of n closes by volume. n bars without any volume have none. One
// bar gives its close, whatever its volume, as in TA-Lib.
func newVWMA(p []float64) Indicator {
	if p[0] == 1 {
		return ofCloses(identity{})
	}
	w := newRolling[[2]float64, shares](int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		s, ok := w.take([2]float64{b.Close, b.Volume}, keep)
		out[0] = s.mean
		return ok && s.volume > 0
	}, &w)
}
