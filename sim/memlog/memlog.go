// Package memlog is the log port in memory: topics, partitions, offsets, control
// records, transactions with fencing and a last stable offset, compaction and
// deletion, as Kafka has them. The simulation, backtests and the tests of the
// shard runtime run on it; it passes the same conformance suite as the Kafka
// implementation (messages/logtest).
//
// What it leaves out: brokers, replication, consumer groups, timeouts. Offsets
// and results depend only on the order of calls, never on time or chance.
package memlog

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/messages"
)

// DefaultMaxRecordBytes is a topic's limit when TopicOptions names none: one
// MiB, near Kafka's default of max.message.bytes.
const DefaultMaxRecordBytes = 1 << 20

// recordOverheadBytes is what a record counts beside its key, value and
// headers: about what Kafka's batch and record framing take.
const recordOverheadBytes = 80

// Options shape a Cluster. The zero value is ready for use.
type Options struct {
	// NowMs is the wall clock that stamps records, in Unix milliseconds; nil is
	// the machine's. It is asked once a batch, possibly by several goroutines at
	// once.
	NowMs func() int64
	// Fault is asked around each call of the port; nil is no faults. See FaultFunc.
	Fault FaultFunc
	// StateTopic names the state topic of a kind of shard; nil is
	// velox-<kind>-state.
	StateTopic func(messages.ShardKind) string
	// KeepBytes makes the log keep keys, values and headers as they were handed in
	// instead of copying them. It is faster, and right only if writers never
	// change those bytes afterwards.
	KeepBytes bool
}

// TopicOptions are a topic's settings. The zero value is a topic that is not
// compacted and takes DefaultMaxRecordBytes.
type TopicOptions struct {
	// Compacted topics take only records with a key, and Compact works on them.
	Compacted bool
	// MaxRecordBytes is the largest record that the topic takes, framing
	// included; 0 is DefaultMaxRecordBytes.
	MaxRecordBytes int
}

// Cluster is the log that the nodes of one test or backtest share. All methods
// are safe for concurrent use.
type Cluster struct {
	options Options
	// topics is replaced, never changed, so that writers find their partitions
	// without the lock.
	topics atomic.Pointer[map[string]*topic]

	mu     sync.Mutex
	wake   chan struct{} // closed at the next change that a reader may wait for; nil when none waits
	owners map[string]*owner
	nodes  int
}

// topic is immutable; its partitions are not.
type topic struct {
	name    string
	options TopicOptions
	parts   []*partition
}

// owner is who may write under a transactional id: the holder of the latest
// epoch.
type owner struct {
	epoch int64
	open  *transaction
}

// New gives an empty cluster.
func New(options Options) *Cluster {
	if options.NowMs == nil {
		options.NowMs = func() int64 { return time.Now().UnixMilli() }
	}
	if options.StateTopic == nil {
		options.StateTopic = func(kind messages.ShardKind) string { return "velox-" + string(kind) + "-state" }
	}
	c := &Cluster{options: options, owners: make(map[string]*owner)}
	c.topics.Store(&map[string]*topic{})
	return c
}

// CreateTopic adds a topic with that many empty partitions. A name taken or a
// count below one is an error.
func (c *Cluster) CreateTopic(name string, partitions int32, options TopicOptions) error {
	if partitions < 1 {
		return fmt.Errorf("topic %s: %d partitions, want at least 1", name, partitions)
	}
	if options.MaxRecordBytes == 0 {
		options.MaxRecordBytes = DefaultMaxRecordBytes
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, taken := c.topic(name); taken {
		return fmt.Errorf("topic %s exists already", name)
	}
	t := &topic{name: name, options: options}
	t.parts = grow(t, nil, partitions)
	c.store(t)
	return nil
}

// AddPartitions raises a topic's partition count to the given one. Keys move to
// other partitions by it, as in Kafka. A count not above the present one is an
// error.
func (c *Cluster) AddPartitions(name string, partitions int32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.topic(name)
	if !ok {
		return fmt.Errorf("topic %s: %w", name, messages.ErrNoTopic)
	}
	if int(partitions) <= len(t.parts) {
		return fmt.Errorf("topic %s has %d partitions already, can't become %d", name, len(t.parts), partitions)
	}
	bigger := &topic{name: name, options: t.options}
	bigger.parts = grow(bigger, t.parts, partitions)
	c.store(bigger)
	c.changed()
	return nil
}

func grow(t *topic, have []*partition, partitions int32) []*partition {
	parts := slices.Clone(have)
	for i := int32(len(have)); i < partitions; i++ {
		parts = append(parts, &partition{tp: messages.TopicPartition{Topic: t.name, Partition: i}})
	}
	return parts
}

// topic finds a topic by name.
func (c *Cluster) topic(name string) (*topic, bool) {
	t, ok := (*c.topics.Load())[name]
	return t, ok
}

// store replaces one topic; c.mu is held.
func (c *Cluster) store(t *topic) {
	old := *c.topics.Load()
	fresh := make(map[string]*topic, len(old)+1)
	for k, v := range old {
		fresh[k] = v
	}
	fresh[t.name] = t
	c.topics.Store(&fresh)
}

// find gives a partition or an error that wraps ErrNoTopic or names it.
func (c *Cluster) find(tp messages.TopicPartition) (*partition, error) {
	t, ok := c.topic(tp.Topic)
	if !ok {
		return nil, fmt.Errorf("topic %s: %w", tp.Topic, messages.ErrNoTopic)
	}
	if tp.Partition < 0 || int(tp.Partition) >= len(t.parts) {
		return nil, fmt.Errorf("topic %s has %d partitions, no partition %d", tp.Topic, len(t.parts), tp.Partition)
	}
	return t.parts[tp.Partition], nil
}

// changed wakes readers that wait; c.mu is held.
func (c *Cluster) changed() {
	if c.wake != nil {
		close(c.wake)
		c.wake = nil
	}
}

// waiter gives the channel that the next change closes; c.mu is held.
func (c *Cluster) waiter() <-chan struct{} {
	if c.wake == nil {
		c.wake = make(chan struct{})
	}
	return c.wake
}

// Log gives one node's view of the cluster, with the transactional ids of the
// prefix "velox".
func (c *Cluster) Log() *Node { return c.LogWithPrefix("velox") }

// LogWithPrefix gives one node's view with the transactional ids of a prefix of
// its own: shards of equal id fence each other only within a prefix.
func (c *Cluster) LogWithPrefix(prefix string) *Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes++
	return &Node{cluster: c, prefix: prefix, number: c.nodes}
}
