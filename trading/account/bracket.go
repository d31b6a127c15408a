package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/position"
)

// bracket brings a book's stops and targets in line after a fill: what was opened
// gets the order's own, or those that were passed on to it, what was closed takes some
// away: from the entry that the order exits, and then from the oldest. A trailing stop
// starts at the symbol's price, at the market time of the fill.
func (a *Account) bracket(b *Book, o *order.Order, c position.Change, price decimal.Decimal, timeMs int64) {
	if i := slices.IndexFunc(b.Brackets, func(k Bracket) bool { return k.OrderID == o.EntryID }); i >= 0 {
		b.shrink(i, c.Closed)
	}
	covered := decimal.Decimal{}
	for i := range b.Brackets {
		covered = covered.Add(b.Brackets[i].Quantity)
	}
	left := b.Quantity.Abs().Sub(c.Opened)
	for excess := covered.Sub(left); excess.Sign() > 0; {
		excess = excess.Sub(b.shrink(0, excess))
	}
	if o.Protected() {
		b.protect(entered(o, c.Opened), price, timeMs)
		return
	}
	opened := c.Opened
	for i := range b.Passed {
		if p := &b.Passed[i]; p.ByID == o.ID {
			k := p.Entry
			k.Quantity = decimal.Min(k.Quantity, opened)
			opened, p.Entry.Quantity = opened.Sub(k.Quantity), p.Entry.Quantity.Sub(k.Quantity)
			b.protect(k, price, timeMs)
		}
	}
}

// entered gives what watches so much of what an entry opens.
func entered(o *order.Order, quantity decimal.Decimal) Bracket {
	return Bracket{OrderID: o.ID, Quantity: quantity, StopLoss: o.StopLoss, Target: o.Target, Trail: o.TrailingStop}
}

// protect watches what was opened for an entry.
func (b *Book) protect(k Bracket, price decimal.Decimal, timeMs int64) {
	if k.Quantity.IsZero() {
		return
	}
	if i := slices.IndexFunc(b.Brackets, func(other Bracket) bool { return other.OrderID == k.OrderID }); i >= 0 {
		b.Brackets[i].Quantity = b.Brackets[i].Quantity.Add(k.Quantity)
		return
	}
	k.SinceMs = timeMs
	if !k.Trail.IsZero() {
		k.Best, k.BestMs = price, timeMs
	}
	b.Brackets = append(b.Brackets, k)
}

// passOn passes an entry's exits on when it has closed what older orders were to
// close, as at a venue that fills in another order: they open then what the entry was to
// open, as much as they still trade.
func (b *Book) passOn(s *Symbol, o *order.Order, closed decimal.Decimal) {
	if !o.Protected() {
		return
	}
	for _, other := range s.olderThan(o) {
		if other.BookID != o.BookID || other.Side != o.Side || other.Protected() {
			continue
		}
		room := other.Rest()
		for _, p := range b.Passed {
			if p.ByID == other.ID {
				room = room.Sub(p.Entry.Quantity)
			}
		}
		q := decimal.Max(decimal.Min(closed, room), decimal.Decimal{}) // 0 is forgotten after the fill
		b.Passed = append(b.Passed, Passed{ByID: other.ID, Entry: entered(o, q)})
		closed = closed.Sub(q)
	}
}

// olderThan gives a symbol's open orders that were placed before an order. When that is
// filled and open no more, exits of the same time count as placed before it, others don't.
func (s *Symbol) olderThan(o *order.Order) []*order.Order {
	if at := slices.Index(s.Orders, o); at >= 0 {
		return s.Orders[:at]
	}
	return slices.DeleteFunc(slices.Clone(s.Orders), func(other *order.Order) bool {
		return other.PlacedMs > o.PlacedMs || other.PlacedMs == o.PlacedMs && !other.Exit && !protective(other)
	})
}

// forgetPassed forgets what was passed on to orders that can trade no more.
func (a *Account) forgetPassed(b *Book) {
	b.Passed = slices.DeleteFunc(b.Passed, func(p Passed) bool { return p.Entry.Quantity.IsZero() || a.orderOf(p.ByID) == nil })
}

// shrink takes up to a quantity off one bracket and gives what it took.
func (b *Book) shrink(i int, quantity decimal.Decimal) decimal.Decimal {
	k := &b.Brackets[i]
	taken := decimal.Min(quantity, k.Quantity)
	k.Quantity = k.Quantity.Sub(taken)
	if k.Quantity.IsZero() {
		b.Brackets = slices.Delete(b.Brackets, i, i+1)
	}
	return taken
}

// follow moves a trailing stop's best price; the stop follows it and never goes
// back.
func (k *Bracket) follow(long bool, m *Mark) {
	better := m.Price.Less(k.Best)
	if long {
		better = m.Price.Greater(k.Best)
	}
	if better && !k.Trail.IsZero() && !m.before(k.SinceMs) {
		k.Best, k.BestMs = m.Price, m.TimeMs
	}
}

// stop gives the price of the stop that a trade meets, 0 for none: the nearer one of the
// fixed and the trailing stop. One before the best price meets no stop that hangs from
// it.
func (k *Bracket) stop(long bool, m *Mark) decimal.Decimal {
	switch {
	case k.Trail.IsZero() || m.before(k.BestMs):
		return k.StopLoss
	case long:
		return decimal.Max(k.StopLoss, k.Best.Sub(k.Trail))
	case k.StopLoss.IsZero():
		return k.Best.Add(k.Trail)
	}
	return decimal.Min(k.StopLoss, k.Best.Add(k.Trail))
}

// touched tells which price of a bracket a trade has touched, if any; a stop goes
// before a target. What was traded before the entry touches none.
func (k *Bracket) touched(long bool, m *Mark) order.Purpose {
	if m.before(k.SinceMs) {
		return ""
	}
	sign := 1
	if !long {
		sign = -1
	}
	stop := k.stop(long, m)
	switch {
	case !stop.IsZero() && m.Price.Cmp(stop)*sign <= 0:
		return order.StopExit
	case !k.Target.IsZero() && m.Price.Cmp(k.Target)*sign >= 0:
		return order.Target
	}
	return ""
}

// watch exits, by market orders, the entries whose stop or target a trade in the symbol
// has touched. While the account is halted, stops go on as closes by risk,
// and targets wait.
func (a *Account) watch(s *Symbol, m *Mark) {
	for _, b := range s.Books {
		long := b.Quantity.Sign() > 0
		for i := range b.Brackets {
			b.Brackets[i].follow(long, m)
		}
		if a.justRefused(b) {
			a.noteStops(b, m)
		}
		if a.justRefused(b) {
			continue
		}
		for i := range b.Brackets {
			k := &b.Brackets[i]
			if k.ExitID != "" && a.orders[k.ExitID] != nil {
				continue
			}
			k.ExitID = ""
			purpose := k.touched(long, m)
			if purpose == "" || k.Touched == order.StopExit { // a stop is touched once, wherever the price has gone
				purpose = k.Touched
			}
			if purpose != "" && (a.s.Mode != Halted || purpose == order.StopExit) {
				a.exit(s, b, k, purpose, m.TimeMs)
			}
		}
	}
}

// noteStops notes the stops that are touched while closes wait after refusals. What was
// refused before, as of targets, keeps them back no longer than one refusal does.
func (a *Account) noteStops(b *Book, m *Mark) {
	for i := range b.Brackets {
		k := &b.Brackets[i]
		if a.orders[k.ExitID] == nil && k.Touched != order.StopExit && k.touched(b.Quantity.Sign() > 0, m) == order.StopExit {
			k.Touched = order.StopExit
			b.Refusals = min(b.Refusals, unprotectedAfter-1)
		}
	}
}

// exit exits what an entry has opened, and cancels what is left of the entry: it
// would open again what is being closed.
func (a *Account) exit(s *Symbol, b *Book, k *Bracket, purpose order.Purpose, timeMs int64) {
	reason := order.ReasonTargetTouched
	if purpose == order.StopExit {
		reason = order.ReasonStopTouched
	}
	if entry := a.orders[k.OrderID]; entry != nil {
		a.cancel(entry, reason, timeMs)
	}
	d := draft{leg: "exit/" + k.OrderID, timeMs: timeMs}
	d.StrategyID, d.BookID, d.Symbol, d.Kind, d.Purpose = b.StrategyID, b.StrategyID, s.Name, order.Market, purpose
	d.EntryID, d.Side = k.OrderID, closingSide(b.Quantity)
	if a.s.Mode == Halted {
		d.StrategyID, d.Purpose = RiskStrategy(a.s.UserID), order.RiskClose
	}
	k.Touched = ""
	if s.closable(b.StrategyID, d.Side).Less(k.Quantity) {
		a.cancelResting(s, b.StrategyID, d.Side, reason, timeMs)
		if purpose == order.StopExit || slices.ContainsFunc(s.Orders, func(o *order.Order) bool { return o.BookID == b.StrategyID && o.Side == d.Side && o.Waits() }) {
			k.Touched = purpose // what is in the way has yet to be cancelled, or to fill
		}
	}
	// Some of it may be on its way out already.
	d.Quantity = decimal.Min(k.Quantity, s.closable(b.StrategyID, d.Side))
	if d.Quantity.IsZero() {
		return
	}
	if o := a.place(d); o != nil {
		k.ExitID = o.ID
	}
}

// cancelResting cancels a book's orders of one side that wait for a price, which a
// market order is now needed before.
func (a *Account) cancelResting(s *Symbol, bookID string, side order.Side, reason order.Reason, timeMs int64) {
	for _, o := range slices.Clone(s.Orders) {
		if o.BookID == bookID && o.Side == side && o.Waits() {
			a.cancel(o, reason, timeMs)
		}
	}
}

// retryPauseMs is the market time between a close or cancel that came to nothing
// at a venue and the next try. That of closes doubles from the second refusal in a row on,
// up to retryPauseMsMax: a venue that takes none must not get one a second all day, and
// one that takes them again must not be missed for long.
const (
	retryPauseMs    = 1_000
	retryPauseMsMax = 30_000
)

// unprotectedAfter is how many refusals in a row of a stop's exit are CRITICAL.
const unprotectedAfter = 3

// pausing tells whether it is too early to try again what was tried at a time.
func (a *Account) pausing(triedMs, pauseMs int64) bool {
	since := a.s.ClockMs - triedMs
	return since < pauseMs && since > -pauseMs
}

func (a *Account) justRefused(b *Book) bool {
	return b.RefusedMs != 0 && a.pausing(b.RefusedMs, b.pauseMs())
}

// pauseMs gives how long the next close waits after a refused one.
func (b *Book) pauseMs() int64 {
	doubled := min(max(b.Refusals-2, 0), 10)
	return min(int64(retryPauseMs)<<doubled, retryPauseMsMax)
}

// unprotect notes that a venue has ended the exit of a stop, and tells whether it was one:
// the stop was touched, and stays so until its entry is closed.
func (b *Book) unprotect(o *order.Order) bool {
	if o.Purpose == order.Target {
		return false
	}
	i := slices.IndexFunc(b.Brackets, func(k Bracket) bool { return k.ExitID == o.ID })
	if i >= 0 {
		b.Brackets[i].Touched = order.StopExit
	}
	return i >= 0
}
