package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
)

// publishEveryMs is the least event time between two position updates that only
// tell of another price.
const publishEveryMs = 1_000

// aDayMs: a tick that is more than a day older than the latest one is not late,
// but of a replay, and time follows it.
const aDayMs = 24 * 60 * 60 * 1000

// Mark is one traded price of one symbol, as an indicator update tells it.
type Mark struct {
	Symbol        string
	TimeMs        int64
	Price, Volume decimal.Decimal
	// Seq is the tick's place. Two timeframes give one tick twice: the second is not
	// another trade.
	Seq Seq
	// Closing: the update only tells that a candle has closed. It is no trade and
	// changes nothing.
	Closing bool
	// Late: the tick came after its candle had closed. It is a price; it doesn't
	// move the market's time.
	Late bool
}

// Seq is a tick's partition and its offset there. Ticks of one symbol may come
// from several partitions: those of another than its home are passed on.
type Seq struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

// Mark takes a price in. Prices that are not positive, and symbols that the
// account doesn't follow, change nothing.
func (a *Account) Mark(m Mark, cause Cause) []Event {
	if m.Closing || m.Price.Sign() <= 0 || !a.s.Open {
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
	if !m.Late {
		a.advance(m.TimeMs)
	}
	s.Seq = m.Seq
	s.Ticks++
	if m.TimeMs > s.TimeMs || m.TimeMs < s.TimeMs-aDayMs && !m.Late {
		s.TimeMs = m.TimeMs
	}
	s.Price = m.Price
	a.revalue(s)
	a.weigh(s)
	if a.live() {
		a.cancelAgain(s)
		a.changeAgain(s)
	} else if len(s.Orders) > 0 {
		a.fillPaper(s, m)
	}
	a.watch(s, m.TimeMs)
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

// advance moves the market's time. A new day counts its loss from what the
// account has come to by now, and ends the orders of the day before.
func (a *Account) advance(ms int64) {
	if ms <= a.s.ClockMs && ms >= a.s.ClockMs-aDayMs {
		return
	}
	first := a.s.ClockMs == 0
	a.s.ClockMs = ms
	if day := a.s.Limits.Day(ms); day != a.s.Day {
		a.s.Day = day
		a.startDay()
		if !first {
			a.s.Recent.NewDay()
			a.endDay(ms)
		}
	}
}

func (a *Account) startDay() {
	a.s.DayBase, a.s.LossLevel = a.profit(), 0
}
