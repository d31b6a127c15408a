package actors

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// save implements machine.
func (m *symbol) save() []part {
	s := &veloxpb.SymbolState{
		Exchange: m.exchange, Source: m.source, SourceMs: m.sourceMs, Rival: m.rival, RivalSinceMs: m.rivalSince,
		ReplaysSeen: m.replays, LastPrice: m.lastPrice.String(), LastMs: m.lastMs,
	}
	for _, f := range m.frames {
		s.Timeframes = append(s.Timeframes, f.state())
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(s)
	if err != nil {
		panic(fmt.Errorf("encode the state of symbol %s: %w", m.key, err))
	}
	return []part{{name: string(messages.SymbolShard), key: m.key, payload: payload}}
}

func (f *frame) state() *veloxpb.TimeframeState {
	t := &veloxpb.TimeframeState{
		Timeframe: f.timeframe.String(), Periods: int32(f.periods), Asked: f.asked, EmittedMs: f.emittedMs,
	}
	if f.builder != nil {
		b := f.builder.State()
		t.ClosedMs, t.Started = b.ClosedMs, b.Started
		for i := range b.Open {
			t.Open = append(t.Open, openCandle(&b.Open[i]))
		}
		for i := range b.Recent {
			t.Recent = append(t.Recent, openCandle(&b.Recent[i]))
		}
		t.FinalMs = b.FinalMs
	}
	for _, b := range f.bars {
		t.Bars = append(t.Bars, float64(b.StartMs), b.Open, b.High, b.Low, b.Close, b.Volume)
		t.BarSessionsMs = append(t.BarSessionsMs, b.SessionMs)
	}
	for _, m := range f.meters {
		t.Indicators = append(t.Indicators, &veloxpb.IndicatorState{Name: m.spec.Name(), State: m.closed.AppendState(nil)})
		if m.settled != nil {
			t.Settled = append(t.Settled, &veloxpb.IndicatorState{Name: m.spec.Name(), State: m.settled.AppendState(nil)})
		}
		for _, o := range m.outputs {
			t.Outputs = append(t.Outputs, o.name)
		}
	}
	return t
}

func openCandle(c *market.OpenCandle) *veloxpb.OpenCandle {
	return &veloxpb.OpenCandle{
		StartMs: c.StartMs, EndMs: c.EndMs, Open: c.Open.String(), High: c.High.String(), Low: c.Low.String(),
		Close: c.Close.String(), Volume: c.Volume.String(), Ticks: c.Ticks,
		OpenTimeMs: c.OpenTimeMs, CloseTimeMs: c.CloseTimeMs, Gap: c.Gap, Partial: c.Partial, Amended: c.Amended,
	}
}

// load implements machine.
func (m *symbol) load(parts []part) error {
	if len(parts) == 0 {
		return nil
	}
	s := &veloxpb.SymbolState{}
	if err := proto.Unmarshal(parts[0].payload, s); err != nil {
		return fmt.Errorf("symbol %s: %w", m.key, err)
	}
	price, err := decimal.Parse(s.LastPrice)
	if err != nil {
		return fmt.Errorf("symbol %s: last price: %w", m.key, err)
	}
	m.exchange, m.source, m.sourceMs, m.rival, m.rivalSince = s.Exchange, s.Source, s.SourceMs, s.Rival, s.RivalSinceMs
	m.replays, m.lastPrice, m.lastMs = s.ReplaysSeen, price, s.LastMs
	if m.known() {
		m.config.begun(m.exchange, m.key)
	}
	for _, t := range s.Timeframes {
		f, err := m.loadFrame(t)
		if err != nil {
			return fmt.Errorf("symbol %s, timeframe %s: %w", m.key, t.Timeframe, err)
		}
		m.frames = append(m.frames, f)
		if f.asked && f.builder != nil {
			m.askHistory(f, m.lastMs) // whoever asked before is gone
		}
	}
	return nil
}

func (m *symbol) loadFrame(t *veloxpb.TimeframeState) (*frame, error) {
	tf, err := market.ParseTimeframe(t.Timeframe)
	if err != nil {
		return nil, err
	}
	f := &frame{timeframe: tf, periods: int(t.Periods), asked: t.Asked, emittedMs: t.EmittedMs}
	if len(t.Bars) != 6*len(t.BarSessionsMs) {
		return nil, fmt.Errorf("%d numbers for %d bars", len(t.Bars), len(t.BarSessionsMs))
	}
	for i, session := range t.BarSessionsMs {
		b := t.Bars[6*i : 6*i+6]
		f.bars = append(f.bars, indicator.Bar{
			StartMs: int64(b[0]), Open: b[1], High: b[2], Low: b[3], Close: b[4], Volume: b[5], SessionMs: session,
		})
	}
	if m.known() {
		if err := f.loadBuilder(m.config, m.exchange, t); err != nil {
			return nil, err
		}
	}
	return f, f.loadMeters(t)
}

func (f *frame) loadBuilder(c *Config, exchange string, t *veloxpb.TimeframeState) error {
	state := market.BuilderState{ClosedMs: t.ClosedMs, Started: t.Started, FinalMs: t.FinalMs}
	var err error
	if state.Open, err = loadCandles(t.Open); err != nil {
		return err
	}
	if state.Recent, err = loadCandles(t.Recent); err != nil {
		return err
	}
	f.builder = market.RestoreBuilder(f.timeframe, c.Symbols.Calendars.For(exchange), c.Symbols.Grace, state)
	f.builder.AmendWithin(c.Symbols.Amend)
	for i := range f.bars { // what is saved is the open alone, by older programs that of half a day
		f.bars[i].SessionMs, f.bars[i].Day = f.builder.TradingDay(f.bars[i].StartMs)
	}
	f.amends, f.unsettled = c.Symbols.Amend > 0, len(f.builder.Recent())
	if f.unsettled > len(f.bars) {
		return fmt.Errorf("%d candles can be amended, but only %d are kept", f.unsettled, len(f.bars))
	}
	return nil
}

func loadCandles(saved []*veloxpb.OpenCandle) ([]market.OpenCandle, error) {
	var out []market.OpenCandle
	for _, o := range saved {
		c := market.OpenCandle{OpenTimeMs: o.OpenTimeMs, CloseTimeMs: o.CloseTimeMs}
		c.StartMs, c.EndMs, c.Ticks, c.Gap, c.Partial, c.Amended = o.StartMs, o.EndMs, o.Ticks, o.Gap, o.Partial, o.Amended
		for _, n := range [...]struct {
			text string
			to   *decimal.Decimal
		}{{o.Open, &c.Open}, {o.High, &c.High}, {o.Low, &c.Low}, {o.Close, &c.Close}, {o.Volume, &c.Volume}} {
			d, err := decimal.Parse(n.text)
			if err != nil {
				return nil, fmt.Errorf("candle at %d: %w", o.StartMs, err)
			}
			*n.to = d
		}
		out = append(out, c)
	}
	return out, nil
}

func (f *frame) loadMeters(t *veloxpb.TimeframeState) error {
	for _, name := range t.Outputs {
		spec, output, err := indicator.ParseName(name)
		if err != nil {
			return err
		}
		if n := len(f.meters); n == 0 || f.meters[n-1].spec.Name() != spec.Name() {
			f.meters = append(f.meters, newMeter(spec))
		}
		f.meters[len(f.meters)-1].want(name, output)
	}
	if len(f.meters) != len(t.Indicators) {
		return fmt.Errorf("%d indicators, %d states", len(f.meters), len(t.Indicators))
	}
	for i, s := range t.Indicators {
		rest, err := f.meters[i].closed.LoadState(s.State)
		if err != nil || len(rest) != 0 || s.Name != f.meters[i].spec.Name() {
			return fmt.Errorf("state of indicator %s doesn't fit: %w, %d bytes left", s.Name, err, len(rest))
		}
	}
	return f.loadSettled(t.Settled)
}
