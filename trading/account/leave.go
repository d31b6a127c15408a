package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// leaveAll has a strategy leave all its symbols.
func (a *Account) leaveAll(strategyID string, timeMs int64) {
	for _, s := range a.s.Symbols {
		a.leave(s, strategyID, order.ReasonStrategyPaused, timeMs)
	}
}

// leave has a strategy leave a symbol: its orders are cancelled for a reason, save what
// risk closes already, and what it holds is closed at the market. That goes on until it is
// flat, whatever ends the closes of risk or one of its own, and whatever a live
// venue fills before it cancels.
func (a *Account) leave(s *Symbol, strategyID string, reason order.Reason, timeMs int64) {
	for _, o := range slices.Clone(s.Orders) {
		if o.BookID == strategyID && !protective(o) {
			a.cancel(o, reason, a.timeOf(s.Name, timeMs))
		}
	}
	b := s.found(strategyID)
	if s.waitsFor(strategyID) && b == nil {
		b = s.book(strategyID) // of an entry that a live venue may yet fill
	}
	if b == nil || b.Quantity.IsZero() && !s.waitsFor(strategyID) {
		return
	}
	a.setLeaving(b, true)
	a.exitBook(s, b, timeMs)
}

// exitBook closes at the market what a book holds and nothing closes yet.
func (a *Account) exitBook(s *Symbol, b *Book, timeMs int64) {
	d := draft{leg: a.closeLeg(), exit: true, timeMs: timeMs}
	d.StrategyID, d.BookID, d.Symbol, d.Side = b.StrategyID, b.StrategyID, s.Name, closingSide(b.Quantity)
	d.Kind, d.Purpose = order.Market, order.Manual
	left := s.closable(b.StrategyID, d.Side)
	if left.IsZero() {
		return
	}
	if a.placeParts(s, d, left).IsZero() && a.s.Mode != Halted {
		b.RefusedMs = max(a.s.ClockMs, 1)
	}
}

// goOnLeaving goes on with the books that are being left, after something has
// changed. A HALTED account waits for RESUME, for it takes no such order.
func (a *Account) goOnLeaving(timeMs int64) {
	for _, s := range a.s.Symbols {
		for _, b := range s.Books {
			switch {
			case !b.Leaving:
			case !b.Quantity.IsZero():
				if a.s.Mode != Halted && !a.justRefused(b) {
					a.exitBook(s, b, timeMs)
				}
			case !s.waitsFor(b.StrategyID):
				a.setLeaving(b, false)
			}
		}
	}
}

// stay ends a strategy's leaving: what it still holds, it keeps.
func (a *Account) stay(strategyID string) {
	for _, s := range a.s.Symbols {
		if b := s.found(strategyID); b != nil {
			a.setLeaving(b, false)
		}
	}
}

func (a *Account) setLeaving(b *Book, leaving bool) {
	if b.Leaving == leaving {
		return
	}
	if b.Leaving = leaving; leaving {
		a.leaving++
	} else {
		a.leaving--
	}
}

// leaves tells whether a strategy is to leave the symbol.
func (s *Symbol) leaves(strategyID string) bool {
	b := s.found(strategyID)
	return b != nil && b.Leaving
}

// waitsFor tells whether an order for a strategy's book is open.
func (s *Symbol) waitsFor(strategyID string) bool {
	return slices.ContainsFunc(s.Orders, func(o *order.Order) bool { return o.BookID == strategyID })
}

// setSquares makes what tells when to square off for the strategies that failed.
func (a *Account) setSquares() {
	a.squares = nil
	for _, d := range a.s.Strategies {
		if d.Status != Failed || d.Rules == nil || d.Rules.SquareOff == "" {
			continue
		}
		if err := d.compile(); err == nil { // else they are of a build that knew more
			a.squares = append(a.squares, squares{d.StrategyID, d.program})
		}
	}
}

// squares tells when to square off for a strategy that failed.
type squares struct {
	strategyID string
	rules      *rules.Program
}

// squareOff squares off in a symbol for the strategies that failed: that needs none
// of their rules but the hours.
func (a *Account) squareOff(s *Symbol, m *Mark) {
	for _, q := range a.squares {
		b, openedMs := s.found(q.strategyID), m.TimeMs // nothing was held over with only an order open
		if b != nil && !b.Quantity.IsZero() {
			openedMs = b.OpenedMs
		} else if !s.waitsFor(q.strategyID) {
			continue
		}
		if !s.leaves(q.strategyID) && q.rules.SquaresOff(m.Early, openedMs, m.TimeMs) {
			a.leave(s, q.strategyID, order.ReasonStrategy, m.TimeMs)
		}
	}
}
