package chaos

import (
	"fmt"
	"maps"
	"slices"

	"github.com/velox-trading/velox/sim/check"
)

const ticksCheck = "ticks"

// Written is a tick as it stands in the topic of ticks.
type Written struct {
	Partition int32
	Offset    int64
	// Text is all that the load gave of the tick, and whatever else tells it apart.
	Text string
}

// CompareTicks holds the ticks that are written, by symbol and in the order in which
// they are read, against the texts of those that the load gave: each once, in their
// order, a symbol in one partition, and nothing else.
func CompareTicks(given map[string][]string, written map[string][]Written) *check.Result {
	out := &check.Result{Check: ticksCheck, Promise: "every tick of the load is in its topic, once and in the order of its symbol"}
	all := slices.Collect(maps.Keys(given))
	for symbol := range written {
		if given[symbol] == nil {
			all = append(all, symbol)
		}
	}
	slices.Sort(all)
	for _, symbol := range all {
		out.Looked += len(given[symbol])
		compareSymbol(symbol, given[symbol], written[symbol], out)
	}
	return out
}

func compareSymbol(symbol string, given []string, written []Written, out *check.Result) {
	places := make(map[string][]int) // of what is yet to come, by text
	for i, text := range given {
		places[text] = append(places[text], i)
	}
	latest := -1
	for _, w := range written {
		where := fmt.Sprintf("%s, partition %d, offset %d", symbol, w.Partition, w.Offset)
		if first := written[0].Partition; w.Partition != first {
			out.Find(where, "elsewhere: the symbol is in partition %d, too", first)
		}
		left, known := places[w.Text]
		switch {
		case !known:
			out.Find(where, "not of the load: %s", w.Text)
		case len(left) == 0:
			out.Find(where, "doubled: %s", w.Text)
		default:
			if left[0] < latest {
				out.Find(where, "out of order: %s stands behind %s", w.Text, given[latest])
			}
			latest, places[w.Text] = max(latest, left[0]), left[1:]
		}
	}
	for _, text := range given {
		if left := places[text]; len(left) > 0 {
			out.Find(symbol, "missing: %s", text)
			places[text] = left[1:]
		}
	}
}
