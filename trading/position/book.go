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
	// Entered is what there was before the first of the closes since it was last added
	// to; zero when there were none. The average price is its own: of a quantity below 1
	// no cost in whole units may have it.
	Entered Lot `json:"entered,omitzero"`
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
// price of what is left as it was.
func (b *Book) Fill(quantity, value decimal.Decimal) Change {
	return b.fill(quantity, value, b.averageCost)
}

// averageCost takes a part off the holding's cost. What all the parts have cost that
// were closed since Entered is their share of its cost, toward zero: however many they
// are, it is rounded once.
func (b *Book) averageCost(closing decimal.Decimal) decimal.Decimal {
	whole := b.Quantity.Abs()
	if closing == whole {
		return b.Cost
	}
	if b.Entered == (Lot{}) {
		b.Entered = Lot{b.Quantity, b.Cost}
	}
	entered := b.Entered.Quantity.Abs()
	left := b.Entered.Cost.Sub(share(b.Entered.Cost, entered.Sub(whole).Add(closing), entered))
	return b.Cost.Sub(left)
}

// fill takes a trade in; costOf gives what a quantity, not signed, of the holding
// has cost.
func (b *Book) fill(quantity, value decimal.Decimal, costOf func(decimal.Decimal) decimal.Decimal) Change {
	if quantity.IsZero() {
		return Change{}
	}
	if b.Quantity.Sign() != -quantity.Sign() {
		b.Quantity, b.Cost, b.Entered = b.Quantity.Add(quantity), b.Cost.Add(value), Lot{}
		return Change{Opened: quantity.Abs()}
	}
	traded := quantity.Abs()
	closed := decimal.Min(traded, b.Quantity.Abs())
	closing, cost := share(value, closed, traded), costOf(closed)
	c := Change{Closed: closed, Opened: traded.Sub(closed), Realized: closing.Neg().Sub(cost)}
	b.Quantity = b.Quantity.Add(quantity)
	b.Cost = b.Cost.Sub(cost).Add(value.Sub(closing)) // after a flip, of what it opened
	b.Realized = b.Realized.Add(c.Realized)
	if b.Quantity.IsZero() || !c.Opened.IsZero() {
		b.Entered = Lot{}
	}
	return c
}

// Unrealized is the profit that closing at price would realise.
func (b *Book) Unrealized(price decimal.Decimal) decimal.Decimal {
	if b.Quantity.IsZero() {
		return decimal.Decimal{} // Cost is 0, too
	}
	return b.Quantity.Mul(price).Sub(b.Cost)
}

// AveragePrice is what was paid for one, half even at 8 places; 0 when flat.
func (b *Book) AveragePrice() decimal.Decimal {
	switch {
	case b.Quantity.IsZero():
		return decimal.Decimal{}
	case b.Entered != Lot{}:
		return b.Entered.Cost.Div(b.Entered.Quantity)
	}
	return b.Cost.Div(b.Quantity)
}

// Absorb adds another book's figures to b, which then stands for both.
func (b *Book) Absorb(o Book) {
	*b = Book{Quantity: b.Quantity.Add(o.Quantity), Cost: b.Cost.Add(o.Cost), Realized: b.Realized.Add(o.Realized)}
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
