package account

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// scale is what can be made of a symbol's state and is kept beside it, so that a
// tick costs the same however many symbols, orders and books the account has.
type scale struct {
	terms risk.Terms
	// buys and sells are what open orders may still trade.
	buys, sells decimal.Decimal
	held        int // books that hold something
	weight      risk.Weight
}

// recount makes a symbol's scale anew. It must be called whenever its open orders,
// what is left of them, or its books have changed.
func (a *Account) recount(s *Symbol) {
	c := &s.scale
	c.buys, c.sells = s.open()
	held := 0
	for _, b := range s.Books {
		if !b.Quantity.IsZero() {
			held++
		}
	}
	a.heldBooks += held - c.held
	c.held = held
	a.weigh(s)
}

// open gives what a symbol's open orders may still buy and sell.
func (s *Symbol) open() (buys, sells decimal.Decimal) {
	for _, o := range s.Orders {
		if o.Side == order.Buy {
			buys = buys.Add(o.Rest())
		} else {
			sells = sells.Add(o.Rest())
		}
	}
	return buys, sells
}

// weigh brings the sums over all symbols to a symbol's price. Only limits of
// exposure and margin look at them.
func (a *Account) weigh(s *Symbol) {
	if !a.weighs {
		return
	}
	w := s.scale.terms.Weigh(s.Net.Quantity, s.scale.buys, s.scale.sells, s.Price)
	if w != s.scale.weight {
		a.weights = a.weights.Sub(s.scale.weight).Add(w)
		s.scale.weight = w
	}
}

// setGuard makes what is needed to hold the limits that are in force.
func (a *Account) setGuard() {
	limits := a.s.Limits
	a.guard = risk.NewGuard(&limits)
	a.weighs, a.weights = a.guard.Weighs(), risk.Weight{}
	for _, s := range a.s.Symbols {
		s.scale.terms, s.scale.weight = a.guard.Terms(s.Name), risk.Weight{}
		a.recount(s)
	}
}
