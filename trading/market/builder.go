package market

import (
	"math"
	"slices"
	"time"
)

// NeverMs is the due time of a builder without an open candle: no clock reaches it.
const NeverMs = int64(math.MaxInt64)

// Placement says where a tick belongs.
type Placement int

// The placements of a tick.
const (
	// InCandle: it is part of an open candle.
	InCandle Placement = iota
	// OffSession: its time is in no session; it changes no candle.
	OffSession
	// Late: its candle has closed; it changes no candle.
	Late
	// Amends: its candle has closed, and it changed it nevertheless.
	Amends
)

// OpenCandle is a candle that can still change, with the times of the ticks that
// gave its open and its close.
type OpenCandle struct {
	Candle
	OpenTimeMs, CloseTimeMs int64
}

// BuilderState is everything that a Builder remembers.
type BuilderState struct {
	// Open candles, oldest first.
	Open []OpenCandle
	// ClosedMs is the end of the newest closed candle: what starts before it stays
	// closed, even if the clock goes back, as when a symbol turns to another source.
	ClosedMs int64
	// Started: a candle took a tick since the start or the last gap.
	Started bool
	// Recent are closed candles that a late tick may still change, oldest first.
	Recent []OpenCandle
	// FinalMs is the end of the newest candle that was let go of from Recent: what
	// starts before it is never amended again, even if the clock goes back.
	FinalMs int64
}

// Builder makes the candles of one symbol and timeframe. It is used by one
// goroutine. Its time is the clock that the caller passes to Advance.
type Builder struct {
	timeframe Timeframe
	calendar  Calendar
	graceMs   int64
	amendMs   int64
	lengthMs  int64 // 0: a candle spans sessions
	state     BuilderState
	// stretch is the session that was looked up last, or one without any; opens the open
	// of its trading day's first session and day the number of the day's date, and period
	// the candle around it when candles span sessions.
	stretch    Session
	trading    bool
	opens, day int64
	period     Session
	early      EarlyClose
	view       []Candle
}

// NewBuilder makes a builder whose candles close grace after their end.
func NewBuilder(tf Timeframe, c Calendar, grace time.Duration) *Builder {
	b := &Builder{timeframe: tf, calendar: c, graceMs: grace.Milliseconds()}
	if !tf.SpansSessions() {
		b.lengthMs = tf.Duration().Milliseconds()
	}
	return b
}

// AmendWithin lets late ticks amend closed candles until bound after these closed;
// 0, the default, never. It belongs right after making or restoring a builder.
func (b *Builder) AmendWithin(bound time.Duration) {
	b.amendMs = bound.Milliseconds()
	if b.amendMs == 0 {
		b.state.Recent = nil
	}
}

// RestoreBuilder makes a builder that goes on where State was taken.
func RestoreBuilder(tf Timeframe, c Calendar, grace time.Duration, s BuilderState) *Builder {
	b := NewBuilder(tf, c, grace)
	b.state = s
	b.state.Open, b.state.Recent = slices.Clone(s.Open), slices.Clone(s.Recent)
	return b
}

// State gives a copy of everything that the builder remembers.
func (b *Builder) State() BuilderState {
	s := b.state
	s.Open, s.Recent = slices.Clone(s.Open), slices.Clone(s.Recent)
	return s
}

// Advance closes, oldest first, every open candle whose end and grace the clock
// has reached. The clock must include a tick's own time before the tick is added.
func (b *Builder) Advance(clockMs int64) []Candle {
	n := 0
	for n < len(b.state.Open) && b.state.Open[n].EndMs+b.graceMs <= clockMs {
		n++
	}
	if n == 0 {
		return nil
	}
	closed := make([]Candle, n)
	for i := range closed {
		closed[i] = b.state.Open[i].Candle
	}
	b.state.ClosedMs = closed[n-1].EndMs
	b.keepRecent(b.state.Open[:n], clockMs)
	b.state.Open = slices.Delete(b.state.Open, 0, n)
	return closed
}

// DueMs gives the clock at which the oldest open candle closes, NeverMs without
// one.
func (b *Builder) DueMs() int64 {
	if len(b.state.Open) == 0 {
		return NeverMs
	}
	return b.state.Open[0].EndMs + b.graceMs
}

// OpenCandles gives the open candles, oldest first. The slice is valid until the
// next call of any method.
func (b *Builder) OpenCandles() []Candle {
	b.view = b.view[:0]
	for i := range b.state.Open {
		b.view = append(b.view, b.state.Open[i].Candle)
	}
	return b.view
}

// Forming gives the newest open candle.
func (b *Builder) Forming() (Candle, bool) {
	if n := len(b.state.Open); n > 0 {
		return b.state.Open[n-1].Candle, true
	}
	return Candle{}, false
}

// MarkGap says that inputs were lost up to now: open candles get Gap, and the
// first candle to take a tick from here on gets Partial.
func (b *Builder) MarkGap() {
	for i := range b.state.Open {
		b.state.Open[i].Gap = true
	}
	b.state.Started = false
}

// Add places a tick at a clock that includes the tick's own time. Ticks of one
// candle may come in any order: the earliest gives the open (the first to arrive
// among equals), the latest the close (the last to arrive among equals). The
// tick's time is from 0 on, and its price and volume are Bounded. After Amends,
// Recent has the changed candle: the one that holds the tick's time.
func (b *Builder) Add(t *Tick, clockMs int64) Placement {
	start, end, ok := b.Bounds(t.TimeMs)
	if !ok {
		return OffSession
	}
	if start < b.state.ClosedMs && !b.isOpen(start) || end+b.graceMs <= clockMs {
		return b.amend(t, start, end, clockMs)
	}
	var i int
	b.state.Open, i = place(b.state.Open, t, start, end)
	b.markFirst(i)
	return InCandle
}

// isOpen tells whether a candle with that start is open. With another calendar than
// before, one can be that starts before the newest closed one's end.
func (b *Builder) isOpen(start int64) bool {
	return slices.ContainsFunc(b.state.Open, func(c OpenCandle) bool { return c.StartMs == start })
}

// place puts a tick into the candle with that start, which is made if it lacks,
// and tells where it is.
func place(candles []OpenCandle, t *Tick, start, end int64) ([]OpenCandle, int) {
	i := len(candles)
	for i > 0 && candles[i-1].StartMs > start {
		i--
	}
	if i > 0 && candles[i-1].StartMs == start {
		candles[i-1].add(t)
		return candles, i - 1
	}
	return slices.Insert(candles, i, newOpenCandle(t, start, end)), i
}

// markFirst keeps Partial at the earliest candle since the start or a gap,
// whichever order ticks come in: an earlier candle takes it over from later ones.
func (b *Builder) markFirst(i int) {
	first := !b.state.Started
	b.state.Started = true
	for j := i + 1; j < len(b.state.Open); j++ {
		first = first || b.state.Open[j].Partial
		b.state.Open[j].Partial = false
	}
	if first {
		b.state.Open[i].Partial = true
	}
}

func newOpenCandle(t *Tick, start, end int64) OpenCandle {
	return OpenCandle{
		Candle: Candle{
			StartMs: start, EndMs: end, Open: t.Price, High: t.Price, Low: t.Price, Close: t.Price, Volume: t.Volume, Ticks: 1,
		},
		OpenTimeMs: t.TimeMs, CloseTimeMs: t.TimeMs,
	}
}

func (c *OpenCandle) add(t *Tick) {
	if t.TimeMs < c.OpenTimeMs {
		c.Open, c.OpenTimeMs = t.Price, t.TimeMs
	}
	if t.TimeMs >= c.CloseTimeMs {
		c.Close, c.CloseTimeMs = t.Price, t.TimeMs
	}
	if t.Price.Greater(c.High) {
		c.High = t.Price
	}
	if t.Price.Less(c.Low) {
		c.Low = t.Price
	}
	c.Volume = c.Volume.Add(t.Volume)
	c.Ticks++
}

// Bounds gives the candle that holds a time: aligned to its session's open, cut at
// its close; or the trading day, week or month. It is false outside of any session.
func (b *Builder) Bounds(ms int64) (start, end int64, ok bool) {
	if ms < b.stretch.OpenMs || ms >= b.stretch.CloseMs {
		b.look(ms)
	}
	if !b.trading {
		return 0, 0, false
	}
	if b.lengthMs == 0 {
		return b.period.OpenMs, b.period.CloseMs, true
	}
	start = b.stretch.OpenMs + (ms-b.stretch.OpenMs)/b.lengthMs*b.lengthMs
	return start, min(start+b.lengthMs, b.stretch.CloseMs), true
}

// look finds the session at a time, for as long as ticks stay in it.
func (b *Builder) look(ms int64) {
	var day Date
	b.stretch, day, b.trading = b.calendar.find(ms)
	b.early = b.calendar.EarlyClose(ms)
	if !b.trading {
		return
	}
	b.opens, b.day = b.calendar.opens(day), day.Number()
	if b.lengthMs == 0 {
		b.period, _ = b.calendar.PeriodAt(ms, b.timeframe)
	}
}

// EarlyClose is the calendar's, faster.
func (b *Builder) EarlyClose(ms int64) EarlyClose {
	if !b.stretch.holds(ms) {
		b.look(ms)
	}
	return b.early
}

// TradesBetween tells whether a session has time in [fromMs, toMs).
func (b *Builder) TradesBetween(fromMs, toMs int64) bool {
	return b.calendar.TradesBetween(fromMs, toMs)
}

// TradingDay gives the open of the first session of the trading day whose session
// holds a time, and the Number of the day's date; outside of any session the time itself
// and its date in UTC.
func (b *Builder) TradingDay(ms int64) (openMs, day int64) {
	if !b.stretch.holds(ms) {
		b.look(ms)
	}
	if !b.trading {
		return ms, floorDiv(ms, dayMs)
	}
	return b.opens, b.day
}
