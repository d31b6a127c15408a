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
	// quantity is not its own, or it is not known what they were worth.
	beheaded bool
}

// book names a user's position in a symbol, and the cause of an event in it.
type book struct{ user, symbol string }

type bookCause struct {
	book
	tp     messages.TopicPartition
	offset int64
}

// fills are those of all positions.
type fills struct {
	*facts
	byCause map[bookCause][]trade
	totals  map[[2]string]total // by order and by the user who has taken them in
	begun   map[[2]string]bool  // totals that begin with what is told by an event that is no fill
	seen    map[orderIn]bool    // orders of which an event is left before
	// takers are the users whose position updates are caused by order events of others.
	takers map[caused][]string
	// untaken are fills by others that no position update tells of.
	untaken []*orderFact
	// scattered are the orders whose fills come later, for they are to be put in order.
	scattered map[string]bool
	later     []taking
}

// orderIn is an order, as one partition tells of it.
type orderIn struct {
	order string
	tp    messages.TopicPartition
}

// taking is a fill that a user takes in; first: it is the first event of its order that is
// left in its partition.
type taking struct {
	*orderFact
	user  string
	first bool
}

// total is what an order has traded, and the most that its account may take it to be worth:
// when others' average is so coarse that what it adds seems to be worth nothing, that is
// more than they tell.
type total struct{ quantity, value, most *big.Rat }

// trades gives the fills by position and cause.
func (f *facts) trades(out *Result) map[bookCause][]trade { return f.fills(out).byCause }

// fills gives them. An order's events stand in one partition, so its totals ascend; where
// others wrote in another one they are put in that order, for an account takes in nothing
// but more. What others wrote is of whom it has made a position update of.
func (f *facts) fills(out *Result) *fills {
	s := &fills{facts: f, byCause: make(map[bookCause][]trade), totals: make(map[[2]string]total), begun: make(map[[2]string]bool), seen: make(map[orderIn]bool), takers: f.takers(), scattered: f.scattered()}
	nobodys, deleted := 0, f.horizon(messages.TopicCommands) > 0
	for i := range f.orders {
		e := &f.orders[i]
		in := orderIn{e.OrderID, e.tp}
		first := !s.seen[in]
		s.seen[in] = true
		if first && e.EventType != "FILLED" {
			s.begin(e)
		}
		// That an order of others is over may tell of more that it has traded.
		if e.Execution == nil || e.EventType != "FILLED" && (e.written || e.EventType != "CANCELLED") {
			continue
		}
		if !e.written {
			takers := s.takers[caused{tp: e.tp, offset: e.offset}]
			for _, user := range takers {
				s.take(e, user, first)
			}
			if len(takers) == 0 && e.EventType == "FILLED" {
				s.untaken = append(s.untaken, e)
			}
			continue
		}
		switch user, ok := f.userOf(e); {
		case ok:
			s.take(e, user, first)
		case deleted:
			nobodys++
		default:
			out.Find(e.String(), "order %s is of strategy %s, which nobody has", e.OrderID, e.StrategyID)
		}
	}
	if nobodys > 0 {
		out.note("%d fills are left out: commands are deleted, and nobody is left who has their strategies", nobodys)
	}
	slices.SortStableFunc(s.later, func(a, b taking) int { return a.Execution.FilledQuantity.Cmp(b.Execution.FilledQuantity) })
	for _, t := range s.later {
		s.add(t.orderFact, t.user, t.first)
	}
	return s
}

// takers gives the users whose position updates are caused by order events of others.
func (f *facts) takers() map[caused][]string {
	all := make(map[caused][]string)
	for i := range f.positions {
		p := &f.positions[i]
		c := caused{tp: p.source(), offset: p.origin.Offset}
		if p.written && c.tp.Topic == messages.TopicOrders && !slices.Contains(all[c], p.UserID) {
			all[c] = append(all[c], p.UserID)
		}
	}
	return all
}

func totalOf(x *messages.Execution) total {
	quantity := ratio(x.FilledQuantity)
	value := new(big.Rat).Mul(quantity, ratio(x.AveragePrice))
	return total{quantity, value, value}
}

// begin begins with what an order had traded by the first event that is left of it, which
// is no fill.
func (s *fills) begin(e *orderFact) {
	if user, ok := s.userOf(e); ok && e.written && e.Execution != nil && s.beheaded(e) {
		k := [2]string{e.OrderID, user}
		s.totals[k], s.begun[k] = totalOf(e.Execution), true
	}
}

// take takes in an event of a user's order, in its turn.
func (s *fills) take(e *orderFact, user string, first bool) {
	if s.scattered[e.OrderID] {
		s.later = append(s.later, taking{e, user, first})
		return
	}
	s.add(e, user, first)
}

// add takes in what an event's totals are above those that a user has taken in before.
func (s *fills) add(e *orderFact, user string, first bool) {
	k := [2]string{e.OrderID, user}
	was, ok := s.totals[k]
	now := totalOf(e.Execution)
	// It was taken in before what the order begins with here, which counts it.
	before := !e.written && s.begun[k] && now.quantity.Cmp(was.quantity) <= 0
	if !ok || before {
		was = total{new(big.Rat), new(big.Rat), new(big.Rat)}
	}
	t := trade{mark: e.mark, event: &e.OrderEvent, beheaded: before || first && s.beheaded(e), index: e.origin.Index, quantity: new(big.Rat).Sub(now.quantity, was.quantity)}
	if t.quantity.Sign() <= 0 {
		return // the order's life is against the rules, which another check says
	}
	if !e.written && now.value.Cmp(was.most) <= 0 { // it may seem to be worth nothing
		now.most = new(big.Rat).Mul(t.quantity, ratio(e.Execution.AveragePrice))
		now.most.Add(now.most, was.most)
	}
	t.beheaded = t.beheaded || was.most.Cmp(was.value) != 0 || now.most.Cmp(now.value) != 0
	if !before {
		s.totals[k] = now
	}
	t.price = new(big.Rat).Sub(now.value, was.value)
	t.price.Quo(t.price, t.quantity)
	t.rounding = new(big.Rat).Add(now.quantity, was.quantity)
	t.rounding.Mul(t.rounding, halfPlace)
	if e.Order.TransactionType == "SELL" {
		t.quantity.Neg(t.quantity)
	}
	c := bookCause{book{user, e.Symbol}, e.source(), e.origin.Offset}
	if !e.written {
		t.index, c.tp, c.offset = -1, e.tp, e.offset
	}
	s.byCause[c] = append(s.byCause[c], t)
}

// checkPositions folds the fills of each position along its updates: an update
// shows what the fills of its cause before it, and of all causes before, come to.
func checkPositions(f *facts, out *Result) {
	all := f.fills(out)
	byCause := all.byCause
	for _, trades := range byCause {
		slices.SortFunc(trades, func(a, b trade) int { return int(a.index - b.index) })
	}
	held, methods, turns := make(map[book]*holding), f.methods(out), f.turns()
	begins(f, "fills and position updates", out, messages.TopicOrders, messages.TopicPositions)
	f.misstated(out)
	believed := 0
	for i := range f.positions {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		horizon := f.horizonOf(p.UserID)
		k := book{p.UserID, p.Symbol}
		h := held[k]
		if h == nil {
			h = newHolding(horizon > 0)
			held[k] = h
		}
		h.method(methods[p.UserID].at(p.timeMs))
		c := bookCause{k, p.source(), p.origin.Offset}
		trades := byCause[c]
		for len(trades) > 0 && trades[0].index < p.origin.Index {
			h.trade(&trades[0])
			h.unknown = h.unknown || trades[0].beheaded
			trades = trades[1:]
		}
		byCause[c] = trades
		if h.unknown || p.timeMs < horizon {
			believed++
			h.unknown = true
			if !turns[i] {
				h.believe(p)
			}
			continue
		}
		out.Looked++
		switch wrong := h.differs(p, turns[i]); {
		case wrong != "":
			out.Find(p.String(), "%s in %s: %s", p.UserID, p.Symbol, wrong)
			if !turns[i] {
				h.believe(p) // one fault is told once
			}
		case !turns[i]:
			h.agree(p)
		}
	}
	if believed > 0 {
		out.note("%d position updates are believed: fills before them may be deleted", believed)
	}
	all.untold(held, out)
}

// untold finds the fills that no position update tells of.
func (s *fills) untold(held map[book]*holding, out *Result) {
	for c, trades := range s.byCause {
		horizon := s.horizonOf(c.user)
		for _, t := range trades {
			if h := held[c.book]; t.timeMs < horizon || horizon > 0 && h != nil && (h.unknown || t.timeMs < h.sinceMs+settling.Milliseconds()) {
				continue // its update is deleted
			}
			out.Find(t.String(), "%s in %s: a fill of %s that no position update tells of", c.user, c.symbol, t.quantity.FloatString(8))
		}
	}
	excused, saved := s.excused(), s.saved()
	for _, e := range s.untaken {
		user, ok := s.claimed(e)
		if !ok || excused[caused{tp: e.tp, offset: e.offset}] || !s.fresh(e, user) || s.remembered(e, user, saved[user]) {
			continue
		}
		if e.timeMs >= max(s.horizonOf(user), s.lettersOf(e.mark), s.horizonAt(messages.TopicAlerts, user)) {
			out.Find(e.String(), "%s in %s: a fill by others, of order %s, that no position update tells of", user, e.Symbol, e.OrderID)
		}
	}
}

// excused are the inputs that a dead letter is about, or an alert: of a fill by others that
// can't be, such as one of another symbol than its order's, an account tells so.
func (s *fills) excused() map[caused]bool {
	all := s.refusals()
	for i := range s.alerts {
		if a := &s.alerts[i]; a.written {
			all[caused{tp: a.source(), offset: a.origin.Offset}] = true
		}
	}
	return all
}

// claimed gives whose a fill by others is: of a strategy that one user has and that nobody
// else ever had, from where his shard began to answer for it. False when it is nobody's, or
// that isn't known.
func (s *fills) claimed(e *orderFact) (string, bool) {
	o := s.owners[e.StrategyID]
	if o == nil || o.moved {
		return "", false
	}
	id, ok := s.accountShard(o.UserID)
	for _, a := range o.Answers {
		if a.Shard == id.Partition && e.offset < a.From.At(e.tp) {
			return "", false
		}
	}
	return o.UserID, ok && (!s.subject.Live || s.takenBy(o.UserID, e.mark))
}

// fresh tells whether a fill by others is one that an account takes in: of more than it
// knows of the order.
func (s *fills) fresh(e *orderFact, user string) bool {
	t, ok := s.totals[[2]string{e.OrderID, user}]
	return !ok || ratio(e.Execution.FilledQuantity).Cmp(t.quantity) > 0
}

// remembered tells whether an account has known of a fill before: by its state it knows its
// order since a time of which records may be deleted, with as much traded.
func (s *fills) remembered(e *orderFact, user string, saved *savedAccount) bool {
	if saved == nil {
		return false
	}
	o, ok := saved.order(e.OrderID)
	return ok && o.PlacedMs < s.horizonOf(user) && o.Filled.GreaterEq(e.Execution.FilledQuantity)
}

// horizonOf gives the log's time up to which fills or updates of a user's positions may be
// deleted. Orders are anywhere, updates at his home.
func (f *facts) horizonOf(user string) int64 {
	return max(f.horizon(messages.TopicOrders), f.horizonAt(messages.TopicPositions, user))
}

// turns tells which position updates close what the next one of the same position, of the
// same cause, opens the other way round. Other accounts' may stand between them.
func (f *facts) turns() []bool {
	turns := make([]bool, len(f.positions))
	next := make(map[book]*positionFact)
	for i := len(f.positions) - 1; i >= 0; i-- {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		k := book{p.UserID, p.Symbol}
		n := next[k]
		turns[i] = p.EventType == "CLOSED" && n != nil && n.EventType == "OPENED" && n.source() == p.source() && n.origin.Offset == p.origin.Offset
		next[k] = p
	}
	return turns
}
