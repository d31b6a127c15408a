package check

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// tape is the ticks and timers of one partition as the oracle takes them.
type tape struct {
	ticks   []oracle.Tick
	causes  []messages.Origin // as origins have them, by which updates name them
	highest []int64           // the highest time of any source, up to each tick
	places  map[string][]int  // of a symbol's ticks
	symbols map[string]bool   // those that the oracle can judge
	// beheaded: ticks or updates before may have been deleted.
	beheaded bool
	timers   []timer // that are not on it yet
	made     map[time.Duration]*made
}

// made is what the oracle makes of a tape.
type made struct {
	candles oracle.Candles
	err     error
}

// tapes gives the ticks by partition: those that are at home there and that the oracle
// can judge. Live ones begin with the first tick of which something came: Velox may have
// begun with it. A tick of another exchange than its symbol's is no tick of it, nor is one
// that its symbol has failed at, but their time counts for their source, so they close
// candles as one of another symbol does. So does a timer.
func (f *facts) tapes(out *Result) map[messages.TopicPartition]*tape {
	n, timers := f.partitions(messages.TopicTicks), f.timers(out)
	tapes := make(map[messages.TopicPartition]*tape)
	for i := range f.ticks {
		v := &f.ticks[i]
		at := caused{tp: v.tp, offset: v.offset}
		if begin, ok := f.first[v.tp]; f.subject.Live && (!ok || v.offset < begin) {
			continue
		}
		var wire market.Tick
		if err := messages.DecodeTickRecord(v.record, &wire, f.interner); err != nil || messages.HomePartition([]byte(wire.Symbol), n) != v.tp.Partition {
			continue
		}
		t := tapes[v.tp]
		if t == nil {
			t = &tape{
				places: make(map[string][]int), symbols: make(map[string]bool), made: make(map[time.Duration]*made),
				beheaded: f.truncated || f.offsets[v.tp].Start > 0, timers: timers[v.tp],
			}
			tapes[v.tp] = t
		}
		t.strike(v.offset, out)
		if f.failed[at] || f.exchanges.mismatch(at) {
			wire.Symbol += "." + wire.Exchange
			t.add(&wire, v)
			continue
		}
		t.add(&wire, v)
		if f.subject.Candles.AroundTheClock(wire.Exchange) {
			t.symbols[wire.Symbol] = true
		}
	}
	for _, t := range tapes {
		t.strike(math.MaxInt64, out)
	}
	return tapes
}

func (t *tape) add(wire *market.Tick, v *tickFact) {
	t.places[wire.Symbol] = append(t.places[wire.Symbol], len(t.ticks))
	t.append(oracle.Tick{
		Symbol: wire.Symbol, Source: wire.Source, TimeMs: wire.TimeMs, Price: number(wire.Price), Volume: number(wire.Volume),
	}, messages.Origin{Topic: v.tp.Topic, Partition: v.tp.Partition, Offset: v.offset})
}

func (t *tape) append(tick oracle.Tick, cause messages.Origin) {
	highest := tick.TimeMs
	if n := len(t.highest); n > 0 {
		highest = max(highest, t.highest[n-1])
	}
	t.ticks, t.causes, t.highest = append(t.ticks, tick), append(t.causes, cause), append(t.highest, highest)
}

// caused tells whether an update was caused by what stands at a place.
func (t *tape) caused(u *told, place int) bool {
	c := t.causes[place]
	return u.origin.Topic == c.Topic && u.origin.Partition == c.Partition && u.origin.Offset == c.Offset
}

func number(d decimal.Decimal) oracle.Number {
	n, err := oracle.ParseNumber(d.String())
	if err != nil {
		panic(fmt.Errorf("a decimal's text is %q: %w", d, err))
	}
	return n
}

// make gives what the oracle makes of the tape, once for each length.
func (t *tape) make(length, grace time.Duration) (oracle.Candles, error) {
	m := t.made[length]
	if m == nil {
		m = &made{}
		m.candles, m.err = oracle.Make(t.ticks, length, grace)
		t.made[length] = m
	}
	return m.candles, m.err
}

// oneSource tells whether all ticks of a symbol are of one source.
func (t *tape) oneSource(symbol string) bool {
	places := t.places[symbol]
	return !slices.ContainsFunc(places, func(i int) bool { return t.ticks[i].Source != t.ticks[places[0]].Source })
}
