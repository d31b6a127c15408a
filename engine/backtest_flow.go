package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// Bounds of what a backtest holds in memory.
const (
	// inFlight is the most ticks and updates that shards have not taken in yet;
	// then the files wait.
	inFlight = 1 << 16
	// retained is the most ticks and updates that are kept because a shard's last
	// checkpoint still needs them; then the files wait for the next one, which
	// comes after checkpointEvery. At about 700 bytes each it comes to 180 MB.
	retained        = 1 << 18
	checkpointEvery = 250 * time.Millisecond
	// compactEvery is the number of state records after which a partition of a
	// state topic is compacted.
	compactEvery = 1_000
	// tickBatch is how many ticks are written at once.
	tickBatch = 512
)

// memoryLimits are what a node may hold; see inFlight and retained.
type memoryLimits struct{ inFlight, retained int64 }

// send writes a tick, with others at once, and waits while there is too much that
// the shards have not taken in.
func (n *memoryNode) send(ctx context.Context, t *market.Tick) error {
	from := len(n.ticks)
	contentType := contentJSON
	if n.protobuf {
		n.ticks, contentType = messages.AppendTickProto(n.ticks, t), contentProtobuf
	} else {
		n.ticks = messages.AppendTick(n.ticks, t)
	}
	n.batch = append(n.batch, messages.Out{
		Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte(t.Symbol), Value: n.ticks[from:len(n.ticks):len(n.ticks)], Headers: contentType,
	})
	if len(n.batch) < tickBatch {
		return nil
	}
	return n.flush(ctx)
}

var (
	contentJSON     = []messages.Header{{Key: messages.HeaderContentType, Value: []byte(messages.ContentTypeJSON)}}
	contentProtobuf = []messages.Header{{Key: messages.HeaderContentType, Value: []byte(messages.ContentTypeProtobuf)}}
)

// flush writes the batch and waits for room for the next.
func (n *memoryNode) flush(ctx context.Context) error {
	if err := n.cluster.ProduceBatch(n.batch); err != nil {
		return fmt.Errorf("backtest: %w", err)
	}
	n.batch = n.batch[:0]
	n.ticks = make([]byte, 0, len(n.ticks)+len(n.ticks)/8) // the log keeps the old ones
	for {
		if err := n.tidy(); err != nil {
			return err
		}
		if n.pending() <= n.limits.inFlight && n.kept() <= n.limits.retained {
			return nil
		}
		if err := n.progress(ctx); err != nil {
			return err
		}
	}
}

// progress waits until a shard has moved on.
func (n *memoryNode) progress(ctx context.Context) error {
	timer := time.NewTimer(checkpointEvery) // a commit without a move makes room, too
	defer timer.Stop()
	select {
	case <-n.tally.moved:
	case <-timer.C:
	case err := <-n.shards.Failed():
		return failure(err)
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// readers counts the shards that read each partition of a topic.
func (n *memoryNode) readers(topic string) int {
	symbols, accounts := int(n.cluster.Partitions(messages.TopicTicks)), int(n.cluster.Partitions(messages.TopicCommands))
	switch topic {
	case messages.TopicTicks:
		return 1
	case messages.TopicSignals:
		return symbols + accounts
	default:
		return accounts
	}
}

// pending counts what the slowest shards have not taken in.
func (n *memoryNode) pending() int64 {
	sum := int64(0)
	slowest := n.tally.slowest(n.readers)
	for _, topic := range flowTopics {
		for p := range n.cluster.Partitions(topic) {
			sum += n.cluster.EndOffset(topic, p) - slowest[messages.TopicPartition{Topic: topic, Partition: p}]
		}
	}
	return sum
}

// kept counts what the log holds of ticks and updates.
func (n *memoryNode) kept() int64 {
	sum := int64(0)
	for _, topic := range flowTopics {
		for p := range n.cluster.Partitions(topic) {
			sum += n.cluster.EndOffset(topic, p) - n.cluster.StartOffset(topic, p)
		}
	}
	return sum
}

// drain waits until the shards have taken in everything, what came of it
// included.
func (n *memoryNode) drain(ctx context.Context) error {
	if err := n.cluster.ProduceBatch(n.batch); err != nil {
		return fmt.Errorf("backtest: %w", err)
	}
	n.batch = nil
	for {
		for !n.caughtUp() {
			if err := n.progress(ctx); err != nil {
				return err
			}
			if err := n.tidy(); err != nil {
				return err
			}
		}
		// Commands and requests may have more to come than positions show; asked for
		// readiness, a shard answers after them.
		before := n.ends()
		if err := n.ready(ctx); err != nil {
			return err
		}
		if n.ends() == before && n.caughtUp() {
			return n.tidy()
		}
	}
}

// caughtUp tells whether every shard has taken in all that it reads.
func (n *memoryNode) caughtUp() bool {
	slowest := n.tally.slowest(n.readers)
	for _, topic := range shardTopics {
		for p := range n.cluster.Partitions(topic) {
			if slowest[messages.TopicPartition{Topic: topic, Partition: p}] < n.cluster.EndOffset(topic, p) {
				return false
			}
		}
	}
	return true
}

// ends adds up the ends of what shards read: it grows with everything written.
func (n *memoryNode) ends() int64 {
	sum := int64(0)
	for _, topic := range shardTopics {
		for p := range n.cluster.Partitions(topic) {
			sum += n.cluster.EndOffset(topic, p)
		}
	}
	return sum
}
