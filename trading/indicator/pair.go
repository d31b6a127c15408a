package indicator

import "math"

// pair is a number as the unevaluated sum of two floats, about 106 bits: sums whose
// small difference is wanted keep its digits (Dekker: A floating-point technique for
// extending the available precision, 1971). Only math.FMA is fused, on every
// processor, so that the bits are the same everywhere.
type pair struct{ hi, lo float64 }

// exactSum gives a+b and what its rounding took away.
func exactSum(a, b float64) pair {
	s := a + b
	v := s - a
	return pair{s, (a - (s - v)) + (b - v)}
}

// normal is exactSum where |a| >= |b|.
func normal(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

func (p pair) plus(o pair) pair {
	s, t := exactSum(p.hi, o.hi), exactSum(p.lo, o.lo)
	s = normal(s.hi, s.lo+t.hi)
	return normal(s.hi, s.lo+t.lo)
}

func (p pair) minus(o pair) pair { return p.plus(pair{-o.hi, -o.lo}) }

func (p pair) times(x float64) pair {
	h := float64(p.hi * x)
	return normal(h, math.FMA(p.hi, x, -h)+float64(p.lo*x))
}

func (p pair) over(x float64) pair {
	q := p.hi / x
	rest := p.minus(pair{hi: q}.times(x))
	return normal(q, rest.hi/x)
}
