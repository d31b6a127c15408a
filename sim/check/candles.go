package check

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
)

// Candles says how candles are made. Symbols on exchanges with a calendar, and
// those that followed several sources, are beyond the oracle.
type Candles struct {
	Grace time.Duration
	// Timeframe is the one that every symbol has from its first tick on.
	Timeframe string
	// Silence is how long another source must send alone before its symbol follows it; before
	// that, its ticks have no updates.
	Silence time.Duration
	// AroundTheClock tells whether an exchange trades round the clock.
	AroundTheClock func(exchange string) bool
	// AllClosed: the log has come to rest, and timers must have closed every candle.
	AllClosed bool
}

// sampled is how many updates share one whose indicators are recomputed with the
// forming candle; those of closed candles all are. Each time takes all candles before,
// so that from longSeries of them on it is done as much more rarely.
const (
	sampled    = 23
	longSeries = 100
)

// series names the updates of a symbol in a timeframe.
type series struct{ symbol, timeframe string }

// told is an update of a series.
type told struct {
	*mark
	messages.IndicatorUpdate
	closing bool
	at      int64 // the offset of its tick, or where its timer struck
}

// checkCandles holds updates against the oracle's candles and indicators. Timeframes
// that were asked for after their symbol's first tick begin in the middle of a
// candle, and are left out.
func checkCandles(f *facts, out *Result) {
	tapes := f.tapes(out)
	all := f.series(out)
	var left leftOut
	f.missing(tapes, all, out, &left)
	for _, s := range sortedSeries(all) {
		for _, t := range tapes {
			switch {
			case !t.symbols[s.symbol]:
			case t.beheaded:
				t.cover(f.subject.Candles, s, all[s], out, &left)
			default:
				t.check(f.subject.Candles, s, all[s], out, &left)
			}
		}
	}
	left.tell(out)
}

// leftOut counts series by why they were left out, wholly or in part.
type leftOut struct{ sources, beheaded, later, kept int }

func (l *leftOut) tell(out *Result) {
	for _, n := range []struct {
		count int
		why   string
	}{
		{l.sources, "their partition of ticks has symbols of several sources: which one counted is not the oracle's to say"},
		{l.beheaded, "only that every tick has its update: ticks or updates before them are deleted"},
		{l.later, "their timeframe was asked for in the middle of a candle"},
		{l.kept, "their symbols began with another symbols.timeframe, and keep it"},
	} {
		if n.count > 0 {
			out.note("%d series of candles, %s", n.count, n.why)
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

// updatesOnce gives the updates that Velox wrote, in their order, repeats left out.
func (f *facts) updatesOnce() iter.Seq[*valueFact] {
	return func(yield func(*valueFact) bool) {
		seen := make(map[cause]bool)
		for i := range f.updates {
			v := &f.updates[i]
			c := causeOf(v.mark)
			if !v.written || seen[c] {
				continue
			}
			seen[c] = true
			if !yield(v) {
				return
			}
		}
	}
}

// series gives the updates that Velox wrote, repeats left out, by series.
func (f *facts) series(out *Result) map[series][]told {
	all := make(map[series][]told)
	for v := range f.updatesOnce() {
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
		u.at = u.origin.Offset
		if u.origin.Topic == messages.TimerTopic {
			t, err := timerOf(v)
			if err != nil {
				continue // it was told of by then
			}
			u.at = t.struck
		}
		s := series{u.Symbol, u.Timeframe}
		all[s] = append(all[s], u)
	}
	for _, u := range all {
		slices.SortFunc(u, inOrder)
	}
	return all
}

// check holds one series against the oracle.
func (t *tape) check(how *Candles, s series, all []told, out *Result, left *leftOut) {
	where := s.symbol + " " + s.timeframe
	length, err := parseTimeframe(s.timeframe)
	if err != nil {
		out.Find(where, "%v", err)
		return
	}
	candles, err := t.make(length, how.Grace)
	if err != nil {
		left.sources++
		return
	}
	var ofTicks, ofCandles []told
	for _, u := range all {
		if u.closing {
			ofCandles = append(ofCandles, u)
		} else {
			ofTicks = append(ofTicks, u)
		}
	}
	places := t.places[s.symbol]
	begins := len(ofTicks) > 0 && len(places) > 0 && t.caused(&ofTicks[0], places[0])
	if !begins && (s.timeframe != how.Timeframe || len(places) == 0) {
		left.later++
		return
	}
	out.Looked += len(all)
	r := &recount{where: where, tape: t, candles: candles.BySymbol[s.symbol], closed: candles.Closed(s.symbol), out: out}
	r.bars = bars(r.closed)
	r.ticks(places, ofTicks)
	r.closings(ofCandles)
	if n := len(r.candles) - len(r.closed); n > 0 && how.AllClosed {
		out.Find(where, "%d candles are open, though no tick is left to close them and timers strike", n)
	}
}

// recount is one series that is held against the oracle.
type recount struct {
	where   string
	tape    *tape
	candles []oracle.Candle
	closed  []oracle.Candle
	bars    []oracle.Bar         // of those that are closed
	values  map[string][]float64 // of indicators at each of these
	of      map[int]int          // a tick's candle
	growing map[int]*oracle.Growing
	out     *Result
}

// ticks wants one update of each tick, with the newest open candle as it was then.
func (r *recount) ticks(places []int, updates []told) {
	for k, i := range places {
		if k >= len(updates) || !r.tape.caused(&updates[k], i) {
			r.out.Find(r.where, "the tick at offset %d has no update of its own", r.tape.causes[i].Offset)
			return
		}
		u := &updates[k]
		r.add(i)
		open := r.openAt(i)
		want := "no candle"
		if len(open) > 0 {
			want = ohlcv(open[len(open)-1])
		}
		if got := formed(u.Forming); got != want {
			r.out.Find(u.String(), "%s: the forming candle is %s, the oracle says %s", r.where, got, want)
		}
		if closed := r.closedBefore(i); k%(sampled*(1+closed/longSeries)) == 0 && len(open) > 0 {
			r.forming(u, append(slices.Clip(r.bars[:closed]), bars(open)...))
		}
	}
	if len(updates) > len(places) {
		r.out.Find(updates[len(places)].String(), "%s: %d updates of %d ticks", r.where, len(updates), len(places))
	}
}

// openAt gives the symbol's candles that are open after tick i, oldest first, as
// the ticks up to i, which were added, have made them.
func (r *recount) openAt(i int) []oracle.Candle {
	var open []oracle.Candle
	for k := r.closedBefore(i); k < len(r.candles) && r.candles[k].StartMs <= r.tape.highest[i]; k++ {
		if g := r.growing[k]; g != nil {
			open = append(open, g.Candle)
		}
	}
	return open
}

// add adds tick i to its candle; a late one has none.
func (r *recount) add(i int) {
	if r.of == nil {
		r.of, r.growing = make(map[int]int), make(map[int]*oracle.Growing)
		for k := range r.candles {
			for _, place := range r.candles[k].Ticks {
				r.of[place] = k
			}
		}
	}
	k, ok := r.of[i]
	if !ok {
		return
	}
	if r.growing[k] == nil {
		r.growing[k] = &oracle.Growing{Candle: oracle.Candle{StartMs: r.candles[k].StartMs, EndMs: r.candles[k].EndMs, ClosedBy: -1}}
	}
	r.growing[k].Add(r.tape.ticks[i])
}

// closedBefore counts the candles that are closed after tick i. They close in their
// order.
func (r *recount) closedBefore(i int) int {
	return sort.Search(len(r.closed), func(k int) bool { return r.closed[k].ClosedBy > i })
}

// closings wants one update of each closed candle, caused by the tick or timer that
// closed it.
func (r *recount) closings(updates []told) {
	for k, c := range r.closed {
		if k >= len(updates) {
			r.out.Find(r.where, "the candle that ends at %d has no update", c.EndMs)
			return
		}
		u := &updates[k]
		if u.TimeMs != c.EndMs-1 || !r.tape.caused(u, c.ClosedBy) {
			r.out.Find(u.String(), "%s: the candle of %d, closed by %s; the oracle says that of %d, closed by %s",
				r.where, u.TimeMs, u.origin, c.EndMs-1, r.tape.causes[c.ClosedBy])
			return
		}
		if got, want := formed(u.Forming), ohlcv(c); got != want {
			r.out.Find(u.String(), "%s: the closed candle is %s, the oracle says %s", r.where, got, want)
		}
		r.closing(u, k)
	}
	if len(updates) > len(r.closed) {
		r.out.Find(updates[len(r.closed)].String(), "%s: %d candles closed, the oracle says %d", r.where, len(updates), len(r.closed))
	}
}

// forming holds what the oracle can compute against the values of an update that
// includes the candle that forms.
func (r *recount) forming(u *told, in []oracle.Bar) {
	for _, v := range u.Indicators {
		if compute := indicatorOf(v.Name); compute != nil {
			r.hold(u, v, compute(in)[len(in)-1], true)
		}
	}
}

// closing does so for the k-th closed candle. A value depends on no later candle, so
// those of all are computed at once.
func (r *recount) closing(u *told, k int) {
	for _, v := range u.Indicators {
		compute := indicatorOf(v.Name)
		if compute == nil {
			continue
		}
		if r.values == nil {
			r.values = make(map[string][]float64)
		}
		if r.values[v.Name] == nil {
			r.values[v.Name] = compute(r.bars)
		}
		r.hold(u, v, r.values[v.Name][k], false)
	}
}

func (r *recount) hold(u *told, v messages.IndicatorValue, want float64, realtime bool) {
	r.out.Looked++
	if v.Realtime != realtime || math.IsNaN(want) || math.Abs(v.Value-want) > 1e-9*max(1, math.Abs(want)) {
		r.out.Find(u.String(), "%s: %s is %v (realtime %v), the oracle says %v (%v)", r.where, v.Name, v.Value, v.Realtime, want, realtime)
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
