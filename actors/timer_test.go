package actors

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// timed is a symbol shard whose timer strikes soon.
type timed struct {
	*kit
	config Config
	node   *Node
	shard  []int32
	price  int64
}

func newTimed(t *testing.T, change func(c *Config)) *timed {
	t.Helper()
	k := newKit(t, nil)
	c := rarely(k.config())
	c.Symbols.Timeframe, c.Symbols.Grace, c.Symbols.IdleClose = market.MustParseTimeframe("1s"), 10*time.Millisecond, 20*time.Millisecond
	if change != nil {
		change(&c)
	}
	f := &timed{kit: k, config: c, shard: []int32{messages.HomePartition([]byte("SYM0"), 3)}, price: 100}
	f.begin()
	return f
}

func (f *timed) begin() {
	f.node = f.start(f.config)
	f.node.Assigned(&member{}, messages.SymbolShard, f.shard)
	f.ready(f.node)
}

// crash lets another node take over without a word from the one before.
func (f *timed) crash() {
	f.node.Lost(messages.SymbolShard, f.shard)
	f.begin()
}

func (f *timed) tick(symbol, source string, ms int64) {
	if f.price += 3; f.price > 130 {
		f.price = 90
	}
	f.kit.tick(&market.Tick{
		Symbol: symbol, Exchange: "SIM", TimeMs: baseMs + ms, Source: source, Type: "trade", Price: decimal.FromInt(f.price), Volume: decimal.FromInt(1),
	})
}

func (f *timed) took() {
	f.until("everything taken in", func() bool { return f.seen.tookAll(f.cluster, f.shard) })
}

// sound wants the checkers to find nothing in the log.
func (f *timed) sound() {
	f.t.Helper()
	r, err := check.Log(&check.Subject{View: check.Memory(f.cluster), Live: true, Candles: &check.Candles{
		Grace: f.config.Symbols.Grace, Timeframe: f.config.Symbols.Timeframe.String(), AroundTheClock: func(string) bool { return true },
	}}, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil || !r.OK {
		f.t.Errorf("findings in a healthy log (%v):\n%s", err, text.String())
	}
}

// neighbour gives another symbol of SYM0's partition of ticks.
func neighbour() string {
	for name := "SYMI"; ; name += "I" {
		if messages.HomePartition([]byte(name), 3) == messages.HomePartition([]byte("SYM0"), 3) {
			return name
		}
	}
}

// afterTimer gives the updates of a symbol with nothing to close, of which a tick is
// late by the clock that a timer has moved on to close another symbol's candle.
func afterTimer(t *testing.T, crash bool) []string {
	f := newTimed(t, nil)
	x, y := "SYM0", neighbour()
	f.tick(y, "feed", 100)
	f.tick(x, "feed", 200)
	f.tick(y, "feed", 1_100)
	f.tick(x, "feed", 2_500) // closes that of the other; the feed stalls
	f.took()
	f.until("a timer", func() bool { return f.seen.get(CountTimers, "symbol") > 0 })
	f.took()
	f.tick(y, "feed", 2_900)
	f.tick(x, "feed", 3_500)
	f.took()
	// A dead letter, which is committed.
	f.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: f.shard[0], Key: []byte(x), Value: []byte("{")})
	f.until("a letter", func() bool { return f.total(messages.TopicDeadLetters) > 0 })
	if crash {
		f.crash()
	}
	for ms := int64(4_100); ms < 9_000; ms += 450 {
		f.tick(y, "feed", ms)
	}
	f.took()
	f.node.Revoked(t.Context(), messages.SymbolShard, f.shard)
	f.sound()
	var out []string
	for _, u := range f.updates()[y] {
		_, value, _ := strings.Cut(u, " ")
		out = append(out, value)
	}
	return out
}

// TestTickLateByTimerIsLateInReplay: what a timer has made late stays so when it is
// taken in again after a crash, and the checkers know of the timer.
func TestTickLateByTimerIsLateInReplay(t *testing.T) {
	got, want := afterTimer(t, true), afterTimer(t, false)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("update %d of the quiet symbol, of %d and %d\n%s\nwithout a crash\n%s", i, len(got), len(want), got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
}

// TestTimersCloseCandles: a timer that has nothing to close doesn't strike: nobody would
// learn that it has moved a clock. The symbol has left the source whose clock would be
// due first.
func TestTimersCloseCandles(t *testing.T) {
	f := newTimed(t, func(c *Config) { c.Symbols.Silence = 500 * time.Millisecond })
	f.tick("SYM0", "feed", 900)
	f.took()
	f.tick("SYM0", "other", 200)
	f.tick("SYM0", "other", 700)
	f.took()
	told := make(map[string]bool)
	f.until("a candle that a timer has closed", func() bool {
		for _, r := range f.cluster.AllRecords(messages.TopicUpdates) {
			if origin, _ := r.Header(messages.HeaderOrigin); strings.HasPrefix(string(origin), messages.TimerTopic) {
				told[string(origin)] = true
			}
		}
		return len(told) > 0
	})
	if n := f.seen.get(CountTimers, "symbol"); n != len(told) {
		t.Errorf("%d timers struck, updates tell of %v", n, told)
	}
}

// TestTimerAfterRestart: the candle of a symbol that went quiet is closed by time also
// by a node that has taken over since and has had no tick: the silence counts from there.
func TestTimerAfterRestart(t *testing.T) {
	f := newTimed(t, func(c *Config) { c.Symbols.IdleClose = 0 }) // nobody closes it before
	f.tick("SYM0", "feed", 100)
	f.tick("SYM0", "feed", 900)
	f.took()
	// A drain saves all, so that nothing is read again.
	f.node.Revoked(t.Context(), messages.SymbolShard, f.shard)
	f.config.Symbols.IdleClose = 20 * time.Millisecond
	f.begin()
	f.until("a candle that a timer has closed", func() bool {
		return slices.ContainsFunc(f.cluster.AllRecords(messages.TopicUpdates), func(r *messages.Record) bool {
			origin, _ := r.Header(messages.HeaderOrigin)
			return strings.HasPrefix(string(origin), messages.TimerTopic)
		})
	})
	f.node.Revoked(t.Context(), messages.SymbolShard, f.shard)
	f.sound()
}

// TestTimersOfTwoSources: that a timer closes a candle of one source makes none of another
// wait: all clocks go on by the time since the last tick.
func TestTimersOfTwoSources(t *testing.T) {
	c := &handClock{}
	f := newTimed(t, func(config *Config) { config.Clock = c })
	f.tick("SYM0", "feed", 900)
	f.tick(neighbour(), "other-feed", 500)
	f.took()
	timers := func(n int) func() bool {
		return func() bool { return f.seen.get(CountTimers, string(messages.SymbolShard)) == n }
	}
	c.ms.Add(200)
	f.until("the first candle is closed", timers(1))
	c.ms.Add(400) // 600 after its tick, the other source is at 1100
	f.until("the second candle is closed", timers(2))
	f.node.Revoked(t.Context(), messages.SymbolShard, f.shard)
	f.sound()
}

// handClock goes on by hand.
type handClock struct{ ms atomic.Int64 }

func (c *handClock) Now() time.Time { return time.UnixMilli(baseMs + c.ms.Load()) }
