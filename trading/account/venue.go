package account

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// VenueReport takes in what a live venue, or its session, says of an order. A
// report that says nothing new changes nothing; one that makes no sense gives an
// ERROR alert. The venue's word stands: an order that was taken for dead and is
// seen again is taken as fact, with a CRITICAL alert.
func (a *Account) VenueReport(r order.Report, cause Cause) []Event {
	nowMs := a.begin(cause)
	o := a.orderOf(r.OrderID)
	if o == nil {
		a.emit(Ignored{What: "report", Detail: "no order " + r.OrderID})
		return a.end()
	}
	timeMs := cmp.Or(r.TimeMs, nowMs)
	if a.report(o, r, timeMs) {
		a.moved()
	}
	a.assess(a.symbols[o.Symbol], timeMs)
	return a.end()
}

// report takes in what is said of an order, and tells whether it was new.
func (a *Account) report(o *order.Order, r order.Report, timeMs int64) bool {
	was, rest := o.Status, o.Rest()
	r.Detail = wording(r.Detail)
	out, err := o.Apply(r)
	if err != nil {
		a.alertOrder(o, risk.Error, err.Error(), timeMs)
		return false
	}
	a.move(o, was)
	if (was == order.Unknown) != (o.Status == order.Unknown) || o.Rest() != rest {
		a.bookChanged(o.BookID)
	}
	a.recount(a.symbols[o.Symbol]) // whatever the report has changed of it
	if out.Missing {
		a.haltSymbol(o, "The venue no longer shows an order that it had; it stays UNKNOWN until the venue reports on it, and its symbol is halted", timeMs)
	}
	if r.Kind == order.ReportUnknown && was == order.Unknown {
		a.haltSymbol(o, "The venue gives no clear answer about an order; it stays UNKNOWN and is asked for on, and its symbol is halted", timeMs)
	}
	if out.Refused {
		a.alertOrder(o, risk.Warning, "An order was not changed, and stays as it is: "+r.Detail, timeMs)
	}
	if out.Lost {
		a.repeatChange(o)
	}
	if out.Changed {
		a.reported(o, was, r, out, timeMs)
	}
	if s := a.symbols[o.Symbol]; a.live() {
		refused := o
		if !out.Refused {
			refused = nil
		}
		a.fit(s, s.found(o.BookID), refused, timeMs) // what could not be changed or was not there may be now
	}
	a.goOn(a.symbols[o.Symbol], timeMs)
	return out.Changed
}

// move puts an order where its status belongs: with the open ones or with the
// finished ones.
func (a *Account) move(o *order.Order, was order.Status) {
	switch {
	case was.Final() == o.Status.Final() || o.Purpose == order.Foreign: // those of others are never open here
	case o.Status.Final():
		a.retire(o)
	default:
		a.forget(o)
		s := a.symbols[o.Symbol]
		o.CancelSent, o.CancelLost, o.CancelReason = false, false, ""
		s.Orders = append(s.Orders, o)
		a.orders[o.ID] = o
		a.bookChanged(o.BookID)
	}
}

func (a *Account) forget(o *order.Order) {
	if i := slices.Index(a.s.Finished, o); i >= 0 {
		a.s.Finished = slices.Delete(a.s.Finished, i, i+1)
	}
	delete(a.finished, o.ID)
}

// reported tells what a report has changed.
func (a *Account) reported(o *order.Order, was order.Status, r order.Report, out order.Outcome, timeMs int64) {
	a.alertFacts(o, was, out, timeMs)
	if out.Quantity.Sign() > 0 {
		status := o.Status
		if status == order.Cancelled && was != order.Cancelled {
			o.Status = order.PartiallyFilled // what it was before its end, which is told next
		}
		a.emitOrder(o, true, timeMs)
		o.Status = status
		a.settle(o, out.Quantity, out.Value, decimal.Decimal{}, timeMs)
	}
	if o.Status == was {
		if out.NewTerms && out.Quantity.IsZero() {
			a.emitOrder(o, false, timeMs)
		}
		return
	}
	switch o.Status {
	case order.Filled:
		if out.Quantity.IsZero() { // it was changed to what it had traded
			a.emitOrder(o, false, timeMs)
		}
	case order.Cancelled:
		a.emitOrder(o, false, timeMs)
		if !o.CancelSent {
			a.closeFailed(o, "cancelled by the venue", timeMs)
		}
	case order.Rejected:
		a.emitOrder(o, false, timeMs)
		a.refusedByVenue(o, was, timeMs)
	case order.Unknown:
		a.emitOrder(o, false, timeMs)
		a.alertOrder(o, risk.Warning, "The venue's reply is missing or unclear; it is asked, and nothing is sent again", timeMs)
		a.query(o)
	case order.Open, order.PartiallyFilled, order.TriggerPending:
		o.CancelLost = o.CancelSent && was == order.Unknown
		if out.Quantity.IsZero() {
			a.emitOrder(o, false, timeMs)
		}
		if was == order.Cancelled {
			a.query(o) // the answer to a question from before the cancel may have come last
		}
	}
}

// alertFacts alerts to what was taken in as fact against all that was known.
func (a *Account) alertFacts(o *order.Order, was order.Status, out order.Outcome, timeMs int64) {
	if out.Sighted {
		a.alertOrder(o, risk.Critical, fmt.Sprintf("An order taken for %s was seen at the venue", was), timeMs)
	}
	if out.Overfilled {
		a.alertOrder(o, risk.Critical, fmt.Sprintf("The venue filled %v of an order for %v", o.FilledQuantity, o.Quantity), timeMs)
	}
}

// refusedByVenue says what a refusal means: an order of unknown fate may yet turn
// up, and a close that was refused leaves its position open.
func (a *Account) refusedByVenue(o *order.Order, was order.Status, timeMs int64) {
	if was == order.Unknown && o.Reason == order.ReasonNotSent {
		a.alertOrder(o, risk.Critical, "The venue neither answered nor shows the order: it is taken for not sent", timeMs)
	}
	a.closeFailed(o, "refused", timeMs)
}

// closeFailed says that the venue ended an order to close, and lets the next try
// wait: a venue that ends each one would get one after the other.
func (a *Account) closeFailed(o *order.Order, how string, timeMs int64) {
	s := a.symbols[o.Symbol]
	if !protective(o) && (o.Purpose != order.Manual || !s.leaves(o.BookID)) {
		return
	}
	b := s.book(o.BookID)
	if !a.justRefused(b) { // one try may be many orders, and venues refuse each
		b.Refusals++
	}
	b.RefusedMs = max(a.s.ClockMs, 1) // 0 is never
	if b.unprotect(o) && b.Refusals >= unprotectedAfter {
		message := fmt.Sprintf("Position without protection: the exit of its stop was %s, the last %d tries came to nothing; it is tried on until it is closed", how, b.Refusals)
		a.alertOrder(o, risk.Critical, message, timeMs)
		return
	}
	a.alertOrder(o, risk.Error, "An order to close was "+how+"; it is tried again", timeMs)
}

// cancelAgain repeats the cancels of a symbol's orders that are still there,
// though the venue was asked to cancel them and the answer got lost. To cancel
// twice does no harm.
func (a *Account) cancelAgain(s *Symbol) {
	for _, o := range s.Orders {
		if o.CancelLost && o.Status != order.Unknown && !a.pausing(o.CancelMs, retryPauseMs) {
			a.sendCancel(o)
		}
	}
}

// sendCancel asks a live venue to cancel an order.
func (a *Account) sendCancel(o *order.Order) {
	o.CancelSent, o.CancelLost, o.CancelMs = true, false, a.s.ClockMs
	a.emit(VenueCommand{
		Action: VenueCancel, Venue: a.s.Venue, ClientOrderID: o.ID, VenueOrderID: o.VenueOrderID,
		Symbol: o.Symbol, Side: o.Side, Kind: o.Kind,
	})
}

func (a *Account) query(o *order.Order) {
	a.emit(VenueCommand{
		Action: VenueQuery, Venue: a.s.Venue, ClientOrderID: o.ID, VenueOrderID: o.VenueOrderID,
		Symbol: o.Symbol, Side: o.Side, Kind: o.Kind, Wanted: o.Wanted,
	})
}

// Recover is for the new owner of a live account: an order that was placed, and
// no one knows whether it was sent, becomes UNKNOWN; every open order is asked
// for, and a cancel whose answer may be lost is sent again. A change is not: the former
// owner's may be under way yet, and is asked for with the order. Then the venue is asked
// for all that it has, and no entry is taken until the account agrees with it. A
// paper account needs nothing.
func (a *Account) Recover(cause Cause) []Event {
	if !a.live() {
		return nil
	}
	nowMs := a.begin(cause)
	for _, s := range a.s.Symbols {
		for _, o := range s.Orders {
			if o.Status != order.Pending {
				if o.CancelSent && o.Status != order.Unknown {
					a.sendCancel(o)
				}
				a.query(o)
				continue
			}
			mustStep(o, order.LoseTrack)
			a.bookChanged(o.BookID)
			a.emitOrder(o, false, nowMs)
			a.query(o)
		}
	}
	a.askVenue()
	return a.end()
}
