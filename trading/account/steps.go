package account

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/order"
)

// equip gives a symbol the settings that hold for it.
func (a *Account) equip(s *Symbol) {
	in := a.s.Instruments.For(s.Name)
	s.venue, s.freeze = a.s.Paper.For(in), in.FreezeQuantity
}

// setVenue brings what is kept of the settings for each symbol up to date.
func (a *Account) setVenue() {
	for _, s := range a.s.Symbols {
		a.equip(s)
	}
}

// setInstruments puts other instruments, and the paper settings as they are, in
// force: for orders that are open, too.
func (a *Account) setInstruments(l instrument.List) {
	a.s.Instruments = l
	a.setVenue()
}

// roundPrices rounds an order's stop, target and trailing stop to the tick, each to
// where a trade touches it: with traded prices that are multiples of the tick,
// nothing is touched sooner or later. A computed order's own prices are rounded as
// well, so that it never trades at worse ones: a buy's down, a sell's up.
func (s *Symbol) roundPrices(o *order.Order, computed bool) {
	tick := s.venue.TickSize
	if tick.IsZero() {
		return
	}
	if o.Side == order.Sell {
		o.StopLoss, o.Target = toTick(o.StopLoss, tick, true), toTick(o.Target, tick, false)
	} else {
		o.StopLoss, o.Target = toTick(o.StopLoss, tick, false), toTick(o.Target, tick, true)
	}
	o.TrailingStop = toTick(o.TrailingStop, tick, true)
	if computed {
		up := o.Side == order.Sell
		o.Price, o.Trigger = toTick(o.Price, tick, up), toTick(o.Trigger, tick, up)
	}
}

// toTick rounds a price. One that is absent, makes no sense, or would be gone stays
// as it is, for checks to look at.
func toTick(price, tick decimal.Decimal, up bool) decimal.Decimal {
	if price.Sign() < 0 || !price.Bounded() {
		return price
	}
	if up {
		return price.CeilTo(tick)
	}
	if down := price.FloorTo(tick); !down.IsZero() {
		return down
	}
	return price
}

// checkSteps wants prices that are multiples of the symbol's tick, and a quantity
// that is one of its lot, as a venue does. What the account wants itself, and the
// whole of what is left to close, passes with any quantity: no lot may keep anyone
// in a position. A computed order's quantity is cut to whole lots.
func (s *Symbol) checkSteps(o *order.Order, d *draft) (order.Reason, string) {
	if words := s.offTick(o); words != "" {
		return order.ReasonTickSize, words
	}
	if words := s.frozen(o, d); words != "" {
		return order.ReasonFreezeQuantity, words
	}
	lot := s.venue.LotSize
	if lot.IsZero() || d.protective() || o.Quantity == s.closable(o.BookID, o.Side) {
		return "", ""
	}
	whole := o.Quantity.FloorTo(lot)
	switch {
	case whole == o.Quantity:
	case whole.IsZero():
		return order.ReasonLotSize, fmt.Sprintf("quantity %v of %s is less than a lot; want a multiple of %v", o.Quantity, s.Name, lot)
	case d.computed:
		o.Quantity = whole
	default:
		return order.ReasonLotSize, fmt.Sprintf("quantity %v of %s; want a multiple of %v, such as %v or %v", o.Quantity, s.Name, lot, whole, whole.Add(lot))
	}
	return "", ""
}

// frozen tells of a quantity above the most that one order may have. What the account
// wants itself passes, for it was split before, and to ask an exchange in vain is no
// worse than not to ask.
func (s *Symbol) frozen(o *order.Order, d *draft) string {
	if s.freeze.IsZero() || d.protective() || o.Quantity.LessEq(s.freeze) {
		return ""
	}
	most := s.largest()
	if most.IsZero() {
		return fmt.Sprintf("quantity %v of %s: one order has at most %v, which is less than a lot", o.Quantity, s.Name, s.freeze)
	}
	return fmt.Sprintf("quantity %v of %s; want several orders of at most %v, for the exchange takes no more than %v in one", o.Quantity, s.Name, most, s.freeze)
}

// largest gives the most that one order may have, in whole lots; 0 when there is no
// such bound, or no lot within it.
func (s *Symbol) largest() decimal.Decimal {
	if s.venue.LotSize.IsZero() {
		return s.freeze
	}
	return s.freeze.FloorTo(s.venue.LotSize)
}

// maxParts bounds the orders that one input makes of one close. The next input goes on
// with the rest.
const maxParts = 32

// parts cuts what is to be closed into quantities that single orders may have.
func (s *Symbol) parts(quantity decimal.Decimal) []decimal.Decimal {
	most := s.largest()
	if most.IsZero() {
		return []decimal.Decimal{quantity}
	}
	var list []decimal.Decimal
	for {
		part := decimal.Min(quantity, most)
		list, quantity = append(list, part), quantity.Sub(part)
		if quantity.IsZero() || len(list) == maxParts {
			return list
		}
	}
}

// offTick tells of a price that is no multiple of the symbol's tick.
func (s *Symbol) offTick(o *order.Order) string {
	tick := s.venue.TickSize
	if tick.IsZero() {
		return ""
	}
	off := func(what string, price decimal.Decimal) string {
		below := price.FloorTo(tick)
		switch {
		case below == price:
			return ""
		case below.IsZero():
			return fmt.Sprintf("%s %v of %s; want a multiple of %v", what, price, s.Name, tick)
		}
		return fmt.Sprintf("%s %v of %s; want a multiple of %v, such as %v or %v", what, price, s.Name, tick, below, below.Add(tick))
	}
	if o.Kind.Limited() {
		if words := off("price", o.Price); words != "" {
			return words
		}
	}
	if o.Kind.Stop() {
		return off("trigger price", o.Trigger)
	}
	return ""
}

// wholeLots gives the least multiple of the symbol's lot that is not below a
// quantity.
func (s *Symbol) wholeLots(quantity decimal.Decimal) decimal.Decimal {
	if s.venue.LotSize.IsZero() {
		return quantity
	}
	return quantity.CeilTo(s.venue.LotSize)
}
