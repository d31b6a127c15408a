package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

// placer records what a group told and lets tests wait for it.
type placer struct {
	mu      sync.Mutex
	have    map[int32]bool
	revoked []int32
	changed chan struct{}
	// onRevoked, if set, is called before the revocation is recorded.
	onRevoked func([]int32)
}

func newPlacer() *placer {
	return &placer{have: make(map[int32]bool), changed: make(chan struct{}, 100)}
}

func (p *placer) Assigned(ps []int32) { p.change(ps, true) }
func (p *placer) Lost(ps []int32)     { p.change(ps, false) }
func (p *placer) Revoked(ps []int32) {
	if p.onRevoked != nil {
		p.onRevoked(ps)
	}
	p.change(ps, false)
}

func (p *placer) change(ps []int32, have bool) {
	p.mu.Lock()
	for _, n := range ps {
		p.have[n] = have
		if !have {
			p.revoked = append(p.revoked, n)
		}
	}
	p.mu.Unlock()
	p.changed <- struct{}{}
}

func (p *placer) list() []int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var have []int32
	for n, ok := range p.have {
		if ok {
			have = append(have, n)
		}
	}
	slices.Sort(have)
	return have
}

// until waits for the condition over what the group told.
func (p *placer) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for !holds() {
		select {
		case <-p.changed:
		case <-deadline:
			t.Fatalf("still not %s; has %v", what, p.list())
		}
	}
}

// eventually polls for an effect in the cluster.
func eventually(t *testing.T, what string, holds func() (bool, error)) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for {
		ok, err := holds()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("still not %s: %v", what, err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *cluster) fast(prefix string) *kafka.Log {
	c.more = func(config *kafka.Config) {
		config.SessionTimeoutMs, config.HeartbeatIntervalMs = 6_000, 100
	}
	defer func() { c.more = nil }()
	return c.open(prefix)
}

func (c *cluster) topic(name string, partitions int32) string {
	c.t.Helper()
	name = fmt.Sprintf("%s-%d", name, time.Now().UnixNano())
	if err := c.CreateTopic(c.t.Context(), name, partitions, logtest.TopicOptions{}); err != nil {
		c.t.Fatal(err)
	}
	return name
}

func (c *cluster) join(l *kafka.Log, config kafka.GroupConfig, p *placer) *kafka.Group {
	c.t.Helper()
	g, err := l.JoinGroup(config, p)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(g.Close)
	return g
}

func testGroupMoves(t *testing.T, c *cluster) {
	topic := c.topic("placed", 6)
	config := kafka.GroupConfig{Name: topic + "-group", Topic: topic}
	first, second := newPlacer(), newPlacer()
	a := c.join(c.fast("a"), config, first)
	first.until(t, "all six", func() bool { return len(first.list()) == 6 })
	if got := a.Assigned(); !slices.Equal(got, []int32{0, 1, 2, 3, 4, 5}) {
		t.Errorf("the group says that this node has %v", got)
	}
	b := c.join(c.fast("b"), config, second)
	second.until(t, "three", func() bool { return len(second.list()) == 3 })
	kept, moved := first.list(), second.list()
	if len(kept) != 3 || slices.Equal(kept, moved) {
		t.Errorf("first has %v, second has %v", kept, moved)
	}
	for _, p := range kept {
		if slices.Contains(first.revoked, p) {
			t.Errorf("partition %d was revoked although it stays", p)
		}
	}
	for p := range int32(6) {
		at, _ := map[bool]*kafka.Group{true: a, false: b}[slices.Contains(kept, p)], 0
		other := b
		if at == b {
			other = a
		}
		if err := at.Confirm(t.Context(), p); err != nil {
			t.Errorf("the owner of %d is not confirmed: %v", p, err)
		}
		if err := other.Confirm(t.Context(), p); !errors.Is(err, messages.ErrNotAssigned) {
			t.Errorf("partition %d is confirmed to who doesn't have it: %v", p, err)
		}
	}
	b.Close()
	if got := second.list(); len(got) != 0 {
		t.Errorf("after leaving, the node still has %v", got)
	}
	first.until(t, "all six again", func() bool { return len(first.list()) == 6 })
}

func testGroupPublishes(t *testing.T, c *cluster) {
	topic, updates := c.topic("accounts", 3), c.topic("updates", 4)
	name := topic + "-group"
	p := newPlacer()
	g := c.join(c.fast("a"), kafka.GroupConfig{
		Name: name, Topic: topic, OffsetsIn: map[string]string{updates: name + "-updates"}, PublishEvery: 50 * time.Millisecond,
	}, p)
	p.until(t, "all three", func() bool { return len(p.list()) == 3 })
	frontier := map[messages.TopicPartition]int64{{Topic: topic, Partition: 1}: 17, {Topic: topic, Partition: 0}: 99, {Topic: "elsewhere"}: 3}
	for q := range int32(4) {
		frontier[messages.TopicPartition{Topic: updates, Partition: q}] = 100 + int64(q)
	}
	at := func(group, topic string, partition int32) int64 {
		offsets, err := c.admin.FetchOffsets(t.Context(), group)
		if errors.Is(err, kerr.GroupIDNotFound) {
			return -1 // nothing was published under the name yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if o, ok := offsets.Lookup(topic, partition); ok {
			return o.At
		}
		return -1
	}
	eventually(t, "published", func() (bool, error) {
		g.Publish(messages.ShardID{Kind: messages.AccountShard, Partition: 1}, frontier)
		return at(name, topic, 1) == 17 && at(name+"-updates", updates, 1) == 101, nil
	})
	if got := at(name, topic, 0); got != -1 {
		t.Errorf("shard 1 published %d for partition 0", got)
	}
	for _, q := range []int32{0, 2, 3} {
		if got := at(name+"-updates", updates, q); got != -1 {
			t.Errorf("shard 1 of 3 published %d for partition %d of %s", got, q, updates)
		}
	}
	log := c.fast("reader")
	for group, want := range map[string]int64{name: 17, name + "-updates": -1, name + "-none": -1} {
		if got, err := log.GroupOffset(t.Context(), group, messages.TopicPartition{Topic: topic, Partition: 1}); err != nil || got != want {
			t.Errorf("the offset of %s is %d, %v; want %d", group, got, err, want)
		}
	}
	// A confirmation changes nothing that tools see.
	for _, q := range []int32{1, 2} {
		if err := g.Confirm(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	if got := at(name, topic, 1); got != 17 {
		t.Errorf("a confirmation changed the offset from 17 to %d", got)
	}
	// Where a shard leaves off is the last that tools see of it, and not overwritten later.
	tp, update := messages.TopicPartition{Topic: topic, Partition: 1}, messages.TopicPartition{Topic: updates, Partition: 1}
	p.onRevoked = func([]int32) {
		g.Publish(messages.ShardID{Kind: messages.AccountShard, Partition: 1}, map[messages.TopicPartition]int64{tp: 23, update: 123})
	}
	g.Close()
	g.Publish(messages.ShardID{Kind: messages.AccountShard, Partition: 1}, map[messages.TopicPartition]int64{tp: 24})
	if own, other := at(name, topic, 1), at(name+"-updates", updates, 1); own != 23 || other != 123 {
		t.Errorf("who left off at 23 and 123 has published %d and %d", own, other)
	}
}

// testGroupStale holds what law 4 needs: a node whose session has ended is not
// confirmed, whatever it believes to have.
func testGroupStale(t *testing.T, c *cluster) {
	topic := c.topic("stale", 1)
	p := newPlacer()
	link := newLink()
	c.more = func(config *kafka.Config) {
		config.SessionTimeoutMs, config.HeartbeatIntervalMs = 6_000, 500
		config.Dial = link.dial
	}
	l := c.open("a")
	c.more = nil
	g := c.join(l, kafka.GroupConfig{Name: topic + "-group", Topic: topic}, p)
	p.until(t, "assigned", func() bool { return len(p.list()) == 1 })
	if err := g.Confirm(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	link.cut()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := g.Confirm(ctx, 0); err == nil {
		t.Error("confirmed without a connection")
	}
	other := newPlacer()
	c.join(c.fast("b"), kafka.GroupConfig{Name: topic + "-group", Topic: topic}, other)
	other.until(t, "taken over after the session", func() bool { return len(other.list()) == 1 })
	link.mend()
	if err := g.Confirm(t.Context(), 0); err == nil {
		// It may have rejoined by now, but then it has nothing.
		t.Errorf("a node whose session has ended is confirmed; it has %v, the other %v", p.list(), other.list())
	}
}

// testGroupIdle: a node that has nothing because another has not let go yet is told
// apart from one for which there is nothing.
func testGroupIdle(t *testing.T, c *cluster) {
	topic := c.topic("idle", 2)
	config := kafka.GroupConfig{Name: topic + "-group", Topic: topic}
	first, second := newPlacer(), newPlacer()
	letGo := make(chan struct{})
	first.onRevoked = func([]int32) { <-letGo }
	c.join(c.fast("a"), config, first)
	first.until(t, "both", func() bool { return len(first.list()) == 2 })
	b := c.join(c.fast("b"), config, second)
	eventually(t, "joined", func() (bool, error) { return b.Joined(), b.Err() })
	if got := b.Assigned(); len(got) > 0 {
		t.Errorf("the second has %v before the first lets go", got)
	}
	if err := b.Idle(t.Context()); err == nil {
		t.Error("the second has nothing to wait for, though a partition is on its way to it")
	}
	close(letGo)
	second.until(t, "one", func() bool { return len(second.list()) == 1 })
	third := c.join(c.fast("c"), config, newPlacer())
	eventually(t, "idle, as the third of two", func() (bool, error) {
		err := third.Idle(t.Context())
		return third.Joined() && err == nil, err
	})
	if got := third.Assigned(); len(got) > 0 {
		t.Errorf("the third has %v", got)
	}
}

func TestGroupsOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	c.groupTests(t)
}

func (c *cluster) groupTests(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *cluster){
		"moves": testGroupMoves, "publishes": testGroupPublishes, "stale": testGroupStale, "idle": testGroupIdle,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, c.on(t))
		})
	}
}
