package account

import (
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
)

// draft is an order that is wanted.
type draft struct {
	order.Order        // what it asks for, who wants it, and whose book it changes
	leg         string // makes the id differ from others of the same strategy and input
	exit        bool   // never more than what there is to close; zero Quantity: all of it
	entry       bool   // set by checks: limits were asked
	computed    bool   // of a strategy that knows no ticks and lots: it is rounded to them
	timeMs      int64  // when there is no market time
}

// protective tells whether the account itself wants it: such orders pass every limit.
func (d *draft) protective() bool { return protective(&d.Order) }

// protective tells whether the account itself wants an order, to lose less.
func protective(o *order.Order) bool {
	return o.Purpose == order.RiskClose || o.Purpose == order.StopExit || o.Purpose == order.Target
}

// place checks a draft and either places it or rejects it; both are events. It
// gives nil for a rejected one.
func (a *Account) place(d draft) *order.Order {
	o := d.Order
	o.ID = ident.Derive("order", a.s.UserID, o.StrategyID, a.s.Origin, d.leg)
	o.Status, o.PlacedMs, o.Exit = order.Pending, d.timeMs, d.exit
	s := a.symbols[o.Symbol]
	if s == nil && a.s.Open && o.Symbol != "" {
		if reason, detail := a.checkRoom(symbolBytes + quotedBytes(o.Symbol)); reason != "" && len(a.s.Symbols) < maxSymbols {
			a.reject(&o, reason, detail)
			return nil
		}
		s = a.symbol(o.Symbol) // from now on its prices are followed
	}
	if s != nil {
		o.PlacedMs = a.timeOf(s.Name, d.timeMs)
		s.roundPrices(&o, d.computed)
	}
	if reason, detail := a.check(s, &o, &d); reason != "" {
		a.reject(&o, reason, detail)
		return nil
	}
	o.PlacedTick = s.Ticks
	o.SetTerms(o.Terms())
	if !a.live() && o.Kind.Stop() {
		mustStep(&o, order.Await) // the account is the venue, and it waits
	}
	s.Orders = append(s.Orders, &o)
	a.orders[o.ID] = &o
	a.because(&o)
	a.bookChanged(o.BookID)
	a.placed(s, &o, &d)
	a.emitOrder(&o, false, o.PlacedMs)
	if a.live() {
		a.moved()
		a.emit(VenueCommand{
			Action: VenueSend, Venue: a.s.Venue, ClientOrderID: o.ID, Symbol: o.Symbol, Side: o.Side, Kind: o.Kind,
			Quantity: o.Quantity, Price: o.Price, Trigger: o.Trigger, Validity: o.Validity, Deadline: SendDeadline, PerSecond: a.s.Limits.OrdersPerSecond,
			Exit: !d.entry,
		})
	}
	return &o
}

func (a *Account) reject(o *order.Order, reason order.Reason, detail string) {
	o.Status, o.Reason, o.Detail = order.Rejected, reason, detail
	a.emitOrder(o, false, o.PlacedMs)
}

// check gives the reason why an order may not be placed. It sets the quantity of
// an exit.
func (a *Account) check(s *Symbol, o *order.Order, d *draft) (order.Reason, string) {
	switch {
	case !a.s.Open:
		return order.ReasonNotOpen, "OPEN_ACCOUNT comes first"
	case o.Symbol == "":
		return order.ReasonSymbol, "no symbol"
	case s == nil:
		return order.ReasonSymbol, fmt.Sprintf("the account follows %d symbols, and no more", maxSymbols)
	case !o.Side.Valid():
		return order.ReasonSide, fmt.Sprintf("%q; want BUY or SELL", o.Side)
	case !o.Kind.Valid():
		return order.ReasonKind, fmt.Sprintf("%q; want MARKET, LIMIT, SL or SL-M", o.Kind)
	}
	if reason, detail := a.checkMode(s, o, d); reason != "" {
		return reason, detail
	}
	switch {
	case o.Quantity.Sign() <= 0 || !o.Quantity.Bounded() && !d.protective() && !d.exit: // a position may add up to more
		return order.ReasonQuantity, fmt.Sprintf("%v; want it above 0, and at most 92233720368.54775807", o.Quantity)
	}
	if reason, detail := o.CheckTerms(); reason != "" {
		return reason, detail
	}
	if reason, detail := s.checkSteps(o, d); reason != "" {
		return reason, detail
	}
	switch {
	case !a.live() && s.Price.IsZero():
		return order.ReasonNoPrice, "no price of " + o.Symbol + " was seen yet"
	case d.protective():
		return "", ""
	case len(a.orders) >= maxOrders && a.orders[o.ID] == nil: // a change adds none
		return order.ReasonTooMany, fmt.Sprintf("%d orders are open", len(a.orders))
	}
	if reason, detail := checkBracket(o, s.Price); reason != "" {
		return reason, detail
	}
	return a.checkLimits(s, o, d)
}

// checkMode holds an order against the account's mode and, for exits, against
// what there is to close.
func (a *Account) checkMode(s *Symbol, o *order.Order, d *draft) (order.Reason, string) {
	if a.s.Mode == Halted && o.Purpose != order.RiskClose {
		return order.ReasonHalted, a.s.ModeReason
	}
	if d.protective() {
		return "", ""
	}
	left := s.closable(o.BookID, o.Side)
	if d.exit {
		if left.Sign() <= 0 {
			return order.ReasonNoPosition, "nothing is left to close by a " + string(o.Side)
		}
		if o.Quantity.IsZero() {
			o.Quantity = left
		}
		o.Quantity = decimal.Min(o.Quantity, left)
	}
	if a.s.Mode == Reducing && o.Quantity.Greater(left) {
		return a.limitReason(order.ReasonReducing), fmt.Sprintf("%s: only orders that make a position smaller; %v is left to close", a.s.ModeReason, left)
	}
	return "", ""
}

// expected gives the price near which an order expects to trade; 0 for whatever
// the market gives.
func expected(o *order.Order) decimal.Decimal {
	switch {
	case o.Kind.Limited():
		return o.Price
	case o.Kind.Stop():
		return o.Trigger
	}
	return decimal.Decimal{}
}

// stoppedFrom gives the price that a stop must be on the losing side of: the worst one
// for the stop at which the order may fill, or its own fill would touch it. An order with
// a trigger fills from the trigger on, a limit order at the market when that is better.
func stoppedFrom(o *order.Order, last decimal.Decimal) decimal.Decimal {
	switch {
	case o.Kind.Stop():
		return o.Trigger
	case !o.Kind.Limited():
		return last
	case last.IsZero():
		return o.Price
	case o.Side == order.Buy:
		return decimal.Min(o.Price, last)
	}
	return decimal.Max(o.Price, last)
}

// checkBracket wants a stop on the losing side of the order's price, a target on
// the winning one, and a trailing stop nearer than 0.
func checkBracket(o *order.Order, last decimal.Decimal) (order.Reason, string) {
	price, from := expected(o), stoppedFrom(o, last)
	if price.IsZero() {
		price = last
	}
	sign := 1
	if o.Side == order.Sell {
		sign = -1
	}
	switch {
	case o.StopLoss.Sign() < 0 || !o.StopLoss.Bounded() || !o.StopLoss.IsZero() && !from.IsZero() && from.Cmp(o.StopLoss) != sign:
		return order.ReasonStopLoss, fmt.Sprintf("stoploss %v for a %s at %v", o.StopLoss, o.Side, from)
	case o.Target.Sign() < 0 || !o.Target.Bounded() || !o.Target.IsZero() && !price.IsZero() && o.Target.Cmp(price) != sign:
		return order.ReasonTarget, fmt.Sprintf("target %v for a %s at %v", o.Target, o.Side, price)
	case o.TrailingStop.Sign() < 0 || !o.TrailingStop.Bounded() || !price.IsZero() && o.TrailingStop.GreaterEq(price):
		return order.ReasonTrailingStop, fmt.Sprintf("trailing stop %v for a %s at %v", o.TrailingStop, o.Side, price)
	}
	return "", ""
}

// closable gives how much of a book an order of that side could still close: what
// is held, less what open orders of that side may already close.
func (s *Symbol) closable(bookID string, side order.Side) decimal.Decimal {
	held := decimal.Decimal{}
	if b := s.found(bookID); b != nil {
		held = b.Quantity
	}
	if side == order.Buy {
		held = held.Neg()
	}
	for _, o := range s.Orders {
		if o.BookID == bookID && o.Side == side {
			held = held.Sub(o.Rest())
		}
	}
	return decimal.Max(held, decimal.Decimal{})
}

// cancel takes an order back: at once on paper, by asking a live venue. The first
// reason is what ended it.
func (a *Account) cancel(o *order.Order, reason order.Reason, timeMs int64) {
	if a.live() {
		if !o.CancelSent {
			o.CancelReason = reason
		}
		if !o.CancelSent || o.CancelLost {
			a.sendCancel(o)
		}
		return
	}
	o.Reason = reason
	mustStep(o, order.Cancel)
	a.emitOrder(o, false, timeMs)
	a.retire(o)
}

// retire takes a finished order out of the open ones. Those of live venues are
// remembered a while, for the venue may say more.
func (a *Account) retire(o *order.Order) {
	s := a.symbols[o.Symbol]
	if i := slices.Index(s.Orders, o); i >= 0 {
		s.Orders = slices.Delete(s.Orders, i, i+1)
	}
	delete(a.orders, o.ID)
	a.bookChanged(o.BookID)
	a.recount(s)
	if a.live() {
		a.remember(o)
	}
}

func (a *Account) remember(o *order.Order) {
	if len(a.s.Finished) >= maxFinished {
		// An order that still trades must not be taken for a new one.
		i := max(slices.IndexFunc(a.s.Finished, func(o *order.Order) bool { return o.Status.Final() }), 0)
		delete(a.finished, a.s.Finished[i].ID)
		a.s.Finished = slices.Delete(a.s.Finished, i, i+1)
	}
	a.s.Finished = append(a.s.Finished, o)
	a.finished[o.ID] = o
}

// emitOrder tells of an order; traded says that some of it just was.
func (a *Account) emitOrder(o *order.Order, traded bool, timeMs int64) {
	e := OrderEvent{
		OrderID: o.ID, StrategyID: o.StrategyID, Symbol: o.Symbol, TimeMs: timeMs, Type: o.Status.Event(traded),
		Side: o.Side, Kind: o.Kind, Purpose: o.Purpose, Quantity: o.Quantity, Price: o.Price, Trigger: o.Trigger,
		Validity: o.Validity, Status: o.Status,
	}
	if o.Status == order.Cancelled || o.Status == order.Rejected {
		e.Reason, e.Detail = o.Reason, o.Detail
	}
	if o.BookID != o.StrategyID {
		e.BookID = o.BookID
	}
	if o.FilledQuantity.Sign() > 0 {
		e.Execution = &Execution{AveragePrice: o.AveragePrice(), FilledQuantity: o.FilledQuantity, Fees: o.Fees, TimeMs: timeMs}
	}
	a.emit(e)
}

// rejectDraft rejects what is not even to be checked.
func (a *Account) rejectDraft(d draft, reason order.Reason, detail string) {
	o := d.Order
	o.ID = ident.Derive("order", a.s.UserID, o.StrategyID, a.s.Origin, d.leg)
	o.PlacedMs = d.timeMs
	a.reject(&o, reason, detail)
}
