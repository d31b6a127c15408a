package messages

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ShardKind says what a shard keeps: symbols or accounts.
type ShardKind string

// The two kinds of shard.
const (
	SymbolShard  ShardKind = "symbol"
	AccountShard ShardKind = "account"
)

// ShardID names one shard: its kind and the partition that it is home of.
type ShardID struct {
	Kind      ShardKind
	Partition int32
}

// String gives "kind/partition", the form used in logs, keys and headers.
func (id ShardID) String() string {
	return string(id.Kind) + "/" + strconv.Itoa(int(id.Partition))
}

// State is the partition that holds the shard's state.
func (id ShardID) State() TopicPartition {
	return TopicPartition{Topic: StateTopic(id.Kind), Partition: id.Partition}
}

// OffsetRange is what a partition holds: Start is the first offset that can
// still be read, End the high watermark (the next offset to be written,
// whatever transactions are open below it).
type OffsetRange struct{ Start, End int64 }

// Input is one partition that a shard reads, and where it starts.
type Input struct {
	TopicPartition
	From int64
	// Wants, if not nil, is asked for every record's key before the record is
	// kept; records that it refuses are passed over (Batch.Next still moves). It
	// is called from other goroutines and must be safe for that.
	Wants func(key []byte) bool
}

// Batch is what one Poll brought.
type Batch struct {
	// Records, ascending by offset within a partition.
	Records []*Record
	// Next holds, for each input that moved, the offset after the last one that
	// was taken: records, records that were not wanted, records of aborted
	// transactions and control records all move it.
	Next map[TopicPartition]int64
}

// Log is the log as a node sees it. Implementations are safe for concurrent use.
type Log interface {
	// OpenShard makes the caller the only writer of the shard: when it returns
	// without error, every earlier owner is fenced and none of their
	// transactions is open or can still commit. The error wraps the cause and
	// names the shard.
	OpenShard(ctx context.Context, id ShardID) (ShardLog, error)
	// PartitionCounts gives the number of partitions of each topic, or the error of one
	// of them, which names it, and wraps ErrNoTopic when it does not exist.
	PartitionCounts(ctx context.Context, topics ...string) (map[string]int32, error)
	// Offsets gives start and high watermark of each partition asked for.
	Offsets(ctx context.Context, tps ...TopicPartition) (map[TopicPartition]OffsetRange, error)
	// Scan gives the committed records of each range to apply, in the order of their
	// offsets within a partition. A range ends at most at its partition's high
	// watermark, and one that begins below the partition's start is an error. Scan waits
	// for transactions that are open within the ranges; an error of apply ends it.
	Scan(ctx context.Context, ranges map[TopicPartition]OffsetRange, apply func(*Record) error) error
}

// ShardLog is one shard's own view of the log, with a transactional producer of
// its own. It is used by one goroutine at a time. Every read is
// read-committed. After an error from Flush or Commit the ShardLog is spent:
// close it, throw the shard's state away, open a new one.
type ShardLog interface {
	// Restore reads the shard's own partition of its kind's state topic from its
	// start to the high watermark that the partition had when Restore was
	// called, and gives the committed records to apply in order. A tombstone is a
	// record with a nil value. It waits for transactions of others that are open
	// below that watermark; an error from apply ends it.
	Restore(ctx context.Context, apply func(*Record) error) error
	// Offsets gives start and high watermark of each partition asked for.
	Offsets(ctx context.Context, tps ...TopicPartition) (map[TopicPartition]OffsetRange, error)
	// Bare gives parts of partitions that are known to hold no record, only marks of
	// verifications: what is deleted of them is nothing lost. At most one part of a
	// partition is known, of most none.
	Bare(ctx context.Context) (map[TopicPartition]OffsetRange, error)
	// Read replaces the inputs that Poll reads.
	Read(inputs []Input) error
	// Poll waits at most wait for something to take and then returns what there
	// is, at most limit records; an empty Batch and no error after wait. A position
	// outside the log gives an *OffsetOutOfRangeError. An error that wraps that of
	// ctx means that nothing was taken: Poll may be called again.
	Poll(ctx context.Context, limit int, wait time.Duration) (Batch, error)
	// Emit hands records to an idempotent producer that is not part of the
	// transaction; they become visible at once. Errors come from Flush. Emit of no
	// records gets the producer ready, so that the first that come don't wait for it.
	Emit(records []Out)
	// Flush waits until every emitted record is acknowledged and gives the first
	// error of any of them.
	Flush(ctx context.Context) error
	// Commit writes the records in one transaction and returns nil only when the
	// transaction is known to be committed. Otherwise the error wraps ErrFenced,
	// ErrAborted (nothing became visible) or ErrUnclear (it may have). A record
	// too large for its topic gives an ErrAborted that also is a *TooLargeError.
	// The first Commit with state after a Restore gives an ErrAborted that also is a
	// *StaleStateError when the partition holds a record that Restore was not told of.
	Commit(ctx context.Context, records []Out) error
	// Close releases everything. It does not commit. It may be called more than
	// once, and from another goroutine: what waits in another method then returns.
	Close()
}

// Errors of the log port.
var (
	// ErrNoTopic: the topic does not exist.
	ErrNoTopic = errors.New("topic does not exist")
	// ErrFenced: another owner has opened the shard since.
	ErrFenced = errors.New("fenced by a newer owner of the shard")
	// ErrAborted: the commit failed and nothing of it is or will be visible.
	ErrAborted = errors.New("transaction aborted")
	// ErrUnclear: the commit's outcome is not known.
	ErrUnclear = errors.New("transaction outcome unknown")
	// ErrNotAssigned: the shard's group says that it isn't this node's.
	ErrNotAssigned = errors.New("not assigned to this node by its group")
)

// OffsetOutOfRangeError says that an input's position is not in the log.
type OffsetOutOfRangeError struct {
	TopicPartition
	Requested int64
	Range     OffsetRange
}

func (e *OffsetOutOfRangeError) Error() string {
	return fmt.Sprintf("%s: offset %d is outside the log, which holds %d to %d",
		e.TopicPartition, e.Requested, e.Range.Start, e.Range.End)
}

// StaleStateError says that a shard was restored from less than its partition of the
// state topic holds.
type StaleStateError struct {
	TopicPartition
	// Restored is the end of the partition as Restore was told; Written is where the
	// first record that the shard wrote after that stands.
	Restored, Written int64
}

func (e *StaleStateError) Error() string {
	return fmt.Sprintf("%s: the state was restored up to offset %d, and what the shard writes next stands at offset %d: "+
		"what was restored is not the last state (a broker that is cut off may have answered, or another program writes there)",
		e.TopicPartition, e.Restored, e.Written)
}

// TooLargeError says which record its topic refused for its size.
type TooLargeError struct {
	// Index is the record's place in the slice given to Commit.
	Index int
	Topic string
	Bytes int
	// Emitted is the record when it was given to Emit; Index has no meaning then.
	Emitted *Out
}

func (e *TooLargeError) Error() string {
	if e.Emitted != nil {
		return fmt.Sprintf("the record of key %.64q for %s has %d bytes, more than the topic takes", e.Emitted.Key, e.Topic, e.Bytes)
	}
	return fmt.Sprintf("record %d for %s has %d bytes, more than the topic takes", e.Index, e.Topic, e.Bytes)
}
