package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
)

// fillPaper gives a tick to the symbol's paper orders, oldest first: they share
// what the account may trade of its volume.
func (a *Account) fillPaper(s *Symbol, m Mark) {
	settings := &s.venue
	tick := paper.Tick{N: s.Ticks, TimeMs: m.TimeMs, Price: s.Price, Volume: m.Volume}
	share, bounded := settings.Share(tick)
	for _, o := range slices.Clone(s.Orders) {
		if !settings.Has(o, tick) {
			continue
		}
		triggered := o.Status == order.TriggerPending && paper.Triggers(o, s.Price)
		if triggered {
			mustStep(o, order.Trigger)
		}
		quantity := decimal.Decimal{}
		price, trades := settings.Price(o, s.Price)
		if trades && o.Status != order.TriggerPending {
			quantity = o.Rest()
			if bounded {
				quantity = decimal.Min(quantity, share)
				share = share.Sub(quantity)
			}
		}
		switch {
		case quantity.Sign() > 0:
			a.tradePaper(s, o, quantity, price, m.TimeMs)
		case triggered:
			a.emitOrder(o, false, m.TimeMs)
		}
		if o.Validity == order.IOC && !o.Status.Final() {
			a.cancel(o, order.ReasonImmediate, m.TimeMs)
		}
	}
}

// tradePaper trades a quantity of an order and charges what it costs.
func (a *Account) tradePaper(s *Symbol, o *order.Order, quantity, price decimal.Decimal, timeMs int64) {
	value := quantity.Mul(price)
	if err := o.Fill(quantity, value); err != nil {
		panic(err) // open orders can be filled
	}
	scheme := s.venue.Scheme()
	total := decimal.Max(o.Fees, scheme.Total(o.Side, o.FilledQuantity, o.FilledValue)) // another scheme takes nothing back
	fee := total.Sub(o.Fees)
	o.Fees = total
	a.emitOrder(o, true, timeMs)
	if o.Status.Final() {
		a.retire(o)
	} else {
		a.bookChanged(o.BookID)
	}
	a.settle(o, quantity, value, fee, timeMs)
}

// endDay ends the paper orders of a symbol that still wait for a price when the market's day
// is over. An order after which its symbol had no tick was placed for the next
// day, and ends with that one, be there a tick or not. A live venue ends its orders itself.
func (a *Account) endDay(s *Symbol, timeMs int64) {
	if a.live() {
		return
	}
	for _, o := range slices.Clone(s.Orders) {
		a.endOrder(s, o, timeMs)
	}
}

func (a *Account) endOrder(s *Symbol, o *order.Order, timeMs int64) {
	switch {
	case !o.Waits():
	case o.NextDay || s.Ticks > o.PlacedTick:
		a.cancel(o, order.ReasonDayEnded, timeMs)
	default:
		o.NextDay = true
	}
}

// mustStep moves an order where it can always go.
func mustStep(o *order.Order, step order.Step) {
	if err := o.Step(step); err != nil {
		panic(err)
	}
}
