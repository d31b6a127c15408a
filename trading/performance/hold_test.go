package performance

import (
	"fmt"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// TestBuyAndHold: an account's capital in equal parts over its symbols, each at its
// first price, a strategy's over its own, a symbol's in it alone, whatever was
// traded; before a symbol's first price its part is money.
func TestBuyAndHold(t *testing.T) {
	run := Run{
		Capital: map[string]decimal.Decimal{"a": d("1000"), "b": d("600"), "idle": d("50")},
		Books: []Book{
			{Account: "a", Strategy: "s", Symbol: "X"},
			{Account: "a", Strategy: "s", Symbol: "Y"},
			{Account: "a", Strategy: "t", Symbol: "X"},
			{Account: "b", Strategy: "s", Symbol: "X"},
			{Account: "b", Strategy: "s", Symbol: "NONE"},
		},
		Prices: NewPrices(time.Millisecond, 100),
	}
	for i, price := range []string{"8", "10", "4"} {
		run.Prices.Add("X", int64(10*i), d(price))
	}
	run.Prices.Add("Y", 5, d("0.00000003"))
	run.Prices.Add("Y", 15, d("0.00000004"))
	run.Fills = []Fill{at(run.Books[0], 7, "1", "9", "1")}
	result := Compute(run)
	got := make(map[string]string)
	for _, s := range append(append(append([]Scope{result.Total}, result.Accounts...), result.Strategies...), result.Symbols...) {
		curve := ""
		for _, p := range s.Curve {
			curve += fmt.Sprintf(" %d:%v", p.TimeMs, p.Hold)
		}
		got[s.Account+"/"+s.Strategy+"/"+s.Symbol] = fmt.Sprintf("%v%s", s.Figures.Hold, curve)
	}
	third := "66666666" // the rest of 500 * 4 / 3
	for scope, want := range map[string]string{
		"//":     "-233.33333334 0:1650 5:1650 7:1650 10:1850 15:2016." + third + " 20:1416." + third,
		"a//":    "-83.33333334 0:1000 5:1000 7:1000 10:1125 15:1291." + third + " 20:916." + third,
		"b//":    "-150 0:600 10:675 20:450",
		"idle//": "0",
		"a/s/":   "-83.33333334 0:1000 5:1000 7:1000 10:1125 15:1291." + third + " 20:916." + third,
		"a/t/":   "-500 0:1000 10:1250 20:500",
		"b/s/":   "-150 0:600 10:675 20:450",
		"//X":    "-800 0:1600 7:1600 10:2000 20:800",
		"//Y":    "333.33333333 5:1000 15:1333.33333333",
		"//NONE": "0",
	} {
		if got[scope] != want {
			t.Errorf("%s: %s, want %s", scope, got[scope], want)
		}
	}
	near(t, "return of holding X", result.Symbols[1].Figures.HoldReturn, -0.5)
	undefinedAs(t, "return without capital", Compute(Run{}).Total.Figures.HoldReturn, noCapital)
}
