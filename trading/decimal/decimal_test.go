package decimal

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// outcome runs an operation: its result as units, or nil when it overflowed.
func outcome(f func() Decimal) (got *big.Int) {
	defer func() {
		if reason := recover(); reason != nil {
			if err, ok := reason.(error); !ok || !errors.As(err, new(*OverflowError)) {
				panic(reason)
			}
			got = nil
		}
	}()
	return units(f())
}

func TestArithmeticAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		a, b, n := random(r), random(r), int64(r.Uint64())>>r.UintN(64)
		checkPair(t, a, b, n)
		checkSteps(t, a, b)
		if t.Failed() {
			return
		}
	}
}

// checkPair holds every operation on a and b against its definition: the exact
// result, rounded, or an overflow exactly when that doesn't fit.
func checkPair(t *testing.T, a, b Decimal, n int64) {
	t.Helper()
	check := func(op string, f func() Decimal, want *big.Int) {
		t.Helper()
		switch got := outcome(f); {
		case got == nil && fits(want):
			t.Errorf("%v %s %v overflows, want %v units", a, op, b, want)
		case got != nil && got.Cmp(want) != 0:
			t.Errorf("%v %s %v = %v units, want %v", a, op, b, got, want)
		}
	}
	check("+", func() Decimal { return a.Add(b) }, new(big.Int).Add(units(a), units(b)))
	check("-", func() Decimal { return a.Sub(b) }, new(big.Int).Sub(units(a), units(b)))
	check("*", func() Decimal { return a.Mul(b) }, inUnits(new(big.Rat).Mul(rat(a), rat(b))))
	check("times int", func() Decimal { return a.MulInt(n) }, new(big.Int).Mul(units(a), big.NewInt(n)))
	check("neg", a.Neg, new(big.Int).Neg(units(a)))
	check("abs", a.Abs, new(big.Int).Abs(units(a)))
	if !b.IsZero() {
		check("/", func() Decimal { return a.Div(b) }, inUnits(new(big.Rat).Quo(rat(a), rat(b))))
	}
	order := units(a).Cmp(units(b))
	if a.Cmp(b) != order || a.Less(b) != (order < 0) || a.LessEq(b) != (order <= 0) || a.Greater(b) != (order > 0) ||
		a.GreaterEq(b) != (order >= 0) || a.Sign() != units(a).Sign() || a.IsZero() != (a.Sign() == 0) {
		t.Errorf("%v against %v: cmp %d, sign %d", a, b, a.Cmp(b), a.Sign())
	}
	if low, high := Min(a, b), Max(a, b); low.Greater(high) || (low != a || high != b) && (low != b || high != a) {
		t.Errorf("of %v and %v the smaller is %v, the larger %v", a, b, low, high)
	}
}

func checkSteps(t *testing.T, d, step Decimal) {
	t.Helper()
	if step.Sign() <= 0 {
		return
	}
	ratio := new(big.Rat).SetFrac(units(d), units(step))
	floor := floorOf(ratio)
	ceil := new(big.Int).Neg(floorOf(new(big.Rat).Neg(ratio)))
	for _, c := range []struct {
		name  string
		f     func(Decimal) Decimal
		count *big.Int
	}{{"near", d.RoundTo, nearest(ratio)}, {"floor", d.FloorTo, floor}, {"ceil", d.CeilTo, ceil}} {
		want := new(big.Int).Mul(c.count, units(step))
		switch got := outcome(func() Decimal { return c.f(step) }); {
		case got == nil && fits(want):
			t.Errorf("%v to a %s multiple of %v overflows", d, c.name, step)
		case got != nil && got.Cmp(want) != 0:
			t.Errorf("%v to a %s multiple of %v = %v units, want %v", d, c.name, step, got, want)
		}
	}
}

func TestRoundingTable(t *testing.T) {
	for _, c := range []struct{ d, step, near, floor, ceil string }{
		{"18500.37", "0.05", "18500.35", "18500.35", "18500.4"},
		{"18500.375", "0.05", "18500.4", "18500.35", "18500.4"},
		{"-1.01", "0.5", "-1", "-1.5", "-1"},
		{"-1.25", "0.5", "-1", "-1.5", "-1"},
		{"7.5", "5", "10", "5", "10"},
		{"12.5", "5", "10", "10", "15"},
		{"0", "0.05", "0", "0", "0"},
	} {
		d, step := MustParse(c.d), MustParse(c.step)
		if d.RoundTo(step) != MustParse(c.near) || d.FloorTo(step) != MustParse(c.floor) || d.CeilTo(step) != MustParse(c.ceil) {
			t.Errorf("%s by %s: %v %v %v", c.d, c.step, d.RoundTo(step), d.FloorTo(step), d.CeilTo(step))
		}
	}
}

func TestPanics(t *testing.T) {
	largest, lowest, one := FromParts(math.MaxInt64, math.MaxUint64), FromParts(math.MinInt64, 0), FromInt(1)
	var overflow *OverflowError
	var byZero *DivideByZeroError
	for name, c := range map[string]struct {
		f    func()
		want any
	}{
		"add":              {func() { largest.Add(FromUnits(1)) }, &overflow},
		"subtract":         {func() { lowest.Sub(FromUnits(1)) }, &overflow},
		"negate":           {func() { lowest.Neg() }, &overflow},
		"multiply":         {func() { largest.Mul(FromInt(2)) }, &overflow},
		"multiply far":     {func() { largest.Mul(largest) }, &overflow},
		"multiply int":     {func() { largest.MulInt(-2) }, &overflow},
		"divide":           {func() { largest.Div(MustParse("0.5")) }, &overflow},
		"round up":         {func() { largest.CeilTo(one) }, &overflow},
		"divide by zero":   {func() { one.Div(Decimal{}) }, &byZero},
		"step of zero":     {func() { one.RoundTo(Decimal{}) }, &byZero},
		"step below zero":  {func() { one.FloorTo(one.Neg()) }, &byZero},
		"constant is junk": {func() { MustParse("junk") }, nil},
	} {
		func() {
			defer func() {
				err, ok := recover().(error)
				if !ok || (c.want != nil && !errors.As(err, c.want)) || err.Error() == "" {
					t.Errorf("%s: panics with %v", name, err)
				}
			}()
			c.f()
		}()
	}
}

func TestEdges(t *testing.T) {
	if !MustParse("92233720368.54775807").Bounded() || !MustParse("-92233720368.54775807").Bounded() ||
		MustParse("92233720368.54775808").Bounded() || MustParse("-92233720368.54775808").Bounded() {
		t.Error("the bound of inputs is not where it should be")
	}
	if FromInt(math.MinInt64).String() != "-9223372036854775808" || FromInt(math.MaxInt64).String() != "9223372036854775807" {
		t.Error("FromInt doesn't take every int64")
	}
	if (Decimal{}) != FromInt(0) || MustParse("-0.000") != (Decimal{}) || MustParse("1.50") != MustParse("15e-1") {
		t.Error("equal numbers are not ==")
	}
	if hi, lo := MustParse("-0.00000001").Parts(); FromParts(hi, lo) != FromUnits(-1) {
		t.Error("parts don't fit together")
	}
}

func TestNoAllocations(t *testing.T) {
	texts := [][]byte{[]byte("18500.55"), []byte("18500.100000000002"), []byte("-1.5e3"), []byte("1e20")}
	buf := make([]byte, 0, 64)
	a, b, step := MustParse("18500.55"), MustParse("-3.25"), MustParse("0.05")
	wide := MustParse("123456789012345678901.5")
	var f float64
	n := testing.AllocsPerRun(100, func() {
		for _, text := range texts {
			d, _ := ParseBytes(text)
			buf = d.Add(a).Mul(b).Div(a).RoundTo(step).Append(buf[:0])
			buf = d.Sub(wide).Mul(b).Div(wide.Sub(d)).MulInt(3).FloorTo(step).Append(buf[:0])
			buf = wide.Append(buf[:0])
			f += wide.Float64() + d.Float64()
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
