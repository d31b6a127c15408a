package decimal

import "math/bits"

// Mul gives d * e, rounded half even to 8 places.
func (d Decimal) Mul(e Decimal) Decimal {
	negative := (d.hi < 0) != (e.hi < 0)
	a, b := d.magnitude(), e.magnitude()
	if a.hi == 0 && b.hi == 0 {
		hi, lo := bits.Mul64(a.lo, b.lo)
		return divideByWord(hi, lo, unit, negative, "multiply")
	}
	return quotient(multiply(a, b), magnitude{0, unit}, halfEven, negative, "multiply")
}

// MulInt gives d * n, exactly.
func (d Decimal) MulInt(n int64) Decimal {
	a, b := d.magnitude(), FromUnits(n).magnitude()
	if a.hi == 0 {
		hi, lo := bits.Mul64(a.lo, b.lo)
		return signed(magnitude{hi, lo}, true, (d.hi < 0) != (n < 0), "multiply")
	}
	m := multiply(a, b)
	product, ok := m.narrow()
	return signed(product, ok, (d.hi < 0) != (n < 0), "multiply")
}

// Div gives d / e, rounded half even to 8 places.
func (d Decimal) Div(e Decimal) Decimal {
	if e.IsZero() {
		panic(&DivideByZeroError{})
	}
	negative := (d.hi < 0) != (e.hi < 0)
	a, b := d.magnitude(), e.magnitude()
	if a.hi == 0 && b.hi == 0 {
		hi, lo := bits.Mul64(a.lo, unit)
		return divideByWord(hi, lo, b.lo, negative, "divide")
	}
	return quotient(multiply(a, magnitude{0, unit}), b, halfEven, negative, "divide")
}

// RoundTo gives the multiple of step nearest to d, the even multiple when two
// are. A step that is not positive panics with *DivideByZeroError.
func (d Decimal) RoundTo(step Decimal) Decimal { return d.toStep(step, halfEven) }

// FloorTo gives the largest multiple of step that is not above d. A step that is
// not positive panics with *DivideByZeroError.
func (d Decimal) FloorTo(step Decimal) Decimal {
	if d.hi < 0 {
		return d.toStep(step, fromZero)
	}
	return d.toStep(step, towardZero)
}

// CeilTo gives the smallest multiple of step that is not below d. A step that is
// not positive panics with *DivideByZeroError.
func (d Decimal) CeilTo(step Decimal) Decimal {
	if d.hi < 0 {
		return d.toStep(step, towardZero)
	}
	return d.toStep(step, fromZero)
}

func (d Decimal) toStep(step Decimal, how rounding) Decimal {
	if step.Sign() <= 0 {
		panic(&DivideByZeroError{})
	}
	m, s := d.magnitude(), step.magnitude()
	if m.hi == 0 && s.hi == 0 {
		q, ok := round(magnitude{0, m.lo / s.lo}, magnitude{0, m.lo % s.lo}, s, how)
		hi, lo := bits.Mul64(q.lo, s.lo)
		return signed(magnitude{hi, lo}, ok && q.hi == 0, d.hi < 0, "round")
	}
	q, rest := wide{m.lo, m.hi}.divide(s)
	count, _ := q.narrow()
	count, _ = round(count, rest, s, how) // the dividend is below 2^128, so this fits
	product := multiply(count, s)
	rounded, ok := product.narrow()
	return signed(rounded, ok, d.hi < 0, "round")
}

// magnitude gives |d|; that of the lowest Decimal fits as well.
func (d Decimal) magnitude() magnitude {
	if d.hi >= 0 {
		return magnitude{uint64(d.hi), d.lo}
	}
	return magnitude{}.minus(magnitude{uint64(d.hi), d.lo})
}

// divideByWord divides 128 bits by one word, half even.
func divideByWord(hi, lo, by uint64, negative bool, op string) Decimal {
	qhi := uint64(0)
	if hi >= by {
		qhi, hi = hi/by, hi%by
	}
	qlo, rest := bits.Div64(hi, lo, by)
	q, ok := round(magnitude{qhi, qlo}, magnitude{0, rest}, magnitude{0, by}, halfEven)
	return signed(q, ok, negative, op)
}

func quotient(n wide, by magnitude, how rounding, negative bool, op string) Decimal {
	q, rest := n.divide(by)
	m, ok := q.narrow()
	if ok {
		m, ok = round(m, rest, by, how)
	}
	return signed(m, ok, negative, op)
}

// signed gives the Decimal of a magnitude; it panics when there is none.
func signed(m magnitude, fits, negative bool, op string) Decimal {
	d := Decimal{int64(m.hi), m.lo}
	if negative {
		n := magnitude{}.minus(m)
		d = Decimal{int64(n.hi), n.lo}
	}
	if !fits || ((d.hi < 0) != negative && !m.isZero()) {
		panic(&OverflowError{op})
	}
	return d
}
