// Package check says whether a log at rest keeps Velox's promises: nothing lost,
// doubled, out of order or different, every order in one known state, positions
// equal to their fills. The checkers are pure functions of what the log holds.
// They share the wire's decoders with the product, and the oracle's candles with
// the tests, but none of the code that makes what they check.
//
// A View gives them the log: the simulation's in memory, or a cluster's.
package check

import (
	"fmt"
	"iter"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// Isolation says which records of a partition are read.
type Isolation int

// The isolations. Committed is what a read-committed consumer gets; Uncommitted
// has the records of open and aborted transactions, too.
const (
	Committed Isolation = iota
	Uncommitted
)

// Offsets are a partition's: the first that can be read, the last stable offset,
// and the high watermark.
type Offsets struct{ Start, Stable, End int64 }

// View is a log that nobody writes to while it is looked at, unless the Subject is
// Live. Its methods are called by one goroutine at a time.
type View interface {
	// Partitions gives a topic's partition count, 0 when it does not exist.
	Partitions(topic string) (int32, error)
	// Offsets gives a partition's, as they are when it is called: what it gives is
	// asked for just before the partition is read, and of a Live log's inputs once more
	// when all is read.
	Offsets(tp messages.TopicPartition) (Offsets, error)
	// Records gives a partition's records in order, without control records. An
	// error ends the sequence. Records may be kept, and must not be changed.
	Records(tp messages.TopicPartition, isolation Isolation) iter.Seq2[*messages.Record, error]
}

// Subject is what is checked.
type Subject struct {
	View View
	// Published are the group offsets as tools see them, by shard; nil when they are
	// not known.
	Published map[messages.ShardID]map[messages.TopicPartition]int64
	// Once: the symbols' updates are written exactly once, so none may repeat, save those
	// that say that they were written at least once, before the guarantee was changed.
	Once bool
	// Settings is the digest of the settings that updates are made with, as the records of
	// Live symbol shards have it; "" leaves it unasked whether these were always the same.
	Settings string
	// Settled: nothing runs any more and everything was taken in, so frontiers stand
	// at the ends, and no order waits for an answer.
	Settled bool
	// Live: the log is a cluster's, which may run on while it is read, may have begun
	// before Velox did, and may have lost its beginning to retention. What a shard has
	// put out counts up to the frontier that stood in its state when the reading began.
	Live bool
	// Keep is how many findings of each check are told in full, if more than ten.
	Keep int
	// Candles says how candles are made, for the oracle; nil leaves that out.
	Candles *Candles
	// Moments tell which updates were taken in before which other inputs, in the order of
	// time; nil when that is not known, which leaves the rules of strategies out.
	Moments []Moment
	// MaxAhead is how far a tick, or an update of others, may be ahead of its record's
	// timestamp; 0: a minute.
	MaxAhead time.Duration
}

func (s *Subject) maxAhead() time.Duration {
	if s.MaxAhead == 0 {
		return time.Minute
	}
	return s.MaxAhead
}

// memory is the View of a log in memory.
type memory struct{ cluster *memlog.Cluster }

// Memory looks at a log in memory.
func Memory(c *memlog.Cluster) View { return memory{c} }

func (m memory) Partitions(topic string) (int32, error) { return m.cluster.Partitions(topic), nil }

func (m memory) Offsets(tp messages.TopicPartition) (Offsets, error) {
	c := m.cluster
	o := Offsets{
		Start: c.StartOffset(tp.Topic, tp.Partition), Stable: c.StableOffset(tp.Topic, tp.Partition), End: c.EndOffset(tp.Topic, tp.Partition),
	}
	if o.End < 0 {
		return o, fmt.Errorf("%s does not exist", tp)
	}
	return o, nil
}

func (m memory) Records(tp messages.TopicPartition, isolation Isolation) iter.Seq2[*messages.Record, error] {
	records := m.cluster.Records(tp.Topic, tp.Partition)
	if isolation == Uncommitted {
		records = m.cluster.UncommittedRecords(tp.Topic, tp.Partition)
	}
	return func(yield func(*messages.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}
