package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// wanted is what an order was asked to be.
type wanted struct {
	symbol, side, kind, validity string
	quantity, price, trigger     decimal.Decimal
}

// kindOf gives the type of an order that its prices make it.
func kindOf(price, trigger decimal.Decimal) string {
	switch {
	case price.IsZero() && trigger.IsZero():
		return "MARKET"
	case trigger.IsZero():
		return "LIMIT"
	case price.IsZero():
		return "SL-M"
	}
	return "SL"
}

func limited(kind string) bool { return kind == "LIMIT" || kind == "SL" }
func stops(kind string) bool   { return kind == "SL-M" || kind == "SL" }

func wantedBy(s *messages.Signal) wanted {
	return wanted{s.Symbol, s.Action, kindOf(s.Price, s.TriggerPrice), s.Validity, s.Quantity, s.Price, s.TriggerPrice}
}

// orderOf gives what an ORDER asks for; false when it is none of an order of its own.
func orderOf(c *messages.Command) (wanted, bool) {
	var d struct {
		Symbol   string          `json:"symbol"`
		Side     string          `json:"transaction_type"`
		Kind     string          `json:"order_type"`
		Quantity decimal.Decimal `json:"quantity"`
		Price    decimal.Decimal `json:"price"`
		Trigger  decimal.Decimal `json:"trigger_price"`
		Validity string          `json:"validity"`
		Modify   string          `json:"modify"`
		Cancel   string          `json:"cancel"`
	}
	if c.Type != "ORDER" || json.Unmarshal(c.Data, &d) != nil || d.Modify != "" || d.Cancel != "" {
		return wanted{}, false
	}
	return wanted{d.Symbol, d.Side, cmp.Or(d.Kind, kindOf(d.Price, d.Trigger)), d.Validity, d.Quantity, d.Price, d.Trigger}, true
}

// differs says how an order's first event differs from what was asked for, to the letter:
// users' orders and others' signals are taken as they are, or rejected as they are.
func (w *wanted) differs(e *orderFact) string {
	o := &e.Order
	switch {
	case e.Symbol != w.symbol || o.TransactionType != w.side:
		return fmt.Sprintf("a %s of %s", w.side, w.symbol)
	case o.Quantity != w.quantity:
		return fmt.Sprintf("for %v", w.quantity)
	case o.OrderType != w.kind || o.Validity != w.validity:
		return fmt.Sprintf("%s %s", w.kind, w.validity)
	case limited(w.kind) && o.Price != w.price || stops(w.kind) && o.TriggerPrice != w.trigger:
		return fmt.Sprintf("at %v, trigger %v", w.price, w.trigger)
	}
	return ""
}

// ordered is what a signal of the account's own strategy has become: one order, or several,
// into which an exit is split.
type ordered struct {
	first    *orderFact // of the first of them
	quantity *big.Rat   // of all, as they were placed
	rejected bool       // all of them, at once
}

// sizes are by how much an account rounds what its own strategies ask for, and what was
// traded for them.
type sizes struct {
	settings map[string]*settings // by user
	traded   tradedBefore
}

// tradedBefore is what was traded on each side of the shelves, at most: what is told in
// several partitions counts in each. Where events are deleted there may have been more to
// close.
type tradedBefore struct {
	of      map[shelf]map[string][]traded
	deleted bool
}

// traded is how much was traded on one side of a shelf up to a time of the log.
type traded struct {
	timeMs int64
	all    *big.Rat
}

func (f *facts) sizes() *sizes {
	s := &sizes{settings: f.settings(), traded: tradedBefore{make(map[shelf]map[string][]traded), f.horizon(messages.TopicOrders) > 0}}
	all := s.traded.of
	was := make(map[orderIn]decimal.Decimal)
	for i := range f.orders {
		e := &f.orders[i]
		in, filled := orderIn{e.OrderID, e.tp}, filledOf(e)
		now := filled.Sub(was[in])
		if was[in] = filled; now.Sign() <= 0 {
			continue
		}
		k := e.shelf()
		if all[k] == nil {
			all[k] = make(map[string][]traded)
		}
		side := e.Order.TransactionType
		all[k][side] = append(all[k][side], traded{e.timeMs, ratio(now)})
	}
	for _, sides := range all {
		for _, list := range sides {
			slices.SortStableFunc(list, func(a, b traded) int { return cmp.Compare(a.timeMs, b.timeMs) })
			for i := 1; i < len(list); i++ {
				list[i].all = new(big.Rat).Add(list[i-1].all, list[i].all)
			}
		}
	}
	return s
}

// closable is the most that an order can have found to close: what was traded before it
// on the other side.
func (s *sizes) closable(e *orderFact) *big.Rat {
	side := messages.Buy
	if e.Order.TransactionType == messages.Buy {
		side = messages.Sell
	}
	list := s.traded.of[e.shelf()][side]
	n := sort.Search(len(list), func(i int) bool { return list[i].timeMs > e.timeMs+settling.Milliseconds() })
	if n == 0 {
		return new(big.Rat)
	}
	return list[n-1].all
}

// differs says how what was ordered for a signal differs from it. What an account's own
// strategies ask for is rounded to lots and ticks, never to more or to a worse price, may
// be for the market, and an exit is cut to what there is to close.
func (s *sizes) differs(g *messages.Signal, user string, o *ordered) string {
	e, w := o.first, wantedBy(g)
	kind := e.Order.OrderType
	less := new(big.Rat).Sub(ratio(g.Quantity), o.quantity)
	switch {
	case e.Symbol != w.symbol || e.Order.TransactionType != w.side:
		return fmt.Sprintf("a %s of %s", w.side, w.symbol)
	case less.Sign() < 0 || less.Sign() > 0 && !s.smaller(less, user, o):
		return fmt.Sprintf("for %v", g.Quantity)
	case e.Order.Validity != w.validity || stops(kind) != stops(w.kind) || limited(kind) && !limited(w.kind):
		return fmt.Sprintf("%s %s", w.kind, w.validity)
	case limited(kind) && !s.near(e.Order.Price, g.Price, user, w.side), stops(kind) && !s.near(e.Order.TriggerPrice, g.TriggerPrice, user, w.side):
		return fmt.Sprintf("at %v, trigger %v", g.Price, g.TriggerPrice)
	}
	return ""
}

// smaller tells whether an order may be smaller than its signal: for lots, or as an exit.
func (s *sizes) smaller(less *big.Rat, user string, o *ordered) bool {
	steps := s.settings[user]
	lots := steps != nil && (steps.deleted || less.Cmp(steps.lot) < 0)
	return lots || s.traded.deleted || o.quantity.Cmp(s.closable(o.first)) <= 0
}

// near tells whether a price is another, rounded to a tick against the order's chances.
func (s *sizes) near(price, asked decimal.Decimal, user, side string) bool {
	off := new(big.Rat).Sub(ratio(asked), ratio(price))
	if side == messages.Sell {
		off.Neg(off)
	}
	steps := s.settings[user]
	return off.Sign() == 0 || off.Sign() > 0 && steps != nil && (steps.deleted || off.Cmp(steps.step) < 0)
}
