// Package oracle says what candles and indicators must come out of a list of
// ticks. It is for tests only, and shares no code with the product: it doesn't
// import trading, computes with big integers and 256-bit floats, keeps
// everything in memory and looks at all ticks at once instead of one after the
// other. What it says follows the rules of docs/candles.md and the definitions of
// TA-Lib; its own test holds it against TA-Lib.
package oracle

import (
	"fmt"
	"math/big"
	"strings"
)

// Number is an exact decimal: a count of 1e-8. The zero Number is 0.
type Number struct{ units *big.Int }

var unit = big.NewInt(100_000_000)

// ParseNumber reads a JSON number; more than 8 decimal places are rounded half
// even.
func ParseNumber(text string) (Number, error) {
	r, ok := new(big.Rat).SetString(text)
	if !ok || strings.ContainsAny(text, "/_xXpP") {
		return Number{}, fmt.Errorf("%q is no number", text)
	}
	scaled := r.Mul(r, new(big.Rat).SetInt(unit))
	quotient, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	twice := rest.Abs(rest).Lsh(rest, 1)
	if c := twice.Cmp(scaled.Denom()); c > 0 || c == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(int64(r.Sign())))
	}
	return Number{quotient}, nil
}

// MustParseNumber is ParseNumber for tests; it panics on an error.
func MustParseNumber(text string) Number {
	n, err := ParseNumber(text)
	if err != nil {
		panic(err)
	}
	return n
}

func (n Number) big() *big.Int {
	if n.units == nil {
		return new(big.Int)
	}
	return n.units
}

// Add gives n + m.
func (n Number) Add(m Number) Number { return Number{new(big.Int).Add(n.big(), m.big())} }

// Cmp gives -1, 0 or 1.
func (n Number) Cmp(m Number) int { return n.big().Cmp(m.big()) }

// Float64 gives the nearest float.
func (n Number) Float64() float64 {
	f, _ := new(big.Rat).SetFrac(n.big(), unit).Float64()
	return f
}

// String gives the shortest plain decimal text.
func (n Number) String() string {
	text := new(big.Rat).SetFrac(n.big(), unit).FloatString(8)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
