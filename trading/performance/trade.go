package performance

import "github.com/velox-trading/velox/trading/decimal"

// Trade is an entry and its exit: a quantity that one fill opened and another
// closed. Fills of a book are paired first in, first out, so an exit of several
// entries gives several trades, and so does an exit in parts.
type Trade struct {
	Book
	Long     bool            `json:"long"`
	Quantity decimal.Decimal `json:"quantity"` // always positive
	EntryMs  int64           `json:"entry_ms"`
	ExitMs   int64           `json:"exit_ms"`
	// The prices are values over quantity, half even at 8 places.
	EntryPrice decimal.Decimal `json:"entry_price"`
	ExitPrice  decimal.Decimal `json:"exit_price"`
	// Gross is what was received less what was paid; Fees are the shares of both
	// fills' fees; Net is Gross less Fees.
	Gross decimal.Decimal `json:"gross"`
	Fees  decimal.Decimal `json:"fees"`
	Net   decimal.Decimal `json:"net"`

	entryValue decimal.Decimal // signed
}

// lot is what is left of a fill that opened.
type lot struct {
	timeMs                int64
	quantity, value, fees decimal.Decimal
}

// ledger holds the open lots of one book. After any fills
//
//	realized - cost = -(sum of the signed values of all fills)
//
// to the last digit.
type ledger struct {
	book Book
	lots []lot // oldest first, all of one sign
	// quantity and cost are the sums of the lots; fees those of all fills.
	quantity, cost, realized, fees decimal.Decimal
}

// take takes a fill in and gives the trades that it ends.
func (l *ledger) take(f Fill) []Trade {
	l.fees = l.fees.Add(f.Fees)
	var ended []Trade
	for len(l.lots) > 0 && f.Quantity.Sign()*l.quantity.Sign() < 0 {
		first := &l.lots[0]
		closing := decimal.Min(first.quantity.Abs(), f.Quantity.Abs())
		if f.Quantity.Sign() < 0 {
			closing = closing.Neg()
		}
		ended = append(ended, l.close(first, f.piece(closing)))
		if first.quantity.IsZero() {
			l.lots = l.lots[1:]
		}
	}
	if !f.Quantity.IsZero() {
		l.lots = append(l.lots, lot{f.TimeMs, f.Quantity, f.Value, f.Fees})
		l.quantity, l.cost = l.quantity.Add(f.Quantity), l.cost.Add(f.Value)
	}
	return ended
}

// close pairs a fill with as much of a lot.
func (l *ledger) close(from *lot, exit Fill) Trade {
	open := Fill{TimeMs: from.timeMs, Quantity: from.quantity, Value: from.value, Fees: from.fees}
	entry := open.piece(exit.Quantity.Neg())
	from.quantity, from.value, from.fees = open.Quantity, open.Value, open.Fees
	l.quantity, l.cost = l.quantity.Add(exit.Quantity), l.cost.Sub(entry.Value)
	t := Trade{
		Book: l.book, Long: entry.Quantity.Sign() > 0, Quantity: entry.Quantity.Abs(), EntryMs: entry.TimeMs, ExitMs: exit.TimeMs,
		EntryPrice: entry.Value.Div(entry.Quantity), ExitPrice: exit.Value.Div(exit.Quantity),
		Gross: entry.Value.Add(exit.Value).Neg(), Fees: entry.Fees.Add(exit.Fees), entryValue: entry.Value,
	}
	t.Net = t.Gross.Sub(t.Fees)
	l.realized = l.realized.Add(t.Gross)
	return t
}

// unrealized is the profit that closing all at price would make.
func (l *ledger) unrealized(price decimal.Decimal) decimal.Decimal {
	if l.quantity.IsZero() {
		return decimal.Decimal{}
	}
	return l.quantity.Mul(price).Sub(l.cost)
}
