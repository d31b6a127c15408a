package actors

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
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

// TestSymbolsWithoutACalendarAreTold: a node is told of each symbol whose exchange has no
// calendar, also when the symbol is restored.
func TestSymbolsWithoutACalendarAreTold(t *testing.T) {
	const n = 40
	k := newKit(t, nil)
	var mu sync.Mutex
	told := make(map[string]bool)
	c := k.config()
	c.Symbols.Calendars = market.Calendars{"KNOWN": {}}
	c.NoCalendar = func(exchange, symbol string) {
		mu.Lock()
		defer mu.Unlock()
		told[exchange+" "+symbol] = true
	}
	want := make(map[string]bool)
	for _, tick := range walk(3, 2, n, "feed") {
		if tick.Exchange = "KNOWN"; tick.Symbol == walk(3, 2, 1, "feed")[0].Symbol {
			tick.Exchange = "NOWHERE"
			want["NOWHERE "+tick.Symbol] = true
		}
		k.tick(tick)
	}
	for _, start := range []string{"first", "restored"} {
		clear(told)
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.ready(node) // one that is stopped before it has restored tells nothing
		k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") >= n })
		k.stop(node)
		if !maps.Equal(told, want) {
			t.Errorf("%s: told of %v, want %v", start, told, want)
		}
	}
}
