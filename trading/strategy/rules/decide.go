package rules

import (
	"math"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/strategy"
)

// decision is one time at which the rules of a symbol are asked.
type decision struct {
	*traded
	held *strategy.Holding
	// nowMs is the time that the rules see, eventMs that of the event that led to it.
	nowMs, eventMs int64
	// presentMs is when it is made: when it has waited for other candles, later than nowMs,
	// which is the end of its own.
	presentMs int64
	closed    bool // a candle has closed
}

// count keeps the number of positions opened before the present session.
func (s *ruled) count(t *traded, h *strategy.Holding, nowMs int64) {
	sess, ok := s.sessionOf(nowMs)
	if !ok || sess.openMs <= t.dayMs { // another symbol's decision can be of the session before
		return
	}
	// Some were opened in this session before anything was asked: by rules that are
	// replaced, say.
	t.dayMs, t.tradesBase = sess.openMs, h.Trades-h.OpenedSince(sess.openMs, nowMs)
}

// tradesToday gives the positions opened in the present session.
func (t *traded) tradesToday(h *strategy.Holding) int64 { return h.Trades - t.tradesBase }

// decide gives the signals of the frame: at most a close of the position, and
// after it an entry.
func (s *ruled) decide(d *decision) []strategy.Signal {
	entry := s.entry(d)
	exits, unmet := s.exits(d)
	var signals []strategy.Signal
	if !d.held.Quantity.IsZero() && (entry != "" || exits) {
		signals = append(signals, s.exit(d))
	}
	if entry == "" {
		if unmet != nil {
			s.withhold(d, true, *unmet)
		}
		return signals
	}
	signal, bad := s.enter(d, entry)
	if bad.Reason == "" {
		d.entered = true
		return append(signals, signal)
	}
	s.withhold(d, false, bad)
	if !exits {
		return nil // the close was only for the entry
	}
	return signals
}

// exit closes what is held.
func (s *ruled) exit(d *decision) strategy.Signal {
	action := strategy.Sell
	if d.held.Quantity.Sign() < 0 {
		action = strategy.Buy
	}
	return strategy.Signal{
		StrategyID: s.id, Symbol: d.name, TimeMs: d.eventMs, Action: action, Confidence: 1,
		Quantity: d.held.Quantity.Abs(), Market: true, Exit: true, Indicators: s.seen(d.traded),
	}
}

// squareRetryMs is the event time after which squaring off is signalled again, when
// the order for it was refused, or its cancel came to nothing.
const squareRetryMs = minuteMs

// squareOff closes what is held from the time of squaring off on, and what was held
// over it. Orders that are open at that time are cancelled first; those that came after
// it are its own. One of unknown fate is cancelled, too, and not waited for.
func (s *ruled) squareOff(t *traded, eventMs, nowMs int64, book *strategy.Book) []strategy.Signal {
	p := s.program
	if p.hours.squareOff < 0 {
		return nil
	}
	h := book.For(t.name)
	if h.Quantity.IsZero() && h.OpenOrders == 0 || t.squaredMs != 0 && nowMs < t.squaredMs+squareRetryMs {
		return nil
	}
	last, today := p.hours.squaredOff(&s.cached, t.early, nowMs)
	first := today && t.cancelledMs < last && t.squaredMs < last // the cancel, whatever is open
	waits := h.ExitWaits() || first && h.OpenOrders > 0
	switch {
	case waits && (!today || t.squaredMs >= last || t.cancelledMs >= last && nowMs < t.cancelledMs+squareRetryMs):
		return nil
	case waits:
		t.cancelledMs = nowMs
		return []strategy.Signal{{
			StrategyID: s.id, Symbol: t.name, TimeMs: eventMs, Action: strategy.Hold, Confidence: 1, Cancel: true, SquareOff: true,
		}}
	case h.OpenedMs >= last && !today:
		return nil
	}
	t.squaredMs = nowMs
	s.look(t, -1, nowMs)
	exit := s.exit(&decision{traded: t, held: &h, nowMs: nowMs, eventMs: eventMs})
	exit.SquareOff = true
	return []strategy.Signal{exit}
}

// enter makes an entry's signal, unless one of its numbers is not there or no
// sensible one: such an entry would not be what the rules say.
func (s *ruled) enter(d *decision, action strategy.Action) (g strategy.Signal, bad strategy.Withheld) {
	p := s.program
	s.setSide(action)
	number := func(name string, r *rule, absent float64, sensible func(float64) bool) float64 {
		v, lack := s.number(d, r, absent)
		switch {
		case bad.Reason != "":
		case lack != nil:
			bad = *lack
		case !sensible(v):
			bad = strategy.Withheld{Reason: strategy.WithheldBadNumber, Value: name}
		}
		return v
	}
	money := func(name string, r *rule, absent float64) (x decimal.Decimal) {
		number(name, r, absent, func(v float64) bool {
			var err error
			x, err = decimal.FromFloat(v)
			return err == nil && x.Sign() >= 0 && x.Bounded() && (r == nil || !x.IsZero())
		})
		return x
	}
	g = strategy.Signal{
		StrategyID: s.id, Symbol: d.name, TimeMs: d.eventMs, Action: action,
		Market: !p.limit, Indicators: s.seen(d.traded),
	}
	g.Quantity, g.StopLoss = money("quantity", p.quantity, 1), money("stoploss", p.stopLoss, 0)
	g.Target, g.TrailingStop = money("target", p.target, 0), money("trailing_stop", p.trailing, 0)
	symbol, _ := s.findSymbol(d.name)
	g.Price = s.symbols[symbol].price
	if p.price != nil {
		g.Price = money("price", p.price, 0)
	}
	confidence := number("confidence", p.confidence, 1, func(float64) bool { return true })
	g.Confidence = min(max(confidence, 0), 1)
	if bad.Reason == "" && p.limit && g.Price.Sign() <= 0 {
		bad = strategy.Withheld{Reason: strategy.WithheldBadNumber, Value: "price"}
	}
	return g, bad
}

// setSide makes side known to the numbers of an entry.
func (s *ruled) setSide(action strategy.Action) {
	for i, k := range s.program.scalars {
		if k.kind == kindSide {
			s.frame.scalars[i] = 1
			if action == strategy.Sell {
				s.frame.scalars[i] = -1
			}
		}
	}
}

// number gives a number of an entry, or what it lacks.
func (s *ruled) number(d *decision, r *rule, absent float64) (float64, *strategy.Withheld) {
	if r == nil {
		return absent, nil
	}
	if _, lack := s.lacks(d.traded, d.nowMs, r); lack != nil {
		return 0, lack
	}
	s.frame.senseless = false
	v := r.value(&s.frame)
	if s.frame.senseless {
		s.lack = strategy.Withheld{Reason: strategy.WithheldBadNumber, Value: r.name}
		return 0, &s.lack
	}
	return v, nil
}

// seen gives the present values of all indicators of the rules, sorted by name. One
// of another symbol or timeframe has these before its name: NIFTY:15min:EMA_20.
func (s *ruled) seen(t *traded) []strategy.NamedValue {
	var list []strategy.NamedValue
	for i, k := range s.program.slots {
		if slices.Contains(candleNames, k.name) {
			continue
		}
		v := s.frame.at(ref{slot: i})
		if math.IsNaN(v) {
			continue
		}
		name, stream := k.name, s.program.streams[k.stream]
		if stream.timeframe != s.program.base {
			name = stream.timeframe.String() + ":" + name
		}
		if stream.symbol != "" && stream.symbol != t.name {
			name = stream.symbol + ":" + name
		}
		if !slices.ContainsFunc(list, func(x strategy.NamedValue) bool { return x.Name == name }) {
			list = append(list, strategy.NamedValue{Name: name, Value: v})
		}
	}
	slices.SortFunc(list, func(a, b strategy.NamedValue) int { return strings.Compare(a.Name, b.Name) })
	return list
}
