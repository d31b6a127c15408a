package actors

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/account"
)

// slowWitness holds a shard's mailbox up while it restarts an entity.
type slowWitness struct {
	*witness
	restarts, goOn chan struct{}
}

func (w *slowWitness) Count(c Counter, label string, n int) {
	w.witness.Count(c, label, n)
	if c == CountRestarts && label == "symbol entity" {
		w.restarts <- struct{}{}
		<-w.goOn
	}
}

// TestReadinessAskedBeforeTheFailure: a question that stands in a shard's mailbox
// when the shard fails is answered by the shard's next start.
func TestReadinessAskedBeforeTheFailure(t *testing.T) {
	k := newKit(t, nil)
	seen := &slowWitness{k.seen, make(chan struct{}, 1), make(chan struct{})}
	c := k.config()
	c.Observer, c.Limits.Step = seen, 50*time.Millisecond
	var struck atomic.Bool
	c.Fault = func(point, _ string) error {
		if point == "step" && struck.CompareAndSwap(false, true) {
			return errors.New("injected")
		}
		return nil
	}
	node := k.start(c)
	k.tick(walk(2, 1, 1, "feed")[0])
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	<-seen.restarts
	asked := make([]*askReady, 0, len(allTicks))
	for _, pl := range node.shards {
		asked = append(asked, newAskReady(t.Context()))
		node.system.Send(pl.pid, asked[len(asked)-1])
	}
	k.until("the entity's answer is overdue", func() bool {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		return len(seen.errors) > 0
	})
	for range 100 {
		runtime.Gosched() // until the shard has ended
	}
	close(seen.goOn)
	for _, a := range asked {
		select {
		case <-a.reply:
		case <-time.After(10 * time.Second):
			t.Fatal("a question is never answered")
		}
	}
}

// TestWhoAlwaysFailsEscalates: with the default intensities, a child that fails
// again at once, each time, has spent its supervisor's within the window, and the
// shard's restarts for it, at the longest, those of the node.
func TestWhoAlwaysFailsEscalates(t *testing.T) {
	spent := func(r Restarts, first, spend time.Duration) time.Duration {
		b, sum, wait := r.backoff(nil, first, spend), time.Duration(0), first
		for range r.Max - 1 { // the first restart comes at once
			sum += min(wait, b.Max)
			wait = min(2*wait, b.Max)
		}
		if sum >= r.Window {
			t.Errorf("%d restarts take up to %v, more than the %v in which they count", r.Max, sum, r.Window)
		}
		return sum
	}
	c := Config{}.WithDefaults()
	entities := spent(c.EntityRestarts, 10*time.Millisecond, time.Second)
	spent(c.StrategyRestarts, 10*time.Millisecond, time.Second)
	shards := spent(c.ShardRestarts, 100*time.Millisecond, 30*time.Second)
	if all := shards + time.Duration(c.ShardRestarts.Max)*entities; all >= c.ShardRestarts.Window {
		t.Errorf("an entity that always fails takes up to %v to end the node, more than the %v in which restarts of shards count", all, c.ShardRestarts.Window)
	}
}

// TestUnreadableStateEndsTheNode: an entity whose state can't be loaded takes its
// shard down at once, without restarts of its own, and the shard in the end the node.
func TestUnreadableStateEndsTheNode(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.ShardRestarts = Restarts{Max: 2, Window: time.Minute}
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.command("user", "open", account.CmdOpenAccount, map[string]any{"deposit": 1})
	k.ready(node)
	k.stop(node)
	broken := messages.HomePartition([]byte("user"), 2)
	k.spoil(messages.StateTopic(messages.AccountShard), broken)
	next := k.start(c)
	next.Assigned(&member{}, messages.AccountShard, allAccounts)
	select {
	case err := <-next.Failed():
		if !strings.Contains(err.Error(), "load the state of user") || k.seen.get(CountRestarts, "account entity") != 0 {
			t.Errorf("failed with %v; counts %s", err, k.seen.all())
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("the node goes on; counts %s", k.seen.all())
	}
}

// spoil writes the state of a partition's entities again, each with a payload that
// is none.
func (k *kit) spoil(topic string, partition int32) {
	k.t.Helper()
	for _, r := range k.cluster.Records(topic, partition) {
		if !strings.HasPrefix(string(r.Key), "account/") {
			continue
		}
		e := &veloxpb.EntityState{}
		if err := proto.Unmarshal(r.Value, e); err != nil {
			k.t.Fatal(err)
		}
		e.Payload = []byte("{")
		value, err := proto.Marshal(e)
		if err != nil {
			k.t.Fatal(err)
		}
		k.cluster.Produce(messages.Out{Topic: topic, Partition: partition, Key: r.Key, Value: value})
	}
}

// TestFailuresInAReplayAreTold: a symbol that fails twice on an input that it had
// taken in before a restart passes it over, and says so with a dead letter.
func TestFailuresInAReplayAreTold(t *testing.T) {
	k := newKit(t, nil)
	ticks := walk(2, 8, 300, "feed")
	for _, tick := range ticks {
		k.tick(tick)
	}
	c := k.config()
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour, Batch: 500}
	var armed atomic.Int64
	c.Fault = func(point, detail string) error {
		if point == "step" && detail == "SYM3" && armed.Load() > 0 && armed.Add(-1) >= 0 {
			return errors.New("injected")
		}
		return nil
	}
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("ticks", func() bool { return k.seen.tookTicks(k.cluster) })
	// Another symbol's request commits the frontier, and leaves SYM3 unsaved behind it.
	for i := range 8 {
		if i != 3 {
			k.signal(&messages.Signal{
				StrategyID: "s", Symbol: fmt.Sprintf("SYM%d", i), TimeMs: baseMs, Action: messages.Hold, Timeframe: "1min", Periods: 10,
				RequestIndicators: []string{"EMA_3"},
			})
		}
	}
	k.ready(node)
	node.Lost(messages.SymbolShard, allTicks)
	armed.Store(2)
	k.seen.forget()
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(node)
	k.until("ticks", func() bool { return k.seen.tookTicks(k.cluster) })
	if n := k.total(messages.TopicDeadLetters); n != 1 || k.seen.get(CountQuarantined, "symbol input") != 1 {
		t.Errorf("%d dead letters, want 1; counts %s", n, k.seen.all())
	}
}

// TestAnInputIsForgiven: an input that was taken in at the second try is not passed
// over when, after a restore, it fails once more.
func TestAnInputIsForgiven(t *testing.T) {
	m := newShardMemory()
	b := blame{entity: "SYM0", topic: messages.TopicTicks, offset: 7}
	s := &shard{memory: m, config: &Config{Observer: newKit(t, nil).seen, Clock: wall{}}, snapshots: make(map[*snapshot]struct{})}
	if m.fail(b) != 1 {
		t.Fatal("the first failure is not the first")
	}
	s.kind = newSymbolKind(s)
	defer s.kind.close()
	h := &handle{key: "SYM0", since: &snapshot{}}
	s.took(s.newEpoch(), &group{handle: h, failed: []blame{b}}, &stepped{})
	if n := m.fail(b); n != 1 {
		t.Errorf("failed %d times in a row, want 1", n)
	}
}
