package decimal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Errors of Parse and FromFloat.
var (
	// ErrSyntax: the text is not a JSON number.
	ErrSyntax = errors.New("not a decimal number")
	// ErrRange: the number is too large, NaN or infinite, or has thousands of digits.
	ErrRange = errors.New("number out of range")
)

const (
	// maxDigits bounds the text before the exponent, and with it the work that a
	// number can cause.
	maxDigits = 4096
	// maxExponent is where exponents stop counting: maxDigits can't bring a number
	// back into range from there.
	maxExponent = 100_000
	// wordDigits is the number of digits that always fit a word.
	wordDigits = 19
	// maxBits is what a parsed number may take: a magnitude with room for a sum.
	maxBits = 126
)

// Parse reads a number in JSON's grammar, exponent included. More than 8 decimal
// places are rounded half even. Errors are ErrSyntax and ErrRange. Up to 19
// significant digits it doesn't allocate.
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

// number is a text taken apart: word * 10^(exponent-places), when its significant
// digits are few enough for a word.
type number struct {
	negative    bool
	word        uint64
	significant int // digits from the first that is not 0
	places      int
	mantissaEnd int
	exponent    int
}

func parse[T string | []byte](s T) (Decimal, error) {
	n, ok := scan(s)
	if !ok {
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrSyntax, string(s))
	}
	var m magnitude
	shift := n.exponent - n.places + Places
	switch {
	case n.significant == 0:
		return Decimal{}, nil
	case n.mantissaEnd > maxDigits:
		ok = false
	case n.significant <= wordDigits:
		m, ok = scaleWord(n.word, shift)
	default:
		m, ok = scaleText(string(s[:n.mantissaEnd]), shift)
	}
	if !ok || m.hi>>(maxBits-64) != 0 {
		return Decimal{}, fmt.Errorf("%w: %.64q", ErrRange, string(s))
	}
	return signed(m, true, n.negative, "parse"), nil
}

// scan checks the grammar: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
func scan[T string | []byte](s T) (n number, ok bool) {
	i := 0
	if len(s) > 0 && s[0] == '-' {
		n.negative = true
		i++
	}
	start := i
	i = digits(&n, s, i)
	if i == start || (s[start] == '0' && i > start+1) {
		return n, false
	}
	if i < len(s) && s[i] == '.' {
		from := i + 1
		i = digits(&n, s, from)
		n.places = i - from
		if n.places == 0 {
			return n, false
		}
	}
	n.mantissaEnd = i
	if i == len(s) {
		return n, true
	}
	if s[i] != 'e' && s[i] != 'E' {
		return n, false
	}
	i++
	negative := i < len(s) && s[i] == '-'
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	from := i
	for ; i < len(s) && isDigit(s[i]); i++ {
		n.exponent = min(n.exponent*10+int(s[i]-'0'), maxExponent)
	}
	if negative {
		n.exponent = -n.exponent
	}
	return n, i > from && i == len(s)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits takes in the digits from i on and gives where they end. The word may
// wrap: it counts only while the significant digits fit.
func digits[T string | []byte](n *number, s T, i int) int {
	for ; i < len(s) && isDigit(s[i]); i++ {
		n.word = n.word*10 + uint64(s[i]-'0')
		if n.word != 0 || n.significant > 0 {
			n.significant++
		}
	}
	return i
}

// powers are those of ten that fit a word.
var powers = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// scaleWord gives word * 10^shift, half even, and whether it fits.
func scaleWord(word uint64, shift int) (magnitude, bool) {
	switch {
	case shift < -wordDigits:
		return magnitude{}, true // below half a unit: word < 10^19
	case shift < 0:
		by := powers[-shift]
		m, _ := round(magnitude{0, word / by}, magnitude{0, word % by}, magnitude{0, by}, halfEven)
		return m, true
	case shift <= wordDigits:
		hi, lo := bits.Mul64(word, powers[shift])
		return magnitude{hi, lo}, true
	case shift <= 2*wordDigits:
		hi, lo := bits.Mul64(word, powers[wordDigits])
		product := multiply(magnitude{hi, lo}, magnitude{0, powers[shift-wordDigits]})
		return product.narrow()
	default:
		return magnitude{}, false // at least 10^39
	}
}

// scaleText is scaleWord for more digits: exact, however many there are.
func scaleText(mantissa string, shift int) (magnitude, bool) {
	text := strings.Replace(strings.TrimPrefix(mantissa, "-"), ".", "", 1)
	m, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return magnitude{}, false
	}
	switch ten := big.NewInt(10); {
	case shift > maxDigits:
		return magnitude{}, false
	case shift >= 0:
		m.Mul(m, ten.Exp(ten, big.NewInt(int64(shift)), nil))
	case shift < -maxDigits-1:
		return magnitude{}, true // below half a unit: there are at most maxDigits digits
	default:
		by := ten.Exp(ten, big.NewInt(int64(-shift)), nil)
		rest := new(big.Int)
		m.QuoRem(m, by, rest)
		half := rest.Lsh(rest, 1).Cmp(by)
		if half > 0 || (half == 0 && m.Bit(0) == 1) {
			m.Add(m, big.NewInt(1))
		}
	}
	if m.BitLen() > maxBits {
		return magnitude{}, false
	}
	var b [16]byte
	m.FillBytes(b[:])
	return magnitude{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}, true
}

// FromFloat gives the decimal with the shortest text that reads back as f,
// rounded as Parse does. NaN and infinities are ErrRange.
func FromFloat(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, fmt.Errorf("%w: %v", ErrRange, f)
	}
	var text [32]byte
	return ParseBytes(strconv.AppendFloat(text[:0], f, 'e', -1, 64))
}
