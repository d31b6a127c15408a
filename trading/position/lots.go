package position

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
)

// Method says which cost a close takes off a holding.
type Method string

// The methods. With Average, the default and also the empty text, a part costs its
// share of the whole; with FIFO, what the oldest part of the holding has cost.
const (
	Average Method = "average"
	FIFO    Method = "fifo"
)

// Valid tells whether m is one of the two, or empty.
func (m Method) Valid() bool { return m == "" || m == Average || m == FIFO }

// maxLots bounds the lots of one holding: with one more, the two oldest become
// one, at their joint cost.
const maxLots = 1_000

// Lot is what is left of one fill, signed as a Book is.
type Lot struct {
	Quantity decimal.Decimal `json:"quantity"`
	Cost     decimal.Decimal `json:"cost"`
}

// Lots are the parts of one Book's holding, oldest first: their quantities and
// costs add up to the book's. At most 1,000 are kept apart.
type Lots []Lot

// LotsOf gives the lots of a holding whose history is not known: one at its
// average, or none.
func LotsOf(b Book) Lots {
	if b.Quantity.IsZero() {
		return nil
	}
	return Lots{{b.Quantity, b.Cost}}
}

// Fill takes a trade into a book, first in, first out. The book and its lots are
// as they came from Fill or LotsOf.
func (l *Lots) Fill(b *Book, quantity, value decimal.Decimal) Change {
	if len(*l) == 1 && quantity.Sign() == -b.Quantity.Sign() {
		c := b.Fill(quantity, value) // of one lot the average is what the first in has cost
		*l = LotsOf(*b)
		return c
	}
	c := b.fill(quantity, value, l.take)
	switch {
	case c.Opened.IsZero():
	case c.Closed.IsZero():
		*l = append(*l, Lot{quantity, value})
	default:
		*l = append(*l, Lot{b.Quantity, b.Cost}) // what a flip has opened
	}
	if len(*l) > maxLots {
		first, second := (*l)[0], (*l)[1]
		*l = slices.Delete(*l, 0, 1)
		(*l)[0] = Lot{first.Quantity.Add(second.Quantity), first.Cost.Add(second.Cost)}
	}
	return c
}

// take removes a quantity, not signed, from the oldest lots and gives its cost. A
// part of a lot costs its share, rounded toward zero; the last part costs what is
// left, so nothing is lost.
func (l *Lots) take(quantity decimal.Decimal) decimal.Decimal {
	cost, gone := decimal.Decimal{}, 0
	for i := range *l {
		lot := &(*l)[i]
		held := lot.Quantity.Abs()
		if held.Greater(quantity) {
			part := share(lot.Cost, quantity, held)
			left := share(lot.Quantity, held.Sub(quantity), held) // exact, with the lot's sign
			lot.Quantity, lot.Cost = left, lot.Cost.Sub(part)
			cost = cost.Add(part)
			break
		}
		cost, quantity = cost.Add(lot.Cost), quantity.Sub(held)
		gone++
	}
	*l = slices.Delete(*l, 0, gone)
	return cost
}
