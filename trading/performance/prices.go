package performance

import (
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// Bar is what a symbol traded at in one interval.
type Bar struct {
	// StartMs is the interval's; FirstMs and LastMs are the times of the earliest
	// and the latest tick in it.
	StartMs, FirstMs, LastMs int64
	Open, High, Low, Close   decimal.Decimal
}

// Prices samples the prices of symbols in intervals of one width, aligned to UTC.
// It holds a bounded number of bars over all symbols: when there are more, the
// width doubles and bars are merged.
type Prices struct {
	widthMs int64
	limit   int
	count   int
	symbols map[string]*[]Bar
}

// NewPrices samples with a width of at least 1 ms and holds at most limit bars, but
// always two a symbol.
func NewPrices(width time.Duration, limit int) *Prices {
	return &Prices{widthMs: max(width.Milliseconds(), 1), limit: limit, symbols: make(map[string]*[]Bar)}
}

// Width is the present width of an interval.
func (p *Prices) Width() time.Duration { return time.Duration(p.widthMs) * time.Millisecond }

// Symbols lists the symbols that have a price, sorted.
func (p *Prices) Symbols() []string { return slices.Sorted(maps.Keys(p.symbols)) }

// Bars gives a symbol's bars, oldest first. They must not be changed.
func (p *Prices) Bars(symbol string) []Bar {
	if bars := p.symbols[symbol]; bars != nil {
		return *bars
	}
	return nil
}

// Add takes a tick in. Ticks may come in any order: the close is the price of the
// latest time, of equal times the one that came last; the open that of the
// earliest, of equal times the one that came first.
func (p *Prices) Add(symbol string, timeMs int64, price decimal.Decimal) {
	bars := p.symbols[symbol]
	if bars == nil {
		bars = new([]Bar)
		p.symbols[symbol] = bars
	}
	start := floor(timeMs, p.widthMs)
	tick := Bar{StartMs: start, FirstMs: timeMs, LastMs: timeMs, Open: price, High: price, Low: price, Close: price}
	if n := len(*bars); n > 0 && (*bars)[n-1].StartMs == start {
		(*bars)[n-1].join(&tick)
		return
	}
	i := sort.Search(len(*bars), func(i int) bool { return (*bars)[i].StartMs >= start })
	if i < len(*bars) && (*bars)[i].StartMs == start {
		(*bars)[i].join(&tick)
		return
	}
	*bars = slices.Insert(*bars, i, tick)
	p.count++
	for p.count > max(p.limit, 2*len(p.symbols)) {
		p.widen()
	}
}

// join adds what came later to a bar.
func (b *Bar) join(o *Bar) {
	b.High, b.Low = decimal.Max(b.High, o.High), decimal.Min(b.Low, o.Low)
	if o.FirstMs < b.FirstMs {
		b.FirstMs, b.Open = o.FirstMs, o.Open
	}
	if o.LastMs >= b.LastMs {
		b.LastMs, b.Close = o.LastMs, o.Close
	}
}

// widen doubles the width.
func (p *Prices) widen() {
	p.widthMs *= 2
	p.count = 0
	for _, bars := range p.symbols {
		*bars = Merge(*bars, p.widthMs)
		p.count += len(*bars)
	}
}

// Merge gives the bars of a larger width, in milliseconds, a multiple of theirs.
func Merge(bars []Bar, widthMs int64) []Bar {
	var out []Bar
	for i := range bars {
		b := bars[i]
		b.StartMs = floor(b.StartMs, widthMs)
		if n := len(out); n > 0 && out[n-1].StartMs == b.StartMs {
			out[n-1].join(&b)
			continue
		}
		out = append(out, b)
	}
	return out
}

// floor gives the start of the interval in which a time lies.
func floor(ms, width int64) int64 {
	start := ms - ms%width
	if start > ms {
		start -= width
	}
	return start
}
