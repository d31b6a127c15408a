package actors

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// TestLateTicksCountOnce: a tick that is late in two timeframes is one tick, and counts in
// both, whether it amends a candle or not.
func TestLateTicksCountOnce(t *testing.T) {
	for _, amend := range []time.Duration{0, time.Minute} {
		k := newKit(t, nil)
		k.signal(&messages.Signal{
			StrategyID: "s", Symbol: "SYM0", TimeMs: baseMs, Action: messages.Hold, Timeframe: "5s", Periods: 10, RequestIndicators: []string{"SMA_2"},
		})
		c := k.config()
		c.Symbols.Amend = amend
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.ready(node)
		// In time; late for 5 seconds and for a minute; late for 5 seconds only.
		seconds := []int64{0, 75, 50, 62}
		for i, tick := range walk(3, 1, len(seconds), "feed") {
			tick.TimeMs = baseMs + seconds[i]*1000
			k.tick(tick)
		}
		k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == len(seconds) })
		k.stop(node)
		once, five, minute := k.seen.get(CountLate, ""), k.seen.get(CountLateTicks, "5s"), k.seen.get(CountLateTicks, "1min")
		if once != 2 || five != 2 || minute != 1 {
			t.Errorf("amending within %v: %d late ticks, %d in 5s and %d in 1min; want 2, 2 and 1", amend, once, five, minute)
		}
	}
}
