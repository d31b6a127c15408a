package performance

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
)

// Book names what one strategy of an account holds of one symbol.
type Book struct {
	Account  string `json:"account"`
	Strategy string `json:"strategy"`
	Symbol   string `json:"symbol"`
}

// Fill is one execution.
type Fill struct {
	Book
	TimeMs  int64
	OrderID string
	// Quantity is positive for a buy and negative for a sell; Value is Quantity times
	// the price, with the same sign.
	Quantity, Value decimal.Decimal
	// Price is what it was traded at; Value is rounded to 8 places, so that it may not
	// give the price again.
	Price decimal.Decimal
	// Fees were paid on top; 0 or more.
	Fees decimal.Decimal
}

// InOrder gives fills of all accounts in one order, and the time at which each is due in
// it: by time, save that an account's stay in the order in which they are given, which
// is that in which they happened. A fill at a late tick's time comes after those that
// were there before it, or a long would be taken for a short.
func InOrder(fills []Fill) (ordered []Fill, dueMs []int64) {
	type timed struct {
		fill  Fill
		dueMs int64
	}
	latest := make(map[string]int64)
	list := make([]timed, len(fills))
	for i, f := range fills {
		due, seen := latest[f.Account]
		if !seen || f.TimeMs > due {
			due = f.TimeMs
		}
		latest[f.Account] = due
		list[i] = timed{f, due}
	}
	slices.SortStableFunc(list, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.dueMs, b.dueMs), strings.Compare(a.fill.Account, b.fill.Account))
	})
	for _, t := range list {
		ordered, dueMs = append(ordered, t.fill), append(dueMs, t.dueMs)
	}
	return ordered, dueMs
}

// piece cuts a part off a fill; the rest stays in it.
func (f *Fill) piece(quantity decimal.Decimal) Fill {
	part := *f
	part.Quantity = quantity
	part.Value = share(f.Value, quantity.Abs(), f.Quantity.Abs())
	part.Fees = share(f.Fees, quantity.Abs(), f.Quantity.Abs())
	f.Quantity, f.Value, f.Fees = f.Quantity.Sub(quantity), f.Value.Sub(part.Value), f.Fees.Sub(part.Fees)
	return part
}

// share gives amount * part / whole, rounded once, toward zero; all of it when
// part is whole. The product may exceed a Decimal, so it is made in big integers.
func share(amount, part, whole decimal.Decimal) decimal.Decimal {
	if part == whole || amount.IsZero() {
		return amount
	}
	p := integer(amount)
	p.Mul(p, integer(part))
	p.Quo(p, integer(whole))
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
