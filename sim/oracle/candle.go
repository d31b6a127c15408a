package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

const dayMs = int64(24 * time.Hour / time.Millisecond)

// Week and Month are the lengths of candles that have no other: from Monday to Sunday, and
// the days of a month on the calendar, whose number differs.
const (
	Week  = 7 * 24 * time.Hour
	Month = 31 * 24 * time.Hour
)

// Candle is the trade of one symbol in [StartMs, EndMs).
type Candle struct {
	StartMs, EndMs                 int64
	Open, High, Low, Close, Volume Number
	// Ticks are the places of its ticks in the partition, ascending.
	Ticks []int
	// ClosedBy is the place of the tick whose time closed it, of any symbol of the
	// source, or of a timer; -1 when it is still open after the last tick.
	ClosedBy int
}

// Bar gives a candle's prices as floats.
func (c Candle) Bar() Bar {
	return Bar{c.Open.Float64(), c.High.Float64(), c.Low.Float64(), c.Close.Float64(), c.Volume.Float64()}
}

// Candles is what one timeframe makes of a partition.
type Candles struct {
	// BySymbol has each symbol's candles, oldest first.
	BySymbol map[string][]Candle
	// Late has the places of the ticks whose candle had closed, ascending.
	Late []int
}

// Closed gives a symbol's closed candles, oldest first.
func (c Candles) Closed(symbol string) []Candle {
	all := c.BySymbol[symbol]
	for i := range all {
		if all[i].ClosedBy < 0 {
			return all[:i]
		}
	}
	return all
}

// Make says which candles the ticks of one partition, in their order, make on an
// exchange that trades round the clock.
//
//   - The clock at a tick is the highest time of its source in the partition up
//     to and including it, timers among them.
//   - A candle is [start, end): whole lengths from midnight UTC, the last one cut
//     at the next midnight; or the week from Monday on, or the month, of UTC.
//   - A candle closes at the first tick of its source with which the clock reaches
//     its end + grace; a tick of a candle for which this holds, the tick's own
//     time included, is late and in no candle.
//   - Open is the price of the earliest time, the first to arrive among equals;
//     Close that of the latest, the last to arrive among equals.
//
// A symbol with ticks of two sources is an error: which one it follows is not the
// oracle's to say. So is a length that isn't 1 ms to a day, Week or Month.
func Make(ticks []Tick, length, grace time.Duration) (Candles, error) {
	if (length < time.Millisecond || length > 24*time.Hour) && length != Week && length != Month {
		return Candles{}, fmt.Errorf("candles of %s: want 1 ms to 24 h, a week or a month", length)
	}
	clocks, err := clocksOf(ticks)
	if err != nil {
		return Candles{}, err
	}
	bySource := make(map[string][]int)
	for i := range ticks {
		bySource[ticks[i].Source] = append(bySource[ticks[i].Source], i)
	}
	type id struct {
		symbol  string
		startMs int64
	}
	members := make(map[id][]int)
	out := Candles{BySymbol: make(map[string][]Candle)}
	for i, t := range ticks {
		if t.Symbol == "" {
			continue
		}
		start, end := bounds(t.TimeMs, length)
		if end+grace.Milliseconds() <= clocks[i] {
			out.Late = append(out.Late, i)
			continue
		}
		members[id{t.Symbol, start}] = append(members[id{t.Symbol, start}], i)
	}
	for key, places := range members {
		_, end := bounds(key.startMs, length)
		c := CandleOf(ticks, places, key.startMs, end)
		c.ClosedBy = closedBy(bySource[ticks[places[0]].Source], clocks, end+grace.Milliseconds())
		out.BySymbol[key.symbol] = append(out.BySymbol[key.symbol], c)
	}
	for _, candles := range out.BySymbol {
		slices.SortFunc(candles, func(a, b Candle) int { return cmp.Compare(a.StartMs, b.StartMs) })
	}
	return out, nil
}

// clocksOf gives the clock at each tick.
func clocksOf(ticks []Tick) ([]int64, error) {
	clocks := make([]int64, len(ticks))
	highest, follows := make(map[string]int64), make(map[string]string)
	for i, t := range ticks {
		if source, ok := follows[t.Symbol]; ok && t.Symbol != "" && source != t.Source {
			return nil, fmt.Errorf("tick %d: symbol %s has the sources %q and %q", i, t.Symbol, source, t.Source)
		}
		follows[t.Symbol] = t.Source
		if h, ok := highest[t.Source]; !ok || t.TimeMs > h {
			highest[t.Source] = t.TimeMs
		}
		clocks[i] = highest[t.Source]
	}
	return clocks, nil
}

// bounds gives the candle that holds a time of 1970 or later.
func bounds(ms int64, length time.Duration) (start, end int64) {
	midnight := ms - ms%dayMs
	switch length {
	case Week:
		start = midnight - (midnight/dayMs+3)%7*dayMs // 1970-01-01 was a Thursday
		return start, start + 7*dayMs
	case Month:
		day := time.UnixMilli(ms).UTC()
		first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		return first.UnixMilli(), first.AddDate(0, 1, 0).UnixMilli()
	}
	start = midnight + (ms-midnight)/length.Milliseconds()*length.Milliseconds()
	return start, min(start+length.Milliseconds(), midnight+dayMs)
}

// closedBy gives the first place of a source at which its clock, which never goes
// back, has reached a time.
func closedBy(places []int, clocks []int64, dueMs int64) int {
	k := sort.Search(len(places), func(k int) bool { return clocks[places[k]] >= dueMs })
	if k == len(places) {
		return -1
	}
	return places[k]
}

// CandleOf makes the candle [start, end) of the ticks at some places, ascending;
// nothing has closed it.
func CandleOf(ticks []Tick, places []int, start, end int64) Candle {
	c := Candle{StartMs: start, EndMs: end, Ticks: places, ClosedBy: -1}
	byTime := slices.Clone(places)
	slices.SortStableFunc(byTime, func(a, b int) int { return cmp.Compare(ticks[a].TimeMs, ticks[b].TimeMs) })
	c.Open, c.Close = ticks[byTime[0]].Price, ticks[byTime[len(byTime)-1]].Price
	byPrice := slices.Clone(places)
	slices.SortStableFunc(byPrice, func(a, b int) int { return ticks[a].Price.Cmp(ticks[b].Price) })
	c.Low, c.High = ticks[byPrice[0]].Price, ticks[byPrice[len(byPrice)-1]].Price
	for _, i := range places {
		c.Volume = c.Volume.Add(ticks[i].Volume)
	}
	return c
}

// Growing is a candle whose ticks come one by one, in their order: at each it is what
// CandleOf makes of those so far, save that Ticks stays empty.
type Growing struct {
	Candle
	firstMs, lastMs int64
	some            bool
}

// Add adds a tick.
func (g *Growing) Add(t Tick) {
	if !g.some {
		g.Open, g.High, g.Low, g.firstMs, g.lastMs = t.Price, t.Price, t.Price, t.TimeMs, t.TimeMs
	}
	g.some = true
	if t.TimeMs < g.firstMs {
		g.Open, g.firstMs = t.Price, t.TimeMs
	}
	if t.TimeMs >= g.lastMs {
		g.Close, g.lastMs = t.Price, t.TimeMs
	}
	if t.Price.Cmp(g.High) > 0 {
		g.High = t.Price
	}
	if t.Price.Cmp(g.Low) < 0 {
		g.Low = t.Price
	}
	g.Volume = g.Volume.Add(t.Volume)
}
