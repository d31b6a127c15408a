package actors

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestTicksWithoutAnExchange: the exchange is optional; without one a symbol's
// candles are as those of an exchange that has no calendar.
func TestTicksWithoutAnExchange(t *testing.T) {
	const n = 500
	run := func(exchange string) map[string][]string {
		k := newKit(t, nil)
		for _, tick := range walk(3, 2, n, "feed") {
			tick.Exchange = exchange
			k.tick(tick)
		}
		c := k.config()
		c.Limits = EpochLimits{PollRecords: 50, Records: 50}
		c.Guarantees[messages.SymbolShard] = ExactlyOnce
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == n })
		k.stop(node)
		return k.updates()
	}
	want := run("NOWHERE")
	for _, updates := range want {
		if !slices.ContainsFunc(updates, func(u string) bool { return strings.Contains(u, `"volume":2`) }) {
			t.Fatal("no candle has two ticks: the comparison would show nothing")
		}
	}
	compare(t, run(""), want)
}
