package report

import (
	"slices"
	"time"

	"github.com/velox-trading/velox/trading/performance"
)

// Silences of all symbols, as nights, are drawn narrow: of at least silenceMs, and
// far more than the usual time between prices.
const (
	silenceMs     = int64(30 * time.Minute / time.Millisecond)
	silenceUsual  = 8     // times the median between prices
	silenceWidth  = 0.006 // of the axis
	silencesWidth = 0.06  // of the axis, all of them together
)

// timeline maps times to the x axis that all charts of a page share, from 0 to 1:
// linear, save for long silences.
type timeline struct {
	clock
	spans []span
}

// span is a time without a long silence, and where it is drawn.
type span struct {
	from, to int64
	x1, x2   float64
}

// newTimeline covers the times at which something was traded or observed.
func (b *Backtest) newTimeline() *timeline {
	var times []int64
	width := int64(1)
	if b.Prices != nil {
		width = b.Prices.Width().Milliseconds()
		for _, symbol := range b.Prices.Symbols() {
			bars := b.Prices.Bars(symbol)
			for i := range bars {
				times = append(times, bars[i].FirstMs, bars[i].LastMs)
			}
		}
	}
	for _, p := range b.Total.Curve {
		times = append(times, p.TimeMs)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	l := &timeline{clock: b.clock()}
	if len(times) == 0 {
		times = []int64{b.Input.FirstMs}
	}
	longest := max(silenceMs, 2*width, silenceUsual*medianStep(times))
	l.spans = []span{{from: times[0], to: times[0]}}
	for _, ms := range times[1:] {
		last := &l.spans[len(l.spans)-1]
		if ms-last.to >= longest {
			l.spans = append(l.spans, span{from: ms, to: ms})
			continue
		}
		last.to = ms
	}
	l.place()
	return l
}

func medianStep(times []int64) int64 {
	if len(times) < 2 {
		return 0
	}
	steps := make([]int64, len(times)-1)
	for i := range steps {
		steps[i] = times[i+1] - times[i]
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// place gives each span its part of the axis.
func (l *timeline) place() {
	total := int64(0)
	for _, s := range l.spans {
		total += s.to - s.from
	}
	silences := float64(len(l.spans) - 1)
	narrow := 0.0
	if silences > 0 {
		narrow = min(silenceWidth, silencesWidth/silences)
	}
	room, x := 1-narrow*silences, 0.0
	for i := range l.spans {
		s := &l.spans[i]
		s.x1 = x
		if total > 0 {
			x += room * float64(s.to-s.from) / float64(total)
		}
		s.x2 = x
		x += narrow
	}
}

// x gives the place of a time; one out of range is at the nearer end.
func (l *timeline) x(ms int64) float64 {
	i, _ := slices.BinarySearchFunc(l.spans, ms, func(s span, ms int64) int {
		if s.to < ms {
			return -1
		}
		return 1
	})
	if i == len(l.spans) {
		return l.spans[i-1].x2
	}
	s := &l.spans[i]
	switch {
	case ms >= s.from && s.to > s.from:
		return s.x1 + (s.x2-s.x1)*float64(ms-s.from)/float64(s.to-s.from)
	case ms >= s.from || i == 0:
		return s.x1
	default: // in a silence: by its part of it
		before := &l.spans[i-1]
		return before.x2 + (s.x1-before.x2)*float64(ms-before.to)/float64(s.from-before.to)
	}
}

// candleWidths are those that people use; larger ones are whole days.
var candleWidths = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// candles gives a symbol's bars in a width that makes no more than a limit of them,
// and the width in milliseconds: a usual one where the sampled bars can be put
// together to it, otherwise a multiple of theirs by a power of two.
func candles(p *performance.Prices, symbol string, limit int) ([]performance.Bar, int64) {
	all, width := p.Bars(symbol), p.Width().Milliseconds()
	if len(all) <= limit {
		return all, width
	}
	for _, usual := range candleWidths {
		if w := usual.Milliseconds(); w > width && w%width == 0 {
			if bars := performance.Merge(all, w); len(bars) <= limit {
				return bars, w
			}
		}
	}
	for {
		width *= 2
		if bars := performance.Merge(all, width); len(bars) <= limit {
			return bars, width
		}
	}
}
