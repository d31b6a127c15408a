package indicator

import "math"

// moments are count, mean and sum of squared deviations from the mean of a set of
// values. Values are taken in with Welford's update, sets joined with Chan's: both
// work with deviations, so that variance keeps its digits where the textbook's
// mean(x*x) - mean(x)*mean(x) loses them (Chan, Golub, LeVeque: Algorithms for
// computing the sample variance, 1983). The mean has 106 bits, mean + rest: the
// rounding of 53 is as large as the deviations of prices that hardly move.
type moments struct {
	n                int
	mean, rest, sumD float64
}

func (m moments) with(_ int, r [1]float64) moments {
	center := pair{m.mean, m.rest}
	d := center.to(r[0])
	step := d / float64(m.n+1)
	center = center.moved(step)
	return moments{m.n + 1, center.hi, center.lo, m.sumD + float64(d*(d-step))}
}

func (m moments) join(_ int, o moments, _ int) moments {
	if m.n == 0 {
		return o
	}
	if o.n == 0 {
		return m
	}
	center := pair{m.mean, m.rest}
	d := center.to(o.mean) + o.rest
	share := float64(o.n) / float64(m.n+o.n)
	center = center.moved(float64(d * share))
	return moments{m.n + o.n, center.hi, center.lo, m.sumD + o.sumD + float64(d*d*share*float64(m.n))}
}

// variance is the population's: divided by n.
func (m moments) variance() float64 { return m.sumD / float64(m.n) }

func (m moments) appendState(b []byte) []byte {
	return appendFloat(appendFloat(appendFloat(b, m.mean), m.rest), m.sumD)
}

func (m moments) load(r *reader, n int) moments {
	return moments{n, r.float(), r.float(), r.float()}
}

// to gives how far x is from p.
func (p pair) to(x float64) float64 { return (x - p.hi) - p.lo }

// moved gives p + d.
func (p pair) moved(d float64) pair {
	s := exactSum(p.hi, d)
	return normal(s.hi, s.lo+p.lo)
}

// window holds the last n values and their moments.
type window struct {
	rolling[[1]float64, moments]
}

func newWindow(n int) window { return window{newRolling[[1]float64, moments](n)} }

// fills tells whether one more value fills the window.
func (w *window) fills() bool { return w.count >= len(w.ring)-1 }

// peek gives the moments as if x were pushed.
func (w *window) peek(x float64) moments { return w.rolling.peek([1]float64{x}) }

func (w *window) push(x float64) { w.rolling.push([1]float64{x}) }

// Moments give the mean and the population's deviation of values that are added, oldest
// first, by the same arithmetic as SMA and STDDEV: of equal values the mean is that value
// and the deviation 0. The zero value has none yet.
type Moments struct{ m moments }

// Add takes a value in.
func (x *Moments) Add(v float64) { x.m = x.m.with(0, [1]float64{v}) }

// Mean is NaN, and so is Deviation, of what is too large to be added up.
func (x Moments) Mean() float64 { return x.m.mean }

// Deviation is the root of the mean of the squared distances from the mean.
func (x Moments) Deviation() float64 { return math.Sqrt(x.m.variance()) }
