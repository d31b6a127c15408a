package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/sim/oracle"
)

// missing finds symbols with ticks, and not one update of the timeframe that all symbols
// have from their first tick on.
func (f *facts) missing(tapes map[messages.TopicPartition]*tape, all map[series][]told, out *Result, left *leftOut) {
	how, horizon := f.subject.Candles, f.horizon(messages.TopicUpdates)
	for tp, t := range tapes {
		for symbol := range t.symbols {
			s := series{symbol, how.Timeframe}
			switch {
			case all[s] != nil:
			case f.keepsOther(s, tp.Partition):
				left.kept++
			case !t.beheaded || t.oneSource(symbol) && slices.ContainsFunc(t.places[symbol], func(i int) bool {
				return f.at(tp, t.causes[i].Offset).timeMs >= horizon && t.followed(symbol, i, how.Silence)
			}):
				out.Find(symbol, "it has ticks in %s and not one update of %s", tp, how.Timeframe)
			}
		}
	}
}

// keepsOther tells whether a symbol was saved with timeframes that this is none of:
// symbols keep those that they began with, whatever the settings are now.
func (f *facts) keepsOther(s series, partition int32) bool {
	state := f.states[messages.ShardID{Kind: messages.SymbolShard, Partition: partition}]
	if !f.subject.Live || state == nil {
		return false
	}
	var saved veloxpb.SymbolState
	e := state.parts[string(messages.SymbolShard)+"/"+s.symbol]
	if e == nil || proto.Unmarshal(e.Payload, &saved) != nil || len(saved.Timeframes) == 0 {
		return false
	}
	return !slices.ContainsFunc(saved.Timeframes, func(t *veloxpb.TimeframeState) bool { return t.Timeframe == s.timeframe })
}

// followed tells whether a symbol, all of whose ticks that are left are of one source,
// follows that source at one of them, even if it followed another before.
func (t *tape) followed(symbol string, i int, silence time.Duration) bool {
	first := t.places[symbol][0]
	return t.ticks[i].TimeMs-t.ticks[first].TimeMs >= silence.Milliseconds()
}

// cover wants an update of each tick, from the first one on that has one or that is of a
// source that the symbol surely follows.
func (t *tape) cover(how *Candles, s series, all []told, out *Result, left *leftOut) {
	if s.timeframe != how.Timeframe || !t.oneSource(s.symbol) || len(all) == 0 {
		return
	}
	left.beheaded++
	have := make(map[int64]bool, len(all))
	for i := range all {
		if !all[i].closing {
			have[all[i].at] = true
		}
	}
	begun := false
	for _, i := range t.places[s.symbol] {
		at := t.causes[i].Offset
		if at <= all[0].at {
			continue
		}
		begun = begun || have[at] || t.followed(s.symbol, i, how.Silence)
		if !begun {
			continue
		}
		out.Looked++
		if !have[at] {
			out.Find(s.symbol+" "+s.timeframe, "the tick at offset %d has no update of its own", at)
		}
	}
}

// lengths are those of one unit of time, as the wire names it.
var lengths = map[string]time.Duration{
	"s": time.Second, "min": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": oracle.Week, "month": oracle.Month,
}

// parseTimeframe reads "5s", "1min", "2hour", "1day", "1week" or "1month".
func parseTimeframe(text string) (time.Duration, error) {
	unit := strings.TrimLeft(text, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(text, unit))
	length, ok := lengths[unit]
	if !ok || err != nil || n < 1 || n > 1 && length > 24*time.Hour/time.Duration(n) {
		return 0, fmt.Errorf("timeframe %q: want a number and s, min or hour, of a day at most, or 1day, 1week or 1month", text)
	}
	return time.Duration(n) * length, nil
}
