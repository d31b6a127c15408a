package account

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// checkLimits holds an order against the limits, unless it is an exit: one that
// the account itself wants, or that only makes its strategy's position smaller,
// all of that side's open orders being filled before it. No limit may keep anyone
// in a position.
func (a *Account) checkLimits(s *Symbol, o *order.Order, d *draft) (order.Reason, string) {
	if d.exit || d.protective() || o.Quantity.LessEq(s.closable(o.BookID, o.Side)) {
		return "", ""
	}
	d.entry = true
	if reason, detail := a.checkVenue(s); reason != "" {
		return reason, detail
	}
	if a.orders[o.ID] == nil { // a change adds none
		if reason, detail := a.checkRoom(bytesOf(o) + s.opens(o)); reason != "" {
			return reason, detail
		}
	}
	// s may be the symbol as it would be without some order, so what is kept of the
	// symbol as it is must not be used of it.
	buys, sells := s.open()
	is := s.scale.terms.Weigh(s.Net.Quantity, buys, sells, s.Price)
	return a.guard.Check(asked(o), &risk.View{
		NowMs: a.s.ClockMs, Terms: &s.scale.terms,
		Net: s.Net.Quantity, OpenBuys: buys, OpenSells: sells, LastPrice: s.Price, LastMs: s.TimeMs,
		All: a.weights.Sub(a.symbols[s.Name].scale.weight).Add(is), Equity: a.Equity(), Recent: &a.s.Recent,
	})
}

// asked is what limits see of an order.
func asked(o *order.Order) *risk.Order {
	r := &risk.Order{StrategyID: o.StrategyID, Symbol: o.Symbol, Side: o.Side, Kind: o.Kind, Quantity: o.Quantity}
	if o.Kind.Limited() {
		r.Price = o.Price
	}
	if o.Kind.Stop() {
		r.Trigger = o.Trigger
	}
	return r
}

// placed notes an order that was placed, for the limits that look back.
func (a *Account) placed(s *Symbol, o *order.Order, d *draft) {
	a.guard.Note(&a.s.Recent, asked(o), a.s.ClockMs, d.entry)
	a.recount(s)
}

// setLimits puts other limits in force, and holds the account against them at
// once.
func (a *Account) setLimits(l risk.Limits, timeMs int64) {
	a.s.Limits = l
	a.setGuard()
	a.s.Day = a.guard.Day(a.s.ClockMs) // the day's loss and orders stay what they are
	a.assess(nil, timeMs)
	a.assessSizes(timeMs)
}

// mayWithdraw tells whether the equity still gives the margin that is needed when
// an amount is gone.
func (a *Account) mayWithdraw(amount decimal.Decimal) bool {
	return a.weights.Margin.IsZero() || a.weights.Margin.LessEq(a.guard.MarginLimit(a.Equity().Sub(amount)))
}
