package check

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// checkStops follows what entries have opened by the ticks: on paper, from nothing, for
// the only signal of a cause, which has a stop or a target, while no other order of that
// position is open. Until something happens to its orders no tick may touch either, and
// when that is the exit of the entry, its tick must have. Of accounts that were halted once
// only stops are followed, for targets wait then; and with a trailing stop it is not known
// when an exit is due.
func checkStops(f *facts, out *Result) {
	if f.horizon(messages.TopicOrders) > 0 {
		out.note("none: order events are deleted that may have said what was opened")
		return
	}
	s := &stopsCheck{course: f.course(), settings: f.settings(), signals: f.onlySignals(), reasons: f.reasons(f.histories()), halted: make(map[string]bool), out: out}
	for i := range f.alerts {
		if a := &f.alerts[i]; a.Severity == "CRITICAL" {
			s.halted[a.UserID] = true
		}
	}
	noteDeleted(s.settings, "how orders fill", out)
	for user := range s.settings {
		s.halted[user] = s.halted[user] || f.horizonAt(messages.TopicAlerts, user) > 0 // it may have been
	}
	shelves := make(map[userShelf][]*paperOrder)
	for _, o := range f.paperOrders(s.settings) {
		k := userShelf{o.user, o.first.shelf()}
		shelves[k] = append(shelves[k], o)
	}
	for i := range f.orders {
		if e := &f.orders[i]; !e.written {
			user, _ := f.userOf(e)
			delete(shelves, userShelf{user, e.shelf()}) // others trade there, too
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(shelves), func(a, b userShelf) int {
		return cmp.Or(strings.Compare(a.user, b.user), strings.Compare(a.strategy, b.strategy), strings.Compare(a.symbol, b.symbol))
	}) {
		for _, l := range s.lanes[k.symbol] {
			s.follow(k, shelves[k], l)
		}
	}
}

// userShelf is a shelf, of one of the users who may have had its strategy.
type userShelf struct {
	user string
	shelf
}

type stopsCheck struct {
	*course
	settings map[string]*settings
	signals  map[signalledFor]*signalFact
	reasons  *reasons
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

// shelve gives the events of orders in their order, up to the first, in the log's time, whose
// place among the updates of a partition isn't known; whole when there is none.
func (s *stopsCheck) shelve(orders []*paperOrder, tp messages.TopicPartition) (list []shelved, whole bool) {
	until := int64(math.MaxInt64)
	for _, o := range orders {
		was := new(big.Rat)
		for _, e := range o.events {
			low, high, ok := s.between(e.mark, tp)
			if !ok || high > low && e.origin.Topic != messages.TopicUpdates {
				until = min(until, e.timeMs-settling.Milliseconds())
				break
			}
			filled := ratio(filledOf(e))
			traded := new(big.Rat).Sub(filled, was)
			if was = filled; e.Order.TransactionType == messages.Sell {
				traded.Neg(traded)
			}
			list = append(list, shelved{e, o.first, low, high, traded})
		}
	}
	list = slices.DeleteFunc(list, func(e shelved) bool { return e.timeMs >= until })
	slices.SortStableFunc(list, func(a, b shelved) int {
		return cmp.Or(cmp.Compare(a.low, b.low), cmp.Compare(a.high, b.high), cmp.Compare(a.origin.Index, b.origin.Index))
	})
	return list, until == math.MaxInt64
}

// follow goes along the events of a shelf.
func (s *stopsCheck) follow(k userShelf, orders []*paperOrder, l lane) {
	events, whole := s.shelve(orders, l.tp)
	held, open := new(big.Rat), make(map[string]bool)
	for i := range events {
		e := &events[i]
		opens := held.Sign() == 0 && e.traded.Sign() != 0
		held.Add(held, e.traded)
		if open[e.OrderID] = true; ended(e.orderFact) {
			delete(open, e.OrderID)
		}
		g := s.signals[signalledFor{caused{e.placed.source(), e.placed.origin.Offset, e.StrategyID}, e.Symbol}]
		if !opens || len(open) > 0 || g == nil || g.StopLoss.IsZero() && g.Target.IsZero() || !s.isBySignal(e.placed, k.user) {
			continue
		}
		var next *shelved
		switch {
		case i+1 < len(events):
			next = &events[i+1]
		case !whole:
			continue // what came next isn't known
		}
		s.out.Looked++
		s.left(e, next, g, s.reachesOf(g, k.user), l)
	}
}

// left looks at when an open position is left.
func (s *stopsCheck) left(e, next *shelved, g *signalFact, r reaches, l lane) {
	user := r.user
	until := s.reachedBy(user, l.tp)
	if next != nil {
		until = next.low
	}
	m := s.first(l, e.high, until, func(m meet) bool { return m.tick.sentMs >= e.TimeMs && r.past(m.tick.price, s.halted[user]) })
	if m != nil {
		s.out.Find(e.String(), "order %s of %s has opened %s in %s with the stop %v and the target %v: the market traded at %v, told by %s/%d, and nothing came of it",
			e.OrderID, user, e.traded.FloatString(8), l.symbol, g.StopLoss, g.Target, m.tick.price, l.tp, m.offset)
	}
	if next == nil || !isExitOf(e.orderFact, next.placed, user) || !g.TrailingStop.IsZero() {
		return
	}
	if at := s.meetAt(next.mark, l); at != nil && !r.near(at.tick.price) {
		s.out.Find(next.String(), "order %s of %s exits %s in %s, with the stop %v and the target %v: the market traded at %v, told by %s/%d",
			next.OrderID, user, e.OrderID, l.symbol, g.StopLoss, g.Target, at.tick.price, l.tp, at.offset)
	}
}

// isBySignal tells whether an order's id derives from a signal of its own strategy.
func (s *stopsCheck) isBySignal(e *orderFact, user string) bool {
	is, ok := s.reasons.of(e)
	return ok && is.by == bySignal && is.user == user
}

// isExitOf tells whether an order's id derives from that of an entry that it exits.
func isExitOf(entry, e *orderFact, user string) bool {
	return orderIDOf(e.causedBy(), user, "exit/"+entry.OrderID) == e.OrderID
}

// reaches knows at which prices a position is to be left, to a step of prices, for its
// stop and target may have been rounded either way.
type reaches struct {
	user         string
	long         bool
	stop, target decimal.Decimal // 0: none
	step         decimal.Decimal
}

func (s *stopsCheck) reachesOf(g *signalFact, user string) reaches {
	step, err := decimal.Parse(s.settings[user].step.FloatString(8))
	if err != nil {
		panic(fmt.Errorf("a step of prices, of %s: %w", user, err)) // it was a decimal
	}
	return reaches{user, g.Action == messages.Buy, g.StopLoss, g.Target, step}
}

// past tells whether a price is surely at the stop, or, unless these wait, at the target.
func (r *reaches) past(price decimal.Decimal, targetsWait bool) bool {
	stop, target := !r.stop.IsZero(), !r.target.IsZero() && !targetsWait
	if r.long {
		return stop && price.LessEq(r.stop.Sub(r.step)) || target && price.GreaterEq(r.target.Add(r.step))
	}
	return stop && price.GreaterEq(r.stop.Add(r.step)) || target && price.LessEq(r.target.Sub(r.step))
}

// near tells whether a price may be at the stop or the target.
func (r *reaches) near(price decimal.Decimal) bool {
	stop, target := !r.stop.IsZero(), !r.target.IsZero()
	if r.long {
		return stop && price.LessEq(r.stop.Add(r.step)) || target && price.GreaterEq(r.target.Sub(r.step))
	}
	return stop && price.GreaterEq(r.stop.Sub(r.step)) || target && price.LessEq(r.target.Add(r.step))
}
