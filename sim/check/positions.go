package check

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// holding is a user's position in a symbol, folded from fills in exact fractions.
type holding struct {
	quantity, cost *big.Rat
	fills          int64
}

// trade takes a signed quantity at a price in. A close takes its share of the cost.
func (h *holding) trade(quantity, price *big.Rat) {
	h.fills++
	if h.quantity.Sign()*quantity.Sign() < 0 {
		closed := new(big.Rat).Set(quantity)
		if new(big.Rat).Abs(quantity).Cmp(new(big.Rat).Abs(h.quantity)) > 0 {
			closed.Neg(h.quantity)
		}
		share := new(big.Rat).Quo(closed, h.quantity)
		h.cost.Add(h.cost, share.Mul(share, h.cost))
		h.quantity.Add(h.quantity, closed)
		quantity = new(big.Rat).Sub(quantity, closed)
	}
	h.quantity.Add(h.quantity, quantity)
	h.cost.Add(h.cost, new(big.Rat).Mul(quantity, price))
}

// average is the price at which the holding was bought or sold short; 0 when flat.
func (h *holding) average() *big.Rat {
	if h.quantity.Sign() == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Quo(h.cost, h.quantity)
}

func ratio(d decimal.Decimal) *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

// trade is one fill: what an order event's totals are above those before.
type trade struct {
	*mark
	index           int32 // under its cause; -1 for a record of others, which is its own cause
	quantity, price *big.Rat
}

// book names a user's position in a symbol, and the cause of an event in it.
type book struct{ user, symbol string }

type bookCause struct {
	book
	tp     messages.TopicPartition
	offset int64
}

// trades gives the fills by position and cause. An order's events stand in one
// partition, so its totals ascend.
func (f *facts) trades(out *Result) map[bookCause][]trade {
	type total struct{ quantity, value *big.Rat }
	totals := make(map[string]total)
	byCause := make(map[bookCause][]trade)
	for i := range f.orders {
		e := &f.orders[i]
		if e.EventType != "FILLED" || e.Execution == nil {
			continue
		}
		user, ok := f.users[e.StrategyID]
		if !ok {
			if e.written {
				out.Find(e.String(), "order %s is of strategy %s, which nobody has", e.OrderID, e.StrategyID)
			}
			continue
		}
		quantity := ratio(e.Execution.FilledQuantity)
		now := total{quantity, new(big.Rat).Mul(quantity, ratio(e.Execution.AveragePrice))}
		was, ok := totals[e.OrderID]
		if !ok {
			was = total{new(big.Rat), new(big.Rat)}
		}
		t := trade{mark: e.mark, index: e.origin.Index, quantity: new(big.Rat).Sub(now.quantity, was.quantity)}
		if t.quantity.Sign() <= 0 {
			continue // the order's life is against the rules, which another check says
		}
		totals[e.OrderID] = now
		t.price = new(big.Rat).Sub(now.value, was.value)
		t.price.Quo(t.price, t.quantity)
		if e.Order.TransactionType == "SELL" {
			t.quantity.Neg(t.quantity)
		}
		c := bookCause{book{user, e.Symbol}, e.source(), e.origin.Offset}
		if !e.written {
			t.index, c.tp, c.offset = -1, e.tp, e.offset
		}
		byCause[c] = append(byCause[c], t)
	}
	return byCause
}

// checkPositions folds the fills of each position along its updates: an update
// shows what the fills of its cause before it, and of all causes before, come to.
func checkPositions(f *facts, out *Result) {
	byCause := f.trades(out)
	for _, trades := range byCause {
		slices.SortFunc(trades, func(a, b trade) int { return int(a.index - b.index) })
	}
	held := make(map[book]*holding)
	for i := range f.positions {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		out.Looked++
		k := book{p.UserID, p.Symbol}
		h := held[k]
		if h == nil {
			h = &holding{quantity: new(big.Rat), cost: new(big.Rat)}
			held[k] = h
		}
		c := bookCause{k, p.source(), p.origin.Offset}
		trades := byCause[c]
		for len(trades) > 0 && trades[0].index < p.origin.Index {
			h.trade(trades[0].quantity, trades[0].price)
			trades = trades[1:]
		}
		byCause[c] = trades
		if wrong := h.differs(p, f.turns(i)); wrong != "" {
			out.Find(p.String(), "%s in %s: %s", p.UserID, p.Symbol, wrong)
		}
	}
	for c, trades := range byCause {
		for _, t := range trades {
			out.Find(t.String(), "%s in %s: a fill of %s that no position update tells of", c.user, c.symbol, t.quantity.FloatString(8))
		}
	}
}

// turns tells whether position update i closes what the next one, of the same
// cause, opens the other way round.
func (f *facts) turns(i int) bool {
	p := &f.positions[i]
	if p.EventType != "CLOSED" || i+1 == len(f.positions) {
		return false
	}
	n := &f.positions[i+1]
	return n.EventType == "OPENED" && n.UserID == p.UserID && n.Symbol == p.Symbol && n.written &&
		n.source() == p.source() && n.origin.Offset == p.origin.Offset
}

// differs says how an update differs from the fold. Each fill rounds a little.
func (h *holding) differs(p *positionFact, turns bool) string {
	quantity := ratio(p.Position.Quantity)
	if p.EventType == "CLOSED" {
		if quantity.Sign() != 0 || !turns && h.quantity.Sign() != 0 {
			return fmt.Sprintf("CLOSED with %v, its fills come to %s", p.Position.Quantity, h.quantity.FloatString(8))
		}
		return ""
	}
	if quantity.Cmp(h.quantity) != 0 {
		return fmt.Sprintf("it holds %v, its fills come to %s", p.Position.Quantity, h.quantity.FloatString(8))
	}
	far := new(big.Rat).Sub(ratio(p.Position.AveragePrice), h.average())
	if far.Abs(far).Cmp(new(big.Rat).SetFrac64(h.fills+1, 10_000_000)) > 0 {
		return fmt.Sprintf("its average price is %v, that of its fills %s", p.Position.AveragePrice, h.average().FloatString(8))
	}
	return ""
}
