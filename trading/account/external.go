package account

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// ExternalOrder is a record of order-events that others wrote for a strategy of
// this account.
type ExternalOrder struct {
	OrderID, StrategyID, Symbol string
	TimeMs                      int64
	Type                        OrderEventType
	Side                        order.Side
	Kind                        order.Kind
	Quantity, Price             decimal.Decimal
	// FilledQuantity and AveragePrice are cumulative.
	FilledQuantity, AveragePrice decimal.Decimal
}

// ExternalOrder takes a fill by others in, as fact and without asking any limit:
// it has happened. Only position updates and alerts come of it, for the record
// itself stands on order-events already. A repeated one changes nothing. Other
// events than fills matter only for orders that the account knows. One that names
// another symbol or side than the order of its id gives an ERROR alert only.
func (a *Account) ExternalOrder(x ExternalOrder, cause Cause) []Event {
	a.begin(cause)
	if !a.s.Open || !x.Side.Valid() || x.Symbol == "" || x.OrderID == "" {
		a.emit(Ignored{What: "order", Detail: "no order event of an open account's strategy"})
		return a.end()
	}
	r := order.Report{OrderID: x.OrderID, TimeMs: x.TimeMs, FilledQuantity: x.FilledQuantity, AveragePrice: x.AveragePrice, Reason: order.ReasonExternal}
	switch x.Type {
	case Filled:
		r.Kind = order.ReportFill
	case Cancelled:
		r.Kind = order.ReportCancelled
	case Rejected:
		r.Kind = order.ReportRejected
	default:
		a.emit(Ignored{What: "order", Detail: "an order of others was placed"})
		return a.end()
	}
	o := a.orders[x.OrderID]
	if o == nil {
		o = a.finished[x.OrderID]
	}
	if o == nil {
		if o = a.foreign(x); o == nil {
			a.emit(Ignored{What: "order", Detail: "not an order that the account knows"})
			return a.end()
		}
	}
	if o.Symbol != x.Symbol || o.Side != x.Side {
		a.alertOrder(o, risk.Error, fmt.Sprintf("Others report a %s of %s under the id of a %s of %s", x.Side, x.Symbol, o.Side, o.Symbol), x.TimeMs)
		return a.end()
	}
	a.moved()
	was := o.Status
	out, err := o.Apply(r)
	if err != nil {
		a.alertOrder(o, risk.Error, err.Error(), x.TimeMs)
		return a.end()
	}
	if o.Purpose != order.Foreign {
		a.move(o, was)
		a.recount(a.symbols[o.Symbol])
		a.alertFacts(o, was, out, x.TimeMs)
	}
	if out.Quantity.Sign() > 0 {
		a.settle(o, out.Quantity, out.Value, decimal.Decimal{}, x.TimeMs)
	}
	a.goOn(a.symbols[o.Symbol], x.TimeMs)
	a.assess(a.symbols[o.Symbol], x.TimeMs)
	return a.end()
}

// foreign gives an entry for an order of others, when a fill tells of it.
func (a *Account) foreign(x ExternalOrder) *order.Order {
	if x.Type != Filled || x.FilledQuantity.Sign() <= 0 || x.AveragePrice.Sign() <= 0 || a.symbol(x.Symbol) == nil {
		return nil
	}
	o := &order.Order{
		ID: x.OrderID, StrategyID: x.StrategyID, BookID: x.StrategyID, Symbol: x.Symbol, Side: x.Side, Kind: x.Kind,
		Purpose: order.Foreign, Quantity: decimal.Max(x.Quantity, x.FilledQuantity), Price: x.Price,
		Status: order.Open, PlacedMs: x.TimeMs,
	}
	a.remember(o)
	return o
}

// ExternalAlert takes in an alert that others wrote: a CRITICAL one halts the
// account as HALT does; any other changes nothing.
func (a *Account) ExternalAlert(severity risk.Severity, message string, cause Cause) []Event {
	if severity != risk.Critical || !a.s.Open {
		return nil
	}
	nowMs := a.begin(cause)
	a.halt(modeData{Reason: "EXTERNAL_ALERT", Detail: wording(message)}, nowMs)
	return a.end()
}

// Reduce puts an ACTIVE account into REDUCING, with an alert: it may have decided
// on less than there was. Its open entries are cancelled. RESUME brings it back.
func (a *Account) Reduce(reason, message string, cause Cause) []Event {
	if !a.s.Open {
		return nil
	}
	nowMs := a.begin(cause)
	if a.s.Mode == Active {
		a.setMode(Reducing, reason)
		for _, s := range a.s.Symbols {
			a.endEntries(s, order.ReasonReducing, nowMs)
		}
	}
	a.alert(AlertSystem, risk.Error, wording(message), map[string]string{"reason": reason}, nowMs)
	a.assess(nil, nowMs)
	return a.end()
}
