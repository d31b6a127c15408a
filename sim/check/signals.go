package check

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
)

// decided is what a strategy has signalled for one cause, and what became of it.
type decided struct {
	// trades are the signals that are to trade, without repeats.
	trades []*signalFact
	sums   map[uint64]*signalFact
	// orders are those whose ids derive from the cause and a number among the strategy's
	// signals.
	orders map[numberOf]*ordered
	sample *mark
	legs   int // of all signals
}

// numberOf names a signal by its number among those of its strategy and cause, and the
// user who has traded it.
type numberOf struct {
	user string
	leg  int
}

// signalled wants of each own signal one order, or several that it is split into, and
// that it is what the signal asks for, and no two equal signals for one cause. Orders
// without a signal are those that were rejected at once because the signal was none
// that anybody can read. An order by a signal of others is what that asks for, too, and of
// equal ones a user trades one. Where the log is no cluster's, others' signals have an
// order, too, or a dead letter, or both, when the letter was written before the strategy
// was deployed; unless an equal one was there before.
func (a *answers) signalled() {
	all := make(map[caused]*decided)
	of := func(m *mark, strategy string) *decided {
		c := caused{m.source(), m.origin.Offset, strategy}
		if all[c] == nil {
			all[c] = &decided{sums: make(map[uint64]*signalFact), orders: make(map[numberOf]*ordered), sample: m}
		}
		return all[c]
	}
	foreign := make(map[caused]*signalFact)
	for i := range a.signals {
		s := &a.signals[i]
		switch {
		case s.IsRequest():
		case !s.written:
			foreign[caused{s.tp, s.offset, s.StrategyID}] = s
		default:
			of(s.mark, s.StrategyID).add(s, a.out)
		}
	}
	for _, p := range a.placed {
		if p.by == bySignal {
			of(p.first.mark, p.first.StrategyID).order(p)
		}
	}
	for c, d := range all {
		if c.tp.Topic == messages.TopicSignals {
			a.byOthers(c, d, foreign[c])
			continue
		}
		a.judge(c, d)
	}
	a.foreignSignals(all)
}

// add takes in a signal of the account's own strategy.
func (d *decided) add(s *signalFact, out *Result) {
	switch was := d.sums[s.sum]; {
	case was == nil:
		d.sums[s.sum] = s
	case was.origin != s.origin: // one that was written twice is another check's
		out.Find(s.String(), "it is the same signal of %s for %s as %s", s.StrategyID, s.origin, was)
	}
	d.legs++
	if s.Action != messages.Hold {
		d.trades = append(d.trades, s)
	}
}

// order takes in an order by a signal.
func (d *decided) order(p *placed) {
	k := numberOf{p.user, p.leg}
	rejected := p.first.EventType == "REJECTED"
	if o := d.orders[k]; o != nil {
		o.quantity.Add(o.quantity, ratio(p.first.Order.Quantity))
		o.rejected = o.rejected && rejected
		return
	}
	d.orders[k] = &ordered{p.first, new(big.Rat).Set(ratio(p.first.Order.Quantity)), rejected}
}

// judge holds what was ordered for a strategy's signals against them.
func (a *answers) judge(c caused, d *decided) {
	n := len(d.trades)
	nobodys := len(a.whose[c.owner]) == 0 && a.horizon(messages.TopicCommands) > 0 // it isn't known whose it was
	if n > 0 && (nobodys || d.sample.timeMs-settling.Milliseconds() < a.orderedFrom(c, d)) {
		a.left += n
		return
	}
	a.out.Looked += n
	if n > len(d.orders) {
		s := d.trades[n-1]
		a.out.Find(s.String(), "signal %s of strategy %s in %s, caused by %s, came to no order: %d signals, %d orders", s.Action, c.owner, s.Symbol, s.origin, n, len(d.orders))
		return
	}
	if d.sample.timeMs-settling.Milliseconds() < a.horizonAt(messages.TopicSignals, c.owner) {
		return // signals of these orders may be deleted
	}
	trades := slices.SortedFunc(slices.Values(d.trades), func(a, b *signalFact) int { return compareOrigins(a.origin, b.origin) })
	spare := len(d.orders) - n // of signals that nobody can read: these were rejected
	for _, k := range slices.SortedFunc(maps.Keys(d.orders), func(a, b numberOf) int { return cmp.Compare(a.leg, b.leg) }) {
		o, why := d.orders[k], "none"
		if len(trades) > 0 {
			why = a.sizes.differs(&trades[0].Signal, k.user, o)
		}
		switch {
		case why == "":
			trades = trades[1:]
		case o.rejected && spare > 0:
			spare--
		default:
			a.out.Find(o.first.String(), "order %s of strategy %s, caused by %s, is a %s; its signal is %s", o.first.OrderID, c.owner, o.first.origin, asked(o), why)
			trades = trades[min(1, len(trades)):]
		}
	}
}

// orderedFrom gives up to when orders by a strategy's signals for a cause may be deleted.
func (a *answers) orderedFrom(c caused, d *decided) int64 {
	latest := a.horizon(messages.TopicOrders)
	if d.sample.timeMs-settling.Milliseconds() >= latest {
		return latest // most are
	}
	at := int64(0)
	for _, user := range a.whose[c.owner] {
		for leg := range d.legs + len(d.orders) {
			at = max(at, a.horizonAt(messages.TopicOrders, orderIDOf(c, user, "signal/"+strconv.Itoa(leg))))
		}
	}
	return at
}

// byOthers holds an order by a signal of others against it.
func (a *answers) byOthers(c caused, d *decided, s *signalFact) {
	for _, o := range d.orders {
		a.out.Looked++
		switch {
		case s == nil && a.at(c.tp, c.offset) == nil: // deleted since, or another check's
		case s == nil || s.Action == messages.Hold:
			a.out.Find(o.first.String(), "order %s of strategy %s is caused by %s, where no signal of others for it is to trade", o.first.OrderID, c.owner, o.first.origin)
		default:
			w := wantedBy(&s.Signal)
			if why := w.differs(o.first); why != "" {
				a.out.Find(o.first.String(), "order %s of strategy %s is a %s; its signal %s is %s", o.first.OrderID, c.owner, asked(o), s, why)
			}
		}
	}
}

// foreignSignals looks at the signals to trade that others wrote. Each that has none equal
// before it wants an order or a dead letter, and never two: of an order one by user, for
// those who deploy an id in the same moment may both have it, and of a letter one by
// shard, for the keeper may write his before the strategy is deployed, and its shard
// another when it is removed again.
func (a *answers) foreignSignals(all map[caused]*decided) {
	writers := make(map[caused][]string) // of letters
	for i := range a.letters {
		d := &a.letters[i]
		writers[d.about()] = append(writers[d.about()], d.writer)
	}
	deployers := make(map[string][]string)
	for i := range a.commands {
		c := &a.commands[i]
		if c.Type != "DEPLOY" {
			continue
		}
		if id := strategyOf(c); !slices.Contains(deployers[id], c.UserID) {
			deployers[id] = append(deployers[id], c.UserID)
		}
	}
	once := a.newOnce()
	for i := range a.signals {
		s := &a.signals[i]
		if s.written || s.Action == messages.Hold {
			continue
		}
		var orders map[numberOf]*ordered
		if d := all[caused{s.tp, s.offset, s.StrategyID}]; d != nil {
			orders = d.orders
		}
		repeats := once.take(s, orders)
		if a.subject.Live {
			continue // where its shards began to read others' signals isn't known
		}
		a.out.Looked++
		by := writers[caused{tp: s.tp, offset: s.offset}]
		n, m := len(by), len(orders)
		if m+n == 0 && !repeats || m > max(1, len(deployers[s.StrategyID])) || n > 2 || n == 2 && by[0] == by[1] {
			a.out.Find(s.String(), "signal %s of others for strategy %s in %s has %d orders and %d dead letters", s.Action, s.StrategyID, s.Symbol, m, n)
		}
	}
}
