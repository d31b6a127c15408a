package indicator

import "math"

// comoments are means of pairs, and the sums of products of their deviations from
// them. Runs are joined with Chan's formulas, and means have 106 bits, as in moments.
type comoments struct {
	meanX, meanY pair
	xx, xy, yy   float64
}

func (c comoments) with(n int, r [2]float64) comoments {
	return c.join(n, comoments{meanX: pair{hi: r[0]}, meanY: pair{hi: r[1]}}, 1)
}

func (c comoments) join(n int, o comoments, m int) comoments {
	if n == 0 {
		return o
	}
	dx, dy := c.meanX.to(o.meanX.hi)+o.meanX.lo, c.meanY.to(o.meanY.hi)+o.meanY.lo
	share := float64(m) / float64(n+m)
	weight := share * float64(n)
	return comoments{
		meanX: c.meanX.moved(float64(dx * share)), meanY: c.meanY.moved(float64(dy * share)),
		xx: c.xx + o.xx + float64(dx*dx*weight), xy: c.xy + o.xy + float64(dx*dy*weight), yy: c.yy + o.yy + float64(dy*dy*weight),
	}
}

// slope is that of y over x by least squares; 0 where x doesn't vary by more than its
// own rounding can.
func (c comoments) slope(n int) float64 {
	if noise := c.meanX.hi * 0x1p-50; c.xx <= float64(n)*float64(noise*noise) {
		return 0
	}
	return c.xy / c.xx
}

// correlation is Pearson's; 0 where one of the two doesn't vary.
func (c comoments) correlation() float64 {
	d := math.Sqrt(c.xx) * math.Sqrt(c.yy)
	if d == 0 {
		return 0
	}
	return max(min(c.xy/d, 1), -1)
}

func (c comoments) appendState(b []byte) []byte {
	for _, v := range []float64{c.meanX.hi, c.meanX.lo, c.meanY.hi, c.meanY.lo, c.xx, c.xy, c.yy} {
		b = appendFloat(b, v)
	}
	return b
}

func (c comoments) load(r *reader, _ int) comoments {
	return comoments{pair{r.float(), r.float()}, pair{r.float(), r.float()}, r.float(), r.float(), r.float()}
}

// newCORREL is the correlation of n highs and lows.
func newCORREL(p []float64) Indicator {
	w := newRolling[[2]float64, comoments](int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		c, ok := w.take([2]float64{b.High, b.Low}, keep)
		out[0] = c.correlation()
		return ok
	}, &w)
}

// newBETA is the slope of the lows' returns over the highs' of n bars, each the part
// of the bar before by which the price moved; after a price of 0 it is 0.
func newBETA(p []float64) Indicator {
	previous, w := &before{}, newRolling[[2]float64, comoments](int(p[0]))
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		past, seen := previous.take(b, keep)
		if !seen {
			return false
		}
		c, ok := w.take([2]float64{returned(b.High, past.high), returned(b.Low, past.low)}, keep)
		out[0] = c.slope(len(w.ring))
		return ok
	}, previous, &w)
}

func returned(price, past float64) float64 {
	if past == 0 {
		return 0
	}
	return (price - past) / past
}
