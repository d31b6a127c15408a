package actors

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestLostUpdates: updates that were deleted before an account took them in are
// counted, once though the first commit of it fails, and its account goes to REDUCING
// with an alert: an entry is refused, an exit isn't.
func TestLostUpdates(t *testing.T) {
	var fails atomic.Bool
	owner := messages.HomePartition([]byte("alice"), 2)
	k := newKit(t, func(_ context.Context, c memlog.Call) error {
		of := c.Shard == messages.ShardID{Kind: messages.AccountShard, Partition: owner}
		if of && c.Point == memlog.PointCommitBegin && !c.After && fails.CompareAndSwap(true, false) {
			return errors.New("not now")
		}
		return nil
	})
	node := k.startAll(k.config())
	k.command("alice", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("alice", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "outside", Name: "outside", Symbols: []string{"SYM1"}, External: true})
	k.ready(node)
	ticks := walk(29, 8, 900, "feed")
	for _, tick := range ticks[:300] {
		k.tick(tick)
	}
	k.settle(300)
	k.stop(node)

	symbols := k.start(k.config())
	symbols.Assigned(&member{}, messages.SymbolShard, allTicks)
	for _, tick := range ticks[300:600] {
		k.tick(tick)
	}
	k.until("updates without accounts", func() bool { return k.seen.get(CountTicks, "") >= 600 })
	home := messages.HomePartition([]byte("SYM1"), k.cluster.Partitions(messages.TopicUpdates))
	at := k.seen.position(messages.AccountShard, owner, messages.TopicUpdates, home)
	const lost = 5
	all := 0 // of both account shards
	for shard := range k.cluster.Partitions(messages.TopicCommands) {
		all += int(max(0, at+lost-k.seen.position(messages.AccountShard, shard, messages.TopicUpdates, home)))
	}
	fails.Store(true)
	if err := k.cluster.DeleteRecords(messages.TopicUpdates, home, at+lost); err != nil {
		t.Fatal(err)
	}
	symbols.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.until("the loss is counted", func() bool { return k.seen.get(CountLost, messages.TopicUpdates) >= all })
	k.until("an alert", func() bool {
		for _, r := range k.cluster.AllRecords(messages.TopicAlerts) {
			a, err := messages.DecodeAlert(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			if a.UserID == "alice" && a.Severity == "ERROR" && strings.Contains(string(a.Data), "LOST_INPUTS") {
				return true
			}
		}
		return false
	})
	k.command("alice", "entry", account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1})
	k.until("the entry's event", func() bool { return k.total(messages.TopicOrders) == 1 && k.seen.get(CountOrders, "REJECTED") == 1 })
	entry := k.cluster.AllRecords(messages.TopicOrders)[0].Value
	e, err := messages.DecodeOrderEvent(entry)
	if err != nil || e.EventType != "REJECTED" || e.Order.Reason == "" {
		t.Errorf("the entry's event is %s, %v", entry, err)
	}
	k.stop(symbols)
	if n := k.seen.get(CountLost, messages.TopicUpdates); n != all || fails.Load() {
		t.Errorf("%d lost updates were counted, want %d", n, all)
	}
}

// position gives where a shard stands in any partition of a topic.
func (w *witness) position(kind messages.ShardKind, shard int32, topic string, p int32) int64 {
	at, _ := w.told(messages.ShardID{Kind: kind, Partition: shard}, messages.TopicPartition{Topic: topic, Partition: p})
	return at
}

// TestSilentPartitions: when no tick comes any more, the last candle closes by the
// wall clock all the same, once, and a move of the shard doesn't close it again.
func TestSilentPartitions(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Symbols.Timeframe, c.Symbols.Grace, c.Symbols.IdleClose = market.MustParseTimeframe("1s"), 10*time.Millisecond, 20*time.Millisecond
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	price := decimal.FromInt(100)
	k.tick(&market.Tick{Symbol: "QUIET", Exchange: "SIM", TimeMs: baseMs + 500, Price: price, Volume: decimal.FromInt(3), Source: "feed"})
	closings := func() (n int) {
		for _, r := range k.all(messages.TopicUpdates) {
			value, _ := r.Header(messages.HeaderTick)
			h, err := messages.ParseTickHeader(value)
			if err != nil {
				t.Fatal(err)
			}
			if h.Closing {
				var u messages.IndicatorUpdate
				if err := messages.DecodeUpdate(r.Value, &u); err != nil {
					t.Fatal(err)
				}
				if u.TimeMs != baseMs+999 || u.Forming == nil || u.Forming.Close != price {
					t.Errorf("closed with %s", r.Value)
				}
				n++
			}
		}
		return n
	}
	k.until("the candle closes", func() bool { return closings() == 1 })
	if n := k.seen.get(CountTimers, string(messages.SymbolShard)); n == 0 {
		t.Error("no timer was counted")
	}
	k.stop(node)
	again := k.start(c)
	again.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.tick(&market.Tick{Symbol: "QUIET", Exchange: "SIM", TimeMs: baseMs + 60_000, Price: price, Source: "feed"})
	k.until("the next tick", func() bool { return k.seen.get(CountTicks, "") >= 2 })
	k.stop(again)
	if n := closings(); n != 1 {
		t.Errorf("the candle closed %d times", n)
	}
}

// TestOversizedOutputs: an output that is too large for its topic is the failure
// of its entity, not a retry: the input becomes a dead letter, and what is behind
// it is taken in.
func TestOversizedOutputs(t *testing.T) {
	for _, g := range []Guarantee{ExactlyOnce, AtLeastOnce} {
		t.Run(string(g), func(t *testing.T) {
			k := newKitWith(t, nil, map[string]int{messages.TopicUpdates: 900})
			c := k.config()
			c.Guarantees[messages.SymbolShard] = g
			node := k.start(c)
			node.Assigned(&member{}, messages.SymbolShard, allTicks)
			const n = 60
			names := []string{"SHORT", strings.Repeat("LONG", 150)}
			home := messages.HomePartition([]byte(names[1]), k.cluster.Partitions(messages.TopicTicks))
			for i := range n {
				tick := market.Tick{Symbol: names[0], Exchange: "SIM", TimeMs: baseMs + int64(i)*1000, Price: decimal.FromInt(100), Source: "feed"}
				if i == 20 || i == 40 {
					tick.Symbol = names[1]
				}
				// All in one partition, so that the bad ones stand in the way.
				k.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: home, Key: []byte(tick.Symbol), Value: messages.AppendTick(nil, &tick)})
			}
			updates := func() (short int) {
				for symbol, lines := range k.updates() {
					if symbol != names[0] {
						t.Fatalf("%d updates of %.10s", len(lines), symbol)
					}
					short += len(lines)
				}
				return short
			}
			k.until("all but the large ones", func() bool { return updates() == n-2 && k.total(messages.TopicDeadLetters) == 2 })
			k.stop(node)
			for _, r := range k.cluster.AllRecords(messages.TopicDeadLetters) {
				d, err := messages.DecodeDeadLetter(r.Value)
				if err != nil || d.Reason != reasonTooLarge || d.Partition != home {
					t.Errorf("dead letter %s: %v", r.Value, err)
				}
			}
		})
	}
}

// TestChangedSettings: a shard says so when the settings that shape its updates
// are not those of its state, and only then.
func TestChangedSettings(t *testing.T) {
	k := newKit(t, nil)
	run := func(periods int) string {
		var log syncBuffer
		c := k.config()
		c.Symbols.Periods, c.Logger = periods, slog.New(slog.NewTextHandler(&log, nil))
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.ready(node)
		k.stop(node)
		return log.String()
	}
	const warning = "the settings of symbols have changed"
	run(50)
	if log := run(50); strings.Contains(log, warning) {
		t.Errorf("nothing has changed, and the log is %s", log)
	}
	if log := run(60); !strings.Contains(log, warning) {
		t.Errorf("the settings have changed, and the log is %q", log)
	}
}

// syncBuffer is a buffer for several writers.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
