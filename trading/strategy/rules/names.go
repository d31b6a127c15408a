package rules

import (
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// candleNames are the values of a candle. They and indicators have earlier values,
// and are of a symbol and a timeframe.
var candleNames = []string{"open", "high", "low", "close", "volume"}

// streamKey names a series of candles; no symbol stands for the traded one.
type streamKey struct {
	symbol    string
	timeframe market.Timeframe
}

// slotKey names one value of the candles of a stream.
type slotKey struct {
	stream int
	name   string
}

// scalarKey names a value without a timeframe; n is the minutes of an opening range.
type scalarKey struct {
	symbol string
	kind   scalarKind
	n      int
}

// ref is one value of candles that a rule looks at: back 0 is now.
type ref struct{ slot, back int }

// use is how far a rule looks back into a stream: reach counts the newest candles
// that make its values, whole those of which more than the close does (0: none), and
// anchored says since when all candles do.
type use struct {
	stream, reach, whole int
	anchored             anchor
}

// anchor is what a value starts afresh with, in days before the session's open;
// unanchored for most.
type anchor int

const (
	unanchored      anchor = -1
	thisSession     anchor = 0
	previousSession anchor = 1 // the one before, however many days that is
)

// maxStreams bounds the series of one strategy and symbol, and maxOpenings its
// opening ranges.
const (
	maxStreams  = 64
	maxOpenings = 16
	maxValues   = 256 // of candles
)

// names knows everything that the rules of one program look at.
type names struct {
	base     market.Timeframe
	streams  []streamKey // the first is the traded symbol's, in the base timeframe
	slots    []slotKey
	depth    []int // by slot: how far it is looked back at
	made     []use // by slot: of what
	scalars  []scalarKey
	openings []int // minutes, sorted
	let      []definition
	symbols  []string // that are traded, when they are known, for what errors suggest
}

// stream gives the place of a stream and makes it when it is first named.
func (n *names) stream(k streamKey) (int, string) {
	if k.timeframe.IsZero() {
		k.timeframe = n.base
	}
	if i := slices.Index(n.streams, k); i >= 0 {
		return i, ""
	}
	if len(n.streams) >= maxStreams {
		return 0, fmt.Sprintf("the rules look at more than %d series of symbols and timeframes", maxStreams)
	}
	n.streams = append(n.streams, k)
	return len(n.streams) - 1, ""
}

// slot gives the place of a candle's value or an indicator.
func (n *names) slot(at place, name string) (int, string) {
	stream, problem := n.stream(streamKey{at.symbol, at.timeframe})
	if problem != "" {
		return 0, problem
	}
	k := slotKey{stream, name}
	i := slices.Index(n.slots, k)
	if i < 0 {
		if len(n.slots) >= maxValues {
			return 0, fmt.Sprintf("the rules look at more than %d values", maxValues)
		}
		candles, anchored := made(name)
		u := use{stream: stream, reach: candles, anchored: anchored}
		if !closesOnly(name) {
			u.whole = candles
		}
		n.slots, n.depth = append(n.slots, k), append(n.depth, 0)
		n.made = append(n.made, u)
		i = len(n.slots) - 1
	}
	n.depth[i] = max(n.depth[i], at.back)
	return i, ""
}

// scalar gives the place of a value without a timeframe. The prices of another
// symbol come with its candles, so these are followed.
func (n *names) scalar(k scalarKey) (int, string) {
	if k.kind.global() {
		k.symbol = ""
	}
	if _, problem := n.stream(streamKey{symbol: k.symbol}); problem != "" {
		return 0, problem
	}
	if i := slices.Index(n.scalars, k); i >= 0 {
		return i, ""
	}
	n.scalars = append(n.scalars, k)
	return len(n.scalars) - 1, ""
}

// knownNames are the values that have a name of their own.
func knownNames() []string {
	list := slices.Clone(candleNames)
	for _, s := range scalarNames {
		if !s.kind.takesMinutes() {
			list = append(list, s.name)
		}
	}
	return list
}

// anchors are the kinds of indicators that are made of whole sessions.
var anchors = map[string]anchor{
	"VWAP": thisSession, "VWAP_BANDS": thisSession, "OPENRANGE": thisSession,
	"PIVOTS": previousSession, "PIVOTS_CAMARILLA": previousSession, "PIVOTS_FIB": previousSession,
}

// anchorOf gives an indicator's anchor. AVWAP goes back over the sessions, days, weeks
// or months of its parameters, which count as at most so many days.
func anchorOf(spec indicator.Spec) anchor {
	if spec.Kind == "AVWAP" && len(spec.Params) == 2 {
		days := []anchor{2, 2, 7, 31}[int(spec.Params[0])%4]
		return days*anchor(spec.Params[1]) + 1 // a session may be of the evening before
	}
	if a, ok := anchors[spec.Kind]; ok {
		return a
	}
	return unanchored
}

// made tells of how many of the newest candles a value is made, and since when of
// all. An indicator counts as made of as many as it takes to be warm, though some
// averages never quite forget.
func made(name string) (candles int, anchored anchor) {
	if slices.Contains(candleNames, name) {
		return 1, unanchored
	}
	spec, _, err := indicator.ParseName(name)
	if err != nil {
		panic(fmt.Errorf("indicator %s was accepted by the compiler: %w", name, err))
	}
	in := indicator.New(spec)
	out := make([]float64, len(spec.OutputNames()))
	longest := 1.0
	for _, v := range spec.Params {
		if v <= maxMade {
			longest = max(longest, v)
		}
	}
	const session = 50 // candles of a made-up day, for what needs the day before
	for n := range 5*int(longest) + 2*session {
		x := 100 + float64(n%7) - float64(n%5)
		in.Update(indicator.Bar{
			StartMs: int64(n) * minuteMs, SessionMs: int64(n/session*session) * minuteMs,
			Open: x, High: x + 2, Low: x - 2, Close: x + 1, Volume: 1000,
		})
		if in.Last(out) {
			return n + 1, anchorOf(spec)
		}
	}
	return int(longest), anchorOf(spec)
}

// closesOnly tells whether a value is made of the candles' closes alone.
func closesOnly(name string) bool {
	if slices.Contains(candleNames, name) {
		return name == "close"
	}
	spec, _, err := indicator.ParseName(name)
	return err == nil && spec.ClosesOnly()
}

// maxMade bounds a parameter that can be a number of candles: others, such as a price,
// can be larger.
const maxMade = 10_000
