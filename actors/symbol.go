package actors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// request asks a symbol to compute something: a HOLD signal with a timeframe.
type request struct {
	timeframe  string
	periods    int
	indicators []string
}

// maxReplaysSeen bounds the replays that a symbol remembers to have followed.
const maxReplaysSeen = 16

// symbol is the machine of one symbol: it follows one source of ticks, keeps
// candles and indicators for every timeframe that was asked for, and puts out an
// update for each tick and each closed candle.
type symbol struct {
	key    string
	config *Config

	exchange   string // of the first tick, which may have none
	source     string
	sourceMs   int64
	rival      string // another source that sends, and since when in its own time
	rivalSince int64
	replays    []string // replay sources that were followed, oldest first
	lastPrice  decimal.Decimal
	lastMs     int64
	frames     []*frame
	fetch      []historyWanted

	scratch []byte
}

func newSymbol(key string, config *Config) *symbol {
	return &symbol{key: key, config: config}
}

// known tells whether the symbol has had a tick since it began, or began afresh.
func (m *symbol) known() bool { return m.lastMs != 0 }

// step implements machine.
func (m *symbol) step(b *batch, box *outbox) stepNote {
	for _, in := range b.inputs {
		m.closeDue(b.tracks, in.take, box)
		box.in = in
		if b.skip[in.take] {
			continue
		}
		switch what := in.payload.(type) {
		case *market.Tick:
			m.tick(what, in.clockMs, box)
		case *request:
			m.request(what, box)
		case *historyLoaded:
			m.history(what, box)
		case *gap:
			m.gap()
		}
	}
	m.closeDue(b.tracks, int(^uint(0)>>1), box)
	note := stepNote{source: m.source, dueMs: m.due(), fetch: m.fetch}
	m.fetch = nil
	return note
}

// ready implements machine.
func (m *symbol) ready() {}

// due is the clock at which the next open candle closes.
func (m *symbol) due() int64 {
	at := int64(never)
	for _, f := range m.frames {
		if f.builder != nil {
			at = min(at, f.builder.DueMs())
		}
	}
	return at
}

// closeDue closes the candles whose time has come by a move of the symbol's
// source clock that was taken not after the given take. The move's input is the
// origin of what comes out.
func (m *symbol) closeDue(tracks *clockTracks, take int, box *outbox) {
	for {
		step, ok := tracks.first(m.source, m.due(), take)
		if !ok {
			return
		}
		box.in = step.by
		for _, f := range m.frames {
			if f.builder == nil {
				continue
			}
			for _, c := range f.builder.Advance(step.ms) {
				f.closed(c)
				m.emitClosed(f, c, f.lastValues(), step.ms, box)
			}
		}
	}
}

// tick takes a tick in.
func (m *symbol) tick(t *market.Tick, clockMs int64, box *outbox) {
	if m.known() && t.Exchange != m.exchange && !m.replaces(t) {
		box.dead(reasonExchange, "symbol "+m.key, fmt.Sprintf("exchange %q, but the symbol is of %q; name symbols {symbol}.{exchange}, as replay and backtest do with --name-by-exchange", t.Exchange, m.exchange))
		return
	}
	if !m.follows(t) {
		box.count(CountOtherSource, "", 1)
		return
	}
	if !m.known() || t.Exchange != m.exchange {
		if m.known() {
			m.afresh()
		}
		m.begin(t, box)
	}
	m.sourceMs = max(m.sourceMs, t.TimeMs)
	m.lastPrice, m.lastMs = t.Price, t.TimeMs
	offSession, late := false, false // the former is the same in all timeframes
	for _, f := range m.frames {
		switch placed := f.builder.Add(t, clockMs); placed {
		case market.Late:
			late = true
			box.count(CountLateTicks, f.timeframe.String(), 1)
			f.emitTick(m, t, placed, box)
		case market.Amends:
			late = true
			box.count(CountLateTicks, f.timeframe.String(), 1)
			m.amend(f, t, box)
			f.emitTick(m, t, placed, box)
		case market.OffSession:
			offSession = true
			f.emitTick(m, t, placed, box)
		default:
			f.changed(t.TimeMs)
			f.emitTick(m, t, placed, box)
		}
	}
	if offSession {
		box.count(CountOffSession, "", 1)
	}
	if late {
		box.count(CountLate, "", 1)
	}
}

// replaces tells whether a tick of another exchange may take the symbol over: a
// replay starts it afresh, and whatever comes after a replay does so, too.
func (m *symbol) replaces(t *market.Tick) bool {
	if strings.HasPrefix(t.Source, replaySource) {
		return !slices.Contains(m.replays, t.Source)
	}
	return strings.HasPrefix(m.source, replaySource)
}

// begin learns the exchange from the first tick, and with it the calendar.
func (m *symbol) begin(t *market.Tick, box *outbox) {
	m.exchange = t.Exchange
	m.config.begun(m.exchange, m.key)
	// Every symbol has the configured timeframe, whether strategies asked before
	// its first tick or after it.
	c := &m.config.Symbols
	if _, err := m.ensure(c.Timeframe, c.Periods, c.Indicators); err != nil {
		box.dead(reasonBadIndicator, "settings for "+m.key, err.Error()) // requests have taken all the room
	}
	for _, f := range m.frames {
		f.open(m.config, m.exchange)
		m.wantHistory(f, t.TimeMs)
	}
}

// follows decides whether a tick is of the source that the symbol follows, and
// changes the source when its rule says so.
func (m *symbol) follows(t *market.Tick) bool {
	switch {
	case m.source == t.Source && m.known():
		m.rival = ""
		return true
	case !m.known():
		m.follow(t.Source)
		return true
	case strings.HasPrefix(t.Source, replaySource) && !slices.Contains(m.replays, t.Source):
		m.afresh()
		m.follow(t.Source)
		return true
	case m.rival != t.Source:
		m.rival, m.rivalSince = t.Source, t.TimeMs
		return false
	case t.TimeMs-m.rivalSince < m.config.Symbols.Silence.Milliseconds():
		return false
	}
	m.follow(t.Source)
	m.gap() // of both sources, ticks of the silence are missing
	return true
}

func (m *symbol) follow(source string) {
	m.source, m.sourceMs, m.rival = source, 0, ""
	if strings.HasPrefix(source, replaySource) && !slices.Contains(m.replays, source) {
		if len(m.replays) == maxReplaysSeen {
			m.replays = slices.Delete(m.replays, 0, 1)
		}
		m.replays = append(m.replays, source)
	}
}

// afresh forgets every price, so that a replay gives the same result whatever
// was before; what was asked for stays.
func (m *symbol) afresh() {
	m.exchange, m.lastPrice, m.lastMs = "", decimal.Decimal{}, 0
	for _, f := range m.frames {
		f.forget()
	}
}

// request takes a request in. What can't be computed is a dead letter, the rest
// of the request is done.
func (m *symbol) request(r *request, box *outbox) {
	c := &m.config.Symbols
	tf, periods := c.Timeframe, c.Periods
	if r.timeframe != "" {
		parsed, err := market.ParseTimeframe(r.timeframe)
		if err != nil {
			box.dead(reasonBadIndicator, "request for "+m.key, err.Error())
			return
		}
		tf = parsed
	}
	if r.periods > 0 {
		periods = r.periods
	}
	f, err := m.ensure(tf, periods, r.indicators)
	if err != nil {
		box.dead(reasonBadIndicator, "request for "+m.key, err.Error())
	}
	if f != nil && m.known() {
		m.wantHistory(f, m.lastMs)
	}
}

// wantHistory asks for the candles that a timeframe lacks.
func (m *symbol) wantHistory(f *frame, nowMs int64) {
	if m.config.History == nil || f.asked || len(f.bars) >= f.periods || strings.HasPrefix(m.source, replaySource) {
		return
	}
	f.asked = true
	m.askHistory(f, nowMs)
}

func (m *symbol) askHistory(f *frame, nowMs int64) {
	before := nowMs
	if open := f.builder.OpenCandles(); len(open) > 0 {
		before = open[0].StartMs
	}
	if len(f.bars) > 0 {
		before = f.bars[0].StartMs
	}
	m.fetch = append(m.fetch, historyWanted{
		symbol: m.key, exchange: m.exchange, timeframe: f.timeframe, periods: f.periods, beforeMs: before,
	})
}

// history puts loaded candles before the ones that were built from ticks. What is
// not asked for any more, because a replay has started the symbol afresh since, is
// dropped.
func (m *symbol) history(h *historyLoaded, box *outbox) {
	for _, f := range m.frames {
		if f.timeframe != h.timeframe || !f.asked || h.exchange != m.exchange {
			continue
		}
		f.asked = false
		if h.err == nil && f.builder != nil {
			f.prepend(h.candles)
			box.count(CountHistoryCandles, "", len(h.candles))
		}
	}
}

// gap marks what is open: ticks of its time are missing.
func (m *symbol) gap() {
	for _, f := range m.frames {
		if f.builder != nil {
			f.builder.MarkGap()
		}
	}
}

// emitClosed puts out the update of a closed candle with the values at its end, and the
// market time that told of the close.
func (m *symbol) emitClosed(f *frame, c market.Candle, values []messages.IndicatorValue, toldMs int64, box *outbox) {
	u := messages.IndicatorUpdate{Symbol: m.key, Timeframe: f.timeframe.String(), TimeMs: c.EndMs - 1, Indicators: values, Forming: ohlcv(&c)}
	headers := f.headers(c.EndMs-1, messages.TickHeader{Price: c.Close, LogMs: box.in.logMs(), Closing: true})
	headers = append(headers, messages.Header{Key: messages.HeaderTold, Value: strconv.AppendInt(nil, toldMs, 10)})
	if !box.in.replayable() { // of a tick, its offset says it
		headers = append(headers, messages.Header{Key: messages.HeaderStruck, Value: strconv.AppendInt(nil, box.in.struck, 10)})
	}
	box.emit(messages.TopicUpdates, []byte(m.key), m.encode(&u), schemaUpdate, headers...)
	box.count(CountUpdates, "", 1)
}

func (m *symbol) encode(u *messages.IndicatorUpdate) []byte {
	if m.config.Protobuf {
		return messages.AppendUpdateProto(nil, u)
	}
	m.scratch = messages.AppendUpdate(m.scratch[:0], u)
	return slices.Clone(m.scratch)
}

func ohlcv(c *market.Candle) *messages.OHLCV {
	return &messages.OHLCV{Open: c.Open, High: c.High, Low: c.Low, Close: c.Close, Volume: c.Volume, Quality: c.Quality()}
}
