package rules

import (
	"math"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/strategy"
)

// series is what is remembered of the candles of one symbol and timeframe.
type series struct {
	streamKey
	of     int  // its symbol among the strategy's
	trader int  // its symbol among the traded ones; -1: it is only watched
	base   bool // the strategy's own timeframe
	fields []field

	// ends are the ends of the newest closed candles, newest first. skip is how many
	// of them the present decision leaves out, for they ended after it; it is set for
	// each decision and no part of the state.
	ends []int64
	skip int
	// closedMs is the end of the newest closed candle, seenMs the time of the newest
	// event.
	closedMs, seenMs int64
	// candles counts those that closed, up to maxFlawAge.
	candles int
	// ages count the candles that closed since the newest one with each flaw, -1
	// without one; flawMs is the end of the newest with any.
	ages   [unflawed]int
	flawMs int64
	// live holds the values with the open candle, which reaches up to liveMs at least; only
	// at every_tick. liveFlaw is that candle's.
	live     []float64
	liveMs   int64
	liveFlaw flaw
}

// field is one value of a series.
type field struct {
	name  string
	place int // among candleNames; -1: an indicator
	depth int // closed candles to remember
	made  int // candles that make a value
	// closed are its values at closed candles, newest first.
	closed []float64
}

// maxAhead bounds the candles by which one series may be told ahead of another, so
// that a decision on the other still finds what was known at its time.
const maxAhead = 16

func (q *series) add(name string, depth, made int) {
	i := q.index(name)
	if i < 0 {
		q.fields = append(q.fields, field{name: name, place: slices.Index(candleNames, name), made: made})
		i = len(q.fields) - 1
	}
	q.fields[i].depth = max(q.fields[i].depth, depth)
}

func (q *series) index(name string) int {
	return slices.IndexFunc(q.fields, func(f field) bool { return f.name == name })
}

// older tells that a candle has closed before the newest one.
func (q *series) older(ev *strategy.Event) bool { return ev.TimeMs+1 < q.closedMs }

// fresh tells that an event closes a candle for the first time.
func (q *series) fresh(ev *strategy.Event) bool {
	return ev.Closed && ev.Candle != nil && ev.TimeMs+1 > q.closedMs
}

// take takes an event in. An amended candle replaces the newest; older ones and
// updates outside of sessions leave the series as it is.
func (q *series) take(ev *strategy.Event, everyTick bool) {
	fresh := q.fresh(ev)
	switch {
	case ev.Candle == nil:
	case ev.Closed && !q.older(ev):
		q.end(ev.TimeMs+1, fresh)
		for i := range q.fields {
			q.fields[i].push(valueOf(&q.fields[i], ev), !fresh)
		}
		q.age(q.flawOf(ev.Candle, fresh), ev.TimeMs+1, fresh)
		q.closedMs = ev.TimeMs + 1
		if fresh && q.candles < maxFlawAge {
			q.candles++
		}
	case !ev.Closed && everyTick:
		for i := range q.fields {
			q.live[i] = valueOf(&q.fields[i], ev)
		}
		// The newest open candle, also in the update of a tick of an older one.
		q.liveMs, q.liveFlaw = max(q.liveMs, ev.TimeMs, q.closedMs), q.flawOf(ev.Candle, true)
	}
	q.seenMs = max(q.seenMs, ev.TimeMs)
}

// end puts the end of the newest closed candle before the others.
func (q *series) end(ms int64, fresh bool) {
	switch {
	case !fresh:
	case len(q.ends) <= maxAhead:
		q.ends = slices.Insert(q.ends, 0, ms)
	default:
		copy(q.ends[1:], q.ends)
		q.ends[0] = ms
	}
}

// leaveOut makes a decision of a time leave out the candles that ended after it.
func (q *series) leaveOut(afterMs int64) {
	for q.skip = 0; q.skip < len(q.ends) && q.ends[q.skip] > afterMs; {
		q.skip++
	}
}

// lastMs gives the end of the newest candle that the decision sees; 0 without one.
func (q *series) lastMs() int64 {
	if q.skip < len(q.ends) {
		return q.ends[q.skip]
	}
	return 0
}

// push puts the value of the newest closed candle before the others, or in place of
// the newest.
func (f *field) push(v float64, amended bool) {
	switch {
	case amended && len(f.closed) > 0:
		f.closed[0] = v
	case len(f.closed) < f.depth+maxAhead:
		f.closed = slices.Insert(f.closed, 0, v)
	default:
		copy(f.closed[1:], f.closed)
		f.closed[0] = v
	}
}

// valueOf gives a field's value in an event; NaN when it is not there.
func valueOf(f *field, ev *strategy.Event) float64 {
	switch c := ev.Candle; f.place {
	case 0:
		return c.Open.Float64()
	case 1:
		return c.High.Float64()
	case 2:
		return c.Low.Float64()
	case 3:
		return c.Close.Float64()
	case 4:
		return c.Volume.Float64()
	}
	i, ok := slices.BinarySearchFunc(ev.Values, f.name, func(v strategy.Value, n string) int { return strings.Compare(v.Name, n) })
	if !ok {
		return math.NaN()
	}
	return ev.Values[i].Value
}

// forming tells whether an open candle is newer than the newest closed one.
func (q *series) forming() bool { return q.liveMs >= q.closedMs && q.liveMs > 0 }

// at gives a field's value some candles ago; settled leaves an open candle out.
func (q *series) at(field, back int, settled bool) float64 {
	if !settled && q.forming() {
		if back == 0 {
			return q.live[field]
		}
		back--
	} else if back += q.skip; q.skip > maxAhead {
		return math.NaN()
	}
	if closed := q.fields[field].closed; back < len(closed) {
		return closed[back]
	}
	return math.NaN()
}

// location is where a slot's value is for one traded symbol.
type location struct{ series, field int }

// frame is what a rule is evaluated on.
type frame struct {
	owner   *ruled
	symbol  string
	slots   []location
	scalars []float64
	// settled: only closed candles count. closing: so they do in this series.
	settled bool
	closing int
	// senseless: something that is no finite number came up since it was last set to
	// false. What a rule says is not acted on then, whatever it is.
	senseless bool
}

func (f *frame) at(r ref) float64 {
	l := f.slots[r.slot]
	return f.owner.series[l.series].at(l.field, r.back, f.settled || l.series == f.closing)
}
