package rules

import (
	"math"
	"slices"
	"time"

	"github.com/velox-trading/velox/trading/strategy"
)

// scalarKind is a value that is not of a candle: it has no timeframe and no
// earlier values.
type scalarKind int

const (
	kindPrice scalarKind = iota
	kindPosition
	kindAveragePrice
	kindUnrealized
	kindRealized
	kindOpenOrders
	kindMinutesInPosition
	kindMinutesSinceExit
	kindTradesToday
	kindStrategyPnL
	kindMinuteOfDay
	kindMinutesSinceOpen
	kindWeekday
	kindDayOpen
	kindDayHigh
	kindDayLow
	kindPrevOpen
	kindPrevHigh
	kindPrevLow
	kindPrevClose
	kindSide
	kindOpeningHigh
	kindOpeningLow
)

var scalarNames = []struct {
	name string
	kind scalarKind
}{
	{"price", kindPrice},
	{"position", kindPosition},
	{"average_price", kindAveragePrice},
	{"unrealized_pnl", kindUnrealized},
	{"realized_pnl", kindRealized},
	{"strategy_pnl", kindStrategyPnL},
	{"open_orders", kindOpenOrders},
	{"minutes_in_position", kindMinutesInPosition},
	{"minutes_since_exit", kindMinutesSinceExit},
	{"trades_today", kindTradesToday},
	{"minute_of_day", kindMinuteOfDay},
	{"minutes_since_open", kindMinutesSinceOpen},
	{"weekday", kindWeekday},
	{"day_open", kindDayOpen},
	{"day_high", kindDayHigh},
	{"day_low", kindDayLow},
	{"prev_day_open", kindPrevOpen},
	{"prev_day_high", kindPrevHigh},
	{"prev_day_low", kindPrevLow},
	{"prev_day_close", kindPrevClose},
	{"side", kindSide},
	{"opening_high", kindOpeningHigh},
	{"opening_low", kindOpeningLow},
}

func scalarOf(name string) (scalarKind, bool) {
	i := slices.IndexFunc(scalarNames, func(s struct {
		name string
		kind scalarKind
	},
	) bool {
		return s.name == name
	})
	if i < 0 {
		return 0, false
	}
	return scalarNames[i].kind, true
}

// name gives the value's name in rules.
func (k scalarKind) name() string {
	for _, s := range scalarNames {
		if s.kind == k {
			return s.name
		}
	}
	return ""
}

func (k scalarKind) takesMinutes() bool { return k == kindOpeningHigh || k == kindOpeningLow }

// global: it is the same whatever symbol it is asked of.
func (k scalarKind) global() bool {
	switch k {
	case kindSide, kindStrategyPnL, kindMinuteOfDay, kindMinutesSinceOpen, kindWeekday:
		return true
	}
	return false
}

// fillScalars sets the values without a timeframe. NaN is one that is not there.
func (s *ruled) fillScalars(t *traded, nowMs int64, book *strategy.Book) {
	sess, inside := s.sessionOf(nowMs)
	for i, k := range s.program.scalars {
		symbol := &s.symbols[t.scalarSymbols[i]]
		v := math.NaN()
		switch {
		case k.kind >= kindMinuteOfDay && k.kind <= kindWeekday:
			v = s.clockValue(k.kind, nowMs, sess, inside)
		case k.daily():
			if inside {
				v = s.dayValue(symbol, k, nowMs, sess)
			}
		case k.kind == kindStrategyPnL:
			v = s.strategyPnL(book)
		case k.kind == kindTradesToday:
			if j, ok := s.findTraded(symbol.name); ok {
				h := book.For(symbol.name)
				s.count(&s.traded[j], &h, nowMs) // it may not have been asked on this day
				v = float64(s.traded[j].tradesToday(&h))
			}
		case k.kind == kindPrice:
			if !symbol.price.IsZero() {
				v = symbol.price.Float64()
			}
		default:
			h := book.For(symbol.name)
			v = holdingValue(k.kind, symbol, &h, nowMs)
		}
		s.frame.scalars[i] = v
	}
}

// neverMinutes stands for the time since what has never been: longer than any rule asks
// for, and yet a number to calculate with.
const neverMinutes = 1e9

func holdingValue(k scalarKind, symbol *symbolState, h *strategy.Holding, nowMs int64) float64 {
	switch k {
	case kindPosition:
		return h.Quantity.Float64()
	case kindAveragePrice:
		return h.AveragePrice().Float64()
	case kindUnrealized:
		if symbol.price.IsZero() && !h.Quantity.IsZero() {
			return math.NaN()
		}
		return h.Unrealized(symbol.price).Float64()
	case kindRealized:
		return h.Realized.Float64()
	case kindOpenOrders:
		return float64(h.OpenOrders)
	case kindMinutesInPosition:
		if h.OpenedMs == 0 {
			return 0
		}
		return float64((nowMs - h.OpenedMs) / minuteMs)
	case kindMinutesSinceExit:
		if h.ClosedMs == 0 {
			return neverMinutes
		}
		return float64((nowMs - h.ClosedMs) / minuteMs)
	}
	return math.NaN()
}

// strategyPnL is what the strategy has made of all its symbols, and would make of
// what it holds at the last prices that it has seen.
func (s *ruled) strategyPnL(book *strategy.Book) float64 {
	total := 0.0
	for i := range book.Holdings {
		h := &book.Holdings[i]
		total += h.Realized.Float64()
		if j, ok := s.findSymbol(h.Symbol); ok && !h.Quantity.IsZero() {
			if s.symbols[j].price.IsZero() {
				return math.NaN()
			}
			total += h.Unrealized(s.symbols[j].price).Float64()
		}
	}
	return total
}

func (s *ruled) clockValue(k scalarKind, nowMs int64, sess span, inside bool) float64 {
	local := time.UnixMilli(nowMs).In(s.program.hours.zone)
	switch k {
	case kindMinuteOfDay:
		return float64(local.Hour()*60 + local.Minute())
	case kindWeekday:
		return float64((int(local.Weekday())+6)%7 + 1)
	}
	if !inside {
		return math.NaN()
	}
	return float64((nowMs - sess.openMs) / minuteMs)
}

// previous tells whether it is of the session before.
func (k scalarKind) previous() bool { return k >= kindPrevOpen && k <= kindPrevClose }

// daily tells whether it is of some session.
func (k scalarKey) daily() bool { return k.kind >= kindDayOpen && k.kind != kindSide }

// dayFor gives the day that a value is of.
func (s *symbolState) dayFor(k scalarKind, sess span) *day {
	if k.previous() && s.day.openMs == sess.openMs {
		return &s.previous
	}
	return &s.day
}

// dayValue gives a value of the present or the previous session.
func (s *ruled) dayValue(symbol *symbolState, k scalarKey, nowMs int64, sess span) float64 {
	d := symbol.dayFor(k.kind, sess)
	if k.kind.previous() {
		if d.openMs >= sess.openMs || !s.trusted(d) {
			return math.NaN()
		}
		return d.value(k.kind)
	}
	if d.openMs != sess.openMs || !s.trusted(d) {
		return math.NaN()
	}
	if k.kind.takesMinutes() {
		i, _ := slices.BinarySearch(s.program.openings, k.n)
		r := d.openings[i]
		if nowMs < sess.openMs+int64(k.n)*minuteMs || !r.any {
			return math.NaN()
		}
		if k.kind == kindOpeningHigh {
			return r.high
		}
		return r.low
	}
	if s.program.everyTick {
		with := *d
		with.take(&symbol.live)
		return with.value(k.kind)
	}
	return d.value(k.kind)
}

// trusted tells whether a day may be traded on: it was followed from its first
// candle on, and no candle of it lacks ticks, as far as the rules mind.
func (s *ruled) trusted(d *day) bool {
	return (d.whole || s.program.allowCold) && (!d.flawed || s.program.allowGaps)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
