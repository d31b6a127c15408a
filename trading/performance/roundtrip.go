package performance

import "github.com/velox-trading/velox/trading/decimal"

// RoundTrip is a book's way from flat to flat: all that was entered, in however
// many fills, and all that was left, in however many. A fill that turns a long
// into a short, or back, ends one and begins the next. What is still held is in
// none; what parts of it were closed is in Trades alone.
type RoundTrip struct {
	Book
	Long bool `json:"long"`
	// Quantity is all that was entered, always positive; Fills counts both sides.
	Quantity decimal.Decimal `json:"quantity"`
	Fills    int             `json:"fills"`
	EntryMs  int64           `json:"entry_ms"` // of the first fill
	ExitMs   int64           `json:"exit_ms"`  // of the last
	HeldMs   int64           `json:"held_ms"`  // 0 where a late tick dates the exit before the entry
	// The prices are values over quantity, half even at 8 places.
	EntryPrice decimal.Decimal `json:"entry_price"`
	ExitPrice  decimal.Decimal `json:"exit_price"`
	// Gross, Fees and Net are the sums of the trades in it, to the last digit.
	Gross decimal.Decimal `json:"gross"`
	Fees  decimal.Decimal `json:"fees"`
	Net   decimal.Decimal `json:"net"`
}

// trip follows a book from flat to flat.
type trip struct {
	out   RoundTrip
	entry decimal.Decimal // the signed value of what was entered and left again
}

// take takes in the trades that a fill ended, and gives the round trip when they
// ended it, which the ledger, after the fill, tells: it is flat or has turned. It
// sums trades rather than fills, because a fill that turns a book is rounded where
// trades cut it.
func (r *trip) take(l *ledger, ended []Trade) (RoundTrip, bool) {
	r.out.Fills++
	for i := range ended {
		t := &ended[i]
		if r.out.Quantity.IsZero() {
			r.out.Book, r.out.Long, r.out.EntryMs = t.Book, t.Long, t.EntryMs
		}
		r.out.Quantity, r.out.ExitMs = r.out.Quantity.Add(t.Quantity), t.ExitMs
		r.out.Gross, r.out.Fees = r.out.Gross.Add(t.Gross), r.out.Fees.Add(t.Fees)
		r.entry = r.entry.Add(t.entryValue)
	}
	if len(ended) == 0 || !l.quantity.IsZero() && l.quantity.Sign() > 0 == r.out.Long {
		return RoundTrip{}, false
	}
	done, entry := r.out, r.entry
	*r = trip{}
	if !l.quantity.IsZero() {
		r.out.Fills = 1 // this fill's rest begins the next
	}
	quantity := done.Quantity
	if !done.Long {
		quantity = quantity.Neg()
	}
	done.HeldMs, done.Net = max(0, done.ExitMs-done.EntryMs), done.Gross.Sub(done.Fees)
	done.EntryPrice, done.ExitPrice = entry.Div(quantity), entry.Add(done.Gross).Div(quantity)
	return done, true
}
