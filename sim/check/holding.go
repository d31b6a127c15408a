package check

import (
	"fmt"
	"math/big"

	"github.com/velox-trading/velox/trading/decimal"
)

// holding is a user's position in a symbol, folded from fills in exact fractions. Each
// update that agrees with the fold says its cost and profit to the last digit, and the fold
// goes on from these: however long a position is held, no more is tolerated than what the
// fills since the last update round.
type holding struct {
	quantity, cost *big.Rat
	// realised is the profit since it was opened; ended, that of the last one that was
	// closed.
	realised, ended *big.Rat
	// rounding is how far cost and profits may be off.
	rounding *big.Rat
	// fifo: a close costs what the oldest of the lots has cost, otherwise the average.
	fifo bool
	lots []lot
	// opened: the last fill has added a lot.
	opened bool
	// believed: the method isn't known; strayed: the lots aren't. Then what a close has
	// cost is believed: only cost and realised profit together follow from the fills.
	believed, strayed bool
	// unknown: fills of it may have been deleted, so that its next update is believed;
	// the last one that was, was at sinceMs.
	unknown bool
	sinceMs int64
}

// lot is what is left of one fill.
type lot struct{ quantity, cost *big.Rat }

// mostLots are kept apart: of more, the two oldest become one.
const mostLots = 1_000

// lastPlace is the last of a decimal's places, halfPlace what rounding to it may be off;
// finest, that to which the fold's own
// fractions are cut, for each part of a part has a longer one.
var (
	lastPlace = big.NewRat(1, 100_000_000)
	halfPlace = big.NewRat(1, 200_000_000)
	finest    = big.NewInt(1_000_000_000_000_000_000)
)

func newHolding(unknown bool) *holding {
	return &holding{
		quantity: new(big.Rat), cost: new(big.Rat), realised: new(big.Rat), ended: new(big.Rat), rounding: new(big.Rat), unknown: unknown,
	}
}

// method sets how closes cost from now on; known is false when that may be otherwise.
func (h *holding) method(fifo, known bool) {
	h.fifo, h.believed, h.strayed = fifo, !known, h.strayed || !known
}

// free tells whether the cost of a close is believed.
func (h *holding) free() bool { return h.believed || h.strayed && h.fifo }

// believe takes what an update says for what is held.
func (h *holding) believe(p *positionFact) {
	h.quantity = ratio(p.Position.Quantity)
	h.cost = new(big.Rat).Mul(h.quantity, ratio(p.Position.AveragePrice))
	h.realised = ratio(p.Position.RealizedPnL)
	h.rounding = new(big.Rat).Abs(h.quantity)
	h.rounding.Add(h.rounding.Mul(h.rounding, lastPlace), lastPlace)
	h.lots, h.strayed = nil, h.quantity.Sign() != 0
	h.unknown, h.sinceMs = false, p.timeMs
}

// agree goes on from an update that agrees. Its average price may be that of a cost before
// it was rounded.
func (h *holding) agree(p *positionFact) {
	cost := costTold(p)
	if n := len(h.lots); n > 0 {
		rounded := h.lots[0].cost // of which a part was closed
		if h.opened {
			rounded = h.lots[n-1].cost
		}
		rounded.Add(rounded, new(big.Rat).Sub(cost, h.cost))
	}
	h.cost, h.realised = cost, ratio(p.Position.RealizedPnL)
	h.rounding = new(big.Rat).Set(lastPlace)
}

// costTold gives what an update says that the holding has cost: its value, rounded as that
// of its open profit was, without the profit.
func costTold(p *positionFact) *big.Rat {
	quantity, price := p.Position.Quantity, p.Position.CurrentPrice
	value := new(big.Rat).Mul(ratio(quantity), ratio(price))
	if quantity.Bounded() && price.Bounded() {
		value = ratio(quantity.Mul(price))
	}
	return value.Sub(value, ratio(p.Position.UnrealizedPnL))
}

// trade takes a fill in.
func (h *holding) trade(t *trade) {
	if h.quantity.Sign() == 0 {
		h.realised, h.rounding = new(big.Rat), new(big.Rat)
		h.lots, h.strayed = nil, false
	}
	// A share of the cost and a value are rounded, too.
	h.rounding.Add(h.rounding, t.rounding)
	h.rounding.Add(h.rounding, new(big.Rat).Mul(lastPlace, big.NewRat(4, 1)))
	quantity := t.quantity
	if h.quantity.Sign()*quantity.Sign() < 0 {
		quantity = h.close(quantity, t.price)
	}
	if h.opened = quantity.Sign() != 0; !h.opened {
		return
	}
	cost := cut(new(big.Rat).Mul(quantity, t.price))
	h.quantity.Add(h.quantity, quantity)
	h.cost.Add(h.cost, cost)
	if h.fifo {
		h.open(lot{new(big.Rat).Set(quantity), new(big.Rat).Set(cost)})
	}
}

// open adds a lot.
func (h *holding) open(l lot) {
	h.lots = append(h.lots, l)
	if len(h.lots) > mostLots {
		first, second := h.lots[0], h.lots[1]
		second.quantity.Add(second.quantity, first.quantity)
		second.cost.Add(second.cost, first.cost)
		h.lots = h.lots[1:]
	}
}

// close takes as much of a signed quantity off the holding as it has, and gives the
// rest.
func (h *holding) close(quantity, price *big.Rat) *big.Rat {
	closed := new(big.Rat).Set(quantity)
	if new(big.Rat).Abs(quantity).Cmp(new(big.Rat).Abs(h.quantity)) > 0 {
		closed.Neg(h.quantity)
	}
	cost := h.costOf(closed)
	h.cost.Sub(h.cost, cost)
	h.quantity.Add(h.quantity, closed)
	h.realised.Sub(h.realised, cost)
	h.realised.Sub(h.realised, cut(new(big.Rat).Mul(closed, price)))
	if h.quantity.Sign() == 0 {
		h.realised, h.ended = new(big.Rat), h.realised
		h.lots, h.strayed = nil, false
	}
	return new(big.Rat).Sub(quantity, closed)
}

// costOf gives what that has cost which a signed quantity closes: its share of the whole,
// or, of known lots, of the oldest.
func (h *holding) costOf(closed *big.Rat) *big.Rat {
	left := new(big.Rat).Neg(closed)
	if !h.fifo || h.strayed {
		return part(left, h.quantity, h.cost)
	}
	cost := new(big.Rat)
	for left.Sign() != 0 && len(h.lots) > 0 {
		l := h.lots[0]
		if new(big.Rat).Abs(l.quantity).Cmp(new(big.Rat).Abs(left)) > 0 {
			of := part(left, l.quantity, l.cost)
			l.quantity.Sub(l.quantity, left)
			l.cost.Sub(l.cost, of)
			return cost.Add(cost, of)
		}
		cost.Add(cost, l.cost)
		left.Sub(left, l.quantity)
		h.lots = h.lots[1:]
	}
	return cost
}

// part gives the share of an amount that a quantity has in the whole.
func part(quantity, whole, amount *big.Rat) *big.Rat {
	if quantity.Cmp(whole) == 0 {
		return new(big.Rat).Set(amount)
	}
	share := new(big.Rat).Quo(quantity, whole)
	return cut(share.Mul(share, amount))
}

// cut gives a number to the finest place.
func cut(r *big.Rat) *big.Rat {
	n := new(big.Int).Mul(r.Num(), finest)
	return new(big.Rat).SetFrac(n.Quo(n, r.Denom()), finest)
}

// unrealised is the profit of closing all at a price.
func unrealised(quantity, cost, price *big.Rat) *big.Rat {
	value := new(big.Rat).Mul(quantity, price)
	return value.Sub(value, cost)
}

func ratio(d decimal.Decimal) *big.Rat {
	hi, lo := d.Parts()
	n := big.NewInt(hi)
	n.Lsh(n, 64)
	n.Or(n, new(big.Int).SetUint64(lo))
	return new(big.Rat).SetFrac(n, places)
}

// places is 1 in units of a decimal's last place.
var places = big.NewInt(100_000_000)

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
	cost, realised := h.cost, h.realised
	if h.free() {
		cost = costTold(p)
		realised = new(big.Rat).Add(h.realised, cost)
		realised.Sub(realised, h.cost)
	}
	average := new(big.Rat).Quo(cost, h.quantity)
	each := new(big.Rat).Quo(h.rounding, new(big.Rat).Abs(h.quantity))
	if far(p.Position.AveragePrice, average, each.Add(each, lastPlace)) {
		return fmt.Sprintf("its average price is %v, that of its fills %s", p.Position.AveragePrice, average.FloatString(8))
	}
	if far(p.Position.RealizedPnL, realised, h.rounding) {
		return fmt.Sprintf("its realised profit is %v, that of its fills %s", p.Position.RealizedPnL, realised.FloatString(8))
	}
	if open := unrealised(h.quantity, cost, ratio(p.Position.CurrentPrice)); far(p.Position.UnrealizedPnL, open, h.rounding) {
		return fmt.Sprintf("its unrealised profit is %v, at %v that of its fills %s", p.Position.UnrealizedPnL, p.Position.CurrentPrice, open.FloatString(8))
	}
	return ""
}
