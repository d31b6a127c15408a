package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

// shardNumber gives tests that share a cluster shards of their own.
var shardNumber atomic.Int32

func nextShard() messages.ShardID {
	return messages.ShardID{Kind: messages.AccountShard, Partition: logtest.StatePartitions - shardNumber.Add(1)}
}

func (c *cluster) shard(l *kafka.Log, id messages.ShardID) messages.ShardLog {
	c.t.Helper()
	s, err := l.OpenShard(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(s.Close)
	return s
}

// withFault opens a node with a fault.
func (c *cluster) withFault(fault kafka.Fault, more func(*kafka.Config)) *kafka.Log {
	before := c.more
	defer func() { c.more = before }()
	c.more = func(config *kafka.Config) {
		config.Fault = fault
		if more != nil {
			more(config)
		}
	}
	return c.open("node-" + c.t.Name())
}

// visible reads a topic's partition 0 up to its high watermark.
func (c *cluster) visible(s messages.ShardLog, topic string) []string {
	c.t.Helper()
	tp := messages.TopicPartition{Topic: topic}
	ranges, err := s.Offsets(c.t.Context(), tp)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := s.Read([]messages.Input{{TopicPartition: tp, From: ranges[tp].Start}}); err != nil {
		c.t.Fatal(err)
	}
	var got []string
	for next := ranges[tp].Start; next < ranges[tp].End; {
		b, err := s.Poll(c.t.Context(), 1_000, time.Second)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range b.Records {
			got = append(got, string(r.Value))
		}
		next = max(next, b.Next[tp])
	}
	return got
}

func value(topic, v string) messages.Out { return messages.Out{Topic: topic, Value: []byte(v)} }

// transactions gives the state of every open transaction of a node.
func (c *cluster) transactionState(id string) string {
	described, err := c.admin.DescribeTransactions(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return described[id].State
}

// testHang stops a commit between its last record and its end: the transaction
// is open in the cluster until a new owner comes, who ends it, and the old one
// finds itself fenced.
func testHang(t *testing.T, c *cluster) {
	hung, goOn := make(chan struct{}), make(chan struct{})
	var armed atomic.Bool
	l := c.withFault(func(point, detail string) error {
		if point == kafka.FaultEnd && armed.CompareAndSwap(true, false) {
			close(hung)
			<-goOn
		}
		return nil
	}, nil)
	topic, id := c.topic("hang", 1), nextShard()
	config := c.config("node-" + t.Name())
	name := config.TransactionalID(string(id.Kind), id.Partition)
	old := c.shard(l, id)
	if err := old.Commit(t.Context(), []messages.Out{value(topic, "first")}); err != nil {
		t.Fatal(err)
	}
	armed.Store(true)
	result := make(chan error, 1)
	go func() { result <- old.Commit(t.Context(), []messages.Out{value(topic, "hung")}) }()
	<-hung
	if state := c.transactionState(name); state != "Ongoing" {
		t.Errorf("while the commit hangs, the transaction is %s", state)
	}
	owner := c.shard(l, id)
	eventually(t, "ended by the new owner", func() (bool, error) {
		state := c.transactionState(name)
		return state != "Ongoing" && state != "PrepareAbort", errors.New(state)
	})
	if got := c.visible(owner, topic); !slices.Equal(got, []string{"first"}) {
		t.Errorf("visible after the takeover: %q", got)
	}
	close(goOn)
	err := <-result
	t.Logf("the commit that hung gives: %v", err)
	if !errors.Is(err, messages.ErrFenced) {
		t.Errorf("the commit that hung gives %v", err)
	}
	if err := owner.Commit(t.Context(), []messages.Out{value(topic, "second")}); err != nil {
		t.Fatal(err)
	}
	if got := c.visible(owner, topic); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("visible at the end: %q", got)
	}
}

// testTimeout lets a transaction take longer than the cluster allows.
func testTimeout(t *testing.T, c *cluster) {
	id, topic := nextShard(), c.topic("timeout", 1)
	config := c.config("node-" + t.Name())
	name := config.TransactionalID(string(id.Kind), id.Partition)
	l := c.withFault(func(point, _ string) error {
		if point == kafka.FaultEnd {
			eventually(t, "ended by the cluster", func() (bool, error) {
				state := c.transactionState(name)
				return state != "Ongoing" && state != "PrepareAbort", errors.New(state)
			})
		}
		return nil
	}, func(config *kafka.Config) { config.TransactionTimeoutMs = 1_000 })
	err := c.shard(l, id).Commit(t.Context(), []messages.Out{value(topic, "late")})
	t.Logf("the commit gives: %v", err)
	if !errors.Is(err, messages.ErrFenced) {
		t.Errorf("a commit after the transaction's timeout gives %v", err)
	}
	if got := c.visible(c.shard(l, id), topic); len(got) != 0 {
		t.Errorf("visible: %q", got)
	}
}

// testInjected makes each step of a commit fail; nothing becomes visible, the
// shard's log is spent, and the next one works.
func testInjected(t *testing.T, c *cluster) {
	injected := errors.New("injected")
	for _, point := range []string{kafka.FaultProduce, kafka.FaultEnd} {
		var armed atomic.Bool
		l := c.withFault(func(at, _ string) error {
			if at == point && armed.CompareAndSwap(true, false) {
				return injected
			}
			return nil
		}, nil)
		id, topic := nextShard(), c.topic("injected", 1)
		s := c.shard(l, id)
		armed.Store(true)
		err := s.Commit(t.Context(), []messages.Out{value(topic, "lost")})
		if !errors.Is(err, messages.ErrAborted) || !errors.Is(err, injected) {
			t.Errorf("%s: the commit gives %v", point, err)
		}
		if err := s.Commit(t.Context(), []messages.Out{value(topic, "spent")}); !errors.Is(err, messages.ErrAborted) {
			t.Errorf("%s: a spent log gives %v", point, err)
		}
		s.Emit([]messages.Out{value(topic, "spent")})
		if err := s.Flush(t.Context()); err == nil {
			t.Errorf("%s: a spent log flushes", point)
		}
		next := c.shard(l, id)
		if err := next.Commit(t.Context(), []messages.Out{value(topic, "kept")}); err != nil {
			t.Fatal(err)
		}
		if got := c.visible(next, topic); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("%s: visible: %q", point, got)
		}
	}
}

// testUnreachable cuts the network at each step and ends the caller's patience:
// before the commit is asked for the outcome is clear, after it is not.
func testUnreachable(t *testing.T, c *cluster) {
	for point, want := range map[string]error{kafka.FaultProduce: messages.ErrAborted, kafka.FaultEnd: messages.ErrUnclear} {
		line := newLink()
		var armed atomic.Bool
		l := c.withFault(func(at, _ string) error {
			if at == point && armed.CompareAndSwap(true, false) {
				line.cut()
			}
			return nil
		}, func(config *kafka.Config) { config.Dial = line.dial })
		id, topic := nextShard(), c.topic("unreachable", 1)
		s := c.shard(l, id)
		if err := s.Commit(t.Context(), []messages.Out{value(topic, "first")}); err != nil {
			t.Fatal(err)
		}
		armed.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		err := s.Commit(ctx, []messages.Out{value(topic, "cut")})
		cancel()
		if !errors.Is(err, want) {
			t.Errorf("cut at %s: the commit gives %v, want %v", point, err, want)
		}
		s.Close()
		line.mend()
		next := c.shard(l, id)
		if got := c.visible(next, topic); !slices.Equal(got, []string{"first"}) {
			t.Errorf("cut at %s: visible: %q", point, got)
		}
	}
}

// testCloseEnds: Close from another goroutine ends an Emit that waits for room
// and a Flush that waits for a cluster that is gone.
func testCloseEnds(t *testing.T, c *cluster) {
	line := newLink()
	l := c.withFault(nil, func(config *kafka.Config) { config.Dial = line.dial })
	topic := c.topic("gone", 1)
	s := c.shard(l, nextShard())
	s.Emit([]messages.Out{value(topic, "first")})
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	line.cut()
	done := make(chan error, 1)
	go func() {
		for range 200 {
			records := make([]messages.Out, 1_000)
			for i := range records {
				records[i] = value(topic, "waits")
			}
			s.Emit(records)
		}
		done <- s.Flush(t.Context())
	}()
	select {
	case err := <-done:
		t.Fatalf("200,000 records went into a cluster that is gone: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	s.Close()
	select {
	case err := <-done:
		if err == nil {
			t.Error("the flush succeeded")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Close did not end the waiting Emit")
	}
}

// testMissingTopic: a topic that is not there fails a commit in the end; one that
// comes while the commit waits does not.
func testMissingTopic(t *testing.T, c *cluster) {
	l := c.open("missing-" + t.Name())
	missing := fmt.Sprint("missing-", time.Now().UnixNano())
	s := c.shard(l, nextShard())
	err := s.Commit(t.Context(), []messages.Out{value(missing, "a")})
	if !errors.Is(err, messages.ErrAborted) || !errorIs(err, "UNKNOWN_TOPIC_OR_PARTITION") {
		t.Errorf("a commit to a missing topic gives %v", err)
	}
	next := c.shard(l, nextShard())
	done := make(chan error, 1)
	go func() { done <- next.Commit(t.Context(), []messages.Out{value(missing, "b")}) }()
	if err := c.CreateTopic(t.Context(), missing, 1, logtest.TopicOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("a commit to a topic that comes gives %v", err)
	}
}

func (c *cluster) transactionTests(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *cluster){
		"hang": testHang, "timeout": testTimeout, "injected": testInjected, "unreachable": testUnreachable, "close": testCloseEnds,
		"missing": testMissingTopic, "prefix": testPrefix,
	} {
		t.Run(name, func(t *testing.T) { test(t, c.on(t)) })
	}
}

func TestTransactionsOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	c.transactionTests(t)
}

// TestHomePartitionIsTheClients compares with the client library's own port of the
// Java partitioner.
func TestHomePartitionIsTheClients(t *testing.T) {
	theirs := kgo.StickyKeyPartitioner(nil).ForTopic("topic")
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		key := make([]byte, 1+random.IntN(40))
		for i := range key {
			key[i] = byte(random.Uint32())
		}
		n := 1 + random.IntN(50)
		if got, want := messages.HomePartition(key, int32(n)), theirs.Partition(&kgo.Record{Key: key}, n); int(got) != want {
			t.Fatalf("key %x of %d partitions: %d, want %d", key, n, got, want)
		}
	}
	if got := messages.HomePartition(nil, 6); got != messages.HomePartition([]byte{}, 6) {
		t.Errorf("no key is at home in %d, an empty one in %d", got, messages.HomePartition([]byte{}, 6))
	}
}
