package check

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

// history is what the log holds of one order.
type history struct {
	first, last *orderFact
	events      []*orderFact // all of them
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
		h.last, h.events, h.foreign = e, append(h.events, e), h.foreign || !e.written
	}
	return all
}

// begun tells whether an order's first event is the one that it begins with.
func (h *history) begun() bool {
	return h.first.written && slices.Contains(next[""], h.first.Order.Status)
}

// shelf names what a strategy holds of a symbol.
type shelf struct{ strategy, symbol string }

func (e *orderFact) shelf() shelf { return shelf{cmp.Or(e.Order.BookID, e.StrategyID), e.Symbol} }

// reason is what an order's id derives from.
type reason struct {
	user string
	by   giver
	leg  int      // of a signal: its number among those of its strategy and cause
	of   *history // of an exit: the entry that it exits
}

// giver is what orders come of.
type giver int

const (
	bySignal  giver = iota
	byCommand       // ORDER
	byExit          // a stop or target
	byClose         // by risk, or of a strategy that is to leave a symbol
)

// The most of what one input makes for an account: signals of a strategy, closes, and the
// orders that either is split into.
const (
	maxLegs   = 64
	maxCloses = 4096 // of which maxSplits may be split
	maxSplits = 256
	maxParts  = 32
)

// reasons finds what orders' ids derive from.
type reasons struct {
	users   map[string][]string  // all who ever had a strategy
	entries map[shelf][]*history // in the log's time
}

func (f *facts) reasons(all []*history) *reasons {
	r := &reasons{users: make(map[string][]string), entries: make(map[shelf][]*history)}
	add := func(strategy, user string) {
		if user != "" && !slices.Contains(r.users[strategy], user) {
			r.users[strategy] = append(r.users[strategy], user)
		}
	}
	for strategy, users := range f.had {
		for _, user := range users {
			add(strategy, user)
		}
	}
	for i := range f.commands {
		if c := &f.commands[i]; c.Type == "DEPLOY" {
			add(strategyOf(c), c.UserID)
		}
	}
	for strategy, user := range f.users {
		add(strategy, user)
	}
	for _, h := range all {
		r.entries[h.first.shelf()] = append(r.entries[h.first.shelf()], h)
	}
	for _, entries := range r.entries {
		slices.SortStableFunc(entries, func(a, b *history) int { return cmp.Compare(a.first.timeMs, b.first.timeMs) })
	}
	return r
}

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

// of gives what the id of an order derives from; false when it derives from nothing.
func (r *reasons) of(e *orderFact) (reason, bool) {
	for _, user := range r.users[e.StrategyID] {
		is := derives(e, user)
		if is("command") {
			return reason{user: user, by: byCommand}, true
		}
		if leg, ok := numbered(is, "signal/", 0, maxLegs); ok {
			return reason{user: user, by: bySignal, leg: leg}, true
		}
		if _, ok := numbered(is, "close/", 1, maxLegs); ok { // most are
			return reason{user: user, by: byClose}, true
		}
		if entry := r.exited(e, is); entry != nil {
			return reason{user: user, by: byExit, of: entry}, true
		}
		if leg, ok := split(is, "signal/", 0, maxLegs); ok {
			return reason{user: user, by: bySignal, leg: leg}, true
		}
		if _, ok := numbered(is, "close/", 1, maxCloses); ok {
			return reason{user: user, by: byClose}, true
		}
		if _, ok := split(is, "close/", 1, maxSplits); ok {
			return reason{user: user, by: byClose}, true
		}
	}
	return reason{}, false
}

// derives tells of words whether an order's id derives from them, its cause and its user.
func derives(e *orderFact, user string) func(leg string) bool {
	origin := e.origin.Topic + "/" + strconv.Itoa(int(e.origin.Partition)) + "/" + strconv.FormatInt(e.origin.Offset, 10)
	return func(leg string) bool { return e.OrderID == ident.Derive("order", user, e.StrategyID, origin, leg) }
}

// numbered finds the number behind a word that an id derives from.
func numbered(is func(string) bool, word string, from, to int) (int, bool) {
	for n := from; n < to; n++ {
		if is(word + strconv.Itoa(n)) {
			return n, true
		}
	}
	return 0, false
}

// split finds that of one that was split, which the id is a part of, or the rest that is
// too much for these.
func split(is func(string) bool, word string, from, to int) (int, bool) {
	for n := from; n < to; n++ {
		of := word + strconv.Itoa(n) + "/"
		if _, ok := numbered(is, of, 1, maxParts); ok || is(of+"rest") {
			return n, true
		}
	}
	return 0, false
}

// exited finds the entry that an order exits: most often one of the last.
func (r *reasons) exited(e *orderFact, is func(string) bool) *history {
	entries := r.entries[e.shelf()]
	n := sort.Search(len(entries), func(i int) bool { return entries[i].first.timeMs > e.timeMs+settling.Milliseconds() })
	for i := n - 1; i >= 0; i-- {
		if entries[i].first.OrderID != e.OrderID && is("exit/"+entries[i].first.OrderID) {
			return entries[i]
		}
	}
	return nil
}

// deletedBefore tells whether what an order derives from may be deleted: events of
// orders are, and an old one that was changed may begin with its change.
func (f *facts) deletedBefore(e *orderFact) bool { return f.offsets[e.tp].Start > 0 }

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
