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
	closed         bool // a candle has closed
}

// count keeps the number of positions opened before the present session.
func (s *ruled) count(t *traded, h *strategy.Holding, nowMs int64) {
	sess, ok := s.sessionOf(nowMs)
	if !ok || sess.openMs == t.dayMs {
		return
	}
	t.dayMs, t.tradesBase = sess.openMs, h.Trades
	if h.OpenedMs >= sess.openMs {
		t.tradesBase-- // it was opened in this session, before anything was asked
	}
}

// tradesToday gives the positions opened in the present session.
func (t *traded) tradesToday(h *strategy.Holding) int64 { return h.Trades - t.tradesBase }

// mayEnter tells whether the trades so far allow an entry.
func (s *ruled) mayEnter(d *decision) bool {
	p := s.program
	switch {
	case p.entryLong == nil && p.entryShort == nil:
		return false
	case d.entered && !d.closed: // a rule that a limit refuses would ask at every tick again
		return false
	case d.tradesToday(d.held) >= int64(p.maxTrades):
		return false
	}
	return p.coolDownMs == 0 || d.held.Quantity.IsZero() && (d.held.ClosedMs == 0 || d.nowMs >= d.held.ClosedMs+p.coolDownMs)
}

// inTime tells whether the time of day allows an entry. It is asked last: it takes
// longer than most rules.
func (s *ruled) inTime(d *decision) bool {
	p := s.program
	if !p.hours.inWindow(d.nowMs) {
		return false
	}
	sess, inside := p.hours.cached(&s.cached, d.nowMs)
	if p.hours.declared && !inside {
		return false
	}
	return p.hours.squareOff < 0 || p.hours.lastSquareOff(d.nowMs) < sess.openMs
}

// decide gives the signals of the frame: at most a close of the position, and
// after it an entry.
func (s *ruled) decide(d *decision) []strategy.Signal {
	p, held := s.program, d.held.Quantity.Sign()
	var entry strategy.Action
	switch {
	case !s.mayEnter(d):
	case held <= 0 && s.holds(d.traded, d.nowMs, p.entryLong):
		entry = strategy.Buy
	case held >= 0 && s.holds(d.traded, d.nowMs, p.entryShort):
		entry = strategy.Sell
	}
	if entry != "" && !s.inTime(d) {
		entry = ""
	}
	exits := held != 0 && s.exits(d, held)
	var signals []strategy.Signal
	if held != 0 && (entry != "" || exits) {
		signals = append(signals, s.exit(d))
	}
	if entry == "" {
		return signals
	}
	if signal, ok := s.enter(d, entry); ok {
		d.entered = true
		return append(signals, signal)
	}
	if !exits {
		return nil // the close was only for the entry
	}
	return signals
}

func (s *ruled) exits(d *decision, held int) bool {
	for _, r := range s.program.exits[max(0, -held)] {
		if s.holds(d.traded, d.nowMs, r) {
			return true
		}
	}
	return false
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
// the order for it was refused.
const squareRetryMs = minuteMs

// squareOff closes what is held from the time of squaring off on, and what was held
// over it. Orders that are open at that time are cancelled first, once.
func (s *ruled) squareOff(t *traded, eventMs, nowMs int64, book *strategy.Book) []strategy.Signal {
	p := s.program
	if p.hours.squareOff < 0 {
		return nil
	}
	h := book.For(t.name)
	if h.Quantity.IsZero() && h.OpenOrders == 0 || t.squaredMs != 0 && nowMs < t.squaredMs+squareRetryMs {
		return nil
	}
	last := p.hours.lastSquareOff(nowMs)
	sess, inside := s.sessionOf(nowMs)
	today := inside && last >= sess.openMs
	switch {
	case h.OpenOrders > 0 && (!today || t.cancelledMs >= last):
		return nil
	case h.OpenOrders > 0:
		t.cancelledMs = last
		return []strategy.Signal{{StrategyID: s.id, Symbol: t.name, TimeMs: eventMs, Action: strategy.Hold, Confidence: 1, Cancel: true}}
	case h.OpenedMs >= last && !today:
		return nil
	}
	t.squaredMs, t.cancelledMs = nowMs, last
	s.look(t, -1, nowMs)
	return []strategy.Signal{s.exit(&decision{traded: t, held: &h, nowMs: nowMs, eventMs: eventMs})}
}

// enter makes an entry's signal, unless one of its numbers is not there or no
// sensible one: such an entry would not be what the rules say.
func (s *ruled) enter(d *decision, action strategy.Action) (strategy.Signal, bool) {
	p := s.program
	s.setSide(action)
	g := strategy.Signal{
		StrategyID: s.id, Symbol: d.name, TimeMs: d.eventMs, Action: action,
		Market: !p.limit, Indicators: s.seen(d.traded),
	}
	ok := true
	money := func(r *rule, absent float64) decimal.Decimal {
		v, known := s.number(d, r, absent)
		x, err := decimal.FromFloat(v)
		if !known || err != nil || x.Sign() < 0 || !x.Bounded() || r != nil && x.IsZero() {
			ok = false
			return decimal.Decimal{}
		}
		return x
	}
	g.Quantity, g.StopLoss, g.Target, g.TrailingStop = money(p.quantity, 1), money(p.stopLoss, 0), money(p.target, 0), money(p.trailing, 0)
	symbol, _ := s.findSymbol(d.name)
	g.Price = s.symbols[symbol].price
	if p.price != nil {
		g.Price = money(p.price, 0)
	}
	confidence, known := s.number(d, p.confidence, 1)
	g.Confidence = min(max(confidence, 0), 1)
	return g, ok && known && !math.IsNaN(g.Confidence) && (!p.limit || g.Price.Sign() > 0)
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

func (s *ruled) number(d *decision, r *rule, absent float64) (float64, bool) {
	if r == nil {
		return absent, true
	}
	if !s.warm(d.traded, d.nowMs, r) {
		return 0, false
	}
	return r.value(&s.frame), true
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
