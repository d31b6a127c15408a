package decimal

import (
	"fmt"
	"math/big"
	"strconv"
)

// Append appends the shortest plain text of d: no exponent, no trailing zeros.
func (d Decimal) Append(b []byte) []byte {
	n, ok := d.small()
	if !ok {
		return appendBig(b, d)
	}
	if n < 0 {
		b = append(b, '-')
	}
	m := magnitude(n)
	b = strconv.AppendUint(b, m/unit, 10)
	return appendFraction(b, m%unit)
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

func appendBig(b []byte, d Decimal) []byte {
	n := d.big()
	if n.Sign() < 0 {
		b = append(b, '-')
		n.Neg(n)
	}
	whole, fraction := n.QuoRem(n, big.NewInt(unit), new(big.Int))
	b = whole.Append(b, 10)
	return appendFraction(b, fraction.Uint64())
}

// String gives the text that Append appends.
func (d Decimal) String() string { return string(d.Append(make([]byte, 0, 32))) }

// Float64 gives the float nearest to d.
func (d Decimal) Float64() float64 {
	const exact = 1 << 53
	if n, ok := d.small(); ok && n <= exact && n >= -exact {
		return float64(n) / unit // both exact, so the quotient is correctly rounded
	}
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
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
