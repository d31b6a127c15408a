package actors

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestReplayOfAnotherExchange: a replay takes a symbol over whatever exchange it
// was of, and the live source gets it back.
func TestReplayOfAnotherExchange(t *testing.T) {
	k := newKit(t, nil)
	node := k.start(k.config())
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	n := 0
	for _, source := range []struct{ name, exchange string }{{"feed", "SIM"}, {"replay-1", "ELSEWHERE"}, {"feed", "SIM"}} {
		for _, tick := range walk(3, 1, 60, source.name) {
			tick.Exchange = source.exchange
			k.tick(tick)
			n++
		}
		k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == n })
	}
	k.stop(node)
	if dead := k.total(messages.TopicDeadLetters); dead != 0 {
		t.Errorf("%d dead letters", dead)
	}
	// The live source comes back after its silence, 30 s, within its 60 ticks.
	if updates := len(k.updates()["SYM0"]); updates < 120 || k.seen.get(CountOtherSource, "") == 0 {
		t.Errorf("%d updates; counts: %s", updates, k.seen.all())
	}
}

// TestNoRoomForTheConfiguredIndicators: requests have filled a timeframe before
// the first tick; what has no room is a dead letter, and the symbol works.
func TestNoRoomForTheConfiguredIndicators(t *testing.T) {
	k := newKit(t, nil)
	names := make([]string, maxIndicators)
	for i := range names {
		names[i] = fmt.Sprint("SMA_", i+2)
	}
	s := messages.Signal{
		StrategyID: "s", Symbol: "SYM0", TimeMs: baseMs, Action: messages.Hold, Timeframe: "1min", Periods: 10, RequestIndicators: names,
	}
	k.signal(&s)
	node := k.start(k.config())
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(node)
	for _, tick := range walk(3, 1, 50, "feed") {
		k.tick(tick)
	}
	k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == 50 })
	k.stop(node)
	if updates := len(k.updates()["SYM0"]); updates < 50 || k.seen.get(CountRestarts, "symbol entity") != 0 {
		t.Errorf("%d updates; counts: %s", updates, k.seen.all())
	}
	if dead := k.total(messages.TopicDeadLetters); dead != 1 {
		t.Errorf("%d dead letters, want one for the configured indicators", dead)
	}
}
