package decimal

import "math/bits"

// magnitude is an absolute value: an unsigned count of 128 bits. Arithmetic on it
// is written out, instead of left to math/big, because big.Int allocates.
type magnitude struct{ hi, lo uint64 }

func (m magnitude) isZero() bool { return m.hi == 0 && m.lo == 0 }

func (m magnitude) less(n magnitude) bool {
	return m.hi < n.hi || (m.hi == n.hi && m.lo < n.lo)
}

func (m magnitude) minus(n magnitude) magnitude {
	lo, borrow := bits.Sub64(m.lo, n.lo, 0)
	hi, _ := bits.Sub64(m.hi, n.hi, borrow)
	return magnitude{hi, lo}
}

// next gives m + 1 and whether it fits.
func (m magnitude) next() (magnitude, bool) {
	lo, carry := bits.Add64(m.lo, 1, 0)
	hi, carry := bits.Add64(m.hi, 0, carry)
	return magnitude{hi, lo}, carry == 0
}

// wide is 256 bits, lowest word first: room for the product of two magnitudes.
type wide [4]uint64

func multiply(a, b magnitude) wide {
	var w wide
	w[1], w[0] = bits.Mul64(a.lo, b.lo)
	w[3], w[2] = bits.Mul64(a.hi, b.hi)
	w.addAt1(bits.Mul64(a.lo, b.hi))
	w.addAt1(bits.Mul64(a.hi, b.lo))
	return w
}

func (w *wide) addAt1(hi, lo uint64) {
	var carry uint64
	w[1], carry = bits.Add64(w[1], lo, 0)
	w[2], carry = bits.Add64(w[2], hi, carry)
	w[3] += carry
}

// narrow gives the value as a magnitude and whether it is one.
func (w *wide) narrow() (magnitude, bool) {
	return magnitude{w[1], w[0]}, w[2] == 0 && w[3] == 0
}

// divide gives quotient and remainder; by is not zero.
func (w wide) divide(by magnitude) (quotient wide, rest magnitude) {
	if by.hi != 0 {
		return w.divideLong(by)
	}
	var r uint64
	for i := len(w) - 1; i >= 0; i-- {
		quotient[i], r = bits.Div64(r, w[i], by.lo)
	}
	return quotient, magnitude{0, r}
}

// divideLong is Knuth's algorithm D (The Art of Computer Programming, vol. 2,
// 4.3.1) for a divisor of two words.
func (w wide) divideLong(by magnitude) (quotient wide, rest magnitude) {
	shift := uint(bits.LeadingZeros64(by.hi))
	dh, dl := by.hi<<shift|by.lo>>1>>(63-shift), by.lo<<shift
	// The dividend takes one word more after the same shift.
	var n [5]uint64
	n[4] = w[3] >> 1 >> (63 - shift)
	for i := 3; i > 0; i-- {
		n[i] = w[i]<<shift | w[i-1]>>1>>(63-shift)
	}
	n[0] = w[0] << shift
	for j := 2; j >= 0; j-- {
		quotient[j] = divideStep(n[j:j+3], dh, dl)
	}
	rest.lo = n[0]>>shift | n[1]<<1<<(63-shift)
	rest.hi = n[1] >> shift
	return quotient, rest
}

// divideStep gives one word of the quotient and leaves the remainder in n[:2];
// n[1:] is below the divisor (dh, dl), whose top bit is set.
func divideStep(n []uint64, dh, dl uint64) uint64 {
	q := ^uint64(0)
	if n[2] < dh {
		q, _ = bits.Div64(n[2], n[1], dh)
	}
	for {
		// q is at most 2 too large: take off until q * divisor fits.
		p1, p0 := bits.Mul64(q, dl)
		h1, h0 := bits.Mul64(q, dh)
		var carry uint64
		p1, carry = bits.Add64(p1, h0, 0)
		p2 := h1 + carry
		r0, borrow := bits.Sub64(n[0], p0, 0)
		r1, borrow := bits.Sub64(n[1], p1, borrow)
		r2, borrow := bits.Sub64(n[2], p2, borrow)
		if borrow == 0 {
			n[0], n[1], n[2] = r0, r1, r2
			return q
		}
		q--
	}
}

// rounding is what happens to the rest of a division of magnitudes.
type rounding int

const (
	halfEven rounding = iota
	towardZero
	fromZero
)

// round gives the quotient after rounding and whether it fits.
func round(quotient, rest, by magnitude, how rounding) (magnitude, bool) {
	if rest.isZero() || how == towardZero {
		return quotient, true
	}
	if how == halfEven {
		// rest*2 against by, without overflow: rest against by - rest.
		left := by.minus(rest)
		if rest.less(left) || (rest == left && quotient.lo&1 == 0) {
			return quotient, true
		}
	}
	return quotient.next()
}
