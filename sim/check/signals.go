package check

import (
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

// decided is what a strategy has signalled for one cause, and what became of it.
type decided struct {
	// trades are the signals that are to trade, without repeats.
	trades []*signalFact
	sums   map[uint64]*signalFact
	// orders are those whose ids derive from the cause and a number among the strategy's
	// signals: by id, whether it was rejected at once.
	orders map[string]bool
	sample *mark
}

// maxLegs is more than a strategy signals for one cause.
const maxLegs = 64

// signalled wants of each own signal one order, whose id derives from the strategy, the
// cause and the signal's number (of an exit that is split, that is the first), and no two
// equal signals for one cause. Orders without a signal are those that were rejected at
// once because the signal was none that anybody can read. Where the log is no cluster's,
// others' signals have one, too, or a dead letter, or both, when the letter was written
// before the strategy was deployed; unless an equal one was there before.
func (f *facts) signalled(horizon int64, out *Result) {
	all := make(map[caused]*decided)
	of := func(m *mark, strategy string) *decided {
		c := caused{m.source(), m.origin.Offset, strategy}
		if all[c] == nil {
			all[c] = &decided{sums: make(map[uint64]*signalFact), orders: make(map[string]bool), sample: m}
		}
		return all[c]
	}
	for i := range f.signals {
		s := &f.signals[i]
		if !s.written || s.IsRequest() || s.timeMs < horizon {
			continue
		}
		d := of(s.mark, s.StrategyID)
		switch was := d.sums[s.sum]; {
		case was == nil:
			d.sums[s.sum] = s
		case was.origin != s.origin: // one that was written twice is another check's
			out.Find(s.String(), "it is the same signal of %s for %s as %s", s.StrategyID, s.origin, was)
		}
		if s.Action != messages.Hold {
			d.trades = append(d.trades, s)
		}
	}
	for i := range f.orders {
		e := &f.orders[i]
		if e.written && (e.EventType == "PLACED" || e.EventType == "REJECTED") && f.bySignal(e) {
			d := of(e.mark, e.StrategyID)
			if _, ok := d.orders[e.OrderID]; !ok {
				d.orders[e.OrderID] = e.EventType == "REJECTED"
			}
		}
	}
	missed := max(horizon, f.horizon(messages.TopicSignals))
	for c, d := range all {
		out.Looked += len(d.trades)
		d.judge(c, d.sample.timeMs-settling.Milliseconds() < missed, out)
	}
	if !f.subject.Live {
		f.foreignSignals(all, out)
	}
}

// foreignSignals wants an order or a dead letter of each signal to trade that others
// wrote and that has none equal before it, and never two: of an order one by user, for
// those who deploy an id in the same moment may both have it, and of a letter one by
// shard, for the keeper may write his before the strategy is deployed, and its shard
// another when it is removed again.
func (f *facts) foreignSignals(all map[caused]*decided, out *Result) {
	writers := make(map[caused][]string) // of letters
	for i := range f.letters {
		d := &f.letters[i]
		writers[d.about()] = append(writers[d.about()], d.writer)
	}
	deployers := make(map[string][]string)
	for i := range f.commands {
		c := &f.commands[i]
		if c.Type != "DEPLOY" {
			continue
		}
		if id := strategyOf(c); !slices.Contains(deployers[id], c.UserID) {
			deployers[id] = append(deployers[id], c.UserID)
		}
	}
	type signal struct {
		strategy, symbol, action string
		timeMs                   int64
	}
	before := make(map[signal]bool)
	for i := range f.signals {
		s := &f.signals[i]
		is := signal{s.StrategyID, s.Symbol, s.Action, s.TimeMs}
		if s.written || s.Action == messages.Hold || before[is] {
			continue
		}
		before[is] = true
		out.Looked++
		at := caused{tp: s.tp, offset: s.offset}
		orders, by := 0, writers[at]
		if d := all[caused{s.tp, s.offset, s.StrategyID}]; d != nil {
			orders = len(d.orders)
		}
		n := len(by)
		if orders+n == 0 || orders > max(1, len(deployers[s.StrategyID])) || n > 2 || n == 2 && by[0] == by[1] {
			out.Find(s.String(), "signal %s of others for strategy %s in %s has %d orders and %d dead letters", s.Action, s.StrategyID, s.Symbol, orders, n)
		}
	}
}

// bySignal tells whether an order's id is that of a signal of its strategy for the
// event's cause.
func (f *facts) bySignal(e *orderFact) bool {
	origin := e.origin
	text := origin.Topic + "/" + strconv.Itoa(int(origin.Partition)) + "/" + strconv.FormatInt(origin.Offset, 10)
	users := f.had[e.StrategyID]
	if len(users) == 0 {
		users = []string{f.users[e.StrategyID]}
	}
	for _, user := range users {
		for leg := range maxLegs {
			if e.OrderID == ident.Derive("order", user, e.StrategyID, text, "signal/"+strconv.Itoa(leg)) {
				return true
			}
		}
	}
	return false
}

func (d *decided) judge(c caused, deleted bool, out *Result) {
	switch n := len(d.trades); {
	case n > len(d.orders):
		s := d.trades[n-1]
		out.Find(s.String(), "signal %s of strategy %s in %s, caused by %s, came to no order: %d signals, %d orders", s.Action, c.owner, s.Symbol, s.origin, n, len(d.orders))
	case n < len(d.orders) && !deleted && c.tp.Topic != messages.TopicSignals:
		placed := 0
		for _, rejected := range d.orders {
			if !rejected {
				placed++
			}
		}
		if placed > n {
			out.Find(d.sample.String(), "strategy %s has %d orders by signals for %s/%d, and %d signals to trade", c.owner, placed, c.tp, c.offset, n)
		}
	}
}
