// Package paper is the fill model of the paper venue: what an order would have
// got at the ticks that the market really gave. It is a pure function.
//
//	an order            fills
//	MARKET              at the first tick that it can, at the traded price and slippage
//	LIMIT               when the traded price is at its limit or better, at the traded price
//	SL-M                is triggered by a trade at its trigger price or beyond, then as MARKET
//	SL                  is triggered likewise, then as LIMIT, from the same tick on
//
// An order can fill at a tick that came after the one at which it was placed or
// changed, and the latency after that. Across a gap, orders get what the market
// gives: the traded price, which is the open, however far from limit or trigger.
// With participation, a tick fills no more than a share of its volume.
package paper

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// Tick is one trade in a symbol.
type Tick struct {
	// N counts the symbol's ticks.
	N             int64
	TimeMs        int64
	Price, Volume decimal.Decimal
}

// Has tells whether the venue has the order when the tick comes: it was placed,
// or changed last, because of an earlier tick, and the latency has passed since. A
// tick of before then finds no order there, however late it comes; whoever takes the
// market's time back takes the order's back with it.
func (s *Settings) Has(o *order.Order, t Tick) bool {
	if o.Status.Final() || t.N <= o.PlacedTick || t.Price.Sign() <= 0 {
		return false
	}
	return t.TimeMs-max(o.PlacedMs, o.ChangedMs) >= s.LatencyMs
}

// Triggers tells whether a trade at the price triggers a stop.
func Triggers(o *order.Order, price decimal.Decimal) bool {
	if o.Side == order.Buy {
		return price.GreaterEq(o.Trigger)
	}
	return price.LessEq(o.Trigger)
}

// Price gives the price at which an order, whose stop if any was triggered, trades
// when the market trades at the given one, and whether it does.
func (s *Settings) Price(o *order.Order, traded decimal.Decimal) (decimal.Decimal, bool) {
	switch {
	case !o.Kind.Limited():
		return s.slip(o.Side, traded), true
	case o.Side == order.Buy:
		return traded, traded.LessEq(o.Price)
	default:
		return traded, traded.GreaterEq(o.Price)
	}
}

// slip moves a price against the trader. A price stays above 0.
func (s *Settings) slip(side order.Side, price decimal.Decimal) decimal.Decimal {
	distance := price.Mul(s.SlippageBps).Div(allBps).Add(s.TickSize.MulInt(s.SlippageTicks))
	if distance.IsZero() {
		return price
	}
	step := s.TickSize
	if step.IsZero() {
		step = least
	}
	if side == order.Buy {
		return price.Add(distance).CeilTo(step)
	}
	slipped := price.Sub(distance).FloorTo(step)
	return decimal.Max(slipped, decimal.Min(step, price))
}

// Share gives the quantity that the account's orders may trade at a tick, and
// whether there is such a bound.
func (s *Settings) Share(t Tick) (decimal.Decimal, bool) {
	if s.Participation.IsZero() {
		return decimal.Decimal{}, false
	}
	share := t.Volume.Mul(s.Participation)
	if s.LotSize.Sign() > 0 {
		share = share.FloorTo(s.LotSize)
	}
	return decimal.Max(share, decimal.Decimal{}), true
}
