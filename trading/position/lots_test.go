package position

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

func TestFirstInFirstOut(t *testing.T) {
	type fill struct{ quantity, price string }
	for name, c := range map[string]struct {
		fills                    []fill
		quantity, cost, realized string
		lots                     Lots
	}{
		"long":              {[]fill{{"10", "100"}}, "10", "1000", "0", Lots{{d("10"), d("1000")}}},
		"two entries":       {[]fill{{"10", "100"}, {"5", "130"}}, "15", "1650", "0", Lots{{d("10"), d("1000")}, {d("5"), d("650")}}},
		"part of the first": {[]fill{{"10", "100"}, {"5", "130"}, {"-4", "120"}}, "11", "1250", "80", Lots{{d("6"), d("600")}, {d("5"), d("650")}}},
		"all of the first":  {[]fill{{"10", "100"}, {"5", "130"}, {"-10", "120"}}, "5", "650", "200", Lots{{d("5"), d("650")}}},
		"into the second":   {[]fill{{"10", "100"}, {"5", "130"}, {"-12", "120"}}, "3", "390", "180", Lots{{d("3"), d("390")}}},
		"all of it":         {[]fill{{"10", "100"}, {"5", "130"}, {"-15", "120"}}, "0", "0", "150", Lots{}},
		"shorts":            {[]fill{{"-10", "100"}, {"-5", "130"}, {"12", "120"}}, "-3", "-390", "-180", Lots{{d("-3"), d("-390")}}},
		"a flip":            {[]fill{{"10", "100"}, {"5", "130"}, {"-20", "120"}}, "-5", "-600", "150", Lots{{d("-5"), d("-600")}}},
		"a flip back":       {[]fill{{"-10", "100"}, {"15", "90"}}, "5", "450", "100", Lots{{d("5"), d("450")}}},
		"a third":           {[]fill{{"3", "0.00000001"}, {"-1", "1"}}, "2", "0.00000002", "0.99999999", Lots{{d("2"), d("0.00000002")}}},
		"nothing":           {[]fill{{"0", "100"}}, "0", "0", "0", nil},
	} {
		var b Book
		var l Lots
		for _, f := range c.fills {
			l.Fill(&b, d(f.quantity), d(f.quantity).Mul(d(f.price)))
		}
		if b.Entered = (Lot{}); b != (Book{Quantity: d(c.quantity), Cost: d(c.cost), Realized: d(c.realized)}) || !slices.Equal(l, c.lots) {
			t.Errorf("%s: %v with lots %v", name, b, l)
		}
	}
}

// TestLotsAreTheBook: after any fills the lots add up to the book, all of one
// side, and nothing is lost; with as many lots as are kept apart, and more.
func TestLotsAreTheBook(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for round := range 20 {
		var b, plain Book
		var l Lots
		flow := decimal.Decimal{}
		for i := range 3000 {
			quantity := decimal.FromUnits(r.Int64N(2_000_000_000) - 1_000_000_000)
			if round%2 == 0 && i < 2*maxLots {
				quantity = quantity.Abs() // piles up
			}
			value := quantity.Mul(decimal.FromUnits(1 + r.Int64N(50_000_000_000)))
			flow = flow.Sub(value)
			c, p := l.Fill(&b, quantity, value), plain.Fill(quantity, value)
			if c.Closed != p.Closed || c.Opened != p.Opened || b.Quantity != plain.Quantity {
				t.Fatalf("%v, by average %v", c, p)
			}
			sum := Lot{}
			for _, lot := range l {
				if lot.Quantity.Sign() != b.Quantity.Sign() || lot.Quantity.IsZero() {
					t.Fatalf("a lot of %v in a holding of %v", lot.Quantity, b.Quantity)
				}
				sum = Lot{sum.Quantity.Add(lot.Quantity), sum.Cost.Add(lot.Cost)}
			}
			switch {
			case sum != Lot{b.Quantity, b.Cost}:
				t.Fatalf("the lots add up to %v, the book is %v", sum, b)
			case len(l) > maxLots:
				t.Fatalf("%d lots", len(l))
			case b.Realized.Sub(b.Cost) != flow:
				t.Fatalf("%v after flows of %v", b, flow)
			}
		}
		if round%2 == 0 && l == nil {
			t.Fatal("nothing was held: the test says little")
		}
	}
}

// TestFullLots: with one lot too many, the two oldest become one; the others stay.
func TestFullLots(t *testing.T) {
	var b Book
	var l Lots
	for i := range maxLots + 1 {
		l.Fill(&b, d("1"), decimal.FromInt(int64(i+1)))
	}
	if len(l) != maxLots || l[0] != (Lot{d("2"), d("3")}) || l[1] != (Lot{d("1"), d("3")}) {
		t.Errorf("%d lots, first %v", len(l), l[:2])
	}
	if c := l.Fill(&b, d("-1"), d("-10")); c.Realized != d("8.5") {
		t.Errorf("made %v", c.Realized)
	}
}

func TestLotsOf(t *testing.T) {
	if l := LotsOf(Book{Realized: d("5")}); l != nil {
		t.Errorf("lots of a flat book: %v", l)
	}
	if l := LotsOf(Book{Quantity: d("-3"), Cost: d("-90")}); !slices.Equal(l, Lots{{d("-3"), d("-90")}}) {
		t.Errorf("lots of a short: %v", l)
	}
	for m, want := range map[Method]bool{"": true, Average: true, FIFO: true, "lifo": false, "FIFO": false} {
		if m.Valid() != want {
			t.Errorf("%q is valid: %v", m, !want)
		}
	}
}
