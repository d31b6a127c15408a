package rules

import (
	"math"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// ruled is a running Program.
type ruled struct {
	program   *Program
	id        string
	timeframe market.Timeframe
	symbols   []string
	series    []series // by symbol
	frame     frame
}

// series is what is remembered of one symbol.
type series struct {
	past [][]float64
	// closedMs is the time of the newest closing event.
	closedMs int64
	// entered: an entry was signalled since then.
	entered bool
}

// Needs implements strategy.Strategy.
func (s *ruled) Needs() []strategy.Need {
	needs := make([]strategy.Need, len(s.symbols))
	for i, symbol := range s.symbols {
		needs[i] = strategy.Need{
			Symbol: symbol, Timeframe: s.timeframe, Periods: s.program.periods(), Indicators: s.program.Indicators(),
		}
	}
	return needs
}

// Step implements strategy.Strategy. A closing event that was seen before, or an
// amended one, is remembered with its last values and gives no signal.
func (s *ruled) Step(ev *strategy.Event, book *strategy.Book) []strategy.Signal {
	i, ok := slices.BinarySearch(s.symbols, ev.Symbol)
	if !ok || ev.Timeframe != s.timeframe {
		return nil
	}
	q := &s.series[i]
	again := ev.Closed && ev.TimeMs <= q.closedMs
	var signals []strategy.Signal
	if (ev.Closed || s.program.everyTick) && !again {
		h := book.For(ev.Symbol)
		s.fill(ev, &h)
		s.frame.past = q.past
		signals = s.decide(ev, &h, q)
	}
	if ev.Closed && ev.TimeMs >= q.closedMs {
		s.remember(q, ev, again)
	}
	return signals
}

// remember puts the closed candle's values before the earlier ones, or in place
// of the newest.
func (s *ruled) remember(q *series, ev *strategy.Event, amended bool) {
	h := strategy.Holding{}
	s.fill(ev, &h)
	for slot, depth := range s.program.depth {
		if depth == 0 {
			continue
		}
		v := s.frame.now[slot]
		switch past := q.past[slot]; {
		case amended && len(past) > 0:
			past[0] = v
		case len(past) < depth:
			q.past[slot] = slices.Insert(past, 0, v)
		default:
			copy(past[1:], past)
			past[0] = v
		}
	}
	if !amended {
		q.closedMs, q.entered = ev.TimeMs, false
	}
}

// fill sets the frame to the present values.
func (s *ruled) fill(ev *strategy.Event, h *strategy.Holding) {
	now := s.frame.now
	for i := range now {
		now[i] = math.NaN()
	}
	if c := ev.Candle; c != nil {
		now[slotOpen], now[slotHigh], now[slotLow] = c.Open.Float64(), c.High.Float64(), c.Low.Float64()
		now[slotClose], now[slotVolume] = c.Close.Float64(), c.Volume.Float64()
		now[slotPrice] = now[slotClose]
	}
	now[slotUnrealized] = 0
	if !ev.Price.IsZero() {
		now[slotPrice] = ev.Price.Float64()
	}
	if !h.Quantity.IsZero() {
		now[slotUnrealized] = float64(h.Quantity.Float64()*now[slotPrice]) - h.Cost.Float64()
		if !ev.Price.IsZero() {
			now[slotUnrealized] = h.Unrealized(ev.Price).Float64()
		}
	}
	now[slotPosition], now[slotAveragePrice] = h.Quantity.Float64(), h.AveragePrice().Float64()
	now[slotRealized], now[slotOpenOrders] = h.Realized.Float64(), float64(h.OpenOrders)
	const minuteMs, dayMs = 60_000, 86_400_000
	now[slotMinuteOfDay] = float64((ev.TimeMs%dayMs + dayMs) % dayMs / minuteMs)
	now[slotMinutesInPosition] = 0
	if h.OpenedMs > 0 {
		now[slotMinutesInPosition] = float64((ev.TimeMs - h.OpenedMs) / minuteMs)
	}
	for i, name := range s.program.names.indicators {
		if j, ok := slices.BinarySearchFunc(ev.Values, name, func(v strategy.Value, n string) int { return strings.Compare(v.Name, n) }); ok {
			now[int(firstIndicator)+i] = ev.Values[j].Value
		}
	}
}

func (s *ruled) holds(r *rule) bool {
	return r != nil && s.frame.warm(r.refs) && r.holds(&s.frame)
}

// decide gives the signals of the frame: at most a close of the position, and
// after it an entry. A candle gives one entry: a rule that is asked at every tick
// and refused by a limit would otherwise ask at every tick again.
func (s *ruled) decide(ev *strategy.Event, h *strategy.Holding, q *series) []strategy.Signal {
	if h.OpenOrders > 0 {
		return nil
	}
	p, held := s.program, h.Quantity.Sign()
	var entry strategy.Action
	switch {
	case q.entered && !ev.Closed:
	case held <= 0 && s.holds(p.entryLong):
		entry = strategy.Buy
	case held >= 0 && s.holds(p.entryShort):
		entry = strategy.Sell
	}
	var signals []strategy.Signal
	if held != 0 {
		action, exits := strategy.Sell, p.exits[0]
		if held < 0 {
			action, exits = strategy.Buy, p.exits[1]
		}
		if entry != "" || slices.ContainsFunc(exits, s.holds) {
			signals = append(signals, strategy.Signal{
				StrategyID: s.id, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: action, Confidence: 1,
				Quantity: h.Quantity.Abs(), Market: true, Exit: true, Indicators: s.seen(),
			})
		}
	}
	if entry != "" {
		if signal, ok := s.enter(ev, entry); ok {
			q.entered = true
			return append(signals, signal)
		}
		if !slices.ContainsFunc(p.exits[max(0, -held)], s.holds) {
			return nil // the close was only for the entry
		}
	}
	return signals
}

// enter makes an entry's signal, unless one of its numbers is not there or no
// sensible one: such an entry would not be what the rules say.
func (s *ruled) enter(ev *strategy.Event, action strategy.Action) (strategy.Signal, bool) {
	p := s.program
	s.frame.now[slotSide] = 1
	if action == strategy.Sell {
		s.frame.now[slotSide] = -1
	}
	g := strategy.Signal{
		StrategyID: s.id, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: action,
		Market: !p.limit, Indicators: s.seen(),
	}
	ok := true
	money := func(r *rule, absent float64) decimal.Decimal {
		v, known := s.number(r, absent)
		d, err := decimal.FromFloat(v)
		if !known || err != nil || d.Sign() < 0 || !d.Bounded() || r != nil && d.IsZero() {
			ok = false
			return decimal.Decimal{}
		}
		return d
	}
	g.Quantity, g.StopLoss, g.Target = money(p.quantity, 1), money(p.stopLoss, 0), money(p.target, 0)
	g.Price = ev.Price
	if p.price != nil || g.Price.IsZero() {
		g.Price = money(p.price, s.frame.now[slotPrice])
	}
	confidence, known := s.number(p.confidence, 1)
	g.Confidence = min(max(confidence, 0), 1)
	return g, ok && known && !math.IsNaN(g.Confidence) && (!p.limit || g.Price.Sign() > 0)
}

func (s *ruled) number(r *rule, absent float64) (float64, bool) {
	if r == nil {
		return absent, true
	}
	if !s.frame.warm(r.refs) {
		return 0, false
	}
	return r.value(&s.frame), true
}

// seen gives the present values of all indicators of the rules, sorted by name.
func (s *ruled) seen() []strategy.NamedValue {
	var list []strategy.NamedValue
	for i, name := range s.program.names.indicators {
		if v := s.frame.now[int(firstIndicator)+i]; !math.IsNaN(v) {
			list = append(list, strategy.NamedValue{Name: name, Value: v})
		}
	}
	slices.SortFunc(list, func(a, b strategy.NamedValue) int { return strings.Compare(a.Name, b.Name) })
	return list
}
