package instrument

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
)

var d = decimal.MustParse

func TestFits(t *testing.T) {
	for _, c := range []struct {
		pattern, symbol string
		want            bool
	}{
		{"TCS", "TCS", true},
		{"TCS", "TCSX", false},
		{"TCS", "XTCS", false},
		{"TCS", "tcs", false},
		{"NIFTY*FUT", "NIFTY24JANFUT", true},
		{"NIFTY*FUT", "NIFTYFUT", true},
		{"NIFTY*FUT", "BANKNIFTY24JANFUT", false},
		{"NIFTY*FUT", "NIFTY24JANFUTX", false},
		{"NIFTY*FUT", "NIFTYFUTFUT", true},
		{"NIFTY*", "NIFTY", true},
		{"*FUT", "FUT", true},
		{"*FUT", "FU", false},
		{"*", "", true},
		{"*", "BTC/USD.X", true},
		{"**A**", "BAB", true},
		{"*AB*AC", "ABABAC", true},
		{"*AB*AC", "ABABAD", false},
		{"", "", true},
		{"", "A", false},
		// A share whose name ends as options' names do.
		{"*CE", "RELIANCE", true},
		{"*#CE", "RELIANCE", false},
		{"*#CE", "NIFTY24JAN21500CE", true},
		{"A#", "A0", true},
		{"A#", "A9", true},
		{"A#", "A/", false},
		{"A#", "A:", false},
		{"A#", "A", false},
		{"A#", "A#", true},
	} {
		if got := fits(c.pattern, c.symbol); got != c.want {
			t.Errorf("%q and %q: %v", c.pattern, c.symbol, got)
		}
	}
}

// TestFitsAsAnExpression: patterns mean what a regular expression made of them
// means.
func TestFitsAsAnExpression(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	word := func(letters string) string {
		b := make([]byte, r.IntN(7))
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	fitted := 0
	for range 50_000 {
		pattern, symbol := word("AB1**#"), word("AB12")
		expression := "^" + strings.NewReplacer("*", ".*", "#", "[0-9]").Replace(pattern) + "$"
		want := regexp.MustCompile(expression).MatchString(symbol)
		if fits(pattern, symbol) != want {
			t.Fatalf("%q and %q: not %v", pattern, symbol, want)
		}
		if want {
			fitted++
		}
	}
	if fitted < 1000 {
		t.Errorf("only %d fitted: the test says little", fitted)
	}
}

func TestFor(t *testing.T) {
	own := fees.Scheme{Charges: []fees.Charge{{Name: "a", Rate: d("1")}}}
	list := List{
		{Symbol: "NIFTY24JANFUT", TickSize: d("0.1")},
		{Symbol: "NIFTY*FUT", LotSize: d("75"), FreezeQuantity: d("1800")},
		{Symbol: "BANKNIFTY*FUT", LotSize: d("35"), Own: own},
		{Symbol: "*FUT", TickSize: d("0.05"), LotSize: d("1"), Fees: fees.NSEFutures},
		{Symbol: "*#CE", Fees: fees.NSEOptions},
	}
	for _, c := range []struct{ symbol, tick, lot, fees string }{
		{"NIFTY24JANFUT", "0.1", "75", fees.NSEFutures},
		{"NIFTY24FEBFUT", "0.05", "75", fees.NSEFutures},
		{"TCS24FEBFUT", "0.05", "1", fees.NSEFutures},
		{"BANKNIFTY24JANFUT", "0.05", "35", ""},
		{"NIFTY24JAN21500CE", "0", "0", fees.NSEOptions},
		{"RELIANCE", "0", "0", ""},
	} {
		is := list.For(c.symbol)
		if is.Symbol != c.symbol || is.TickSize != d(c.tick) || is.LotSize != d(c.lot) || is.Fees != c.fees {
			t.Errorf("%s: %+v", c.symbol, is)
		}
		if frozen := is.FreezeQuantity == d("1800"); frozen != (c.lot == "75") || !frozen && !is.FreezeQuantity.IsZero() {
			t.Errorf("%s: at most %v", c.symbol, is.FreezeQuantity)
		}
		if owns := len(is.Own.Charges) > 0; owns != (c.symbol == "BANKNIFTY24JANFUT") {
			t.Errorf("%s: charges %+v", c.symbol, is.Own)
		}
	}
}

func TestValidate(t *testing.T) {
	own := fees.Scheme{Charges: []fees.Charge{{Name: "a", Rate: d("1")}}}
	for want, list := range map[string]List{
		"":                                        {{Symbol: strings.Repeat("A", maxSymbol), TickSize: d("0.05"), LotSize: d("75"), Fees: fees.None}, {Symbol: "*", Own: own}},
		"[0].symbol: must be":                     {{TickSize: d("1")}},
		"at most 200 bytes":                       {{Symbol: strings.Repeat("A", maxSymbol+1), TickSize: d("1")}},
		"[0].symbol is  A;":                       {{Symbol: " A", TickSize: d("1")}},
		"is instruments[0].symbo":                 {{Symbol: "A", TickSize: d("1")}, {Symbol: "A", LotSize: d("1")}},
		"[0].tick_size is -1;":                    {{Symbol: "A", TickSize: d("-1")}},
		"[0].tick_size is 999999":                 {{Symbol: "A", TickSize: d("99999999999999")}},
		"[1].lot_size is -1;":                     {{Symbol: "B", LotSize: d("1")}, {Symbol: "A", LotSize: d("-1")}},
		"[0].lot_size is 9999999":                 {{Symbol: "A", LotSize: d("99999999999999")}},
		"[0].freeze_quantity is -1;":              {{Symbol: "A", FreezeQuantity: d("-1")}},
		"want at least the lot_size, which is 75": {{Symbol: "A", LotSize: d("75"), FreezeQuantity: d("60")}, {Symbol: "B", FreezeQuantity: d("60")}, {Symbol: "C", LotSize: d("75"), FreezeQuantity: d("75")}},
		"fees is nyse; want one of none, nse_equity_delivery,": {{Symbol: "A", Fees: "nyse"}},
		"own charges, not both":                                {{Symbol: "A", Fees: fees.NSEFutures, Own: own}},
		"[0].own_fees: charge 1 has no":                        {{Symbol: "A", Own: fees.Scheme{Charges: []fees.Charge{{Rate: d("1")}}}}},
		"[0].own_fees: a step of fees":                         {{Symbol: "A", Own: fees.Scheme{Round: d("1")}}},
		"instruments[0] is A; says nothing":                    {{Symbol: "A"}},
		"1001 of them; want at most 1000":                      make(List, maxListed+1),
	} {
		err := list.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("want %q, got %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("one mistake is told as several: %v", err)
		}
	}
	many := make(List, maxListed)
	for i := range many {
		many[i] = Instrument{Symbol: strings.Repeat("A", 1+i%maxSymbol) + strings.Repeat("*", i/maxSymbol), LotSize: d("1")}
	}
	for _, p := range many.Problems() {
		if !strings.Contains(p.Want, "bytes") {
			t.Errorf("%d instruments: %v", len(many), p)
			break
		}
	}
}
