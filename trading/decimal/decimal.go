// Package decimal is fixed-point money: prices, quantities and amounts that are
// exact from the decoder to the encoder.
//
//	operation   result                      when it doesn't fit
//	Add, Sub    exact                       panics with *OverflowError
//	Mul, Div    half even at 8 places       panics with *OverflowError
//	Div by 0    -                           panics with *DivideByZeroError
//	Parse       half even at 8 places       error
//
// A Decimal counts units of 1e-8 in 128 bits. What comes from outside is bounded
// to 64 bits (Bounded), so that products and sums of it stay far inside of 128
// bits; an overflow is a broken invariant, and its panic is for supervision.
// Nothing allocates, save reading more than 19 significant digits, errors, and
// what gives a new string or slice.
package decimal

import "math/bits"

// Places is the number of decimal places.
const Places = 8

// unit is the number of units in 1.
const unit = 100_000_000

// Decimal is a number with 8 decimal places. The zero value is 0; values are
// comparable with ==.
type Decimal struct {
	hi int64
	lo uint64
}

// OverflowError is the panic of an operation whose result has no Decimal.
type OverflowError struct{ Op string }

func (e *OverflowError) Error() string { return "decimal overflow in " + e.Op }

// DivideByZeroError is the panic of a division by zero.
type DivideByZeroError struct{}

func (*DivideByZeroError) Error() string { return "decimal division by zero" }

// FromUnits gives units times 1e-8.
func FromUnits(units int64) Decimal { return Decimal{hi: units >> 63, lo: uint64(units)} }

// FromInt gives n. Every int64 fits.
func FromInt(n int64) Decimal { return FromUnits(n).MulInt(unit) }

// FromParts gives the Decimal of a 128-bit two's complement count of units.
func FromParts(hi int64, lo uint64) Decimal { return Decimal{hi: hi, lo: lo} }

// Parts gives the 128-bit two's complement count of units.
func (d Decimal) Parts() (hi int64, lo uint64) { return d.hi, d.lo }

// small gives the units when they fit an int64.
func (d Decimal) small() (int64, bool) {
	return int64(d.lo), d.hi == int64(d.lo)>>63
}

// Bounded tells whether |d| <= 92233720368.54775807, the bound of inputs.
func (d Decimal) Bounded() bool {
	n, ok := d.small()
	return ok && n != -1<<63
}

// Add gives d + e.
func (d Decimal) Add(e Decimal) Decimal {
	lo, carry := bits.Add64(d.lo, e.lo, 0)
	hi, _ := bits.Add64(uint64(d.hi), uint64(e.hi), carry)
	r := Decimal{int64(hi), lo}
	if (d.hi^r.hi)&(e.hi^r.hi) < 0 {
		panic(&OverflowError{"add"})
	}
	return r
}

// Sub gives d - e.
func (d Decimal) Sub(e Decimal) Decimal {
	lo, borrow := bits.Sub64(d.lo, e.lo, 0)
	hi, _ := bits.Sub64(uint64(d.hi), uint64(e.hi), borrow)
	r := Decimal{int64(hi), lo}
	if (d.hi^e.hi)&(d.hi^r.hi) < 0 {
		panic(&OverflowError{"subtract"})
	}
	return r
}

// Neg gives -d.
func (d Decimal) Neg() Decimal { return Decimal{}.Sub(d) }

// Abs gives |d|.
func (d Decimal) Abs() Decimal {
	if d.hi < 0 {
		return d.Neg()
	}
	return d
}

// Cmp gives -1, 0 or 1 as d is below, equal to or above e.
func (d Decimal) Cmp(e Decimal) int {
	switch {
	case d.hi < e.hi || (d.hi == e.hi && d.lo < e.lo):
		return -1
	case d == e:
		return 0
	default:
		return 1
	}
}

// Less tells whether d < e.
func (d Decimal) Less(e Decimal) bool { return d.Cmp(e) < 0 }

// LessEq tells whether d <= e.
func (d Decimal) LessEq(e Decimal) bool { return d.Cmp(e) <= 0 }

// Greater tells whether d > e.
func (d Decimal) Greater(e Decimal) bool { return d.Cmp(e) > 0 }

// GreaterEq tells whether d >= e.
func (d Decimal) GreaterEq(e Decimal) bool { return d.Cmp(e) >= 0 }

// Sign gives -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.hi < 0:
		return -1
	case d.hi == 0 && d.lo == 0:
		return 0
	default:
		return 1
	}
}

// IsZero tells whether d is 0.
func (d Decimal) IsZero() bool { return d.hi == 0 && d.lo == 0 }

// Min gives the smaller one.
func Min(a, b Decimal) Decimal {
	if b.Less(a) {
		return b
	}
	return a
}

// Max gives the larger one.
func Max(a, b Decimal) Decimal {
	if a.Less(b) {
		return b
	}
	return a
}
