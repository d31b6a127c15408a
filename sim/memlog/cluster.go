package memlog

import (
	"fmt"

	"github.com/velox-trading/velox/messages"
)

// Produce writes one record outside of any transaction, as a feed or a tool
// would, and gives its place. It panics when the topic or the partition does not
// exist or the record is too large: the caller is a test that knows its topics.
func (c *Cluster) Produce(out messages.Out) (partition int32, offset int64) {
	b, err := c.prepare([]messages.Out{out})
	if err != nil {
		panic(fmt.Sprintf("memlog: produce: %v", err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(b, nil)
	return b.records[0].Partition, b.records[0].Offset
}

// ProduceBatch writes records outside of any transaction, all of them or, with
// an error, none.
func (c *Cluster) ProduceBatch(outs []messages.Out) error {
	b, err := c.prepare(outs)
	if err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(b, nil)
	return nil
}

// Transaction is a transaction of a writer that is no shard. It is used by one
// goroutine at a time.
type Transaction struct {
	cluster *Cluster
	txn     *transaction
}

// Begin opens a transaction of a writer that is no shard. It holds the last
// stable offset of the partitions that it writes to until Commit or Abort.
func (c *Cluster) Begin() *Transaction { return &Transaction{cluster: c, txn: &transaction{}} }

// Produce writes records in the transaction, all or, with an error, none.
func (t *Transaction) Produce(outs ...messages.Out) error {
	b, err := t.cluster.prepare(outs)
	if err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	t.cluster.mu.Lock()
	defer t.cluster.mu.Unlock()
	if t.txn.state != open {
		return fmt.Errorf("produce: %w", messages.ErrAborted)
	}
	t.cluster.write(b, t.txn)
	return nil
}

// Commit makes the transaction's records visible.
func (t *Transaction) Commit() { t.finish(committed) }

// Abort makes the transaction's records invisible for ever.
func (t *Transaction) Abort() { t.finish(aborted) }

func (t *Transaction) finish(state outcome) {
	t.cluster.mu.Lock()
	defer t.cluster.mu.Unlock()
	t.cluster.end(t.txn, state)
}

// Records gives the records of a partition that a read-committed reader sees
// now, in order; nil for a partition that does not exist. They must not be
// changed.
func (c *Cluster) Records(topic string, partition int32) []*messages.Record {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: partition})
	if err != nil {
		return nil
	}
	c.mu.Lock()
	seen := p.between(p.start, p.stable())
	c.mu.Unlock()
	return visibleOf(seen)
}

// CommittedRecords gives the records of a partition that are committed now, in order:
// also those above an open transaction, which no reader sees yet; nil for a partition
// that does not exist. They must not be changed.
func (c *Cluster) CommittedRecords(topic string, partition int32) []*messages.Record {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: partition})
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return visibleOf(p.between(p.start, p.next)) // under the lock: open transactions may end
}

// UncommittedRecords gives the records of a partition that a read-uncommitted
// reader sees now, those of open and aborted transactions included, in order; nil
// for a partition that does not exist. They must not be changed.
func (c *Cluster) UncommittedRecords(topic string, partition int32) []*messages.Record {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: partition})
	if err != nil {
		return nil
	}
	c.mu.Lock()
	seen := p.between(p.start, p.next)
	c.mu.Unlock()
	var out []*messages.Record
	for i := range seen {
		if seen[i].record != nil {
			out = append(out, seen[i].record)
		}
	}
	return out
}

// RecordsFrom gives the records of a partition that a read-committed reader sees
// now at or after an offset, in order, and the offset to ask for next; for a
// partition that does not exist, nil and the offset. They must not be changed.
func (c *Cluster) RecordsFrom(topic string, partition int32, offset int64) ([]*messages.Record, int64) {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: partition})
	if err != nil {
		return nil, offset
	}
	c.mu.Lock()
	stable := p.stable()
	seen := p.between(offset, max(offset, stable))
	c.mu.Unlock()
	return visibleOf(seen), max(offset, stable)
}

// AllRecords gives Records of all partitions of a topic, partition by partition.
func (c *Cluster) AllRecords(topic string) []*messages.Record {
	var out []*messages.Record
	for i := range c.Partitions(topic) {
		out = append(out, c.Records(topic, i)...)
	}
	return out
}

// Partitions gives a topic's partition count, 0 when it does not exist.
func (c *Cluster) Partitions(topic string) int32 {
	t, ok := c.topic(topic)
	if !ok {
		return 0
	}
	return int32(len(t.parts))
}

// StartOffset gives the first offset that can still be read; -1 for a partition
// that does not exist.
func (c *Cluster) StartOffset(topic string, number int32) int64 {
	return c.offset(topic, number, func(p *partition) int64 { return p.start })
}

// EndOffset gives the high watermark; -1 for a partition that does not exist.
func (c *Cluster) EndOffset(topic string, number int32) int64 {
	return c.offset(topic, number, func(p *partition) int64 { return p.next })
}

// StableOffset gives the last stable offset, up to which a read-committed reader
// gets; -1 for a partition that does not exist.
func (c *Cluster) StableOffset(topic string, number int32) int64 {
	return c.offset(topic, number, func(p *partition) int64 { return p.stable() })
}

func (c *Cluster) offset(topic string, number int32, get func(*partition) int64) int64 {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: number})
	if err != nil {
		return -1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return get(p)
}

// DeleteRecords deletes everything below an offset, which becomes the
// partition's start. An offset beyond the high watermark is an error; one at or
// below the start does nothing.
func (c *Cluster) DeleteRecords(topic string, partition int32, before int64) error {
	p, err := c.find(messages.TopicPartition{Topic: topic, Partition: partition})
	if err != nil {
		return fmt.Errorf("delete records: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if before > p.next {
		return fmt.Errorf("delete records: %s ends at %d, can't delete up to %d", p.tp, p.next, before)
	}
	p.drop(before)
	return nil
}

// Compact compacts every partition of a compacted topic at once, up to its last
// stable offset. With dropTombstones the records that delete a key go too, as in
// Kafka after delete.retention.ms.
func (c *Cluster) Compact(topic string, dropTombstones bool) error {
	t, ok := c.topic(topic)
	if !ok {
		return fmt.Errorf("compact: topic %s: %w", topic, messages.ErrNoTopic)
	}
	if !t.options.Compacted {
		return fmt.Errorf("compact: topic %s is not compacted", topic)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range t.parts {
		p.compact(dropTombstones)
	}
	return nil
}

// ExpireTransactions aborts every transaction of a shard that is open, as the
// broker does after transaction.timeout.ms, and fences its writer. It gives how
// many there were.
func (c *Cluster) ExpireTransactions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, o := range c.owners {
		if o.open != nil && o.open.state == open {
			n++
			o.epoch++
			c.end(o.open, aborted)
			o.open = nil
		}
	}
	return n
}
