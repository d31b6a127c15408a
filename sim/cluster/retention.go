package cluster

import (
	"fmt"
	"iter"
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

var deletion = newKind("updates deleted")

// behead deletes all updates that there are when every shard has begun, and one more that
// nobody has committed, so that account shards find their places below the log's start.
// There is no account yet for which anything could be lost.
func (c *Cluster) behead() error {
	if err := c.settle(); err != nil {
		return fmt.Errorf("before the updates are deleted: %w", err)
	}
	for p := range c.shape.counts[messages.TopicUpdates] {
		txn := c.log.Begin()
		nobodys := messages.Out{Topic: messages.TopicUpdates, Partition: p, Key: []byte("late"), Value: []byte("late")}
		if err := txn.Produce(nobodys); err != nil {
			return err
		}
		end := c.log.EndOffset(messages.TopicUpdates, p)
		deleted := slices.DeleteFunc(c.log.CommittedRecords(messages.TopicUpdates, p), func(r *messages.Record) bool { return r.Offset >= end })
		c.mu.Lock()
		c.deleted[p] = deleted
		c.mu.Unlock()
		// While the transaction is open nobody's place is above it.
		if err := c.log.DeleteRecords(messages.TopicUpdates, p, end); err != nil {
			return err
		}
		txn.Abort()
	}
	c.faults.count(deletion)
	return nil
}

// view is the log as checkers see it: with the updates that were deleted, for they look
// at all that was ever written.
func (c *Cluster) view() check.View { return undeleted{check.Memory(c.log), c} }

type undeleted struct {
	check.View
	cluster *Cluster
}

// Offsets implements check.View.
func (u undeleted) Offsets(tp messages.TopicPartition) (check.Offsets, error) {
	o, err := u.View.Offsets(tp)
	if tp.Topic == messages.TopicUpdates {
		o.Start = 0
	}
	return o, err
}

// Records implements check.View.
func (u undeleted) Records(tp messages.TopicPartition, isolation check.Isolation) iter.Seq2[*messages.Record, error] {
	return func(yield func(*messages.Record, error) bool) {
		if tp.Topic == messages.TopicUpdates {
			u.cluster.mu.Lock()
			deleted := u.cluster.deleted[tp.Partition]
			u.cluster.mu.Unlock()
			for _, r := range deleted {
				if !yield(r, nil) {
					return
				}
			}
		}
		u.View.Records(tp, isolation)(yield)
	}
}
