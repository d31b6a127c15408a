package actors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// maxPeriods bounds the closed candles that a request can ask to be kept, and
// maxIndicators the indicators of one timeframe of a symbol.
const (
	maxPeriods    = 10_000
	maxIndicators = 256
)

// frame is one timeframe of a symbol: the candle builder, the closed bars that
// are kept for indicators that are asked for later, and the indicators.
type frame struct {
	timeframe market.Timeframe
	periods   int
	builder   *market.Builder // nil until the exchange is known
	bars      []indicator.Bar // closed, oldest first
	unsettled int             // how many of the newest bars can still be amended
	meters    []*meter
	amends    bool
	asked     bool // history was asked for and has not come
	emittedMs int64
	newestMs  int64 // start of the candle that "ahead" was computed for
	values    []messages.IndicatorValue
}

// meter is one indicator with the names of its outputs that were asked for.
type meter struct {
	spec    indicator.Spec
	outputs []wantedOutput // sorted by name
	closed  indicator.Indicator
	// settled is closed without the bars that can still be amended; nil when late
	// ticks amend nothing.
	settled indicator.Indicator
	// ahead is closed plus the open candles before the newest, during the grace in
	// which more than one is open; nil when it has to be made again.
	ahead indicator.Indicator
	out   []float64
}

type wantedOutput struct {
	name  string
	index int
}

func (f *frame) open(c *Config, exchange string) {
	f.builder = market.NewBuilder(f.timeframe, c.Symbols.Calendars.For(exchange), c.Symbols.Grace)
	f.builder.AmendWithin(c.Symbols.Amend)
	f.amends = c.Symbols.Amend > 0
	f.warm()
}

// forget drops everything that came from ticks.
func (f *frame) forget() {
	f.builder, f.bars, f.unsettled, f.asked, f.emittedMs = nil, nil, 0, false, 0
	f.warm()
}

// addIndicator adds an output by its name; a new indicator is warmed with the
// bars that were kept.
func (f *frame) addIndicator(name string) error {
	spec, output, err := indicator.ParseName(name)
	if err != nil {
		return fmt.Errorf("indicator %q: %w", name, err)
	}
	i := slices.IndexFunc(f.meters, func(m *meter) bool { return m.spec.Name() == spec.Name() })
	if i < 0 {
		if len(f.meters) >= maxIndicators {
			return fmt.Errorf("indicator %q: %s has %d indicators already, the most there can be", name, f.timeframe, maxIndicators)
		}
		m := newMeter(spec)
		f.warmMeter(m)
		f.meters = append(f.meters, m)
		i = len(f.meters) - 1
	}
	f.meters[i].want(name, output)
	return nil
}

func newMeter(spec indicator.Spec) *meter {
	return &meter{spec: spec, closed: indicator.New(spec), out: make([]float64, len(spec.OutputNames()))}
}

func (m *meter) want(name string, output int) {
	if slices.ContainsFunc(m.outputs, func(o wantedOutput) bool { return o.name == name }) {
		return
	}
	m.outputs = append(m.outputs, wantedOutput{name, output})
	slices.SortFunc(m.outputs, func(a, b wantedOutput) int { return strings.Compare(a.name, b.name) })
}

// bar turns a candle into what indicators take.
func (f *frame) bar(c *market.Candle) indicator.Bar {
	openMs, day := f.builder.TradingDay(c.StartMs)
	return indicator.Bar{
		StartMs: c.StartMs, Open: c.Open.Float64(), High: c.High.Float64(), Low: c.Low.Float64(),
		Close: c.Close.Float64(), Volume: c.Volume.Float64(), SessionMs: openMs, Day: day,
	}
}

// closed takes a closed candle in.
func (f *frame) closed(c market.Candle) {
	b := f.bar(&c)
	f.bars = append(f.bars, b)
	f.settle()
	if keep := max(f.periods, f.unsettled); len(f.bars) > keep+keep/4+16 {
		f.bars = append(f.bars[:0], f.bars[len(f.bars)-keep:]...)
	}
	for _, m := range f.meters {
		m.closed.Update(b)
		m.ahead = nil
	}
}

// changed notes a tick of an open candle. What was computed ahead stays right
// while ticks go into the newest candle only.
func (f *frame) changed(tickMs int64) {
	newest, _ := f.builder.Forming()
	if newest.StartMs == f.newestMs && tickMs >= newest.StartMs {
		return
	}
	f.newestMs = newest.StartMs
	for _, m := range f.meters {
		m.ahead = nil
	}
}

// prepend warms everything with older candles: those that end before the first
// bar that was built from ticks. When the market was open between the last of them and
// that bar, candles may be missing there, which is a gap.
func (f *frame) prepend(candles []market.Candle) {
	limit := int64(never)
	if len(f.bars) > 0 {
		limit = f.bars[0].StartMs
	} else if open := f.builder.OpenCandles(); len(open) > 0 {
		limit = open[0].StartMs
	}
	var older []indicator.Bar
	lastEnd := limit
	for i := range candles {
		if candles[i].EndMs <= limit && (len(older) == 0 || candles[i].StartMs > older[len(older)-1].StartMs) {
			older = append(older, f.bar(&candles[i]))
			lastEnd = candles[i].EndMs
		}
	}
	if n := len(older); n > 0 {
		f.builder.Settle(older[n-1].StartMs + 1)
		if limit != never && f.builder.TradesBetween(lastEnd, limit) {
			f.builder.MarkGap()
		}
	}
	f.bars = append(older, f.bars...)
	f.warm()
	if keep := max(f.periods, f.unsettled); len(f.bars) > keep {
		f.bars = slices.Clone(f.bars[len(f.bars)-keep:])
	}
}

// emitTick puts out the update of one tick, if the emit mode wants it.
func (f *frame) emitTick(m *symbol, t *market.Tick, placed market.Placement, box *outbox) {
	switch m.config.Symbols.Emit {
	case EmitOnClose:
		return
	case EmitInterval:
		if t.TimeMs-f.emittedMs < m.config.Symbols.EmitEvery.Milliseconds() && f.emittedMs != 0 {
			return
		}
		f.emittedMs = t.TimeMs
	}
	u := messages.IndicatorUpdate{Symbol: m.key, Timeframe: f.timeframe.String(), TimeMs: t.TimeMs}
	open := f.builder.OpenCandles()
	if placed == market.OffSession || len(open) == 0 {
		u.Indicators = f.lastValues()
	} else {
		u.Forming = ohlcv(&open[len(open)-1])
		u.Indicators = f.formingValues(open)
	}
	h := messages.TickHeader{Price: t.Price, Volume: t.Volume, LogMs: box.in.logMs(), Late: placed == market.Late || placed == market.Amends, OffSession: placed == market.OffSession}
	box.emit(messages.TopicUpdates, []byte(m.key), m.encode(&u), schemaUpdate, f.headers(t.TimeMs, h)...)
	box.count(CountUpdates, "", 1)
}

// headers makes those of an update: its tick's and, on a day that ends early, when.
func (f *frame) headers(ms int64, tick messages.TickHeader) []messages.Header {
	list := []messages.Header{{Key: messages.HeaderTick, Value: tick.Append(nil)}}
	if e := f.builder.EarlyClose(ms); e.Is() {
		list = append(list, messages.Header{Key: messages.HeaderEarlyClose, Value: messages.AppendEarlyClose(nil, e)})
	}
	return list
}

// lastValues gives the values at the last closed candle; what isn't warm is left
// out.
func (f *frame) lastValues() []messages.IndicatorValue {
	f.values = f.values[:0]
	for _, m := range f.meters {
		if m.closed.Last(m.out) {
			f.collect(m, false)
		}
	}
	return f.sorted()
}

// formingValues gives the values as if the newest open candle closed now.
func (f *frame) formingValues(open []market.Candle) []messages.IndicatorValue {
	newest := f.bar(&open[len(open)-1])
	f.values = f.values[:0]
	for _, m := range f.meters {
		from := m.closed
		if len(open) > 1 {
			from = m.past(f, open[:len(open)-1])
		}
		if from.Peek(newest, m.out) {
			f.collect(m, true)
		}
	}
	return f.sorted()
}

// past gives the indicator as if the open candles before the newest had closed.
func (m *meter) past(f *frame, open []market.Candle) indicator.Indicator {
	if m.ahead != nil {
		return m.ahead
	}
	ahead := indicator.New(m.spec)
	if _, err := ahead.LoadState(m.closed.AppendState(nil)); err != nil {
		panic(fmt.Errorf("indicator %s does not load its own state: %w", m.spec.Name(), err))
	}
	for i := range open {
		ahead.Update(f.bar(&open[i]))
	}
	m.ahead = ahead
	return ahead
}

func (f *frame) collect(m *meter, realtime bool) {
	for _, o := range m.outputs {
		f.values = append(f.values, messages.IndicatorValue{Name: o.name, Value: m.out[o.index], Realtime: realtime})
	}
}

func (f *frame) sorted() []messages.IndicatorValue {
	slices.SortFunc(f.values, func(a, b messages.IndicatorValue) int { return strings.Compare(a.Name, b.Name) })
	return f.values
}
