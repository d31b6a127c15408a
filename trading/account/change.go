package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/order"
)

// changeByCommand gives an open order other terms: at once on paper, by asking a
// live venue. The order with its new terms must pass what a new one must pass.
func (a *Account) changeByCommand(d *ManualOrder) (action, error) {
	if err := onlyTerms(d); err != nil {
		return nil, err
	}
	o := a.orders[d.Modify]
	if o == nil {
		return nil, refused(reasonNoSuchOrder, "order %s is not open", d.Modify)
	}
	if err := a.changeable(o); err != nil {
		return nil, err
	}
	n := *o
	n.SetTerms(wantedTerms(o, d))
	terms := n.Terms()
	switch {
	case terms == o.Terms():
		return nil, refused("NOTHING_TO_CHANGE", "order %s has these terms already", o.ID)
	case terms.Kind.Stop() != o.Kind.Stop():
		return nil, refused(string(order.ReasonKind), "a %s order can't become %s: one waits for a trigger and the other doesn't", o.Kind, terms.Kind)
	case terms.Trigger != o.Trigger && o.Status != order.TriggerPending:
		return nil, refused(string(order.ReasonTrigger), "the order was triggered already, it is %s", o.Status)
	case terms.Quantity.LessEq(o.FilledQuantity):
		return nil, refused(string(order.ReasonQuantity), "%v, and %v was traded already", terms.Quantity, o.FilledQuantity)
	}
	s := a.symbols[o.Symbol]
	draft := draft{Order: n, exit: o.Exit}
	if reason, detail := a.check(s.without(o), &n, &draft); reason != "" {
		return nil, refused(string(reason), "%s", detail)
	}
	terms = n.Terms() // an exit was cut to what there is to close
	if terms.Quantity.LessEq(o.FilledQuantity) || terms == o.Terms() {
		return nil, refused(string(order.ReasonNoPosition), "there is no more to close than the order does")
	}
	return func(timeMs int64) {
		// A venue counts it as an order.
		a.guard.Replace(&a.s.Recent, asked(o), asked(&n), a.s.ClockMs, draft.entry)
		a.change(o, terms, a.timeOf(o.Symbol, timeMs))
	}, nil
}

// onlyTerms refuses what can't be changed of any order.
func onlyTerms(d *ManualOrder) error {
	rest := *d
	rest.Modify, rest.OrderType = "", ""
	rest.Quantity, rest.Price, rest.TriggerPrice = ManualOrder{}.Quantity, ManualOrder{}.Price, ManualOrder{}.TriggerPrice
	if rest != (ManualOrder{}) {
		return refused("INVALID_DATA", "modify takes quantity, price, trigger_price and order_type, and nothing else")
	}
	return nil
}

// changeable refuses orders that can't be changed now.
func (a *Account) changeable(o *order.Order) error {
	switch {
	case o.Purpose != order.Signalled && o.Purpose != order.Manual:
		return refused("ACCOUNTS_OWN_ORDER", "order %s is a %s of the account itself; it can be cancelled only", o.ID, o.Purpose)
	case !a.live():
		return nil
	case o.Status == order.Pending || o.Status == order.Unknown:
		return refused("ORDER_UNCONFIRMED", "the venue has not shown order %s yet, it is %s", o.ID, o.Status)
	case o.CancelSent:
		return refused("CANCEL_UNDER_WAY", "the venue was asked to cancel order %s", o.ID)
	case o.Wanted != order.Terms{}:
		return refused("CHANGE_UNDER_WAY", "the venue was asked to change order %s and has not answered", o.ID)
	}
	return nil
}

func wantedTerms(o *order.Order, d *ManualOrder) order.Terms {
	t := o.Terms()
	if d.OrderType != "" {
		t.Kind = d.OrderType
	}
	if !d.Quantity.IsZero() {
		t.Quantity = d.Quantity
	}
	if !d.Price.IsZero() {
		t.Price = d.Price
	}
	if !d.TriggerPrice.IsZero() {
		t.Trigger = d.TriggerPrice
	}
	return t
}

// without gives the symbol as it would be had the order never been placed.
func (s *Symbol) without(o *order.Order) *Symbol {
	t := *s
	t.Orders = slices.DeleteFunc(slices.Clone(s.Orders), func(other *order.Order) bool { return other == o })
	filled := o.Side.Signed(o.FilledQuantity)
	t.Net.Quantity = t.Net.Quantity.Sub(filled)
	t.Books = slices.Clone(s.Books)
	for i, b := range t.Books {
		if b.StrategyID == o.BookID {
			undone := *b
			undone.Quantity = b.Quantity.Sub(filled)
			t.Books[i] = &undone
		}
	}
	return &t
}

// change carries a checked change out. On paper the changed order counts as placed
// at this tick: it fills at a later one.
func (a *Account) change(o *order.Order, terms order.Terms, timeMs int64) {
	if a.live() {
		a.sendChange(o, terms, false)
		return
	}
	s := a.symbols[o.Symbol]
	o.PlacedTick, o.ChangedMs = s.Ticks, max(o.ChangedMs, a.timeOf(s.Name, timeMs))
	o.NextDay = false
	a.setTerms(o, terms, timeMs)
}

// setTerms gives a paper order other terms and tells of it.
func (a *Account) setTerms(o *order.Order, terms order.Terms, timeMs int64) {
	mustStep(o, order.Change)
	o.SetTerms(terms)
	a.bookChanged(o.BookID)
	a.recount(a.symbols[o.Symbol])
	a.emitOrder(o, false, timeMs)
}

// sendChange asks a live venue to change an order. The terms are absolute, so
// asking again, when the answer got lost, changes nothing twice. But one that arrives
// after the next change would undo it: so the order takes no other before the venue has
// answered, or shows the terms, or this one can't arrive any more.
func (a *Account) sendChange(o *order.Order, terms order.Terms, repeat bool) {
	o.Wanted = terms
	a.bookChanged(o.BookID)
	a.recount(a.symbols[o.Symbol]) // it may trade what it has or what is wanted
	a.emit(VenueCommand{
		Action: VenueChange, Venue: a.s.Venue, ClientOrderID: o.ID, VenueOrderID: o.VenueOrderID,
		Symbol: o.Symbol, Side: o.Side, Kind: terms.Kind,
		Quantity: terms.Quantity, Price: terms.Price, Trigger: terms.Trigger, Repeat: repeat,
		Deadline: SendDeadline, PerSecond: a.s.Limits.OrdersPerSecond,
	})
}

// repeatChange asks a live venue once more for what it was asked for, when that got
// lost; an order that is being cancelled is not changed. The venue
// counts that as an order, too; it can't be refused for it, for nobody knows what
// came of the first.
func (a *Account) repeatChange(o *order.Order) {
	if o.CancelSent {
		return
	}
	a.sendCounted(o, o.Wanted, true)
}

// sendCounted asks a live venue for a change that no limit can refuse. The venue counts
// it as an order, and so do the limits.
func (a *Account) sendCounted(o *order.Order, terms order.Terms, repeat bool) {
	n := *o
	n.SetTerms(terms)
	a.guard.Note(&a.s.Recent, asked(&n), a.s.ClockMs, false)
	a.sendChange(o, terms, repeat)
}
