package memlog_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
	"github.com/velox-trading/velox/sim/memlog"
)

// TestConformance runs the suite with every feature; commits go step by step.
func TestConformance(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return newConformer(t, true) })
}

// TestConformanceWithoutFaults runs it on the path that commits at once, where no
// answer can be lost.
func TestConformanceWithoutFaults(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return newConformer(t, false) }, logtest.LostAnswers)
}

// conformer shows a memlog.Cluster to the suite.
type conformer struct {
	*memlog.Cluster
	faults bool

	mu   sync.Mutex
	next map[memlog.Call]error
}

func newConformer(t *testing.T, faults bool) *conformer {
	t.Helper()
	c := &conformer{faults: faults, next: make(map[memlog.Call]error)}
	options := memlog.Options{}
	if faults {
		options.Fault = c.strike
	}
	c.Cluster = memlog.New(options)
	for _, kind := range []messages.ShardKind{messages.SymbolShard, messages.AccountShard} {
		if err := c.Cluster.CreateTopic(c.StateTopic(kind), logtest.StatePartitions, memlog.TopicOptions{Compacted: true}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *conformer) strike(_ context.Context, call memlog.Call) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := memlog.Call{Point: call.Point, After: call.After}
	err := c.next[at]
	delete(c.next, at)
	return err
}

func (c *conformer) Log(prefix string) (messages.Log, error) {
	return c.LogWithPrefix(prefix), nil
}

func (c *conformer) StateTopic(kind messages.ShardKind) string {
	return "velox-" + string(kind) + "-state"
}

func (c *conformer) CreateTopic(_ context.Context, name string, partitions int32, o logtest.TopicOptions) error {
	return c.Cluster.CreateTopic(name, partitions, memlog.TopicOptions{Compacted: o.Compacted, MaxRecordBytes: o.MaxRecordBytes})
}

func (c *conformer) Produce(_ context.Context, records ...messages.Out) ([]int64, error) {
	offsets := make([]int64, len(records))
	for i, r := range records {
		_, offsets[i] = c.Cluster.Produce(r)
	}
	return offsets, nil
}

func (c *conformer) Begin(context.Context) (logtest.Transaction, error) {
	return foreign{c.Cluster.Begin()}, nil
}

func (c *conformer) AddPartitions(_ context.Context, topic string, partitions int32) error {
	return c.Cluster.AddPartitions(topic, partitions)
}

func (c *conformer) DeleteRecords(_ context.Context, tp messages.TopicPartition, before int64) error {
	return c.Cluster.DeleteRecords(tp.Topic, tp.Partition, before)
}

func (c *conformer) Compact(_ context.Context, topic string) error {
	return c.Cluster.Compact(topic, false)
}

func (c *conformer) LoseCommitAnswer(_ context.Context, applied bool) error {
	if !c.faults {
		return logtest.ErrLacking
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if applied {
		c.next[memlog.Call{Point: memlog.PointCommitEnd, After: true}] = errors.New("answer lost")
	} else {
		c.next[memlog.Call{Point: memlog.PointCommitEnd}] = memlog.ErrLeftOpen
	}
	return nil
}

func (c *conformer) Lacks() []logtest.Feature {
	if c.faults {
		return nil
	}
	return []logtest.Feature{logtest.LostAnswers}
}

type foreign struct{ txn *memlog.Transaction }

func (f foreign) Produce(_ context.Context, records ...messages.Out) error {
	return f.txn.Produce(records...)
}

func (f foreign) Commit(context.Context) error { f.txn.Commit(); return nil }
func (f foreign) Abort(context.Context) error  { f.txn.Abort(); return nil }
