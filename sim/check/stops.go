package check

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
)

// checkStops follows what entries have opened by the ticks: on paper, from nothing, for
// the only signal of a cause, which has a stop or a target. Until something happens to
// the orders of that position, no tick may touch either. Of accounts that were halted
// once only stops are followed, for targets wait then.
func checkStops(f *facts, out *Result) {
	if f.horizon(messages.TopicCommands, messages.TopicOrders, messages.TopicAlerts) > 0 {
		out.note("none: commands, order events or alerts are deleted that may have said what was opened")
		return
	}
	s := &stopsCheck{course: f.course(), settings: f.settings(), signals: f.onlySignals(), halted: make(map[string]bool), out: out}
	for i := range f.alerts {
		if a := &f.alerts[i]; a.Severity == "CRITICAL" {
			s.halted[a.UserID] = true
		}
	}
	shelves := make(map[shelf][]*paperOrder)
	for _, o := range f.paperOrders(s.settings) {
		k := o.events[0].shelf()
		shelves[k] = append(shelves[k], o)
	}
	for i := range f.orders {
		if e := &f.orders[i]; !e.written {
			delete(shelves, e.shelf()) // others trade there, too
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(shelves), func(a, b shelf) int {
		return cmp.Or(strings.Compare(a.strategy, b.strategy), strings.Compare(a.symbol, b.symbol))
	}) {
		for _, l := range s.lanes[k.symbol] {
			s.follow(shelves[k], l)
		}
	}
}

type stopsCheck struct {
	*course
	settings map[string]*settings
	signals  map[signalledFor]*signalFact
	halted   map[string]bool
	out      *Result
}

// signalledFor names what a strategy has signalled in a symbol for a cause.
type signalledFor struct {
	caused // whose owner is the strategy
	symbol string
}

// onlySignals gives the signals to trade of own strategies that are the only ones of
// their cause in their symbol.
func (f *facts) onlySignals() map[signalledFor]*signalFact {
	only := make(map[signalledFor]*signalFact)
	for i := range f.signals {
		g := &f.signals[i]
		if !g.written || g.IsRequest() || g.Action == messages.Hold {
			continue
		}
		k := signalledFor{caused{g.source(), g.origin.Offset, g.StrategyID}, g.Symbol}
		if _, ok := only[k]; ok {
			only[k] = nil
		} else {
			only[k] = g
		}
	}
	return only
}

// shelved is an event of a shelf's orders, where it stands among the updates of a
// partition, and what has traded by it.
type shelved struct {
	*orderFact
	placed    *orderFact // the first of its order
	low, high int64
	traded    *big.Rat
}

// shelve gives the events of orders in their order; false when the place of one among the
// updates of a partition isn't known.
func (s *stopsCheck) shelve(orders []*paperOrder, tp messages.TopicPartition) ([]shelved, bool) {
	var list []shelved
	for _, o := range orders {
		was := new(big.Rat)
		for _, e := range o.events {
			low, high, ok := s.between(e.mark, tp)
			if !ok || high > low && e.origin.Topic != messages.TopicUpdates {
				return nil, false
			}
			filled := ratio(filledOf(e))
			traded := new(big.Rat).Sub(filled, was)
			if was = filled; e.Order.TransactionType == messages.Sell {
				traded.Neg(traded)
			}
			list = append(list, shelved{e, o.events[0], low, high, traded})
		}
	}
	slices.SortStableFunc(list, func(a, b shelved) int {
		return cmp.Or(cmp.Compare(a.low, b.low), cmp.Compare(a.high, b.high), cmp.Compare(a.origin.Index, b.origin.Index))
	})
	return list, true
}

// follow goes along the events of a shelf.
func (s *stopsCheck) follow(orders []*paperOrder, l lane) {
	events, ok := s.shelve(orders, l.tp)
	if !ok {
		return
	}
	user, held := orders[0].user, new(big.Rat)
	for i := range events {
		e := &events[i]
		opens := held.Sign() == 0 && e.traded.Sign() != 0
		held.Add(held, e.traded)
		g := s.signals[signalledFor{caused{e.placed.source(), e.placed.origin.Offset, e.StrategyID}, e.Symbol}]
		if !opens || g == nil || g.StopLoss.IsZero() && g.Target.IsZero() || !isBySignal(e.placed, user) {
			continue
		}
		until := s.reachedBy(user, l.tp)
		if i+1 < len(events) {
			until = events[i+1].low
		}
		s.out.Looked++
		m := s.first(l, e.high, until, func(t *tickFact) bool { return t.sentMs >= e.TimeMs && s.touches(t.price, g, user) })
		if m != nil {
			s.out.Find(e.String(), "order %s of %s has opened %s of %s with the stop %v and the target %v: the market traded at %v, told by %s/%d, and nothing came of it",
				e.OrderID, user, held.FloatString(8), l.symbol, g.StopLoss, g.Target, m.tick.price, l.tp, m.offset)
		}
	}
}

// isBySignal tells whether an order's id derives from a signal of its own strategy.
func isBySignal(e *orderFact, user string) bool {
	origin := e.origin.Topic + "/" + strconv.Itoa(int(e.origin.Partition)) + "/" + strconv.FormatInt(e.origin.Offset, 10)
	_, ok := numbered(func(leg string) bool { return e.OrderID == ident.Derive("order", user, e.StrategyID, origin, leg) }, "signal/", 0, maxLegs)
	return ok
}

// touches tells whether a price is at an entry's stop or target, or beyond, however these
// were rounded.
func (s *stopsCheck) touches(price decimal.Decimal, g *signalFact, user string) bool {
	worse, better := new(big.Rat).Sub(ratio(g.StopLoss), ratio(price)), new(big.Rat).Sub(ratio(price), ratio(g.Target))
	if g.Action == messages.Sell {
		worse.Neg(worse)
		better.Neg(better)
	}
	step := s.settings[user].step
	return !g.StopLoss.IsZero() && worse.Cmp(step) >= 0 || !g.Target.IsZero() && !s.halted[user] && better.Cmp(step) >= 0
}
