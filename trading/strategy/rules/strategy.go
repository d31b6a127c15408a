package rules

import (
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// ruled is a running Program.
type ruled struct {
	program *Program
	id      string
	symbols []symbolState // all that it looks at, sorted by name
	traded  []traded      // those that it trades, sorted by name
	series  []series      // of all symbols, sorted by symbol and timeframe
	find    map[streamKey]int
	waiting int // traded symbols with a decision that waits

	frame  frame
	cached span // the session that was looked up last

	// told is what the last step withheld, lack what the rule asked last lacks, unmet what
	// withholds the decision that is being made. They are no part of the state; kept here,
	// a tick that withholds nothing does not pay for them.
	told        strategy.Explanation
	lack, unmet strategy.Withheld
}

// traded is a symbol that the strategy trades.
type traded struct {
	name string
	// Where the program's streams, slots and scalars are for this symbol.
	streams       []int
	slots         []location
	scalarSymbols []int

	// waitingMs is the end of the candle whose decision waits for other candles that
	// end with it; 0: none waits.
	waitingMs int64
	// entered: an entry was signalled since the last candle closed.
	entered bool
	// squaredMs and cancelledMs are when squaring off last signalled a close, and a cancel
	// of what was open.
	squaredMs, cancelledMs int64
	// dayMs is the session that the trades are counted in, tradesBase the number of
	// positions opened before it.
	dayMs, tradesBase int64
	// early is the last day that its exchange was told to end early.
	early market.EarlyClose
}

func (s *ruled) findSymbol(name string) (int, bool) {
	return slices.BinarySearchFunc(s.symbols, name, func(x symbolState, n string) int { return strings.Compare(x.name, n) })
}

func (s *ruled) findTraded(name string) (int, bool) {
	return slices.BinarySearchFunc(s.traded, name, func(x traded, n string) int { return strings.Compare(x.name, n) })
}

// Step implements strategy.Strategy. A closing event that was seen before, or an
// amended one, is remembered with its last values and gives no signal.
func (s *ruled) Step(ev *strategy.Event, book *strategy.Book) []strategy.Signal {
	s.told.Asked, s.told.Withheld = 0, s.told.Withheld[:0]
	i, ok := s.find[streamKey{ev.Symbol, ev.Timeframe}]
	if !ok {
		return nil
	}
	q := &s.series[i]
	if ev.TimeMs < s.symbols[q.of].seenMs-dayMs {
		s.forget(q.of)
	}
	fresh, older := q.fresh(ev), q.older(ev)
	s.see(&s.symbols[q.of], ev, q.base, older)
	q.take(ev, s.program.everyTick)
	nowMs := ev.TimeMs
	if ev.Closed {
		nowMs++ // what is decided when a candle closes is decided at its end
	}
	var signals []strategy.Signal
	if q.trader >= 0 {
		t := &s.traded[q.trader]
		if ev.Early.Is() {
			t.early = ev.Early
		}
		signals = s.squareOff(t, ev.TimeMs, nowMs, book)
		switch {
		case signals != nil:
		case q.base && fresh && s.program.everyTick:
			signals = s.decideAt(decision{traded: t, nowMs: nowMs, presentMs: nowMs, eventMs: ev.TimeMs, closed: true}, i, book)
		case q.base && fresh:
			s.late(t, ev.TimeMs, book)
			s.wait(t, nowMs)
		case q.base && s.program.everyTick && ev.Candle != nil && !ev.Closed:
			signals = s.decideAt(decision{traded: t, nowMs: nowMs, presentMs: nowMs, eventMs: ev.TimeMs}, -1, book)
		}
		if q.base && fresh {
			t.entered = false
		}
	}
	if s.waiting > 0 {
		signals = s.decideWaiting(signals, nowMs, ev.TimeMs, book)
	}
	return signals
}

// wait makes the decision of a candle wait, in place of an earlier one; 0 ends it.
func (s *ruled) wait(t *traded, endMs int64) {
	s.waiting += btoi(endMs != 0) - btoi(t.waitingMs != 0)
	t.waitingMs = endMs
}

// decideWaiting takes the decisions whose candles are complete, or have waited long
// enough. One that waited for a whole candle is dropped: its time is over. So is one of a
// symbol that is squared off by the same event.
func (s *ruled) decideWaiting(signals []strategy.Signal, nowMs, eventMs int64, book *strategy.Book) []strategy.Signal {
	for i := range s.traded {
		t := &s.traded[i]
		endMs := t.waitingMs
		switch {
		case endMs == 0:
		case nowMs >= endMs+s.program.base.Duration().Milliseconds():
			s.late(t, eventMs, book)
			s.wait(t, 0)
		case nowMs >= endMs+s.program.waitMs || s.complete(t, endMs):
			s.wait(t, 0)
			if slices.ContainsFunc(signals, func(g strategy.Signal) bool { return g.Symbol == t.name }) {
				continue // it is being squared off
			}
			d := decision{traded: t, nowMs: endMs, presentMs: max(endMs, nowMs), eventMs: eventMs, closed: true}
			signals = append(signals, s.decideAt(d, -1, book)...)
		}
	}
	return signals
}

// complete tells whether every series of a symbol has the candle that ends at endMs,
// if one of its timeframe should.
func (s *ruled) complete(t *traded, endMs int64) bool {
	for _, i := range t.streams {
		if q := &s.series[i]; q.closedMs < endMs && s.ends(q, endMs) {
			return false
		}
	}
	return true
}

// ends tells whether a candle of a series ends at a time, as the session aligns it.
// Which session is the last of a week or a month, only a calendar knows: these are
// not waited for.
func (s *ruled) ends(q *series, endMs int64) bool {
	if q.timeframe == market.Week || q.timeframe == market.Month {
		return false
	}
	sess, ok := s.program.hours.cached(&s.cached, endMs-1)
	if !ok {
		return false
	}
	return endMs == sess.closeMs || (endMs-sess.openMs)%q.timeframe.Duration().Milliseconds() == 0
}

// tooOld tells whether a series has missed more candles by a time than it may. The
// time between sessions doesn't count, save after a week, or, of candles that span
// sessions, after as many as may be missed.
func (s *ruled) tooOld(q *series, nowMs int64) bool {
	lastMs := q.lastMs()
	if s.program.everyTick {
		lastMs = max(lastMs, q.seenMs)
	}
	if lastMs == 0 {
		return true
	}
	if sess, ok := s.program.hours.cached(&s.cached, nowMs-1); ok && s.program.hours.declared {
		most := 7 * dayMs
		if q.timeframe.SpansSessions() {
			most = max(most, int64(s.program.maxAge+1)*q.timeframe.Duration().Milliseconds())
		}
		if lastMs < sess.openMs-most {
			return true
		}
		lastMs = max(lastMs, sess.openMs)
	}
	return (nowMs-lastMs)/q.timeframe.Duration().Milliseconds() > int64(s.program.maxAge)
}

// forget drops what is remembered of a symbol: its time went back by more than a
// day, so what comes is a replay.
func (s *ruled) forget(symbol int) {
	name := s.symbols[symbol].name
	s.symbols[symbol] = newSymbolState(name, len(s.program.openings))
	for i := range s.series {
		q := &s.series[i]
		if q.of != symbol {
			continue
		}
		q.closedMs, q.seenMs, q.candles, q.ages, q.flawMs, q.liveMs, q.liveFlaw = 0, 0, 0, ageless, 0, 0, unflawed
		q.ends = q.ends[:0]
		for j := range q.fields {
			q.fields[j].closed = q.fields[j].closed[:0]
		}
	}
	if i, ok := s.findTraded(name); ok {
		t := &s.traded[i]
		s.wait(t, 0)
		t.entered, t.squaredMs, t.cancelledMs, t.dayMs, t.tradesBase, t.early = false, 0, 0, 0, 0, market.EarlyClose{}
	}
}

// decideAt asks the rules of a symbol. closing is the series of whose closing
// candle the values are, -1 for none.
func (s *ruled) decideAt(d decision, closing int, book *strategy.Book) []strategy.Signal {
	h := book.For(d.name)
	d.held = &h
	s.look(d.traded, closing, d.nowMs)
	if h.OpenOrders == 0 { // otherwise no entry can be, and trades are counted for entries
		s.count(d.traded, &h, d.nowMs)
	}
	s.fillScalars(d.traded, d.nowMs, book)
	return s.decide(&d)
}

// look points the frame at a symbol and a time.
func (s *ruled) look(t *traded, closing int, nowMs int64) {
	f := &s.frame
	f.symbol, f.slots, f.settled, f.closing = t.name, t.slots, !s.program.everyTick, closing
	for _, i := range t.streams {
		s.series[i].skip = 0
		if f.settled {
			s.series[i].leaveOut(nowMs)
		}
	}
}

// flawedSince tells whether a candle since an anchor lacks ticks.
func (s *ruled) flawedSince(q *series, a anchor, nowMs int64) bool {
	sess, ok := s.sessionOf(nowMs)
	if a == unanchored || !ok || q.flawMs == 0 {
		return false
	}
	since := sess.openMs - int64(a)*dayMs
	if a == previousSession {
		symbol := &s.symbols[q.of]
		if since = symbol.day.openMs; since >= sess.openMs {
			since = symbol.previous.openMs
		}
	}
	return q.flawMs > since
}
