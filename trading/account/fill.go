package account

import (
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/position"
)

// settle takes a trade into the strategy's book, the net position and the cash. The
// order itself has taken it in already.
func (a *Account) settle(o *order.Order, quantity, value decimal.Decimal, timeMs int64) {
	s := a.symbol(o.Symbol)
	q, v := o.Side.Signed(quantity), o.Side.Signed(value)
	if s.Price.IsZero() {
		s.Price = value.Div(quantity) // the only price that is known
	}
	a.s.Cash = a.s.Cash.Sub(v)
	b := s.book(o.BookID)
	c := b.Fill(q, v)
	a.bracket(b, o, c)
	switch {
	case b.Quantity.IsZero():
		b.OpenedMs = 0
	case c.Opened.Sign() > 0 && (b.OpenedMs == 0 || c.Closed.Sign() > 0):
		b.OpenedMs = timeMs
	}
	before := s.Net
	change := s.Net.Fill(q, v)
	a.s.Realized = a.s.Realized.Add(change.Realized)
	a.revalue(s)
	a.bookChanged(o.BookID)
	a.recount(s)
	a.positionAfterFill(s, before, timeMs)
}

// revalue brings the unrealised profit to the symbol's price.
func (a *Account) revalue(s *Symbol) {
	now := s.Net.Unrealized(s.Price)
	if now != s.Unrealized {
		a.s.Unrealized = a.s.Unrealized.Add(now.Sub(s.Unrealized))
		s.Unrealized = now
	}
}

func (a *Account) positionAfterFill(s *Symbol, before position.Book, timeMs int64) {
	what := Modified
	if before.Quantity.IsZero() {
		what = Opened
	} else if s.Net.Quantity.IsZero() {
		what = Closed
	} else if before.Quantity.Sign() != s.Net.Quantity.Sign() {
		// What was held is gone; the rest is a position of its own.
		now := s.Net
		s.Net = position.Book{Realized: now.Realized}
		a.emitPosition(s, Closed, timeMs)
		s.Net = now
		what = Opened
	}
	if what == Opened {
		s.Positions++
		s.OpenRealized = s.Net.Realized
	}
	a.emitPosition(s, what, timeMs)
}

func (a *Account) emitPosition(s *Symbol, what PositionEventType, timeMs int64) {
	status := "OPEN"
	if what == Closed {
		status = "CLOSED"
	}
	a.emit(PositionEvent{
		PositionID: ident.Derive("position", a.s.UserID, s.Name, strconv.FormatInt(s.Positions, 10)),
		UserID:     a.s.UserID, Symbol: s.Name, TimeMs: timeMs, Type: what,
		Quantity: s.Net.Quantity, AveragePrice: s.Net.AveragePrice(), CurrentPrice: s.Price,
		UnrealizedPnL: s.Net.Unrealized(s.Price), RealizedPnL: s.Net.Realized.Sub(s.OpenRealized), Status: status,
	})
	s.PublishedMs, s.PublishedPrice = timeMs, s.Price
}
