package account

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/position"
)

// settle takes a trade, and what it has cost, into the strategy's book, the net
// position and the cash. The order itself has taken it in already.
func (a *Account) settle(o *order.Order, quantity, value, fee decimal.Decimal, timeMs int64) {
	s := a.symbol(o.Symbol)
	q, v := o.Side.Signed(quantity), o.Side.Signed(value)
	if s.Price.IsZero() {
		s.Price = value.Div(quantity) // the only price that is known
	}
	b := s.book(o.BookID)
	a.s.Cash, a.s.Fees = a.s.Cash.Sub(v).Sub(fee), a.s.Fees.Add(fee)
	b.Fees, s.Fees = b.Fees.Add(fee), s.Fees.Add(fee)
	c := a.take(&b.Book, &b.Lots, q, v)
	sinceMs := a.marketMs
	if sinceMs == 0 {
		sinceMs = s.TimeMs // a venue's clock is not the market's
	}
	b.passOn(s, o, c.Closed)
	a.bracket(b, o, c, s.Price, sinceMs)
	a.forgetPassed(b)
	b.mark(c, timeMs)
	before := s.Net
	change := a.take(&s.Net, &s.Lots, q, v)
	a.s.Realized = a.s.Realized.Add(change.Realized)
	a.revalue(s)
	a.bookChanged(o.BookID)
	a.recount(s)
	a.positionAfterFill(s, before, fee, timeMs)
	if c.Closed.Sign() > 0 {
		b.Refusals = 0
		a.fit(s, b, nil, timeMs)
	}
}

// take takes a trade into a holding by the account's method of cost.
func (a *Account) take(b *position.Book, lots *position.Lots, quantity, value decimal.Decimal) position.Change {
	if a.s.Cost == position.FIFO {
		return lots.Fill(b, quantity, value)
	}
	return b.Fill(quantity, value)
}

// setCost changes the method of cost. What is held goes on with the cost that it
// has: under FIFO as one lot.
func (a *Account) setCost(m position.Method) {
	if m == a.s.Cost {
		return
	}
	a.s.Cost = m
	lots := func(b position.Book) position.Lots {
		if m != position.FIFO {
			return nil
		}
		return position.LotsOf(b)
	}
	for _, s := range a.s.Symbols {
		s.Lots = lots(s.Net)
		for _, b := range s.Books {
			b.Lots = lots(b.Book)
		}
	}
}

// mark notes when a book's position began and ended; a flip does both.
func (b *Book) mark(c position.Change, timeMs int64) {
	opens := c.Opened.Sign() > 0 && (b.OpenedMs == 0 || c.Closed.Sign() > 0)
	if c.Closed.Sign() > 0 && (b.Quantity.IsZero() || opens) {
		b.OpenedMs, b.ClosedMs = 0, timeMs
	}
	if opens {
		b.OpenedMs = timeMs
		b.Trades++
		b.Openings = b.Openings.Add(timeMs)
	}
}

// revalue brings the unrealised profit to the symbol's price.
func (a *Account) revalue(s *Symbol) {
	now := s.Net.Unrealized(s.Price)
	if now != s.Unrealized {
		a.s.Unrealized = a.s.Unrealized.Add(now.Sub(s.Unrealized))
		s.Unrealized = now
	}
}

func (a *Account) positionAfterFill(s *Symbol, before position.Book, fee decimal.Decimal, timeMs int64) {
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
		what, fee = Opened, decimal.Decimal{} // it was told of with what was closed
	}
	if what == Opened {
		s.Positions++
		s.OpenRealized, s.OpenFees = s.Net.Realized, s.Fees.Sub(fee)
	}
	a.emitPosition(s, what, timeMs)
}

func (a *Account) emitPosition(s *Symbol, what PositionEventType, timeMs int64) {
	status := "OPEN"
	if what == Closed {
		status = "CLOSED"
	}
	a.emit(PositionEvent{
		PositionID: a.positionID(s),
		UserID:     a.s.UserID, Symbol: s.Name, TimeMs: timeMs, Type: what,
		Quantity: s.Net.Quantity, AveragePrice: s.Net.AveragePrice(), CurrentPrice: s.Price,
		UnrealizedPnL: s.Net.Unrealized(s.Price), RealizedPnL: s.Net.Realized.Sub(s.OpenRealized), Fees: s.Fees.Sub(s.OpenFees), Status: status,
	})
	s.PublishedMs, s.PublishedPrice = timeMs, s.Price
}
