package actors

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// under is the kit's configuration for a node of another prefix, which fences no shard
// of the others.
func (k *kit) under(prefix string) Config {
	c := k.config()
	c.Prefix, c.Log = prefix, k.cluster.LogWithPrefix(prefix)
	return c
}

// refusedOn gives a shard to a node and gives the error that it is refused with, nil when
// it opens.
func (k *kit) refusedOn(n *Node, p int32) error {
	k.t.Helper()
	n.Assigned(&member{}, messages.AccountShard, []int32{p})
	return k.outcome(n)
}

func (k *kit) outcome(n *Node) error {
	k.t.Helper()
	opened := make(chan error, 1)
	ctx, cancel := context.WithTimeout(k.t.Context(), 20*time.Second)
	defer cancel()
	go func() { opened <- n.Ready(ctx) }()
	select {
	case err := <-n.Failed():
		return err
	case err := <-opened:
		if err != nil {
			k.t.Fatalf("neither open nor refused: %v", err)
		}
		return nil
	}
}

func (k *kit) state(p int32) int {
	return len(k.cluster.Records(messages.StateTopic(messages.AccountShard), p))
}

// wantHeld holds that an error names both prefixes, the place and what to do.
func wantHeld(t *testing.T, err error, holder, own string) {
	t.Helper()
	if !errors.As(err, new(*RefusedError)) {
		t.Errorf("a node of another prefix: %v", err)
		return
	}
	for _, word := range []string{`"` + holder + `"`, `"` + own + `"`, "velox-account-state/0", "KAFKA_GROUP_ID_PREFIX", "node.adopt_prefix: " + holder} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: nothing of %s", err, word)
		}
	}
}

// TestOnePrefixHoldsAShard: a shard whose state is kept under one prefix opens under no
// other, which leaves no trace; who adopts it takes it from the first for good.
func TestOnePrefixHoldsAShard(t *testing.T) {
	k := newKit(t, nil)
	first := k.start(k.under("first"))
	if err := k.refusedOn(first, 0); err != nil {
		t.Fatal(err)
	}
	k.stop(first)
	before := k.state(0)
	wantHeld(t, k.refusedOn(k.start(k.under("second")), 0), "first", "second")
	wrong := k.under("second")
	wrong.AdoptPrefix = "third"
	wantHeld(t, k.refusedOn(k.start(wrong), 0), "first", "second")
	if after := k.state(0); after != before {
		t.Errorf("the refused have written %d records", after-before)
	}
	adopts := k.under("second")
	adopts.AdoptPrefix = "first"
	second := k.start(adopts)
	if err := k.refusedOn(second, 0); err != nil {
		t.Fatal(err)
	}
	k.stop(second)
	wantHeld(t, k.refusedOn(k.start(k.under("first")), 0), "second", "first")
	if err := k.cluster.Compact(messages.StateTopic(messages.AccountShard), true); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, k.refusedOn(k.start(k.under("first")), 0), "second", "first")
	if err := k.refusedOn(k.start(k.under("second")), 0); err != nil {
		t.Errorf("after the adoption, and without the setting: %v", err)
	}
}

// TestStateOfBeforeClaimsHasItsWriter: state that was written without a claim is kept
// under the prefix of who has written it.
func TestStateOfBeforeClaimsHasItsWriter(t *testing.T) {
	k := newKit(t, nil)
	value, err := proto.Marshal(&veloxpb.ShardState{Version: stateVersion})
	if err != nil {
		t.Fatal(err)
	}
	id := messages.ShardID{Kind: messages.AccountShard}
	k.cluster.Produce(messages.Out{
		Topic: messages.StateTopic(id.Kind), Key: []byte(shardKey(id)), Value: value,
		Headers: []messages.Header{{Key: messages.HeaderWriter, Value: []byte("first/account/0")}},
	})
	wantHeld(t, k.refusedOn(k.start(k.under("second")), 0), "first", "second")
	if err := k.refusedOn(k.start(k.under("first")), 0); err != nil {
		t.Error(err)
	}
	wantHeld(t, k.refusedOn(k.start(k.under("second")), 0), "first", "second")
}

// meeting is a log whose users all wait for each other before their first commit.
type meeting struct {
	messages.Log
	all *sync.WaitGroup
}

func (m meeting) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	log, err := m.Log.OpenShard(ctx, id)
	return &meetingShard{ShardLog: log, all: m.all}, err
}

type meetingShard struct {
	messages.ShardLog
	all  *sync.WaitGroup
	once sync.Once
}

func (m *meetingShard) Commit(ctx context.Context, records []messages.Out) error {
	m.once.Do(func() { m.all.Done(); m.all.Wait() })
	return m.ShardLog.Commit(ctx, records)
}

// TestPrefixesThatStartAtOnce: of nodes of two prefixes that find a new shard in the same
// moment one gets it, and the other is refused and leaves nothing that could claim it.
func TestPrefixesThatStartAtOnce(t *testing.T) {
	k := newKit(t, nil)
	var all sync.WaitGroup
	prefixes := []string{"first", "second"}
	var nodes []*Node
	for _, prefix := range prefixes {
		c := k.under(prefix)
		c.Log = meeting{c.Log, &all}
		all.Add(1)
		nodes = append(nodes, k.start(c))
	}
	for _, n := range nodes {
		n.Assigned(&member{}, messages.AccountShard, []int32{0})
	}
	outcomes := []error{k.outcome(nodes[0]), k.outcome(nodes[1])}
	holder := slices.Index(outcomes, nil)
	if holder < 0 || outcomes[1-holder] == nil {
		t.Fatalf("the shard is open to %v", outcomes)
	}
	wantHeld(t, outcomes[1-holder], prefixes[holder], prefixes[1-holder])
	adopts := k.under("third")
	k.stop(nodes[holder])
	adopts.AdoptPrefix = prefixes[holder]
	if err := k.refusedOn(k.start(adopts), 0); err != nil {
		t.Errorf("who adopts the holder's state: %v", err)
	}
}

// TestPrefixIsKnownBeforehand: who looks at a shard's state before it opens learns what
// its opening would say, and writes nothing.
func TestPrefixIsKnownBeforehand(t *testing.T) {
	k := newKit(t, nil)
	id := messages.ShardID{Kind: messages.AccountShard}
	look := func(prefix, adopts string) (bool, error) {
		c := k.under(prefix)
		c.AdoptPrefix = adopts
		topic := messages.StateTopic(id.Kind)
		return c.CheckState(t.Context(), id, messages.OffsetRange{End: k.cluster.EndOffset(topic, id.Partition)})
	}
	if known, err := look("one", ""); known || err != nil {
		t.Errorf("of a new shard: known %v, %v", known, err)
	}
	first := k.start(k.under("one"))
	if err := k.refusedOn(first, id.Partition); err != nil {
		t.Fatal(err)
	}
	k.stop(first)
	records := k.state(id.Partition)
	for _, c := range []struct{ prefix, adopts string }{{"one", ""}, {"two", "one"}} {
		if known, err := look(c.prefix, c.adopts); !known || err != nil {
			t.Errorf("%+v: known %v, %v", c, known, err)
		}
	}
	_, err := look("two", "three")
	wantHeld(t, err, "one", "two")
	if n := k.state(id.Partition); n != records {
		t.Errorf("%d records were written", n-records)
	}
}
