package decimal

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Errors of Parse and FromFloat.
var (
	// ErrSyntax: the text is not a JSON number.
	ErrSyntax = errors.New("not a decimal number")
	// ErrRange: the number is too large.
	ErrRange = errors.New("number out of range")
)

// maxExponent bounds the work that a text such as 1e999999999 can cause.
const maxExponent = 1000

// Parse reads a number in JSON's grammar, exponent included. More than 8 decimal
// places are rounded half even.
func Parse(s string) (Decimal, error) { return parse(s) }

// ParseBytes is Parse without a copy.
func ParseBytes(b []byte) (Decimal, error) { return parse(b) }

// MustParse is Parse for constants and tests; it panics on an error.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func parse[T string | []byte](s T) (Decimal, error) {
	i, negative := 0, false
	if i < len(s) && s[i] == '-' {
		negative = true
		i++
	}
	start, dot, n := i, -1, uint64(0)
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && dot < 0 && i > start {
			dot = i
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	digits, places := i-start, 0
	if dot >= 0 {
		digits--
		places = i - dot - 1
	}
	bad := digits == 0 || (dot >= 0 && places == 0) || (s[start] == '0' && digits > 1 && dot != start+1)
	if bad {
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, string(s))
	}
	// 18 digits fit 64 bits; the fast path is a plain number of that size.
	if i == len(s) && places <= Places && digits-places+Places <= 18 {
		n *= powers[Places-places]
		if negative {
			return FromUnits(-int64(n)), nil
		}
		return FromUnits(int64(n)), nil
	}
	return parseSlow(string(s), i, places)
}

var powers = [...]uint64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// parseSlow takes the text whose mantissa ends at i.
func parseSlow(s string, i, places int) (Decimal, error) {
	exponent := 0
	if i < len(s) {
		if s[i] != 'e' && s[i] != 'E' {
			return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, s)
		}
		text := s[i+1:]
		if text == "" || strings.ContainsAny(text, "_") {
			return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, s)
		}
		e, err := strconv.Atoi(text)
		switch {
		case errors.Is(err, strconv.ErrRange):
			if text[0] == '-' {
				e = -maxExponent * 1000
			} else {
				e = maxExponent * 1000
			}
		case err != nil:
			return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, s)
		}
		exponent = e
	}
	digits := strings.Replace(s[:i], ".", "", 1)
	if len(digits) > 4096 {
		return Decimal{}, fmt.Errorf("%w: %d digits", ErrRange, len(digits))
	}
	m, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, s)
	}
	return scale(m, exponent-places+Places, s)
}

// scale gives m * 10^shift units.
func scale(m *big.Int, shift int, s string) (Decimal, error) {
	switch {
	case m.Sign() == 0:
		return Decimal{}, nil
	case shift > maxExponent:
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrRange, s)
	case shift < -maxExponent-4096:
		return Decimal{}, nil
	}
	ten := big.NewInt(10)
	if shift >= 0 {
		m.Mul(m, ten.Exp(ten, big.NewInt(int64(shift)), nil))
	} else {
		m = quoHalfEven(m, ten.Exp(ten, big.NewInt(int64(-shift)), nil))
	}
	if m.BitLen() > 126 {
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrRange, s)
	}
	return fromBig(m, "parse"), nil
}

// FromFloat gives the decimal with the shortest text that reads back as f,
// rounded as Parse does. NaN and infinities are errors.
func FromFloat(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, fmt.Errorf("%w: %v", ErrRange, f)
	}
	return Parse(strconv.FormatFloat(f, 'e', -1, 64))
}
