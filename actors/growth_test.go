package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
)

// grow adds partitions to topics, as somebody does while nodes run.
func (k *kit) grow(partitions int32, topics ...string) {
	k.t.Helper()
	for _, topic := range topics {
		if err := k.cluster.AddPartitions(topic, partitions); err != nil {
			k.t.Fatal(err)
		}
	}
}

// refused waits until the node ends, and wants it refused with all of the words.
func (k *kit) refused(n *Node, within time.Duration, words ...string) {
	k.t.Helper()
	select {
	case err := <-n.Failed():
		if !errors.As(err, new(*RefusedError)) {
			k.t.Fatalf("the node failed with %v, want it refused", err)
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				k.t.Errorf("%v\ndoesn't say %q", err, word)
			}
		}
	case <-time.After(within):
		k.t.Fatalf("the node runs on for %v", within)
	}
}

// bubble runs a test in virtual time.
func bubble(t *testing.T, test func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Second) }) // for protoactor's throttle of dead letters
		test(t)
	})
}

// slow is config for minutes of virtual time, in which nothing comes.
func (k *kit) slow() Config {
	c := k.config()
	c.Limits.Idle = time.Second
	return c
}

// placedBy are the topics whose keys' places shards reckon with.
var placedBy = map[messages.ShardKind][]string{
	messages.SymbolShard: {messages.TopicTicks, messages.TopicSignals, messages.TopicUpdates},
	messages.AccountShard: {
		messages.TopicCommands, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts, messages.TopicStrategies,
	},
}

// TestGrowthWhileNodesRun: a partition that is added to any topic that shards read, or
// place their updates in, ends the node within a minute, with the topic and both counts.
func TestGrowthWhileNodesRun(t *testing.T) {
	for kind, topics := range placedBy {
		for _, topic := range topics {
			t.Run(string(kind)+" shards, "+topic, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					k := newKit(t, nil)
					node := k.start(k.slow())
					node.Assigned(&member{}, kind, allAccounts)
					k.ready(node)
					time.Sleep(3 * time.Minute) // as long as nothing changes, it runs
					before := k.cluster.Partitions(topic)
					k.grow(before+1, topic)
					k.refused(node, time.Minute+time.Second, topic, fmt.Sprint("has ", before+1, " partitions"), fmt.Sprint("opened with ", before), "KAFKA_GROUP_ID_PREFIX")
				})
			})
		}
	}
}

// TestGrowthBeforeAShardMoves: a shard that moves within that minute is refused where it
// would open, by the counts in its state: its new node has no earlier ones.
func TestGrowthBeforeAShardMoves(t *testing.T) {
	for kind, topics := range placedBy {
		for _, topic := range topics {
			t.Run(string(kind)+" shard, "+topic, func(t *testing.T) {
				k := newKit(t, nil)
				node := k.start(k.config())
				node.Assigned(&member{}, kind, []int32{0})
				k.ready(node)
				n := k.cluster.Partitions(topic)
				k.grow(n+1, topic)
				node.Lost(kind, []int32{0})
				other := k.start(k.config())
				other.Assigned(&member{}, kind, []int32{0})
				k.refused(other, 10*time.Second, topic, fmt.Sprint("has ", n+1, " partitions"), fmt.Sprintf("the state of shard %s/0 was made with %d", kind, n))
			})
		}
	}
}

// TestGrowthThatIsNobodys: topics whose counts no key's home follows from, for shards, may
// grow while nodes run.
func TestGrowthThatIsNobodys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := newKit(t, nil)
		node := k.startAll(k.slow())
		k.ready(node)
		k.grow(7, messages.TopicPositions, messages.TopicDeadLetters)
		time.Sleep(3 * time.Minute)
		select {
		case err := <-node.Failed():
			t.Error(err)
		default:
		}
	})
}

// TestCountsThatCantBeAskedFor: a broker that doesn't answer ends no node, and hides no
// growth for good.
func TestCountsThatCantBeAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var away atomic.Bool
		var asked atomic.Int32
		k := newKit(t, func(ctx context.Context, call memlog.Call) error {
			if call.Point != memlog.PointPartitionCounts || call.After || !away.Load() {
				return nil
			}
			if asked.Add(1)%2 == 0 {
				<-ctx.Done() // it hangs
				return ctx.Err()
			}
			return errors.New("injected")
		})
		node := k.startAll(k.slow())
		k.ready(node)
		away.Store(true)
		k.grow(8, messages.TopicUpdates)
		time.Sleep(10 * time.Minute)
		select {
		case err := <-node.Failed():
			t.Fatal(err)
		default:
		}
		if n := asked.Load(); n < 5 {
			t.Errorf("the counts were asked for %d times", n)
		}
		away.Store(false)
		k.refused(node, 2*time.Minute, messages.TopicUpdates, "has 8 partitions")
	})
}

// TestShardThatOpensWhileCountsAreAskedFor: a shard that opens between the node's question
// and its answer, of whose topics the answer doesn't tell, fails no node.
func TestShardThatOpensWhileCountsAreAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var node *Node
		asked := make(chan struct{})
		opening := new(atomic.Bool)
		k := newKit(t, func(ctx context.Context, call memlog.Call) error {
			switch {
			case call.After:
			case call.Point == memlog.PointOpenShard && call.Shard.Kind == messages.AccountShard:
				opening.Store(true)
				<-asked
			case call.Point == memlog.PointPartitionCounts && opening.CompareAndSwap(true, false):
				close(asked)
				return node.Ready(ctx)
			}
			return nil
		})
		node = k.start(k.slow())
		node.Assigned(&member{}, messages.SymbolShard, []int32{0})
		k.ready(node)
		time.Sleep(59 * time.Second)
		node.Assigned(&member{}, messages.AccountShard, []int32{0})
		k.ready(node)
		select {
		case err := <-node.Failed():
			t.Error(err)
		case <-time.After(3 * time.Minute):
		}
	})
}

// TestGrowthBlindsNobody: until its node ends, a shard places what it writes by the counts
// that it was opened with, where those who were opened with the same read it. A shard
// that restarts meanwhile is refused.
func TestGrowthBlindsNobody(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.CompareCounts = time.Hour
	node := k.startAll(c)
	k.accounts(8)
	k.ready(node)
	grown := map[string]int32{messages.TopicUpdates: 4, messages.TopicSignals: 2, messages.TopicOrders: 2, messages.TopicAlerts: 2, messages.TopicStrategies: 1}
	for topic, n := range grown {
		k.grow(2*n+1, topic)
	}
	k.command("user-7", "halt", account.CmdHalt, map[string]any{"reason": "a test"})
	k.command("user-late", "open-late", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("user-late", "deploy-late", account.CmdDeploy, account.Deploy{
		Name: "often", Symbols: []string{"SYM0"}, Timeframe: "1min",
		Rules: map[string]string{"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "10", "evaluate": "every_tick"},
	})
	for _, tick := range walk(11, 8, 1500, "feed") {
		k.tick(tick)
	}
	k.until("all ticks are taken in", func() bool { return k.seen.get(CountTicks, "") == 1500 && k.seen.tookTicks(k.cluster) })
	k.until("orders are filled", func() bool { return k.seen.get(CountOrders, "FILLED") >= 20 })
	for topic, n := range grown {
		if k.total(topic) == 0 {
			t.Errorf("%s: nothing was written", topic)
		}
		for p := n; p < k.cluster.Partitions(topic); p++ {
			if wrong := len(k.cluster.Records(topic, p)); wrong > 0 {
				t.Errorf("%s/%d, which nobody reads, has %d records", topic, p, wrong)
			}
		}
	}
	if _, err := k.cluster.Log().OpenShard(t.Context(), messages.ShardID{Kind: messages.SymbolShard}); err != nil {
		t.Fatal(err)
	}
	for _, tick := range walk(12, 8, 50, "feed") { // it hears that it is fenced when it commits
		k.tick(tick)
	}
	k.refused(node, 10*time.Second, "opened with")
}

// TestGrowthMakesNoSecondAccount: where commands and the states of their shards get more
// partitions, users have another home by the new count, and the group assigns shards that
// nobody had. None of them opens, whether the old ones run or not.
func TestGrowthMakesNoSecondAccount(t *testing.T) {
	const before, after = int32(2), int32(6)
	for _, running := range []bool{true, false} {
		t.Run(fmt.Sprint("running: ", running), func(t *testing.T) {
			k := newKit(t, nil)
			old := k.startAll(k.config())
			k.accounts(20)
			k.ready(old)
			if !running {
				k.stop(old)
			}
			k.grow(after, messages.TopicCommands, messages.StateTopic(messages.AccountShard))
			k.accounts(20) // a node that starts writes the commands of its accounts
			for shard := before; shard < after; shard++ {
				other := k.start(k.config())
				other.Assigned(&member{}, messages.AccountShard, []int32{shard})
				k.refused(other, 10*time.Second, messages.TopicCommands, "has 6 partitions", "the state of shard account/0 was made with 2")
			}
			again := k.start(k.config())
			again.Assigned(&member{}, messages.AccountShard, []int32{0, 1, 2, 3, 4, 5})
			k.refused(again, 10*time.Second, messages.TopicCommands, "has 6 partitions")
			places := make(map[string]int32)
			for _, r := range k.cluster.AllRecords(messages.StateTopic(messages.AccountShard)) {
				user, ok := strings.CutPrefix(string(r.Key), "account/")
				if p, seen := places[user]; ok && seen && p != r.Partition {
					t.Errorf("%s has places in shards %d and %d", user, p, r.Partition)
				}
				if ok {
					places[user] = r.Partition
				}
				if r.Partition >= before && !strings.HasPrefix(string(r.Key), messages.ClaimKey) {
					t.Errorf("shard %d has written %q", r.Partition, r.Key)
				}
			}
			if len(places) != 20 {
				t.Errorf("%d accounts, want 20", len(places))
			}
		})
	}
}

// TestGrowthMakesNoSecondSymbol: the same where ticks and the states of their shards do.
func TestGrowthMakesNoSecondSymbol(t *testing.T) {
	k := newKit(t, nil)
	k.ready(k.startAll(k.config()))
	k.grow(5, messages.TopicTicks, messages.StateTopic(messages.SymbolShard))
	other := k.start(k.config())
	other.Assigned(&member{}, messages.SymbolShard, []int32{4})
	k.refused(other, 10*time.Second, messages.TopicTicks, "has 5 partitions", "the state of shard symbol/0 was made with 3")
}

// TestGrowthWhileAShardBegins: a new shard that has counted the partitions before they
// became more, and is not there yet when the added ones are opened, doesn't begin.
func TestGrowthWhileAShardBegins(t *testing.T) {
	var k *kit
	var once atomic.Bool
	k = newKit(t, func(_ context.Context, call memlog.Call) error {
		begins := call.Point == memlog.PointCommitBegin && call.Shard == (messages.ShardID{Kind: messages.AccountShard})
		if begins && k.cluster.EndOffset(messages.StateTopic(messages.AccountShard), 0) > 0 && once.CompareAndSwap(false, true) {
			k.grow(6, messages.TopicCommands, messages.StateTopic(messages.AccountShard))
		}
		return nil
	})
	k.accounts(20)
	c := k.config()
	c.CompareCounts = time.Hour
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, []int32{0})
	k.refused(node, 10*time.Second, messages.TopicCommands, "has 6 partitions", "opened with 2")
	if !once.Load() || k.total(messages.TopicStrategies) > 0 {
		t.Errorf("grown: %v, and %d strategies were deployed", once.Load(), k.total(messages.TopicStrategies))
	}
}

// TestShardWithoutAPlaceForItsState: where only the topic of the shards got more
// partitions, the shard of an added one is refused at once, not restarted.
func TestShardWithoutAPlaceForItsState(t *testing.T) {
	for kind, topic := range map[messages.ShardKind]string{messages.SymbolShard: messages.TopicTicks, messages.AccountShard: messages.TopicCommands} {
		t.Run(topic, func(t *testing.T) {
			k := newKit(t, nil)
			n := k.cluster.Partitions(topic)
			k.grow(n+1, topic)
			node := k.start(k.config())
			node.Assigned(&member{}, kind, []int32{n})
			k.refused(node, 10*time.Second, topic, fmt.Sprint("has ", n+1), messages.StateTopic(kind), fmt.Sprint("has ", n, " partitions"))
			if restarts := k.seen.get(CountRestarts, "shard"); restarts > 0 {
				t.Errorf("the shard restarted %d times", restarts)
			}
		})
	}
}
