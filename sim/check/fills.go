package check

import (
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// paperOrder is an order on paper, from its beginning.
type paperOrder struct {
	*history
	user string
}

// paperOrders gives those of accounts whose venue fills at once and any quantity, in the
// order of their first events.
func (f *facts) paperOrders(all map[string]*settings) []*paperOrder {
	var orders []*paperOrder
	for _, h := range f.histories() {
		user, _ := f.userOf(h.first)
		if s := all[user]; s != nil && !s.deleted && !s.hesitant && !f.live[user] && !h.foreign && h.begun() && !f.beheaded(h.first) {
			orders = append(orders, &paperOrder{h, user})
		}
	}
	return orders
}

// checkFills follows paper orders along the ticks, with rules of its own: an order trades,
// as a whole, at the first tick after the one that caused it whose price gives it what it
// asks for; a close, too, is caused by the tick that tells of it. So at each tick that it
// has left behind, up to its next event, it asked for more than there was; and no stop
// order leaves its trigger behind before the market is there. Where an order is changed it
// is followed no further, for when its venue has the change is not told; nor at ticks older
// than it is.
func checkFills(f *facts, out *Result) {
	c, all := f.course(), f.settings()
	noteDeleted(all, "how orders fill", out)
	for _, o := range f.paperOrders(all) {
		for i, e := range o.events {
			if e.EventType == "FILLED" && e.Order.Status != "FILLED" {
				out.Find(e.String(), "order %s: %s with %v of %v, and nothing bounds what it may trade", e.OrderID, e.Order.Status, filledOf(e), e.Order.Quantity)
			}
			if ended(e) || i > 0 && termsOf(e) != termsOf(o.events[i-1]) {
				break
			}
			for _, l := range c.lanes[e.Symbol] {
				c.passedBy(o, i, l, out)
				if i+1 < len(o.events) {
					c.triggered(e, o.events[i+1], l, out)
				}
			}
		}
	}
}

// passedBy looks for a tick at which an order should have traded between an event of it
// and the next.
func (c *course) passedBy(o *paperOrder, i int, l lane, out *Result) {
	e := o.events[i]
	_, from, ok := c.between(e.mark, l.tp)
	until := c.reachedBy(o.user, l.tp)
	if ok && i+1 < len(o.events) {
		until, _, ok = c.between(o.events[i+1].mark, l.tp)
	}
	if !ok {
		return
	}
	out.Looked++
	m := c.first(l, from, until, func(m meet) bool {
		return m.told >= from && m.tick.sentMs >= o.first.TimeMs && gives(e, m.tick.price) && !c.told(e.mark, m.tick)
	})
	if m == nil {
		return
	}
	next := "nothing came of it"
	if i+1 < len(o.events) {
		next = "its next event, " + o.events[i+1].String() + ", is of " + o.events[i+1].origin.String()
	}
	out.Find(e.String(), "order %s of %s, %s %s %s at %v, trigger %v, was there when the market traded at %v, told by %s/%d, and did not trade: %s",
		e.OrderID, o.user, e.Order.Status, e.Order.OrderType, e.Order.TransactionType, e.Order.Price, e.Order.TriggerPrice, m.tick.price, l.tp, m.offset, next)
}

// triggered wants of a stop order that trades, or waits no longer for its trigger, that the
// market was there.
func (c *course) triggered(e, next *orderFact, l lane, out *Result) {
	if e.Order.Status != "TRIGGER_PENDING" || !slices.Contains([]string{"OPEN", "FILLED"}, next.Order.Status) || termsOf(e) != termsOf(next) {
		return
	}
	m := c.meetAt(next.mark, l)
	if m == nil {
		return
	}
	out.Looked++
	if !gives(e, m.tick.price) {
		out.Find(next.String(), "order %s, a %s %s with the trigger %v, is %s at the tick %s/%d, at %v", e.OrderID, e.Order.OrderType, e.Order.TransactionType,
			e.Order.TriggerPrice, next.Order.Status, m.tick.tp, m.tick.offset, m.tick.price)
	}
}

// told tells whether an output was caused by an update of a tick, or of a later one.
func (c *course) told(m *mark, t *tickFact) bool {
	u := c.updateOf(m)
	return u != nil && u.source() == t.tp && u.origin.Offset >= t.offset
}

// gives tells whether a trade at a price gives an order what it waits for: its trigger, or
// its limit or better.
func gives(e *orderFact, price decimal.Decimal) bool {
	buy := e.Order.TransactionType == messages.Buy
	switch {
	case e.Order.Status == "TRIGGER_PENDING" && buy:
		return price.GreaterEq(e.Order.TriggerPrice)
	case e.Order.Status == "TRIGGER_PENDING":
		return price.LessEq(e.Order.TriggerPrice)
	}
	return within(&e.Order, price)
}
