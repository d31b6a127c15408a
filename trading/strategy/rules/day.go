package rules

import (
	"math"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// candle is a candle as numbers.
type candle struct{ open, high, low, close float64 }

func numbers(c *market.Candle) candle {
	return candle{c.Open.Float64(), c.High.Float64(), c.Low.Float64(), c.Close.Float64()}
}

// day is one session of one symbol, as its candles in the base timeframe give it.
type day struct {
	openMs int64 // of the session; 0: none was seen
	// whole: the symbol was followed from the session's first candle on. flawed: a
	// candle of it lacks ticks.
	whole, flawed bool
	any           bool // a candle was taken in
	candle
	openings []opening // by the program's openings
}

// opening is the range of a session's first minutes.
type opening struct {
	any       bool
	high, low float64
}

// symbolState is what is remembered of a symbol, whatever the timeframe.
type symbolState struct {
	name  string
	price decimal.Decimal
	// seenMs is the time of its newest event.
	seenMs        int64
	day, previous day
	// live is the open candle of the base timeframe at every_tick.
	live liveCandle
}

func newSymbolState(name string, openings int) symbolState {
	return symbolState{
		name: name, day: day{openings: make([]opening, openings)}, previous: day{openings: make([]opening, openings)},
	}
}

// liveCandle is an open candle and the session it is of.
type liveCandle struct {
	openMs int64
	candle
}

// roll begins a new day when a candle of a later session comes. It tells whether
// the session is the symbol's present day then. A first event in the session's first
// candle is early enough: that candle lacks ticks only if it says so.
func (s *symbolState) roll(sess span, ms, candleMs int64) bool {
	if sess.openMs > s.day.openMs {
		openings := s.previous.openings
		s.previous = s.day
		s.day = day{openMs: sess.openMs, whole: s.seenMs > 0 && s.seenMs < sess.openMs || ms < sess.openMs+candleMs, openings: openings}
		clear(s.day.openings)
	}
	return sess.openMs == s.day.openMs
}

// closed takes a closed candle of the base timeframe in.
func (d *day) closed(c *market.Candle, endMs int64, openings []int) {
	n := numbers(c)
	d.add(n)
	d.flawed = d.flawed || c.Gap || c.Partial
	for i, minutes := range openings {
		if endMs > d.openMs+int64(minutes)*minuteMs {
			continue
		}
		r := &d.openings[i]
		if !r.any {
			*r = opening{true, n.high, n.low}
		}
		r.high, r.low = math.Max(r.high, n.high), math.Min(r.low, n.low)
	}
}

func (d *day) add(n candle) {
	if !d.any {
		d.any, d.candle = true, n
	}
	d.high, d.low, d.close = math.Max(d.high, n.high), math.Min(d.low, n.low), n.close
}

// take adds the open candle, if it is of this day.
func (d *day) take(live *liveCandle) {
	if live.openMs == d.openMs {
		d.add(live.candle)
	}
}

func (d *day) value(k scalarKind) float64 {
	switch {
	case !d.any:
		return math.NaN()
	case k == kindDayOpen || k == kindPrevOpen:
		return d.open
	case k == kindDayHigh || k == kindPrevHigh:
		return d.high
	case k == kindDayLow || k == kindPrevLow:
		return d.low
	}
	return d.close
}

// see takes an event of the symbol in; base tells whether it is of the base
// timeframe, older that a later candle has closed already.
func (s *ruled) see(symbol *symbolState, ev *strategy.Event, base, older bool) {
	switch {
	case !ev.Price.IsZero():
		symbol.price = ev.Price
	case ev.Candle != nil:
		symbol.price = ev.Candle.Close
	}
	if base && ev.Candle != nil && s.program.daily {
		if sess, ok := s.program.hours.cached(&s.cached, ev.TimeMs); ok && symbol.roll(sess, ev.TimeMs, s.program.base.Duration().Milliseconds()) {
			last := symbol.day.close
			switch {
			case ev.Closed:
				symbol.day.closed(ev.Candle, ev.TimeMs+1, s.program.openings)
				if older { // an amended candle can widen the day, but not end it
					symbol.day.close = last
				}
			case s.program.everyTick:
				symbol.live = liveCandle{openMs: sess.openMs, candle: numbers(ev.Candle)}
			}
		}
	}
	symbol.seenMs = max(symbol.seenMs, ev.TimeMs)
}

// cached is session with a look at the last answer first.
func (h *hours) cached(last *span, ms int64) (span, bool) {
	if last.holds(ms) {
		return *last, true
	}
	sess, ok := h.session(ms)
	if ok {
		*last = sess
	}
	return sess, ok
}

// sessionOf gives the session that a decision is of: the one that holds its time,
// or that has ended at this very moment.
func (h *hours) sessionOf(cached *span, nowMs int64) (span, bool) {
	if sess, ok := h.cached(cached, nowMs); ok {
		return sess, true
	}
	return h.cached(cached, nowMs-1)
}

func (s *ruled) sessionOf(nowMs int64) (span, bool) {
	return s.program.hours.sessionOf(&s.cached, nowMs)
}
