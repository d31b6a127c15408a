package check

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

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

// What one input makes for an account: signals of a strategy, at least, for as many as the
// log has of its signals and orders are looked for; closes at most, and of these those that
// may be split, and the orders that either is split into. An order of what was deleted may
// be by one of many signals.
const (
	leastLegs   = 64
	deletedLegs = 1024
	mostCloses  = 4096
	mostSplit   = 256
	mostParts   = 32
)

// reasons finds what orders' ids derive from.
type reasons struct {
	users   map[string][]string  // all who ever had a strategy
	entries map[shelf][]*history // those that have traded, in the log's time
	sets    map[caused]*ordersOf // by cause and strategy
	found   map[string]reason    // by order
}

// ordersOf are the orders of a strategy whose first events have one cause.
type ordersOf struct {
	open map[string]*orderFact // those whose ids are not found out
	legs int                   // more than there are among the signals
	done bool
}

func (f *facts) reasons(all []*history) *reasons {
	r := &reasons{
		users: make(map[string][]string), entries: make(map[shelf][]*history), sets: make(map[caused]*ordersOf), found: make(map[string]reason),
	}
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
		if h.filled.Sign() > 0 {
			r.entries[h.first.shelf()] = append(r.entries[h.first.shelf()], h)
		}
	}
	for _, entries := range r.entries {
		slices.SortStableFunc(entries, func(a, b *history) int { return cmp.Compare(a.first.timeMs, b.first.timeMs) })
	}
	r.collect(f, all)
	return r
}

// collect puts the orders together whose ids derive from the same.
func (r *reasons) collect(f *facts, all []*history) {
	legs := 0
	if f.horizon(messages.TopicOrders, messages.TopicSignals) > 0 {
		legs = deletedLegs
	}
	for _, h := range all {
		if !h.begun() {
			continue // its id derives from the cause of an event that is deleted
		}
		c := h.first.causedBy()
		if r.sets[c] == nil {
			r.sets[c] = &ordersOf{open: make(map[string]*orderFact)}
		}
		r.sets[c].open[h.first.OrderID] = h.first
		r.sets[c].legs++
	}
	for i := range f.signals {
		s := &f.signals[i]
		if set := r.sets[caused{s.source(), s.origin.Offset, s.StrategyID}]; set != nil && s.written {
			set.legs++
		}
	}
	for _, set := range r.sets {
		set.legs = max(set.legs+1, leastLegs, legs)
	}
}

// causedBy names what an order event is of, for its strategy.
func (e *orderFact) causedBy() caused { return caused{e.source(), e.origin.Offset, e.StrategyID} }

// of gives what the id of an order derives from; false when it derives from nothing.
func (r *reasons) of(e *orderFact) (reason, bool) {
	c := e.causedBy()
	if set := r.sets[c]; set != nil && !set.done {
		set.done = true
		for _, user := range r.users[c.owner] {
			r.find(&search{set, c, user, r.found})
		}
	}
	is, ok := r.found[e.OrderID]
	return is, ok
}

// search looks for what the ids of a set's orders derive from, when they are a user's.
type search struct {
	*ordersOf
	caused
	user  string
	found map[string]reason
}

// orderIDOf gives the id of a user's order, by words that say which of its cause it is.
func orderIDOf(c caused, user, leg string) string {
	origin := c.tp.Topic + "/" + strconv.Itoa(int(c.tp.Partition)) + "/" + strconv.FormatInt(c.offset, 10)
	return ident.Derive("order", user, c.owner, origin, leg)
}

// take tells whether an order's id derives from words; then it is of that reason.
func (s *search) take(leg string, is reason) bool {
	id := orderIDOf(s.caused, s.user, leg)
	if s.open[id] == nil {
		return false
	}
	delete(s.open, id)
	is.user = s.user
	s.found[id] = is
	return true
}

// numbered looks for the orders of numbers behind a word, and the parts of those it finds.
func (s *search) numbered(word string, from, to int, by giver) {
	for n := from; n < to && len(s.open) > 0; n++ {
		if is := (reason{by: by, leg: n}); s.take(word+strconv.Itoa(n), is) {
			s.parts(word+strconv.Itoa(n), is)
		}
	}
}

// parts looks for those that an order was split into, and the rest that is too much.
func (s *search) parts(of string, is reason) {
	for n := 1; n < mostParts && len(s.open) > 0 && s.take(of+"/"+strconv.Itoa(n), is); n++ {
	}
	if len(s.open) > 0 {
		s.take(of+"/rest", is)
	}
}

// allParts looks for parts of what isn't there any more.
func (s *search) allParts(word string, from, to int, by giver) {
	for n := from; n < to && len(s.open) > 0; n++ {
		is, of := reason{by: by, leg: n}, word+strconv.Itoa(n)+"/"
		for part := 1; part < mostParts; part++ {
			s.take(of+strconv.Itoa(part), is)
		}
		s.take(of+"rest", is)
	}
}

// find goes from what is most likely to what is most work.
func (r *reasons) find(s *search) {
	if len(s.open) > 0 {
		s.take("command", reason{by: byCommand})
	}
	s.numbered("signal/", 0, s.legs, bySignal)
	s.numbered("close/", 1, leastLegs, byClose)
	for _, e := range s.open {
		if entry := r.exited(e, s); entry != nil {
			s.take("exit/"+entry.first.OrderID, reason{by: byExit, of: entry})
		}
	}
	s.allParts("signal/", 0, min(s.legs, mostSplit), bySignal)
	s.numbered("close/", leastLegs, mostCloses, byClose)
	s.allParts("close/", 1, mostSplit, byClose)
}

// exited finds the entry that an order exits: one of the other side that has traded, most
// often one of the last.
func (r *reasons) exited(e *orderFact, s *search) *history {
	entries := r.entries[e.shelf()]
	n := sort.Search(len(entries), func(i int) bool { return entries[i].first.timeMs > e.timeMs+settling.Milliseconds() })
	for i := n - 1; i >= 0; i-- {
		of := entries[i].first
		if of.Order.TransactionType != e.Order.TransactionType && orderIDOf(s.caused, s.user, "exit/"+of.OrderID) == e.OrderID {
			return entries[i]
		}
	}
	return nil
}
