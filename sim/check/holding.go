package check

import (
	"fmt"
	"math/big"

	"github.com/velox-trading/velox/trading/decimal"
)

// holding is a user's position in a symbol, folded from fills in exact fractions.
type holding struct {
	quantity, cost *big.Rat
	// realised is the profit since it was opened; ended, that of the last one that was
	// closed.
	realised, ended *big.Rat
	// rounding is how far cost and profits may be off.
	rounding *big.Rat
	// unknown: fills of it may have been deleted, so that its next update is believed;
	// the last one that was, was at sinceMs.
	unknown bool
	sinceMs int64
}

// lastPlace is the last of a decimal's places.
var lastPlace = big.NewRat(1, 100_000_000)

func newHolding(unknown bool) *holding {
	return &holding{
		quantity: new(big.Rat), cost: new(big.Rat), realised: new(big.Rat), ended: new(big.Rat), rounding: new(big.Rat), unknown: unknown,
	}
}

// believe takes what an update says for what is held.
func (h *holding) believe(p *positionFact) {
	h.quantity = ratio(p.Position.Quantity)
	h.cost = new(big.Rat).Mul(h.quantity, ratio(p.Position.AveragePrice))
	h.realised = ratio(p.Position.RealizedPnL)
	h.rounding = new(big.Rat).Abs(h.quantity)
	h.rounding.Mul(h.rounding, lastPlace)
	h.unknown, h.sinceMs = false, p.timeMs
}

// trade takes a fill in. A close takes its share of the cost.
func (h *holding) trade(t *trade) {
	if h.quantity.Sign() == 0 {
		h.realised, h.rounding = new(big.Rat), new(big.Rat)
	}
	// A share of the cost and a value are rounded, too.
	h.rounding.Add(h.rounding, t.rounding)
	h.rounding.Add(h.rounding, new(big.Rat).Mul(lastPlace, big.NewRat(4, 1)))
	quantity := t.quantity
	if h.quantity.Sign()*quantity.Sign() < 0 {
		quantity = h.close(quantity, t.price)
	}
	h.quantity.Add(h.quantity, quantity)
	h.cost.Add(h.cost, new(big.Rat).Mul(quantity, t.price))
}

// close takes as much of a signed quantity off the holding as it has, and gives the
// rest.
func (h *holding) close(quantity, price *big.Rat) *big.Rat {
	closed := new(big.Rat).Set(quantity)
	if new(big.Rat).Abs(quantity).Cmp(new(big.Rat).Abs(h.quantity)) > 0 {
		closed.Neg(h.quantity)
	}
	cost := new(big.Rat).Quo(closed, h.quantity) // the share, negative
	cost.Mul(cost, h.cost)
	h.cost.Add(h.cost, cost)
	h.quantity.Add(h.quantity, closed)
	h.realised.Add(h.realised, cost)
	h.realised.Sub(h.realised, new(big.Rat).Mul(closed, price))
	if h.quantity.Sign() == 0 {
		h.realised, h.ended = new(big.Rat), h.realised
	}
	return new(big.Rat).Sub(quantity, closed)
}

// unrealised is the profit of closing all at a price.
func (h *holding) unrealised(price *big.Rat) *big.Rat {
	value := new(big.Rat).Mul(h.quantity, price)
	return value.Sub(value, h.cost)
}

func ratio(d decimal.Decimal) *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

// far tells whether a number is further from another than rounding explains.
func far(d decimal.Decimal, from, rounding *big.Rat) bool {
	distance := new(big.Rat).Sub(ratio(d), from)
	return distance.Abs(distance).Cmp(rounding) > 0
}

// differs says how an update differs from the fold. One that closes what the next one
// turns round tells of a part of its fills.
func (h *holding) differs(p *positionFact, turns bool) string {
	quantity := ratio(p.Position.Quantity)
	if p.EventType == "CLOSED" {
		switch {
		case quantity.Sign() != 0 || !turns && h.quantity.Sign() != 0:
			return fmt.Sprintf("CLOSED with %v, its fills come to %s", p.Position.Quantity, h.quantity.FloatString(8))
		case far(p.Position.RealizedPnL, h.ended, h.rounding):
			return fmt.Sprintf("CLOSED with a profit of %v, its fills come to %s", p.Position.RealizedPnL, h.ended.FloatString(8))
		case p.Position.UnrealizedPnL.Sign() != 0:
			return fmt.Sprintf("CLOSED with an unrealised profit of %v", p.Position.UnrealizedPnL)
		}
		return ""
	}
	if quantity.Sign() == 0 || quantity.Cmp(h.quantity) != 0 {
		return fmt.Sprintf("it holds %v, its fills come to %s", p.Position.Quantity, h.quantity.FloatString(8))
	}
	average := new(big.Rat).Quo(h.cost, h.quantity)
	each := new(big.Rat).Quo(h.rounding, new(big.Rat).Abs(h.quantity))
	if far(p.Position.AveragePrice, average, each.Add(each, lastPlace)) {
		return fmt.Sprintf("its average price is %v, that of its fills %s", p.Position.AveragePrice, average.FloatString(8))
	}
	if far(p.Position.RealizedPnL, h.realised, h.rounding) {
		return fmt.Sprintf("its realised profit is %v, that of its fills %s", p.Position.RealizedPnL, h.realised.FloatString(8))
	}
	if open := h.unrealised(ratio(p.Position.CurrentPrice)); far(p.Position.UnrealizedPnL, open, h.rounding) {
		return fmt.Sprintf("its unrealised profit is %v, at %v that of its fills %s", p.Position.UnrealizedPnL, p.Position.CurrentPrice, open.FloatString(8))
	}
	return ""
}
