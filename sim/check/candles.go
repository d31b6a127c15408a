package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// Candles says how candles are made. Symbols on exchanges with a calendar, and
// those that followed several sources, are beyond the oracle.
type Candles struct {
	Grace time.Duration
	// Timeframe is the one that every symbol has from its first tick on.
	Timeframe string
	// AroundTheClock tells whether an exchange trades round the clock.
	AroundTheClock func(exchange string) bool
}

// sampled is how many updates share one whose indicators are recomputed with the
// forming candle; those of closed candles all are.
const sampled = 23

// series names the updates of a symbol in a timeframe.
type series struct{ symbol, timeframe string }

// told is an update of a series.
type told struct {
	*mark
	messages.IndicatorUpdate
	closing bool
}

// tape is the ticks of one partition as the oracle takes them, and their offsets.
type tape struct {
	ticks   []oracle.Tick
	offsets []int64
	symbols map[string]bool
}

// checkCandles holds updates against the oracle's candles and indicators. Timeframes
// that were asked for after their symbol's first tick begin in the middle of a
// candle, and are left out.
func checkCandles(f *facts, out *Result) {
	if f.subject.Candles == nil {
		return
	}
	tapes := f.tapes()
	all := f.series(out)
	for tp, t := range tapes {
		for symbol := range t.symbols {
			if len(all[series{symbol, f.subject.Candles.Timeframe}]) == 0 {
				out.Find(symbol, "it has ticks in %s and not one update of %s", tp, f.subject.Candles.Timeframe)
			}
		}
	}
	for _, s := range sortedSeries(all) {
		for _, t := range tapes {
			if t.symbols[s.symbol] {
				t.check(f.subject.Candles, s, all[s], out)
			}
		}
	}
}

func sortedSeries(all map[series][]told) []series {
	out := make([]series, 0, len(all))
	for s := range all {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b series) int {
		return cmp.Or(cmp.Compare(a.symbol, b.symbol), cmp.Compare(a.timeframe, b.timeframe))
	})
	return out
}

// tapes gives the ticks by partition: those that are at home there, that no dead
// letter is about, and that the oracle can judge.
func (f *facts) tapes() map[messages.TopicPartition]*tape {
	n := int32(0)
	for {
		if _, ok := f.offsets[messages.TopicPartition{Topic: messages.TopicTicks, Partition: n}]; !ok {
			break
		}
		n++
	}
	dead := make(map[caused]bool)
	for i := range f.letters {
		d := &f.letters[i]
		dead[caused{tp: messages.TopicPartition{Topic: d.Topic, Partition: d.Partition}, offset: d.Offset}] = true
	}
	tapes, interner := make(map[messages.TopicPartition]*tape), messages.NewInterner()
	for i := range f.ticks {
		v := &f.ticks[i]
		if dead[caused{tp: v.tp, offset: v.offset}] {
			continue
		}
		var wire market.Tick
		if err := messages.DecodeTickRecord(v.record, &wire, interner); err != nil || messages.HomePartition([]byte(wire.Symbol), n) != v.tp.Partition {
			continue
		}
		tick := oracle.Tick{Symbol: wire.Symbol, Source: wire.Source, TimeMs: wire.TimeMs, Price: number(wire.Price), Volume: number(wire.Volume)}
		t := tapes[v.tp]
		if t == nil {
			t = &tape{symbols: make(map[string]bool)}
			tapes[v.tp] = t
		}
		t.ticks, t.offsets = append(t.ticks, tick), append(t.offsets, v.offset)
		if f.subject.Candles.AroundTheClock(wire.Exchange) {
			t.symbols[tick.Symbol] = true
		}
	}
	return tapes
}

func number(d decimal.Decimal) oracle.Number {
	n, err := oracle.ParseNumber(d.String())
	if err != nil {
		panic(fmt.Errorf("a decimal's text is %q: %w", d, err))
	}
	return n
}

// series gives the updates that Velox wrote, repeats left out, by series and in
// the order of their causes.
func (f *facts) series(out *Result) map[series][]told {
	all, seen := make(map[series][]told), make(map[cause]bool)
	for i := range f.updates {
		v := &f.updates[i]
		c := causeOf(v.mark)
		if !v.written || seen[c] {
			continue
		}
		seen[c] = true
		u := told{mark: v.mark}
		if err := messages.DecodeUpdateRecord(v.record, &u.IndicatorUpdate); err != nil {
			out.Find(v.String(), "%v", err)
			continue
		}
		if text, ok := v.record.Header(messages.HeaderTick); ok {
			h, err := messages.ParseTickHeader(text)
			if err != nil {
				out.Find(v.String(), "%v", err)
				continue
			}
			u.closing = h.Closing
		}
		s := series{u.Symbol, u.Timeframe}
		all[s] = append(all[s], u)
	}
	for _, updates := range all {
		slices.SortFunc(updates, func(a, b told) int { return compareOrigins(a.origin, b.origin) })
	}
	return all
}

// check holds one series against the oracle.
func (t *tape) check(how *Candles, s series, updates []told, out *Result) {
	where := s.symbol + " " + s.timeframe
	length, err := parseTimeframe(s.timeframe)
	if err != nil {
		out.Find(where, "%v", err)
		return
	}
	candles, err := oracle.Make(t.ticks, length, how.Grace)
	if err != nil {
		return // of several sources
	}
	var ofTicks, ofCandles []told
	for _, u := range updates {
		if u.closing {
			ofCandles = append(ofCandles, u)
		} else {
			ofTicks = append(ofTicks, u)
		}
	}
	var places []int // of the symbol's ticks
	for i := range t.ticks {
		if t.ticks[i].Symbol == s.symbol {
			places = append(places, i)
		}
	}
	begins := len(ofTicks) > 0 && ofTicks[0].origin.Offset == t.offsets[places[0]]
	if !begins && s.timeframe != how.Timeframe {
		return // it was asked for later
	}
	out.Looked += len(updates)
	r := &recount{where: where, tape: t, candles: candles.BySymbol[s.symbol], closed: candles.Closed(s.symbol), out: out}
	r.ticks(places, ofTicks)
	r.closings(ofCandles)
}

// recount is one series that is held against the oracle.
type recount struct {
	where   string
	tape    *tape
	candles []oracle.Candle
	closed  []oracle.Candle
	out     *Result
}

// ticks wants one update of each tick, with the newest open candle as it was then.
func (r *recount) ticks(places []int, updates []told) {
	for k, i := range places {
		if k >= len(updates) || updates[k].origin.Offset != r.tape.offsets[i] {
			r.out.Find(r.where, "the tick at offset %d has no update of its own", r.tape.offsets[i])
			return
		}
		u := &updates[k]
		open := r.openAt(i)
		want := "no candle"
		if len(open) > 0 {
			want = ohlcv(open[len(open)-1])
		}
		if got := formed(u.Forming); got != want {
			r.out.Find(u.String(), "%s: the forming candle is %s, the oracle says %s", r.where, got, want)
		}
		if k%sampled == 0 && len(open) > 0 {
			r.indicators(u, append(r.barsBefore(i), bars(open)...), true)
		}
	}
	if len(updates) > len(places) {
		r.out.Find(updates[len(places)].String(), "%s: %d updates of %d ticks", r.where, len(updates), len(places))
	}
}

// openAt gives the symbol's candles that are open after tick i, oldest first, as
// the ticks up to i have made them.
func (r *recount) openAt(i int) []oracle.Candle {
	var open []oracle.Candle
	for _, c := range r.candles {
		n := sort.SearchInts(c.Ticks, i+1)
		if n == 0 || c.ClosedBy >= 0 && c.ClosedBy <= i {
			continue
		}
		open = append(open, oracle.CandleOf(r.tape.ticks, c.Ticks[:n], c.StartMs, c.EndMs))
	}
	return open
}

func (r *recount) barsBefore(i int) []oracle.Bar {
	n := 0
	for n < len(r.closed) && r.closed[n].ClosedBy <= i {
		n++
	}
	return bars(r.closed[:n])
}

// closings wants one update of each closed candle, caused by the tick that closed
// it.
func (r *recount) closings(updates []told) {
	for k, c := range r.closed {
		if k >= len(updates) {
			r.out.Find(r.where, "the candle that ends at %d has no update", c.EndMs)
			return
		}
		u := &updates[k]
		if u.TimeMs != c.EndMs-1 || u.origin.Offset != r.tape.offsets[c.ClosedBy] {
			r.out.Find(u.String(), "%s: the candle of %d, closed by %s; the oracle says that of %d, closed by offset %d",
				r.where, u.TimeMs, u.origin, c.EndMs-1, r.tape.offsets[c.ClosedBy])
			return
		}
		if got, want := formed(u.Forming), ohlcv(c); got != want {
			r.out.Find(u.String(), "%s: the closed candle is %s, the oracle says %s", r.where, got, want)
		}
		r.indicators(u, bars(r.closed[:k+1]), false)
	}
	if len(updates) > len(r.closed) {
		r.out.Find(updates[len(r.closed)].String(), "%s: %d candles closed, the oracle says %d", r.where, len(updates), len(r.closed))
	}
}

// indicators holds what the oracle can compute against the values of an update.
func (r *recount) indicators(u *told, in []oracle.Bar, realtime bool) {
	for _, v := range u.Indicators {
		compute := indicatorOf(v.Name)
		if compute == nil {
			continue
		}
		r.out.Looked++
		want := compute(in)[len(in)-1]
		if v.Realtime != realtime || math.IsNaN(want) || math.Abs(v.Value-want) > 1e-9*max(1, math.Abs(want)) {
			r.out.Find(u.String(), "%s: %s is %v (realtime %v), the oracle says %v (%v)", r.where, v.Name, v.Value, v.Realtime, want, realtime)
		}
	}
}

func indicatorOf(name string) func([]oracle.Bar) []float64 {
	kind, length, ok := strings.Cut(name, "_")
	n, err := strconv.Atoi(length)
	if !ok || err != nil || n < 1 {
		return nil
	}
	by := map[string]func([]oracle.Bar, int) []float64{"SMA": oracle.SMA, "EMA": oracle.EMA, "RSI": oracle.RSI, "ATR": oracle.ATR}[kind]
	if by == nil {
		return nil
	}
	return func(in []oracle.Bar) []float64 { return by(in, n) }
}

func bars(candles []oracle.Candle) []oracle.Bar {
	out := make([]oracle.Bar, len(candles))
	for i, c := range candles {
		out[i] = c.Bar()
	}
	return out
}

func ohlcv(c oracle.Candle) string {
	return fmt.Sprintf("%s %s %s %s %s", c.Open, c.High, c.Low, c.Close, c.Volume)
}

func formed(f *messages.OHLCV) string {
	if f == nil {
		return "no candle"
	}
	return fmt.Sprintf("%s %s %s %s %s", f.Open, f.High, f.Low, f.Close, f.Volume)
}

// parseTimeframe reads "5s", "1min", "2h" or "1day".
func parseTimeframe(text string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"min": time.Minute, "day": 24 * time.Hour, "h": time.Hour, "s": time.Second} {
		if digits, ok := strings.CutSuffix(text, suffix); ok {
			if n, err := strconv.Atoi(digits); err == nil && n > 0 {
				return time.Duration(n) * unit, nil
			}
		}
	}
	return 0, fmt.Errorf("timeframe %q: want a number and s, min, h or day", text)
}
