package decimal

import (
	"math/big"
	"math/bits"
)

// Mul gives d * e, rounded half even to 8 places.
func (d Decimal) Mul(e Decimal) Decimal {
	if a, ok := d.small(); ok {
		if b, ok := e.small(); ok {
			hi, lo := bits.Mul64(magnitude(a), magnitude(b))
			return divRound(hi, lo, unit, (a < 0) != (b < 0))
		}
	}
	p := new(big.Int).Mul(d.big(), e.big())
	return fromBig(quoHalfEven(p, big.NewInt(unit)), "multiply")
}

// MulInt gives d * n, exactly.
func (d Decimal) MulInt(n int64) Decimal {
	if a, ok := d.small(); ok {
		hi, lo := bits.Mul64(magnitude(a), magnitude(n))
		return signed(hi, lo, (a < 0) != (n < 0))
	}
	return fromBig(new(big.Int).Mul(d.big(), big.NewInt(n)), "multiply")
}

// Div gives d / e, rounded half even to 8 places.
func (d Decimal) Div(e Decimal) Decimal {
	if e.IsZero() {
		panic(&DivideByZeroError{})
	}
	if a, ok := d.small(); ok {
		if b, ok := e.small(); ok {
			hi, lo := bits.Mul64(magnitude(a), unit)
			return divRound(hi, lo, magnitude(b), (a < 0) != (b < 0))
		}
	}
	n := new(big.Int).Mul(d.big(), big.NewInt(unit))
	return fromBig(quoHalfEven(n, e.big()), "divide")
}

// RoundTo gives the multiple of step nearest to d, the even multiple when two
// are. A step that is not positive panics.
func (d Decimal) RoundTo(step Decimal) Decimal { return d.toStep(step, quoHalfEven) }

// FloorTo gives the largest multiple of step that is not above d.
func (d Decimal) FloorTo(step Decimal) Decimal {
	return d.toStep(step, func(a, b *big.Int) *big.Int { return new(big.Int).Div(a, b) })
}

// CeilTo gives the smallest multiple of step that is not below d.
func (d Decimal) CeilTo(step Decimal) Decimal { return d.Neg().FloorTo(step).Neg() }

func (d Decimal) toStep(step Decimal, quo func(a, b *big.Int) *big.Int) Decimal {
	if step.Sign() <= 0 {
		panic(&DivideByZeroError{})
	}
	s := step.big()
	q := quo(d.big(), s)
	return fromBig(q.Mul(q, s), "round")
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// divRound divides a 128-bit magnitude by by, half even.
func divRound(hi, lo, by uint64, negative bool) Decimal {
	qhi := hi / by
	qlo, rem := bits.Div64(hi%by, lo, by)
	// rem*2 against by, without overflow: by - rem <= rem.
	if rest := by - rem; rest < rem || (rest == rem && qlo&1 == 1) {
		var carry uint64
		qlo, carry = bits.Add64(qlo, 1, 0)
		qhi += carry
	}
	return signed(qhi, qlo, negative)
}

func signed(hi, lo uint64, negative bool) Decimal {
	if hi>>63 != 0 {
		panic(&OverflowError{"multiply"})
	}
	d := Decimal{int64(hi), lo}
	if negative {
		return d.Neg()
	}
	return d
}

func (d Decimal) big() *big.Int {
	n := big.NewInt(d.hi)
	n.Lsh(n, 64)
	return n.Add(n, new(big.Int).SetUint64(d.lo))
}

func fromBig(n *big.Int, op string) Decimal {
	hi := new(big.Int).Rsh(n, 64)
	if !hi.IsInt64() {
		panic(&OverflowError{op})
	}
	lo := new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0)))
	return Decimal{hi.Int64(), lo.Uint64()}
}

func quoHalfEven(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	twice := new(big.Int).Abs(r)
	twice.Lsh(twice, 1)
	switch twice.CmpAbs(b) {
	case -1:
		return q
	case 0:
		if q.Bit(0) == 0 {
			return q
		}
	}
	if a.Sign()*b.Sign() < 0 {
		return q.Sub(q, big.NewInt(1))
	}
	return q.Add(q, big.NewInt(1))
}
