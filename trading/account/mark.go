package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// publishEveryMs is the least event time between two position updates that only
// tell of another price.
const publishEveryMs = 1_000

// Mark is one traded price of one symbol, as an indicator update tells it.
type Mark struct {
	Symbol        string
	TimeMs        int64
	Price, Volume decimal.Decimal
	// Seq is the tick's place. Two timeframes give one tick twice: the second is not
	// another trade.
	Seq market.Seq
	// Closing: the update only tells that a candle has closed. It is no trade: Seq is
	// the tick that told it, of whatever symbol, and TimeMs the candle's last
	// millisecond.
	Closing bool
	// ToldMs is, of a closing one, the market time that told of the close, 0 when it
	// isn't known.
	ToldMs int64
	// Late: the tick came after its candle had closed. It is a price; it doesn't
	// move the market's time.
	Late bool
	// OffSession: the tick came outside of its exchange's sessions. It is a price, at which
	// nothing trades: no paper order fills, and no stop or target is touched.
	OffSession bool
	// Early tells of a day on which the symbol's exchange closes before its usual time.
	Early market.EarlyClose
}

// before tells whether the trade was made before a market time.
func (m *Mark) before(ms int64) bool { return m.TimeMs < ms }

// Mark takes a price in. Prices that are not positive, and symbols that the
// account doesn't follow, change nothing.
func (a *Account) Mark(m Mark, cause Cause) []Event {
	a.telling = telling{origin: cause.Origin, tick: m.Seq, ms: max(m.TimeMs, m.ToldMs)}
	if m.Closing {
		a.closeTold(m)
		return nil
	}
	if m.Price.Sign() <= 0 || !a.s.Open {
		return nil
	}
	s := a.symbols[m.Symbol]
	if s == nil {
		if !a.follows(m.Symbol) {
			return nil
		}
		if s = a.symbol(m.Symbol); s == nil {
			return nil
		}
	}
	if s.Ticks > 0 && m.Seq == s.Seq {
		return nil
	}
	a.begin(cause)
	a.marketMs = m.TimeMs
	if !m.Late {
		a.advance(s, &m)
	}
	was := s.Seq
	s.Seq = m.Seq
	s.Ticks++
	s.advance(&m)
	s.Price = m.Price
	s.arrive(&m, was)
	a.revalue(s)
	a.weigh(s)
	if a.live() {
		a.cancelAgain(s)
	}
	if !m.OffSession {
		if !a.live() {
			a.fillPaper(s, m)
		}
		a.watch(s, &m)
	}
	if len(a.squares) > 0 {
		a.squareOff(s, &m)
	}
	since := m.TimeMs - s.PublishedMs
	if !s.Net.Quantity.IsZero() && s.Price != s.PublishedPrice && (since >= publishEveryMs || since <= -publishEveryMs) {
		a.emitPosition(s, Modified, m.TimeMs)
	}
	a.assess(s, m.TimeMs)
	return a.end()
}

// follows tells whether a strategy of the account follows the symbol.
func (a *Account) follows(symbol string) bool {
	for _, d := range a.s.Strategies {
		if _, ok := slices.BinarySearch(d.Symbols, symbol); ok {
			return true
		}
	}
	return false
}

// turnedBackBy is how many ticks turn a symbol's time back: in a row, each older than its
// newest, and in the order of their times. One or two may have come late, and more come late
// in no order. A replay of a part of the same day has nothing but such ticks, and so has a
// symbol of which one tick was ahead: nothing that goes by time may wait until the
// clock has come there again.
const turnedBackBy = 3

// advance moves the symbol's time. It is the newest tick's, until ticks turn it back: one
// of a replay, or several that are older.
func (s *Symbol) advance(m *Mark) {
	switch {
	case s.ofReplay(m):
		s.turnBack(m.TimeMs)
		return
	case m.TimeMs >= s.TimeMs:
		s.TimeMs, s.Behind = m.TimeMs, Behind{}
		return
	case m.TimeMs < s.Behind.Ms:
		s.Behind.Ticks = 0
	}
	if s.Behind = (Behind{s.Behind.Ticks + 1, m.TimeMs}); s.Behind.Ticks == turnedBackBy {
		s.turnBack(m.TimeMs)
	}
}

// ofReplay tells whether a tick is more than a day older than the symbol's time, or than
// one of its orders, which a tick of another symbol may have caused; and it didn't come
// late for its candle.
func (s *Symbol) ofReplay(m *Mark) bool {
	newest := s.TimeMs
	for _, o := range s.Orders {
		newest = max(newest, o.PlacedMs, o.ChangedMs)
	}
	return !m.Late && m.TimeMs < newest-aDayMs
}

// turnBack sets the symbol's time back, and with it whatever is held against the times of
// later ticks: what is held counts as opened by now, and what is ordered as ordered.
func (s *Symbol) turnBack(ms int64) {
	s.TimeMs, s.Behind = ms, Behind{}
	for _, b := range s.Books {
		for i := range b.Brackets {
			k := &b.Brackets[i]
			k.SinceMs, k.BestMs = min(k.SinceMs, ms), min(k.BestMs, ms)
		}
	}
	for _, o := range s.Orders {
		o.PlacedMs, o.ChangedMs = min(o.PlacedMs, ms), min(o.ChangedMs, ms)
	}
}
