package check

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// tape is the ticks of one partition as the oracle takes them, and their offsets.
type tape struct {
	ticks   []oracle.Tick
	offsets []int64
	highest []int64          // the highest time of any source, up to each tick
	places  map[string][]int // of a symbol's ticks
	symbols map[string]bool  // those that the oracle can judge
	// beheaded: ticks or updates before may have been deleted.
	beheaded bool
	made     map[time.Duration]*made
}

// made is what the oracle makes of a tape.
type made struct {
	candles oracle.Candles
	err     error
}

// tapes gives the ticks by partition: those that are at home there, that were not
// passed over, and that the oracle can judge. Live ones begin with the first tick of
// which something came: Velox may have begun with it. A tick of another exchange than
// its symbol's is no tick of it, but its time counts for its source, so it closes
// candles as one of another symbol does.
func (f *facts) tapes() map[messages.TopicPartition]*tape {
	n := f.partitions(messages.TopicTicks)
	tapes := make(map[messages.TopicPartition]*tape)
	for i := range f.ticks {
		v := &f.ticks[i]
		at := caused{tp: v.tp, offset: v.offset}
		if begin, ok := f.first[v.tp]; f.failed[at] || f.subject.Live && (!ok || v.offset < begin) {
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
				beheaded: f.truncated || f.offsets[v.tp].Start > 0,
			}
			tapes[v.tp] = t
		}
		if f.exchanges.mismatch(at) {
			wire.Symbol += "." + wire.Exchange
			t.add(&wire, v.offset)
			continue
		}
		t.add(&wire, v.offset)
		if f.subject.Candles.AroundTheClock(wire.Exchange) {
			t.symbols[wire.Symbol] = true
		}
	}
	return tapes
}

func (t *tape) add(wire *market.Tick, offset int64) {
	highest := wire.TimeMs
	if n := len(t.highest); n > 0 {
		highest = max(highest, t.highest[n-1])
	}
	t.places[wire.Symbol] = append(t.places[wire.Symbol], len(t.ticks))
	t.ticks = append(t.ticks, oracle.Tick{
		Symbol: wire.Symbol, Source: wire.Source, TimeMs: wire.TimeMs, Price: number(wire.Price), Volume: number(wire.Volume),
	})
	t.offsets, t.highest = append(t.offsets, offset), append(t.highest, highest)
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

// upTo gives how many of a symbol's places, or of the tape for "", are of offsets up
// to a limit.
func (t *tape) upTo(places []int, limit int64) []int {
	return places[:sort.Search(len(places), func(k int) bool { return t.offsets[places[k]] > limit })]
}

// oneSource tells whether all ticks of a symbol are of one source.
func (t *tape) oneSource(symbol string) bool {
	places := t.places[symbol]
	return !slices.ContainsFunc(places, func(i int) bool { return t.ticks[i].Source != t.ticks[places[0]].Source })
}
