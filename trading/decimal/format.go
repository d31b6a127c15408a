package decimal

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
)

// Append appends the shortest plain text of d: no exponent, no trailing zeros.
func (d Decimal) Append(b []byte) []byte {
	if d.hi < 0 {
		b = append(b, '-')
	}
	m := d.magnitude()
	if m.hi == 0 {
		b = strconv.AppendUint(b, m.lo/unit, 10)
		return appendFraction(b, m.lo%unit)
	}
	// 128 bits give a whole part below 10^31: two pieces, the lower of 19 digits.
	const piece = 10_000_000_000_000_000_000
	whole, fraction := wide{m.lo, m.hi}.divide(magnitude{0, unit})
	upper, lower := bits.Div64(whole[1], whole[0], piece)
	if upper == 0 {
		b = strconv.AppendUint(b, lower, 10)
	} else {
		b = strconv.AppendUint(b, upper, 10)
		for pad := uint64(piece / 10); pad > 1 && lower < pad; pad /= 10 {
			b = append(b, '0')
		}
		b = strconv.AppendUint(b, lower, 10)
	}
	return appendFraction(b, fraction.lo)
}

func appendFraction(b []byte, fraction uint64) []byte {
	if fraction == 0 {
		return b
	}
	var digits [Places + 1]byte
	digits[0] = '.'
	end := 0
	for i := Places; i > 0; i-- {
		digits[i] = byte('0' + fraction%10)
		if end == 0 && digits[i] != '0' {
			end = i
		}
		fraction /= 10
	}
	return append(b, digits[:end+1]...)
}

// String gives the text that Append appends.
func (d Decimal) String() string { return string(d.Append(make([]byte, 0, 32))) }

// Float64 gives the float nearest to d, the even one when two are.
func (d Decimal) Float64() float64 {
	m := d.magnitude()
	if m.isZero() {
		return 0
	}
	var f float64
	if m.hi == 0 && m.lo <= 1<<53 {
		f = float64(m.lo) / unit // both are exact, so the quotient is correctly rounded
	} else {
		f = m.float()
	}
	if d.hi < 0 {
		return -f
	}
	return f
}

// float divides with 64 bits of quotient and a sticky last bit, which the
// conversion then rounds once.
func (m magnitude) float() float64 {
	n := wide{0, m.lo, m.hi} // m * 2^64
	q, rest := n.divide(magnitude{0, unit})
	// q has 129 to 165 bits or so: its top word and the next are enough.
	hi, lo, exponent := q[2], q[1], 0
	sticky := q[0] != 0 || !rest.isZero()
	if hi == 0 {
		hi, lo, exponent = q[1], q[0], -64
		sticky = !rest.isZero()
	}
	shift := bits.LeadingZeros64(hi)
	top := hi<<shift | lo>>1>>(63-shift)
	if sticky || lo<<shift != 0 {
		top |= 1
	}
	return math.Ldexp(float64(top), exponent+64-shift)
}

// MarshalJSON gives d as a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalJSON reads a JSON number as Parse does. null leaves d as it is.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	return d.UnmarshalText(b)
}

// MarshalText gives the text of d.
func (d Decimal) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText reads a number as Parse does.
func (d *Decimal) UnmarshalText(b []byte) error {
	v, err := ParseBytes(b)
	if err != nil {
		return fmt.Errorf("decimal: %w", err)
	}
	*d = v
	return nil
}
