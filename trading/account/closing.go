package account

import (
	"slices"
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// held gives, sorted, the symbols in which any book holds something.
func (a *Account) held() []string {
	list := []string{} // never nil: a CRITICAL alert tells that there is nothing to close
	for _, s := range a.s.Symbols {
		if s.scale.held > 0 {
			list = append(list, s.Name)
		}
	}
	return list
}

// cancelAll cancels the open orders of all symbols, save closes by risk.
func (a *Account) cancelAll(reason order.Reason, timeMs int64) {
	for _, s := range a.s.Symbols {
		a.cancelOpen(s, reason, timeMs)
	}
}

// cancelOpen cancels the open orders of a symbol, save closes by risk.
func (a *Account) cancelOpen(s *Symbol, reason order.Reason, timeMs int64) {
	for _, o := range slices.Clone(s.Orders) {
		if o.Purpose != order.RiskClose {
			a.cancel(o, reason, timeMs)
		}
	}
}

// cancelFor makes way for the closes of the symbols that an alert names: all their
// orders are cancelled, and of the others', whose positions stay, all but the exits
// at stops and targets.
func (a *Account) cancelFor(names []string, reason order.Reason, timeMs int64) {
	for _, s := range a.s.Symbols {
		if slices.Contains(names, s.Name) {
			a.cancelOpen(s, reason, timeMs)
			continue
		}
		for _, o := range slices.Clone(s.Orders) {
			if d := (draft{Order: *o}); !d.protective() {
				a.cancel(o, reason, timeMs)
			}
		}
	}
}

// closeAll orders the close of every book that is not closed and not about to be.
func (a *Account) closeAll(reason order.Reason, timeMs int64) {
	for _, s := range a.s.Symbols {
		if s.scale.held > 0 {
			a.closeSymbol(s, reason, timeMs)
		}
	}
}

// closeSymbol orders the close of a symbol's books.
func (a *Account) closeSymbol(s *Symbol, reason order.Reason, timeMs int64) {
	for _, b := range s.Books {
		if !b.Quantity.IsZero() {
			a.closeBook(s, b, b.Quantity.Abs(), reason, timeMs)
		}
	}
}

// closeBook orders, in the name of risk and for a reason, the close of up to a
// quantity of a book, and gives what it ordered. Orders that wait for a price and would close the same
// are cancelled first: nobody knows when they would.
func (a *Account) closeBook(s *Symbol, b *Book, quantity decimal.Decimal, reason order.Reason, timeMs int64) decimal.Decimal {
	side := order.Sell
	if b.Quantity.Sign() < 0 {
		side = order.Buy
	}
	if a.justRefused(b) {
		return decimal.Decimal{}
	}
	if s.closable(b.StrategyID, side).Less(quantity) {
		a.cancelResting(s, b.StrategyID, side, reason, timeMs)
	}
	quantity = decimal.Min(quantity, s.closable(b.StrategyID, side))
	if quantity.Sign() <= 0 {
		return decimal.Decimal{}
	}
	a.s.Leg++
	d := draft{leg: "close/" + strconv.Itoa(a.s.Leg), timeMs: timeMs}
	d.StrategyID, d.BookID, d.Symbol = RiskStrategy(a.s.UserID), b.StrategyID, s.Name
	d.Side, d.Kind, d.Purpose, d.Quantity = side, order.Market, order.RiskClose, quantity
	if a.place(d) == nil {
		return decimal.Decimal{}
	}
	return quantity
}

// closeExcess closes an excess, in whole lots, from the books on the side of the net
// position.
func (a *Account) closeExcess(s *Symbol, excess decimal.Decimal, timeMs int64) {
	side := order.Sell
	if s.Net.Quantity.Sign() < 0 {
		side = order.Buy
	}
	for _, o := range s.Orders {
		if o.Purpose == order.RiskClose && o.Side == side {
			excess = excess.Sub(o.Rest())
		}
	}
	excess = s.wholeLots(excess)
	for _, b := range s.Books {
		if excess.Sign() <= 0 {
			return
		}
		if b.Quantity.Sign() == s.Net.Quantity.Sign() {
			excess = excess.Sub(a.closeBook(s, b, excess, order.ReasonPositionSize, timeMs))
		}
	}
}
