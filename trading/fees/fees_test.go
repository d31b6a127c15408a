package fees

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// TestShippedSchemes: contract notes, worked out by hand. 100 shares at 1,000:
// a value of 1 lakh.
func TestShippedSchemes(t *testing.T) {
	for _, c := range []struct {
		scheme string
		side   order.Side
		value  string
		want   string // name=amount, in order
		total  string
	}{
		{NSEEquityDelivery, order.Buy, "100000", "stt=100 exchange=2.97 ipft=0.1 stamp=15 sebi=0.1 gst=0.57", "118.74"},
		{NSEEquityDelivery, order.Sell, "100000", "stt=100 exchange=2.97 ipft=0.1 stamp=0 sebi=0.1 gst=0.57", "103.74"},
		{NSEEquityIntraday, order.Buy, "100000", "brokerage=20 stt=0 exchange=2.97 ipft=0.1 stamp=3 sebi=0.1 gst=4.17", "30.34"},
		{NSEEquityIntraday, order.Sell, "50000", "brokerage=15 stt=12.5 exchange=1.48 ipft=0.05 stamp=0 sebi=0.05 gst=2.98", "32.06"},
		{NSEFutures, order.Buy, "1000000", "brokerage=20 stt=0 exchange=17.3 ipft=1 stamp=20 sebi=1 gst=7.07", "66.37"},
		{NSEFutures, order.Sell, "1000000", "brokerage=20 stt=500 exchange=17.3 ipft=1 stamp=0 sebi=1 gst=7.07", "546.37"},
		{NSEOptions, order.Buy, "10000", "brokerage=20 stt=0 exchange=3.5 ipft=0.05 stamp=0.3 sebi=0.01 gst=4.24", "28.1"},
		{None, order.Sell, "10000", "", "0"},
		{NSEOptions, order.Sell, "10000", "brokerage=20 stt=15 exchange=3.5 ipft=0.05 stamp=0 sebi=0.01 gst=4.24", "42.8"},
	} {
		s, ok := Named(c.scheme)
		if !ok || s.Validate() != nil {
			t.Fatalf("%s: %v, %v", c.scheme, ok, s.Validate())
		}
		var got []string
		for i, amount := range s.Amounts(c.side, d("100"), d(c.value)) {
			got = append(got, fmt.Sprintf("%s=%v", s.Charges[i].Name, amount))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s %s %s:\n%s\nwant\n%s", c.scheme, c.side, c.value, text, c.want)
		}
		if total := s.Total(c.side, d("100"), d(c.value)); total != d(c.total) {
			t.Errorf("%s %s %s: %v in all, want %s", c.scheme, c.side, c.value, total, c.total)
		}
	}
	if _, ok := Named("nyse"); ok || len(Names()) != 5 || !slices.IsSorted(Names()) {
		t.Errorf("schemes %v", Names())
	}
}

func TestOwnSchemes(t *testing.T) {
	for name, c := range map[string]struct {
		scheme          Scheme
		quantity, value string
		want            string
	}{
		"nothing":                    {Scheme{}, "10", "1000", "0"},
		"per cent":                   {Scheme{Charges: []Charge{{Name: "taker", Rate: d("0.1")}}}, "10", "1000", "1"},
		"half even, down":            {Scheme{Charges: []Charge{{Name: "a", Rate: d("0.1")}}}, "10", "1004.5", "1"},
		"half even, a tie":           {Scheme{Charges: []Charge{{Name: "a", Rate: d("1")}}}, "10", "0.5", "0"},
		"half even, up":              {Scheme{Charges: []Charge{{Name: "a", Rate: d("1")}}}, "10", "1.5", "0.02"},
		"another step":               {Scheme{Round: d("1"), Charges: []Charge{{Name: "a", Rate: d("1")}}}, "10", "149", "1"},
		"a share a cent":             {Scheme{Charges: []Charge{{Name: "a", On: OnQuantity, Rate: d("0.01")}}}, "20", "1000", "0.2"},
		"an order":                   {Scheme{Charges: []Charge{{Name: "a", On: OnOrder, Rate: d("7")}}}, "10", "1000", "7"},
		"no trade, no charge":        {Scheme{Charges: []Charge{{Name: "a", On: OnOrder, Rate: d("7")}}}, "0", "0", "0"},
		"at most":                    {Scheme{Charges: []Charge{{Name: "a", Rate: d("1"), Max: d("9")}}}, "10", "1000", "9"},
		"below the most":             {Scheme{Charges: []Charge{{Name: "a", Rate: d("1"), Max: d("11")}}}, "10", "1000", "10"},
		"of the other side":          {Scheme{Charges: []Charge{{Name: "a", Side: order.Sell, Rate: d("1")}}}, "10", "1000", "0"},
		"of this side":               {Scheme{Charges: []Charge{{Name: "a", Side: order.Buy, Rate: d("1")}}}, "10", "1000", "10"},
		"on some of the charges":     {Scheme{Charges: []Charge{{Name: "a", Rate: d("1")}, {Name: "b", Rate: d("2")}, {Name: "c", On: OnCharges, Of: []string{"b"}, Rate: d("50")}}}, "1", "1000", "40"},
		"the smallest rate is exact": {Scheme{Round: d("0.00000001"), Charges: []Charge{{Name: "a", Rate: d("0.000001")}}}, "1", "1", "0.00000001"},
	} {
		if err := c.scheme.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := c.scheme.Total(order.Buy, d(c.quantity), d(c.value)); got != d(c.want) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// TestPartsCostTheWhole: whatever the parts, charged by difference they come to
// what the whole costs; and more trade never costs less.
func TestPartsCostTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, name := range Names() {
		s, _ := Named(name)
		for _, side := range []order.Side{order.Buy, order.Sell} {
			quantity, value, charged := decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}
			for range 500 {
				q := decimal.FromUnits(1 + r.Int64N(1_000_000_000))
				quantity, value = quantity.Add(q), value.Add(q.Mul(decimal.FromUnits(1+r.Int64N(50_000_000_000))))
				part := s.Total(side, quantity, value).Sub(charged)
				if part.Sign() < 0 {
					t.Fatalf("%s: a trade earned %v", name, part)
				}
				charged = charged.Add(part)
			}
			if charged != s.Total(side, quantity, value) || charged.RoundTo(cent) != charged {
				t.Fatalf("%s: the parts cost %v, the whole %v", name, charged, s.Total(side, quantity, value))
			}
		}
	}
}

func TestBadSchemes(t *testing.T) {
	long := Scheme{}
	for i := range maxCharges + 1 {
		long.Charges = append(long.Charges, Charge{Name: fmt.Sprint(i), Rate: d("1")})
	}
	one := func(c Charge) Scheme { return Scheme{Charges: []Charge{c}} }
	for want, s := range map[string]Scheme{
		"round is -1":                    {Round: d("-1")},
		"want at most 20":                long,
		"has no name":                    one(Charge{Rate: d("1")}),
		"given twice":                    {Charges: []Charge{{Name: "a", Rate: d("1")}, {Name: "a", Rate: d("1")}}},
		`side is "buy"`:                  one(Charge{Name: "a", Side: "buy", Rate: d("1")}),
		`on is "turnover"`:               one(Charge{Name: "a", On: "turnover", Rate: d("1")}),
		"rate is 0;":                     one(Charge{Name: "a"}),
		"rate is -0.1":                   one(Charge{Name: "a", Rate: d("-0.1")}),
		"rate is 0.0000001;":             one(Charge{Name: "a", Rate: d("0.0000001")}),
		"want at most 100":               one(Charge{Name: "a", Rate: d("100.01")}),
		"max is -1":                      one(Charge{Name: "a", Rate: d("1"), Max: d("-1")}),
		"want of with on: charges":       one(Charge{Name: "a", On: OnCharges, Rate: d("1")}),
		"and only there":                 {Charges: []Charge{{Name: "b", Rate: d("1")}, {Name: "a", Rate: d("1"), Of: []string{"b"}}}},
		`"a", which is no earlier charg`: one(Charge{Name: "a", On: OnCharges, Of: []string{"a"}, Rate: d("1")}),
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	full := Scheme{Charges: long.Charges[:maxCharges]}
	if err := full.Validate(); err != nil {
		t.Error(err)
	}
	whole := one(Charge{Name: "a", Rate: d("100")})
	if err := whole.Validate(); err != nil {
		t.Error(err)
	}
	flat := one(Charge{Name: "a", On: OnOrder, Rate: d("101")})
	if err := flat.Validate(); err != nil {
		t.Error(err)
	}
}

// TestDocumentedRates: docs/orders.md has every rate of the table, with its date
// and source.
func TestDocumentedRates(t *testing.T) {
	text, err := os.ReadFile("../../docs/orders.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		s, _ := Named(name)
		for i := range s.Charges {
			if row := docRow(name, &s.Charges[i]); !strings.Contains(string(text), row) {
				t.Errorf("docs/orders.md lacks the row\n%s", row)
			}
		}
	}
}

func docRow(scheme string, c *Charge) string {
	rate, side := fmt.Sprintf("%v %%", c.Rate), "both"
	if c.Side != "" {
		side = string(c.Side)
	}
	on := "value"
	switch c.On {
	case OnOrder:
		rate, on = c.Rate.String(), "order"
	case OnCharges:
		on = strings.Join(c.Of, " + ")
	}
	if c.Max.Sign() > 0 {
		rate += fmt.Sprintf(", at most %v", c.Max)
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |", scheme, c.Name, side, on, rate, c.Since, c.Source)
}
