package check

import (
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// statuses are what an order event of a type may say.
var statuses = map[string][]string{
	"PLACED":    {"PENDING", "OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "UNKNOWN"},
	"FILLED":    {"PARTIALLY_FILLED", "FILLED", "CANCELLED"},
	"CANCELLED": {"CANCELLED"},
	"REJECTED":  {"REJECTED"},
}

// next are the statuses that may follow a status; "" is before the first event. An
// order that is open may be told of again with other terms.
var next = map[string][]string{
	"":                 {"PENDING", "TRIGGER_PENDING", "REJECTED"},
	"PENDING":          {"PENDING", "OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "REJECTED", "UNKNOWN"},
	"OPEN":             {"OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "REJECTED", "UNKNOWN"},
	"TRIGGER_PENDING":  {"TRIGGER_PENDING", "OPEN", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "REJECTED", "UNKNOWN"},
	"PARTIALLY_FILLED": {"PARTIALLY_FILLED", "FILLED", "CANCELLED", "UNKNOWN"},
	"UNKNOWN":          {"UNKNOWN", "OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "REJECTED"},
}

// sighted are what may follow the end of an order at a live venue, whose word
// stands, whatever was known before.
var sighted = map[string][]string{
	"FILLED":    {"FILLED"},
	"CANCELLED": {"OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "CANCELLED", "FILLED"},
	"REJECTED":  {"OPEN", "TRIGGER_PENDING", "PARTIALLY_FILLED", "FILLED", "CANCELLED"},
}

// life is what is known of an order so far.
type life struct {
	status        string
	filled        decimal.Decimal
	terms         terms
	symbol, side  string
	live, foreign bool
	last          *mark
}

// terms are what may change of an order while it is open.
type terms struct {
	kind                     string
	quantity, price, trigger decimal.Decimal
}

func termsOf(e *orderFact) terms {
	return terms{e.Order.OrderType, e.Order.Quantity, e.Order.Price, e.Order.TriggerPrice}
}

func filledOf(e *orderFact) decimal.Decimal {
	if e.Execution == nil {
		return decimal.Decimal{}
	}
	return e.Execution.FilledQuantity
}

// beheaded tells whether the first event that is left of an order is no first event,
// and those before it may have been deleted.
func (f *facts) beheaded(e *orderFact) bool {
	return f.offsets[e.tp].Start > 0 && (!slices.Contains(next[""], e.Order.Status) || filledOf(e).Sign() > 0)
}

// checkOrders follows every order through its events, which stand in one
// partition. What others wrote may stand in another; then nothing tells what it was before.
func checkOrders(f *facts, out *Result) {
	lives, scattered := make(map[string]*life), f.scattered()
	begins(f, "orders", out, messages.TopicOrders)
	for i := range f.orders {
		e := &f.orders[i]
		out.Looked++
		l := lives[e.OrderID]
		if l == nil {
			user, _ := f.userOf(e)
			l = &life{symbol: e.Symbol, side: e.Order.TransactionType, live: f.live[user], foreign: !e.written || scattered[e.OrderID]}
			lives[e.OrderID] = l
			if f.beheaded(e) {
				l.status, l.terms, l.filled, l.last = e.Order.Status, termsOf(e), filledOf(e), e.mark
				continue
			}
		}
		if l.foreign || !e.written {
			l.foreign = true // others wrote of it: they don't tell all
			continue
		}
		l.follow(e, out)
		l.last = e.mark
	}
	if !f.subject.Settled {
		return
	}
	for id, l := range lives {
		if l.live && !l.foreign && (l.status == "UNKNOWN" || l.status == "PENDING") {
			out.Find("order "+id, "it is left %s: nobody knows what became of it; its last event is %s", l.status, l.last)
		}
	}
}

// follow takes an order's next event in.
func (l *life) follow(e *orderFact, out *Result) {
	to := e.Order.Status
	asked := termsOf(e)
	allowed := next[l.status]
	if l.live && allowed == nil {
		allowed = sighted[l.status]
	}
	switch {
	case !slices.Contains(statuses[e.EventType], to):
		out.Find(e.String(), "order %s: an event %s with status %s", e.OrderID, e.EventType, to)
	case !slices.Contains(allowed, to):
		out.Find(e.String(), "order %s: it was %q and now is %s", e.OrderID, l.status, to)
	case to == "PENDING" && l.status == to && asked == l.terms:
		out.Find(e.String(), "order %s: placed again, on the same terms", e.OrderID)
	case e.Symbol != l.symbol || e.Order.TransactionType != l.side:
		out.Find(e.String(), "order %s: it was a %s of %s and now is a %s of %s", e.OrderID, l.side, l.symbol, e.Order.TransactionType, e.Symbol)
	}
	filled := filledOf(e)
	// One that was only open because its venue was asked for more has traded all before.
	complete := to == "FILLED" && l.status != to && filled == l.filled && filled.GreaterEq(e.Order.Quantity)
	l.status, l.terms = to, asked
	switch {
	case e.EventType == "FILLED" && !filled.Greater(l.filled) && !complete:
		out.Find(e.String(), "order %s: FILLED with %v, as much as before", e.OrderID, filled)
	case e.EventType != "FILLED" && filled != l.filled:
		out.Find(e.String(), "order %s: %s with %v traded, %v before", e.OrderID, e.EventType, filled, l.filled)
	case !l.live && filled.Greater(e.Order.Quantity):
		out.Find(e.String(), "order %s: %v traded of %v", e.OrderID, filled, e.Order.Quantity)
	case to == "FILLED" && !filled.GreaterEq(e.Order.Quantity):
		out.Find(e.String(), "order %s: FILLED with %v of %v", e.OrderID, filled, e.Order.Quantity)
	}
	l.filled = filled
}

// checkIDs wants one opening and one closing of a position, one alert of an id, and
// one owner of an order and of a position. An order that is placed twice has a life
// that is against the rules.
func checkIDs(f *facts, out *Result) {
	first := make(map[string]*mark)
	once := func(what string, m *mark) {
		out.Looked++
		if was := first[what]; was != nil {
			out.Find(m.String(), "%s, as %s is", what, was)
			return
		}
		first[what] = m
	}
	owners := make(map[string]string)
	owned := func(what, owner string, m *mark) {
		if was, ok := owners[what]; ok && was != owner {
			out.Find(m.String(), "%s is of %s, and was of %s", what, owner, was)
		}
		owners[what] = owner
	}
	for i := range f.alerts {
		if a := &f.alerts[i]; a.written {
			once("alert "+a.AlertID, a.mark)
		}
	}
	for i := range f.positions {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		owned("position "+p.PositionID, p.UserID+" in "+p.Symbol, p.mark)
		if p.EventType != "MODIFIED" {
			once(p.EventType+" of position "+p.PositionID, p.mark)
		}
	}
	for i := range f.orders {
		if e := &f.orders[i]; e.written {
			out.Looked++
			owned("order "+e.OrderID, e.StrategyID, e.mark)
		}
	}
}

// LastOrders gives the last committed event of every order.
func LastOrders(v View) (map[string]messages.OrderEvent, error) {
	f, err := read(&Subject{View: v}, nil)
	if err != nil {
		return nil, err
	}
	last := make(map[string]messages.OrderEvent)
	for i := range f.orders {
		last[f.orders[i].OrderID] = f.orders[i].OrderEvent
	}
	return last, nil
}
