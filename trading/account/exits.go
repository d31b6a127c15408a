package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// fit brings a symbol's orders in line with a book that has become smaller, or with what
// a live venue has said of one of them. A REDUCING account takes no entry: what would be
// one by now ends.
func (a *Account) fit(s *Symbol, b *Book, refused *order.Order, timeMs int64) {
	if b != nil {
		a.fitExits(s, b, refused, timeMs)
	}
	if a.s.Mode == Reducing {
		a.endEntries(s, a.limitReason(order.ReasonReducing), timeMs)
	}
}

// fitExits keeps what would close a book within what there is to close, when that has
// become less: the account's own closes count first, then exits, the oldest first. What
// is too much of the last ones is cut off, and with nothing left they are cancelled.
// refused is an order that a live venue has refused to change: it is cancelled in place
// of that.
func (a *Account) fitExits(s *Symbol, b *Book, refused *order.Order, timeMs int64) {
	for _, side := range [...]order.Side{order.Buy, order.Sell} {
		left := decimal.Max(side.Opposite().Signed(b.Quantity), decimal.Decimal{})
		for _, own := range [...]bool{true, false} {
			for _, o := range slices.Clone(s.Orders) {
				if o.BookID != b.StrategyID || o.Side != side || protective(o) != own || !own && !o.Exit {
					continue
				}
				if may := stays(o); may.Greater(left) {
					a.cut(o, left, o == refused, timeMs)
					left = decimal.Decimal{}
				} else {
					left = left.Sub(may)
				}
			}
		}
	}
}

// endEntries cancels a symbol's open entries: the orders that are more than their book
// still has to close, those before them taken as filled.
func (a *Account) endEntries(s *Symbol, reason order.Reason, timeMs int64) {
	for _, o := range slices.Clone(s.Orders) {
		if protective(o) || o.Exit || o.CancelSent {
			continue
		}
		left := decimal.Decimal{}
		if b := s.found(o.BookID); b != nil {
			left = o.Side.Opposite().Signed(b.Quantity)
		}
		older := true
		for _, other := range s.Orders {
			older = older && other != o
			if other.BookID == o.BookID && other.Side == o.Side && other != o && (older || protective(other) || other.Exit) {
				left = left.Sub(stays(other))
			}
		}
		if stays(o).Greater(left) {
			a.cancel(o, reason, a.timeOf(s.Name, timeMs))
		}
	}
}

// stays gives what an order may still trade when its venue does as it was asked.
func stays(o *order.Order) decimal.Decimal {
	switch {
	case o.CancelSent:
		return decimal.Decimal{}
	case o.Wanted != order.Terms{}:
		return decimal.Max(o.Wanted.Quantity.Sub(o.FilledQuantity), decimal.Decimal{})
	}
	return o.Rest()
}

// cut leaves an order no more than a quantity to trade. A live venue is asked to change
// it once the order can be changed, which its next report tells; it need not change the
// account's own closes, which trade at once.
func (a *Account) cut(o *order.Order, left decimal.Decimal, refused bool, timeMs int64) {
	switch {
	case left.IsZero() || refused:
		a.cancel(o, order.ReasonNoPosition, timeMs)
		return
	case a.live() && a.changeable(o) != nil:
		return
	}
	terms := o.Terms()
	terms.Quantity = o.FilledQuantity.Add(left)
	if a.live() {
		a.sendCounted(o, terms, false)
		return
	}
	a.setTerms(o, terms, timeMs)
}
