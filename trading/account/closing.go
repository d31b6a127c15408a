package account

import (
	"fmt"
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
			if !protective(o) {
				a.cancel(o, reason, timeMs)
			}
		}
	}
}

// closeAll orders the close of every book that is not closed and not about to be.
func (a *Account) closeAll(reason order.Reason, timeMs int64) {
	for _, s := range a.s.Symbols {
		a.closeSymbol(s, reason, timeMs)
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

// closingSide gives the side of the orders that close what is held.
func closingSide(held decimal.Decimal) order.Side {
	if held.Sign() < 0 {
		return order.Buy
	}
	return order.Sell
}

// closeBook orders, in the name of risk and for a reason, the close of up to a
// quantity of a book, and gives what it ordered. Orders that wait for a price and would close the same
// are cancelled first: nobody knows when they would.
func (a *Account) closeBook(s *Symbol, b *Book, quantity decimal.Decimal, reason order.Reason, timeMs int64) decimal.Decimal {
	side := closingSide(b.Quantity)
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
	d := draft{leg: a.closeLeg(), timeMs: timeMs}
	d.StrategyID, d.BookID, d.Symbol, d.Side = RiskStrategy(a.s.UserID), b.StrategyID, s.Name, side
	d.Kind, d.Purpose = order.Market, order.RiskClose
	return a.placeParts(s, d, quantity)
}

// closeLeg gives the leg of another close by the same input.
func (a *Account) closeLeg() string {
	a.s.Leg++
	return "close/" + strconv.Itoa(a.s.Leg)
}

// placeExit places a strategy's exit, in as many orders as it takes, up to maxParts. One
// that leaves something is for whole lots. What is too much for so many is rejected, so
// that the strategy's owner knows: nobody goes on with it but another signal.
func (a *Account) placeExit(d draft) {
	s := a.symbols[d.Symbol]
	if s == nil || s.freeze.IsZero() {
		a.place(d)
		return
	}
	left := s.closable(d.BookID, d.Side)
	quantity := left
	if !d.Quantity.IsZero() {
		quantity = decimal.Min(d.Quantity, left)
	}
	if quantity.LessEq(s.freeze) {
		a.place(d)
		return
	}
	if lot := s.venue.LotSize; !lot.IsZero() && quantity != left {
		quantity = quantity.FloorTo(lot)
	}
	all := decimal.Decimal{}
	for _, part := range s.parts(quantity) {
		all = all.Add(part)
	}
	if a.placeParts(s, d, quantity) != all || all == quantity { // one that is rejected has told
		return
	}
	d.Quantity, d.leg = quantity.Sub(all), d.leg+"/rest"
	a.rejectDraft(d, order.ReasonFreezeQuantity,
		fmt.Sprintf("%v of %s is left to exit: one signal makes at most %d orders, of at most %v; signal the exit again", d.Quantity, s.Name, maxParts, s.largest()))
}

// placeParts places a draft for a quantity of its symbol, in one order for each part that
// an order may have, until one is rejected; it gives what it ordered.
func (a *Account) placeParts(s *Symbol, d draft, quantity decimal.Decimal) decimal.Decimal {
	ordered, leg := decimal.Decimal{}, d.leg
	for i, part := range s.parts(quantity) {
		if d.Quantity = part; i > 0 {
			d.leg = leg + "/" + strconv.Itoa(i)
		}
		if a.place(d) == nil {
			break
		}
		ordered = ordered.Add(part)
	}
	return ordered
}

// closeExcess closes an excess, in whole lots, from the books on the side of the net
// position.
func (a *Account) closeExcess(s *Symbol, excess decimal.Decimal, timeMs int64) {
	side := closingSide(s.Net.Quantity)
	for _, o := range s.Orders {
		if o.Purpose == order.RiskClose && o.Side == side {
			excess = excess.Sub(o.Rest())
		}
	}
	excess = s.wholeLots(excess)
	for _, b := range s.Books {
		if b.Quantity.Sign() == s.Net.Quantity.Sign() {
			excess = excess.Sub(a.closeBook(s, b, excess, order.ReasonPositionSize, timeMs))
		}
	}
}
