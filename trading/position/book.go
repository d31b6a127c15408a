// Package position keeps what is held of a symbol: quantity, exact cost, and
// realised profit. The cost basis is the sum of the values that were paid, never
// a rounded average, so that nothing is lost however often a position is cut.
package position

import (
	"math/big"

	"github.com/velox-trading/velox/trading/decimal"
)

// Book is one holding. The zero value holds nothing. After any fills
//
//	Realized - Cost = -(sum of the signed values of all fills)
//
// to the last digit, so cash + market value = deposits + Realized + Unrealized.
type Book struct {
	// Quantity is positive for long, negative for short.
	Quantity decimal.Decimal `json:"quantity"`
	// Cost is what was paid for Quantity; negative for short (it was received).
	Cost     decimal.Decimal `json:"cost"`
	Realized decimal.Decimal `json:"realized"`
}

// Change is what a fill did: a flip both closes and opens.
type Change struct {
	// Closed and Opened are quantities, not signed.
	Closed, Opened decimal.Decimal
	Realized       decimal.Decimal
}

// Fill takes a trade in: quantity is positive for a buy and negative for a sell,
// and so is value, which is quantity times price as it was rounded once. What a
// close costs is its share of the whole cost: the average. It leaves the average
// price of what is left as it was, to the last digit, while more than 1 is left; of
// less, a unit of cost is more than one of the average, which may differ by it.
func (b *Book) Fill(quantity, value decimal.Decimal) Change {
	return b.fill(quantity, value, b.averageCost)
}

// averageCost is the share of the cost that a part of the holding has, toward zero, or
// a unit beside it where that is what leaves the average price as it was.
func (b *Book) averageCost(closing decimal.Decimal) decimal.Decimal {
	whole := b.Quantity.Abs()
	part := share(b.Cost, closing, whole)
	if part == b.Cost {
		return part
	}
	average := b.AveragePrice()
	for _, units := range []int64{0, 1, -1} {
		left := Book{Quantity: share(b.Quantity, whole.Sub(closing), whole), Cost: b.Cost.Sub(part).Sub(decimal.FromUnits(units))}
		if left.Cost.Sign() == b.Cost.Sign() && left.AveragePrice() == average {
			return b.Cost.Sub(left.Cost)
		}
	}
	return part
}

// fill takes a trade in; costOf gives what a quantity, not signed, of the holding
// has cost.
func (b *Book) fill(quantity, value decimal.Decimal, costOf func(decimal.Decimal) decimal.Decimal) Change {
	if quantity.IsZero() {
		return Change{}
	}
	if b.Quantity.Sign() != -quantity.Sign() {
		b.Quantity, b.Cost = b.Quantity.Add(quantity), b.Cost.Add(value)
		return Change{Opened: quantity.Abs()}
	}
	traded := quantity.Abs()
	closed := decimal.Min(traded, b.Quantity.Abs())
	closing, cost := share(value, closed, traded), costOf(closed)
	c := Change{Closed: closed, Opened: traded.Sub(closed), Realized: closing.Neg().Sub(cost)}
	b.Quantity = b.Quantity.Add(quantity)
	b.Cost = b.Cost.Sub(cost).Add(value.Sub(closing)) // after a flip, of what it opened
	b.Realized = b.Realized.Add(c.Realized)
	return c
}

// Unrealized is the profit that closing at price would realise.
func (b *Book) Unrealized(price decimal.Decimal) decimal.Decimal {
	if b.Quantity.IsZero() {
		return decimal.Decimal{} // Cost is 0, too
	}
	return b.Quantity.Mul(price).Sub(b.Cost)
}

// AveragePrice is Cost over Quantity, half even at 8 places; 0 when flat.
func (b *Book) AveragePrice() decimal.Decimal {
	if b.Quantity.IsZero() {
		return decimal.Decimal{}
	}
	return b.Cost.Div(b.Quantity)
}

// Absorb adds another book's figures to b, which then stands for both.
func (b *Book) Absorb(o Book) {
	b.Quantity, b.Cost, b.Realized = b.Quantity.Add(o.Quantity), b.Cost.Add(o.Cost), b.Realized.Add(o.Realized)
}

// share gives amount * part / whole, rounded once, toward zero; all of it when
// part is whole. The product may exceed a Decimal, so it is made in big integers.
func share(amount, part, whole decimal.Decimal) decimal.Decimal {
	if part == whole {
		return amount
	}
	p := integer(amount)
	p.Mul(p, integer(part))
	p.Quo(p, integer(whole)) // |part| < |whole|, so it fits again
	hi := new(big.Int).Rsh(p, 64)
	lo := new(big.Int).And(p, new(big.Int).SetUint64(^uint64(0)))
	return decimal.FromParts(hi.Int64(), lo.Uint64())
}

func integer(d decimal.Decimal) *big.Int {
	hi, lo := d.Parts()
	n := big.NewInt(hi)
	n.Lsh(n, 64)
	return n.Or(n, new(big.Int).SetUint64(lo))
}
