package check

import (
	"cmp"
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// history is what the log holds of one order.
type history struct {
	// first is the first of Velox's own, if there is one: those of others may stand in any
	// partition, so that nothing tells what came before them.
	first, last *orderFact
	events      []*orderFact // all of them
	// filled is the most that any of them tells of.
	filled decimal.Decimal
	// foreign: others wrote of it, too, and don't tell all.
	foreign bool
}

// histories gives those of all orders, in the order of their first events.
func (f *facts) histories() []*history {
	var all []*history
	of := make(map[string]*history)
	for i := range f.orders {
		e := &f.orders[i]
		h := of[e.OrderID]
		if h == nil {
			h = &history{first: e}
			of[e.OrderID], all = h, append(all, h)
		}
		if e.written && !h.first.written {
			h.first = e
		}
		h.last, h.events, h.foreign = e, append(h.events, e), h.foreign || !e.written
		h.filled = decimal.Max(h.filled, filledOf(e))
	}
	return all
}

// scattered are the orders of which others wrote in another partition than Velox, or in
// several.
func (f *facts) scattered() map[string]bool {
	if f.elsewhere == nil {
		f.elsewhere = make(map[string]bool)
		for _, h := range f.histories() {
			if h.foreign && slices.ContainsFunc(h.events, func(e *orderFact) bool { return e.tp != h.first.tp }) {
				f.elsewhere[h.first.OrderID] = true
			}
		}
	}
	return f.elsewhere
}

// begun tells whether an order's first event is the one that it begins with.
func (h *history) begun() bool {
	return h.first.written && slices.Contains(next[""], h.first.Order.Status)
}

// shelf names what a strategy holds of a symbol.
type shelf struct{ strategy, symbol string }

func (e *orderFact) shelf() shelf { return shelf{cmp.Or(e.Order.BookID, e.StrategyID), e.Symbol} }

// userOf gives whose an order is: of a strategy that several users have had, for two who
// deploy an id in the same moment may both have it, the one that its id derives from.
func (f *facts) userOf(e *orderFact) (user string, ok bool) {
	if f.givers == nil {
		f.givers = make(map[string]string)
		all := f.histories()
		r := f.reasons(all)
		for _, h := range all {
			if len(r.users[h.first.StrategyID]) > 1 {
				is, _ := r.of(h.first)
				f.givers[h.first.OrderID] = is.user
			}
		}
	}
	if user = f.givers[e.OrderID]; user != "" {
		return user, true
	}
	user, ok = f.users[e.StrategyID]
	return user, ok
}

// nameByFills names the users of strategies that neither their owners' records nor commands
// name any more, as of one that was removed and whose DEPLOY is deleted: a fill is of whose
// position the next output of its cause tells of.
func (f *facts) nameByFills() {
	if f.horizon(messages.TopicCommands) == 0 {
		return
	}
	type output struct {
		messages.Origin
		writer, symbol string
	}
	unnamed := make(map[output]string) // strategies, by what must be next to their fills
	for i := range f.orders {
		if e := &f.orders[i]; e.written && e.EventType == "FILLED" && f.users[e.StrategyID] == "" {
			next := e.origin
			next.Index++
			unnamed[output{next, e.writer, e.Symbol}] = e.StrategyID
		}
	}
	for i := range f.positions {
		p := &f.positions[i]
		if strategy, ok := unnamed[output{p.origin, p.writer, p.Symbol}]; ok && p.written {
			f.users[strategy] = p.UserID
		}
	}
}

// commandAt finds the command at a place.
func (f *facts) commandAt(tp messages.TopicPartition, offset int64) *commandFact {
	i := sort.Search(len(f.commands), func(i int) bool {
		c := &f.commands[i]
		return cmp.Or(cmp.Compare(c.tp.Partition, tp.Partition), cmp.Compare(c.offset, offset)) >= 0
	})
	if i == len(f.commands) || f.commands[i].tp != tp || f.commands[i].offset != offset {
		return nil
	}
	return &f.commands[i]
}
