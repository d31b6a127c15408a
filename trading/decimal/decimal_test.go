package decimal

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

func rat(d Decimal) *big.Rat { return new(big.Rat).SetFrac(d.big(), big.NewInt(unit)) }

// halfEven is the rule by its definition, apart from the package's own code.
func halfEven(r *big.Rat) *big.Int {
	scaled := new(big.Rat).Mul(r, big.NewRat(unit, 1))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom())
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	switch rest.Cmp(big.NewRat(1, 2)) {
	case 1:
		return floor.Add(floor, big.NewInt(1))
	case 0:
		if floor.Bit(0) == 1 {
			return floor.Add(floor, big.NewInt(1))
		}
	}
	return floor
}

func random(r *rand.Rand) Decimal {
	switch r.IntN(4) {
	case 0:
		return FromUnits(r.Int64N(2000) - 1000)
	case 1:
		return FromInt(r.Int64N(1_000_000) - 500_000)
	case 2:
		return FromParts(r.Int64N(2000)-1000, r.Uint64())
	default:
		return FromUnits(int64(r.Uint64()))
	}
}

func TestArithmeticAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		a, b := random(r), random(r)
		check := func(op string, got func() Decimal, want *big.Int) {
			t.Helper()
			fits := new(big.Int).Rsh(want, 64).IsInt64()
			defer func() {
				if reason := recover(); reason != nil {
					if _, ok := reason.(*OverflowError); !ok || fits {
						t.Fatalf("%v %s %v panicked with %v, want %v", a, op, b, reason, want)
					}
				}
			}()
			if g := got().big(); g.Cmp(want) != 0 {
				t.Fatalf("%v %s %v = %v units, want %v", a, op, b, g, want)
			}
		}
		check("+", func() Decimal { return a.Add(b) }, new(big.Int).Add(a.big(), b.big()))
		check("-", func() Decimal { return a.Sub(b) }, new(big.Int).Sub(a.big(), b.big()))
		check("*", func() Decimal { return a.Mul(b) }, halfEven(new(big.Rat).Mul(rat(a), rat(b))))
		if !b.IsZero() {
			check("/", func() Decimal { return a.Div(b) }, halfEven(new(big.Rat).Quo(rat(a), rat(b))))
		}
		if a.Cmp(b) != a.big().Cmp(b.big()) || a.Sign() != a.big().Sign() {
			t.Fatalf("%v against %v: cmp %d, sign %d", a, b, a.Cmp(b), a.Sign())
		}
		if back := MustParse(a.String()); back != a {
			t.Fatalf("%v reads back as %v", a, back)
		}
		if want, _ := rat(a).Float64(); a.Float64() != want {
			t.Fatalf("%v as float is %v, want %v", a, a.Float64(), want)
		}
	}
}

func TestOverflowPanics(t *testing.T) {
	big := FromParts(math.MaxInt64, math.MaxUint64)
	for name, f := range map[string]func(){
		"add": func() { big.Add(FromUnits(1)) },
		"sub": func() { FromParts(math.MinInt64, 0).Sub(FromUnits(1)) },
		"neg": func() { FromParts(math.MinInt64, 0).Neg() },
		"mul": func() { big.Mul(FromInt(2)) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(*OverflowError); !ok {
					t.Errorf("%s: no overflow error", name)
				}
			}()
			f()
		}()
	}
	defer func() {
		if _, ok := recover().(*DivideByZeroError); !ok {
			t.Error("no error for a division by zero")
		}
	}()
	FromInt(1).Div(Decimal{})
}

func TestRounding(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0.000000005", "0"}, {"0.000000015", "0.00000002"}, {"-0.000000025", "-0.00000002"},
		{"0.0000000050001", "0.00000001"}, {"18500.100000000002", "18500.1"}, {"1e-8", "0.00000001"},
		{"1.5E3", "1500"}, {"-0", "0"}, {"1e-99999999999", "0"}, {"123456789012345678901234567", "123456789012345678901234567"},
	} {
		if got := MustParse(c.in).String(); got != c.want {
			t.Errorf("%s gives %s, want %s", c.in, got, c.want)
		}
	}
	for _, c := range []struct{ d, step, near, floor, ceil string }{
		{"18500.37", "0.05", "18500.35", "18500.35", "18500.4"}, {"-1.01", "0.5", "-1", "-1.5", "-1"}, {"7.5", "5", "10", "5", "10"},
	} {
		d, step := MustParse(c.d), MustParse(c.step)
		if d.RoundTo(step) != MustParse(c.near) || d.FloorTo(step) != MustParse(c.floor) || d.CeilTo(step) != MustParse(c.ceil) {
			t.Errorf("%s by %s: %v %v %v", c.d, c.step, d.RoundTo(step), d.FloorTo(step), d.CeilTo(step))
		}
	}
}

func TestBadText(t *testing.T) {
	for _, s := range []string{"", "-", ".5", "5.", "01", "-01.5", "+1", "1e", "1e+", "1_0", "1e1_0", "0x1", "NaN", "Inf", "1.2.3", " 1", "1 ", "1e1.5"} {
		if d, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q gives %v, %v", s, d, err)
		}
	}
	for _, s := range []string{"1e99", "1e99999999999", "9999999999999999999999999999999999999999"} {
		if d, err := Parse(s); !errors.Is(err, ErrRange) {
			t.Errorf("%q gives %v, %v", s, d, err)
		}
	}
}

func TestBounded(t *testing.T) {
	if !MustParse("92233720368.54775807").Bounded() || !MustParse("-92233720368.54775807").Bounded() ||
		MustParse("92233720368.54775808").Bounded() || MustParse("-92233720368.54775808").Bounded() {
		t.Error("the bound of inputs is not where it should be")
	}
}

func TestNoAllocations(t *testing.T) {
	text, buf := []byte("18500.55"), make([]byte, 0, 64)
	a, b := MustParse("18500.55"), MustParse("-3.25")
	n := testing.AllocsPerRun(100, func() {
		d, _ := ParseBytes(text)
		buf = d.Add(a).Mul(b).Div(a).Append(buf[:0])
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzParse: the verdict is encoding/json's, the value big.Rat's.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-1.5", "1e3", "00", "1.000000005", "1e-400", "9e30", "1E+2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		var n json.Number
		valid := json.Valid([]byte(s)) && len(s) > 0 && (s[0] == '-' || (s[0] >= '0' && s[0] <= '9')) && json.Unmarshal([]byte(s), &n) == nil && n.String() == s
		if !valid {
			if err == nil {
				t.Fatalf("%q is no JSON number, but gives %v", s, d)
			}
			return
		}
		if err != nil {
			if !errors.Is(err, ErrRange) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if e, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(e) < 1e30 && len(s) < 300 && (math.Abs(e) > 1e-30 || e == 0) {
			want, _ := new(big.Rat).SetString(s)
			if d.big().Cmp(halfEven(want)) != 0 {
				t.Fatalf("%q gives %v", s, d)
			}
		}
	})
}
