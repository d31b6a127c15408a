package check

import (
	"math/big"
	"slices"

	"github.com/velox-trading/velox/messages"
)

// trade is one fill: what an order event's totals are above those before.
type trade struct {
	*mark
	event           *messages.OrderEvent
	index           int32 // under its cause; -1 for a record of others, which is its own cause
	quantity, price *big.Rat
	// rounding is how far its value may be off: totals have averages of 8 places.
	rounding *big.Rat
	// beheaded: fills of its order before it may have been deleted, so that the
	// quantity is not its own.
	beheaded bool
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
	seen := make(map[string]bool) // orders of which an event is left before
	for i := range f.orders {
		e := &f.orders[i]
		first := !seen[e.OrderID]
		seen[e.OrderID] = true
		if e.EventType != "FILLED" || e.Execution == nil {
			continue
		}
		user, ok := f.userOf(e)
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
		t := trade{mark: e.mark, event: &e.OrderEvent, beheaded: first && f.beheaded(e), index: e.origin.Index, quantity: new(big.Rat).Sub(now.quantity, was.quantity)}
		if t.quantity.Sign() <= 0 {
			continue // the order's life is against the rules, which another check says
		}
		totals[e.OrderID] = now
		t.price = new(big.Rat).Sub(now.value, was.value)
		t.price.Quo(t.price, t.quantity)
		t.rounding = new(big.Rat).Add(now.quantity, was.quantity)
		t.rounding.Mul(t.rounding, lastPlace)
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
	horizon := f.horizon(messages.TopicOrders, messages.TopicPositions)
	begins(horizon, "fills and position updates", out)
	for i := range f.positions {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		out.Looked++
		k := book{p.UserID, p.Symbol}
		h := held[k]
		if h == nil {
			h = newHolding(horizon > 0)
			held[k] = h
		}
		c := bookCause{k, p.source(), p.origin.Offset}
		trades := byCause[c]
		for len(trades) > 0 && trades[0].index < p.origin.Index {
			h.trade(&trades[0])
			h.unknown = h.unknown || trades[0].beheaded
			trades = trades[1:]
		}
		byCause[c] = trades
		if h.unknown || p.timeMs < horizon {
			h.unknown = true
			if !f.turns(i) {
				h.believe(p)
			}
			continue
		}
		if wrong := h.differs(p, f.turns(i)); wrong != "" {
			out.Find(p.String(), "%s in %s: %s", p.UserID, p.Symbol, wrong)
			if !f.turns(i) {
				h.believe(p) // one fault is told once
			}
		}
	}
	for c, trades := range byCause {
		for _, t := range trades {
			if h := held[c.book]; t.timeMs < horizon || horizon > 0 && h != nil && (h.unknown || t.timeMs < h.sinceMs+settling.Milliseconds()) {
				continue // its update is deleted
			}
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
