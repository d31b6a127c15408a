package position

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

var d = decimal.MustParse

func TestFills(t *testing.T) {
	type fill struct{ quantity, price string }
	for name, c := range map[string]struct {
		fills                    []fill
		quantity, cost, realized string
		closed, opened           string // of the last fill
	}{
		"long":              {[]fill{{"10", "100"}}, "10", "1000", "0", "0", "10"},
		"short":             {[]fill{{"-10", "100"}}, "-10", "-1000", "0", "0", "10"},
		"more":              {[]fill{{"10", "100"}, {"5", "130"}}, "15", "1650", "0", "0", "5"},
		"part of a long":    {[]fill{{"10", "100"}, {"-4", "110"}}, "6", "600", "40", "4", "0"},
		"part of a short":   {[]fill{{"-10", "100"}, {"4", "110"}}, "-6", "-600", "-40", "4", "0"},
		"all of it":         {[]fill{{"10", "100"}, {"-10", "90"}}, "0", "0", "-100", "10", "0"},
		"long to short":     {[]fill{{"10", "100"}, {"-15", "110"}}, "-5", "-550", "100", "10", "5"},
		"short to long":     {[]fill{{"-10", "100"}, {"12", "90"}}, "2", "180", "100", "10", "2"},
		"thirds":            {[]fill{{"3", "33.33333333"}, {"-1", "40"}}, "2", "66.66666666", "6.66666667", "1", "0"},
		"a third of a cent": {[]fill{{"1", "0.01"}, {"2", "0.005"}, {"-1", "0.01"}}, "2", "0.01333334", "0.00333334", "1", "0"},
		"nothing is rounded away": {
			[]fill{{"3", "0.00000001"}, {"-1", "0.00000001"}, {"-1", "0.00000001"}, {"-1", "0.00000001"}}, "0", "0", "0", "1", "0",
		},
	} {
		var b Book
		var last Change
		for _, f := range c.fills {
			last = b.Fill(d(f.quantity), d(f.quantity).Mul(d(f.price)))
		}
		if b.Entered = (Lot{}); b != (Book{Quantity: d(c.quantity), Cost: d(c.cost), Realized: d(c.realized)}) || last.Closed != d(c.closed) || last.Opened != d(c.opened) {
			t.Errorf("%s: %v, closed %v, opened %v", name, b, last.Closed, last.Opened)
		}
	}
}

// TestNothingIsLost: after any fills, profit less cost is what was received less
// what was paid; a flat book costs nothing; the average is between the lowest and
// the highest price.
func TestNothingIsLost(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		var b Book
		flow, made := decimal.Decimal{}, decimal.Decimal{}
		for range 500 {
			quantity := decimal.FromUnits(r.Int64N(2_000_000_000) - 1_000_000_000)
			if r.IntN(5) == 0 {
				quantity = b.Quantity.Neg()
			}
			value := quantity.Mul(decimal.FromUnits(1 + r.Int64N(50_000_000_000)))
			flow = flow.Sub(value)
			before := b
			c := b.Fill(quantity, value)
			made = made.Add(c.Realized)
			switch {
			case b.Realized.Sub(b.Cost) != flow:
				t.Fatalf("%v after flows of %v", b, flow)
			case b.Quantity.IsZero() && !b.Cost.IsZero():
				t.Fatalf("flat, yet it cost %v", b.Cost)
			case b.Realized != made || b.Quantity != before.Quantity.Add(quantity):
				t.Fatalf("%v and %v give %v", before, c, b)
			case c.Closed.Add(c.Opened) != quantity.Abs():
				t.Fatalf("%v closed and %v opened by %v", c.Closed, c.Opened, quantity)
			case b.Cost.Sign()*b.Quantity.Sign() < 0:
				t.Fatalf("%v of %v has another sign than its cost", b.Quantity, b.Cost)
			}
			price := d("123.45")
			if got := b.Unrealized(price); got != b.Quantity.Mul(price).Sub(b.Cost) {
				t.Fatalf("unrealized %v", got)
			}
		}
	}
}

// TestPartialClosesKeepTheAverage, to the last digit, of whatever quantity, by either
// method while there is one lot; and what is left costs its share of what was entered, rounded
// once, however many the closes were.
func TestPartialClosesKeepTheAverage(t *testing.T) {
	b := Book{Quantity: d("7"), Cost: d("731.11")}
	if b.Fill(d("-3"), d("-330")); b.AveragePrice() != d("104.44428571") {
		t.Errorf("the average was 104.44428571 and is %v", b.AveragePrice())
	}
	r := rand.New(rand.NewPCG(9, 9))
	for i := range 2000 {
		side := decimal.FromInt(r.Int64N(2)*2 - 1)
		held := 2 + r.Int64N([]int64{500, 1e5, 1e12}[i%3]) // the first ones are of units of the last place
		entered := Lot{decimal.FromUnits(held).Mul(side), decimal.FromUnits(1 + r.Int64N(1e14)).Mul(side)}
		b := Book{Quantity: entered.Quantity, Cost: entered.Cost}
		fifo, lots := b, LotsOf(b)
		average, flow := b.AveragePrice(), b.Cost.Neg()
		for left := held; left > 2; {
			part := 1 + r.Int64N(left-2)
			left -= part
			quantity, value := decimal.FromUnits(-part).Mul(side), decimal.FromUnits(r.Int64N(1e10)).Mul(side).Neg()
			b.Fill(quantity, value)
			lots.Fill(&fifo, quantity, value)
			flow = flow.Sub(value)
			share := new(big.Int).Mul(integer(entered.Cost.Abs()), big.NewInt(held-left))
			switch want := entered.Cost.Abs().Sub(decimal.FromUnits(share.Quo(share, big.NewInt(held)).Int64())).Mul(side); {
			case b.AveragePrice() != average || fifo.AveragePrice() != average:
				t.Fatalf("the average was %v and is %v, by lots %v, with %d of %d left", average, b.AveragePrice(), fifo.AveragePrice(), left, held)
			case b.Cost != want || fifo != b || len(lots) != 1 || lots[0] != (Lot{b.Quantity, b.Cost}):
				t.Fatalf("%v, by lots %v of %v; want a cost of %v", b, fifo, lots, want)
			case b.Realized.Sub(b.Cost) != flow:
				t.Fatalf("%v after flows of %v", b, flow)
			}
		}
	}
}

// TestAverageOfWhatIsEnteredNext: what is added, and what turns a position, has an
// average of its own with what is left.
func TestAverageOfWhatIsEnteredNext(t *testing.T) {
	for name, c := range map[string]struct {
		quantity, value string
		average         string
	}{
		"added":  {"0.3", "0.20000001", "0.55555558"},
		"turned": {"-0.7", "-0.14", "0.2"},
		"closed": {"-0.6", "-0.5", "0"},
	} {
		for _, method := range []Method{Average, FIFO} {
			b, lots := Book{}, Lots{}
			fill := func(quantity, value string) {
				if method == FIFO {
					lots.Fill(&b, d(quantity), d(value))
				} else {
					b.Fill(d(quantity), d(value))
				}
			}
			fill("0.9", "0.45000001")
			fill("-0.3", "-0.2")
			if b.AveragePrice() != d("0.50000001") || b.Cost != d("0.30000001") {
				t.Errorf("%s, %s: the average is %v of a cost of %v", name, method, b.AveragePrice(), b.Cost)
			}
			if fill(c.quantity, c.value); b.AveragePrice() != d(c.average) || b.Entered != (Lot{}) {
				t.Errorf("%s, %s: the average is %v after all, want %v; %v", name, method, b.AveragePrice(), c.average, b)
			}
		}
	}
}

func TestShareOfHugeAmounts(t *testing.T) {
	huge := d("9000000000000000000000")
	b := Book{Quantity: d("90000000000"), Cost: huge}
	b.Fill(d("-30000000000"), d("-1"))
	if b.Cost != d("6000000000000000000000") {
		t.Errorf("cost %v", b.Cost)
	}
}

func TestAbsorb(t *testing.T) {
	b := Book{Quantity: d("1"), Cost: d("10"), Realized: d("100")}
	b.Absorb(Book{Quantity: d("2"), Cost: d("30"), Realized: d("500")})
	if b != (Book{Quantity: d("3"), Cost: d("40"), Realized: d("600")}) {
		t.Errorf("%v", b)
	}
}
