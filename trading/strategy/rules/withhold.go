package rules

import "github.com/velox-trading/velox/trading/strategy"

// Explain implements strategy.Explainer.
func (s *ruled) Explain() strategy.Explanation { return s.told }

func (s *ruled) withhold(d *decision, exit bool, w strategy.Withheld) {
	w.Symbol, w.Exit = d.name, exit
	s.told.Withheld = append(s.told.Withheld, w)
}

// ask tells whether a condition is true, or, when that is not known, might be; and
// what it lacks to be acted on, nil for nothing. What it points at is there until
// the next one is asked.
func (s *ruled) ask(d *decision, r *rule) (would bool, lack *strategy.Withheld) {
	if r == nil {
		return false, nil
	}
	missing, lack := s.lacks(d.traded, d.nowMs, r)
	if missing {
		return true, lack
	}
	s.frame.senseless = false
	would = r.holds(&s.frame)
	if s.frame.senseless {
		s.lack = strategy.Withheld{Reason: strategy.WithheldBadNumber, Value: r.name}
		return true, &s.lack
	}
	return would, lack
}

// refuse keeps the first thing that withholds a rule that would hold, of what bars it
// and what it lacks. With both neither tells: a rule that is cold while it could enter
// nothing anyway withholds nothing.
func (s *ruled) refuse(bar strategy.WithheldReason, lack *strategy.Withheld) {
	switch {
	case s.unmet.Reason != "":
	case lack == nil:
		s.unmet = strategy.Withheld{Reason: bar}
	case bar == "":
		s.unmet = *lack
	}
}

// entry gives the side that the rules enter, "" for none. Long is asked first; what
// is withheld is told once a decision, and only if it enters neither.
func (s *ruled) entry(d *decision) strategy.Action {
	p := s.program
	if p.entryLong == nil && p.entryShort == nil {
		return ""
	}
	s.told.Asked++
	s.unmet.Reason = ""
	switch {
	case s.enters(d, 1, p.entryLong):
		return strategy.Buy
	case s.enters(d, -1, p.entryShort):
		return strategy.Sell
	case s.unmet.Reason != "":
		s.withhold(d, false, s.unmet)
	}
	return ""
}

// enters tells whether a rule enters its side, 1 or -1.
func (s *ruled) enters(d *decision, sign int, r *rule) bool {
	would, lack := s.ask(d, r)
	if !would {
		return false
	}
	bar := s.bar(d, sign)
	if bar == "" && lack == nil {
		return true
	}
	s.refuse(bar, lack)
	return false
}

// exits tells whether what is held is to be closed, and, if it isn't, what withholds it,
// nil for nothing; that is there until the next decision.
func (s *ruled) exits(d *decision) (exits bool, unmet *strategy.Withheld) {
	held := d.held.Quantity.Sign()
	if held == 0 {
		return false, nil
	}
	bar := strategy.WithheldReason("")
	if d.held.ExitWaits() {
		bar = strategy.WithheldOpenOrder
	}
	s.unmet.Reason = ""
	for _, r := range s.program.exits[max(0, -held)] {
		would, lack := s.ask(d, r)
		if would && bar == "" && lack == nil {
			return true, nil
		}
		if would {
			s.refuse(bar, lack)
		}
	}
	if s.unmet.Reason == "" {
		return false, nil
	}
	return false, &s.unmet
}

// bar gives why an entry to a side, 1 or -1, can't be, whatever its rule says; 0 stands
// for whichever is not held. The time of day is asked last: it takes longer than most
// rules.
func (s *ruled) bar(d *decision, sign int) strategy.WithheldReason {
	p, h := s.program, d.held
	switch {
	case h.OpenOrders > 0:
		return strategy.WithheldOpenOrder
	case h.Quantity.Sign()*sign > 0:
		return strategy.WithheldInPosition
	case d.entered && !d.closed: // a rule that a limit refuses would ask at every tick again
		return strategy.WithheldSameCandle
	case d.tradesToday(h) >= int64(p.maxTrades) && !s.beforeSession(d):
		return strategy.WithheldMaxTrades
	case p.coolDownMs > 0 && !h.Quantity.IsZero():
		return strategy.WithheldInPosition // it is not turned around
	case p.coolDownMs > 0 && h.ClosedMs != 0 && d.nowMs < h.ClosedMs+p.coolDownMs:
		return strategy.WithheldCoolDown
	}
	if reason := s.outOfTime(d, d.nowMs); reason != "" || d.presentMs == d.nowMs || p.base.SpansSessions() {
		return reason
	}
	return s.outOfTime(d, d.presentMs) // it has waited, and trades now
}

// beforeSession tells whether what a decision enters trades in a session that hasn't
// begun, and in which nothing was opened yet: it is made when a candle that spans
// sessions closes. Such a close may be within a session when the rules give none: only at
// every_tick others are made in the same one.
func (s *ruled) beforeSession(d *decision) bool {
	p := s.program
	if !d.closed || !p.base.SpansSessions() {
		return false
	}
	_, inside := p.hours.cached(&s.cached, d.nowMs)
	return !inside || !p.everyTick
}

// outOfTime gives why a time of day allows no entry. A candle that spans sessions
// closes when nothing trades: what its close decides is for the next session.
func (s *ruled) outOfTime(d *decision, ms int64) strategy.WithheldReason {
	p := s.program
	if !p.hours.inWindow(ms) {
		return strategy.WithheldWindows
	}
	if d.closed && p.base.SpansSessions() {
		return ""
	}
	sess, inside := p.hours.cached(&s.cached, ms)
	switch {
	case p.hours.declared && !inside:
		return strategy.WithheldSession
	case p.hours.squareOff >= 0 && p.hours.squareOffOn(&s.cached, d.early, ms) >= sess.openMs:
		return strategy.WithheldSquareOff
	}
	return ""
}

// late tells of a decision that still waits when its time is over.
func (s *ruled) late(t *traded, eventMs int64, book *strategy.Book) {
	if t.waitingMs == 0 || s.program.entryLong == nil && s.program.entryShort == nil {
		return
	}
	h := book.For(t.name)
	d := decision{traded: t, held: &h, nowMs: t.waitingMs, presentMs: t.waitingMs, eventMs: eventMs, closed: true}
	if s.bar(&d, 0) == "" {
		s.withhold(&d, false, strategy.Withheld{Reason: strategy.WithheldLate})
	}
}

// lacks gives the first thing that keeps a rule from being acted on, nil when it is
// fit; missing tells that it can't even be said what it is.
func (s *ruled) lacks(t *traded, nowMs int64, r *rule) (missing bool, lack *strategy.Withheld) {
	p, f := s.program, &s.frame
	for _, i := range r.scalars {
		if f.scalars[i] != f.scalars[i] {
			s.lack = s.scalarLack(t, i, nowMs)
			return true, &s.lack
		}
	}
	for _, ref := range r.refs {
		if v := f.at(ref); v != v {
			s.lack = s.cold(t, ref)
			return true, &s.lack
		}
	}
	for _, u := range r.uses {
		i := t.streams[u.stream]
		q, reason := &s.series[i], strategy.WithheldReason("")
		switch {
		case u.stream != 0 && !p.allowCold && s.tooOld(q, nowMs):
			reason = strategy.WithheldStale
		case !p.allowGaps && (q.flawed(u, f.settled || i == f.closing) || s.flawedSince(q, u.anchored, nowMs)):
			reason = strategy.WithheldGap
		default:
			continue
		}
		s.lack = strategy.Withheld{Reason: reason, Value: "candles", Of: q.symbol, Timeframe: q.timeframe}
		return false, &s.lack
	}
	return false, nil
}

// cold tells of a value of candles that is not there. One that has had its candles is
// missing for another reason, which only the indicator knows.
func (s *ruled) cold(t *traded, r ref) strategy.Withheld {
	q := &s.series[t.slots[r.slot].series]
	w := strategy.Withheld{
		Reason: strategy.WithheldCold, Value: s.program.slots[r.slot].name, Of: q.symbol, Timeframe: q.timeframe,
		Needs: s.program.made[r.slot].reach + r.back, Had: q.candles,
	}
	if w.Had >= w.Needs {
		w.Needs, w.Had = 0, 0
	}
	return w
}

// scalarLack tells of another value that is not there: of a day that a candle lacks
// ticks of, or that was not seen yet.
func (s *ruled) scalarLack(t *traded, scalar int, nowMs int64) strategy.Withheld {
	k, symbol := s.program.scalars[scalar], &s.symbols[t.scalarSymbols[scalar]]
	w := strategy.Withheld{Reason: strategy.WithheldCold, Value: k.kind.name(), Of: symbol.name}
	if sess, inside := s.sessionOf(nowMs); inside && k.daily() && symbol.dayFor(k.kind, sess).flawed && !s.program.allowGaps {
		w.Reason = strategy.WithheldGap
	}
	return w
}
