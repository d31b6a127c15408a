package performance

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

var d = decimal.MustParse

var one = Book{Account: "a", Strategy: "s", Symbol: "X"}

// at makes a fill of a price.
func at(b Book, ms int64, quantity, price, fees string) Fill {
	q := d(quantity)
	return Fill{Book: b, TimeMs: ms, Quantity: q, Value: q.Mul(d(price)), Fees: d(fees)}
}

func lines(trades []Trade) string {
	var b strings.Builder
	for _, t := range trades {
		side := "short"
		if t.Long {
			side = "long"
		}
		fmt.Fprintf(&b, "%s %v %d@%v %d@%v %v-%v=%v\n", side, t.Quantity, t.EntryMs, t.EntryPrice, t.ExitMs, t.ExitPrice, t.Gross, t.Fees, t.Net)
	}
	return b.String()
}

func TestTrades(t *testing.T) {
	for name, c := range map[string]struct {
		fills                    []Fill
		want                     string
		quantity, cost, realized string
	}{
		"a long": {
			[]Fill{at(one, 1, "10", "100", "2"), at(one, 5, "-10", "110", "3")},
			"long 10 1@100 5@110 100-5=95\n", "0", "0", "100",
		},
		"a short": {
			[]Fill{at(one, 1, "-10", "100", "0"), at(one, 5, "10", "110", "0")},
			"short 10 1@100 5@110 -100-0=-100\n", "0", "0", "-100",
		},
		"first in, first out": {
			[]Fill{at(one, 1, "10", "100", "1"), at(one, 2, "10", "120", "2"), at(one, 3, "-15", "130", "3")},
			"long 10 1@100 3@130 300-3=297\nlong 5 2@120 3@130 50-2=48\n", "5", "600", "350",
		},
		"an exit in parts": {
			[]Fill{at(one, 1, "3", "10", "0.01"), at(one, 2, "-1", "11", "0"), at(one, 3, "-2", "12", "0")},
			"long 1 1@10 2@11 1-0.00333333=0.99666667\nlong 2 1@10 3@12 4-0.00666667=3.99333333\n", "0", "0", "5",
		},
		"a flip": {
			[]Fill{at(one, 1, "10", "100", "0"), at(one, 2, "-25", "104", "5"), at(one, 3, "15", "100", "1")},
			"long 10 1@100 2@104 40-2=38\nshort 15 2@104 3@100 60-4=56\n", "0", "0", "100",
		},
	} {
		l := ledger{book: one}
		var got []Trade
		for _, f := range c.fills {
			got = append(got, l.take(f)...)
		}
		if lines(got) != c.want || l.quantity != d(c.quantity) || l.cost != d(c.cost) || l.realized != d(c.realized) {
			t.Errorf("%s: quantity %v, cost %v, realized %v, trades\n%swant\n%s", name, l.quantity, l.cost, l.realized, lines(got), c.want)
		}
	}
}

// TestTradesLoseNothing: after any fills, what the trades made less what the lots
// cost is what was received less what was paid, to the last digit; fees are those
// of the fills; quantities add up.
func TestTradesLoseNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for range 50 {
		l := ledger{book: one}
		var flow, net, held, fees, gross, paid decimal.Decimal
		for i := range 300 {
			quantity := decimal.FromUnits(r.Int64N(2_000_000_000) - 1_000_000_000)
			if r.IntN(4) == 0 {
				quantity = l.quantity.Neg()
			}
			if quantity.IsZero() {
				continue
			}
			f := Fill{Book: one, TimeMs: int64(i), Quantity: quantity, Value: quantity.Mul(decimal.FromUnits(1 + r.Int64N(50_000_000_000))), Fees: decimal.FromUnits(r.Int64N(1000))}
			flow, held, fees = flow.Sub(f.Value), held.Add(quantity), fees.Add(f.Fees)
			for _, trade := range l.take(f) {
				if trade.Net != trade.Gross.Sub(trade.Fees) || trade.Quantity.Sign() <= 0 {
					t.Fatalf("trade %+v", trade)
				}
				net, gross, paid = net.Add(trade.Net), gross.Add(trade.Gross), paid.Add(trade.Fees)
			}
			var open, cost, unpaid decimal.Decimal
			for _, o := range l.lots {
				open, cost, unpaid = open.Add(o.quantity), cost.Add(o.value), unpaid.Add(o.fees)
			}
			if gross.Sub(cost) != flow || open != held || l.quantity != held || l.cost != cost || l.realized != gross || paid.Add(unpaid) != fees || l.fees != fees {
				t.Fatalf("after %d fills: made %v, cost %v, flow %v, held %v of %v, fees %v of %v", i, gross, cost, flow, open, held, paid, fees)
			}
		}
	}
}
