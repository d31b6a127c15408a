package actors

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// A key's place among the partitions of a topic follows from their number. Shards that
// run with another number than producers, or each other, miss what goes to the partitions
// that they don't read, and an account at home in two shards would trade twice. So nobody
// runs with counts that others don't have: a shard places what it writes by those that it
// was opened with, a new one looks at those that the others' states were made with, and
// the node looks now and then whether they are still so.

// keepCounts notes the partition counts that the shard opens with. They are the same each
// time that it opens on this node, or it is refused.
func (m *shardMemory) keepCounts(id messages.ShardID, now map[string]int32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = now
		return nil
	}
	return grown(id, m.counts, now)
}

// openedWith gives the partition counts that the shard was opened with, nil before.
func (m *shardMemory) openedWith() map[string]int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts
}

// grown refuses counts that are not those that a shard was opened with.
func grown(id messages.ShardID, was, now map[string]int32) error {
	for _, topic := range slices.Sorted(maps.Keys(was)) {
		if n := now[topic]; n != was[topic] {
			return otherCount(id, topic, n, "the shard was opened with", was[topic])
		}
	}
	return nil
}

// otherCount says what to do about a partition count that isn't what it was.
func otherCount(id messages.ShardID, topic string, now int32, before string, was int32) error {
	return &RefusedError{Shard: id, Why: fmt.Sprintf(
		"topic %s has %d partitions, but %s %d; growing a cluster in use is not supported yet, for keys would move to partitions that don't know them: "+
			"restore the topic with %d partitions, or start with a new KAFKA_GROUP_ID_PREFIX and empty state topics",
		topic, now, before, was, was)}
}

// answerWithin bounds a question for partition counts, however often it is asked: one that
// is cut off while the client reads its answer may be written and read at once
// (TestClientReadsWhatItGaveBack).
const answerWithin = 30 * time.Second

// compareCounts compares the partition counts of what the node's shards read and write
// with those that they were opened with, each time that every has passed, until ctx ends
// or one has changed, which fails the node.
func (n *Node) compareCounts(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		look, end := context.WithTimeout(ctx, answerWithin)
		err := n.lookAtCounts(look)
		end()
		if errors.As(err, new(*RefusedError)) {
			n.fail(err)
			return
		}
		if err != nil && ctx.Err() == nil {
			n.config.Logger.Warn("the partition counts of topics could not be asked for, trying again", "every", every, "error", err)
		}
	}
}

// lookAtCounts asks once for all shards that are open here.
func (n *Node) lookAtCounts(ctx context.Context) error {
	n.mu.Lock()
	here := slices.Collect(maps.Values(n.shards))
	n.mu.Unlock()
	// Once, before the log is asked: a shard that opens meanwhile has looked itself, and
	// may have topics that the answer doesn't have.
	opened := make(map[messages.ShardID]map[string]int32, len(here))
	topics := make(map[string]int32)
	for _, pl := range here {
		opened[pl.id] = pl.memory.openedWith()
		maps.Copy(topics, opened[pl.id])
	}
	if len(topics) == 0 {
		return nil
	}
	now, err := n.config.Log.PartitionCounts(ctx, slices.Sorted(maps.Keys(topics))...)
	if err != nil {
		return err
	}
	for id, was := range opened {
		if err := grown(id, was, now); err != nil {
			return err
		}
	}
	return nil
}

// place gives a keyed record its partition. The log would choose among those that the
// topic has by now.
func (s *shard) place(out *messages.Out) {
	if n := s.counts[out.Topic]; n > 0 && out.Partition == messages.AnyPartition {
		out.Partition = messages.HomePartition(out.Key, n)
	}
}

// agree refuses a new shard where the states of others of its kind were made with other
// partition counts: what is at home in it is at home in one of them, too.
func (s *shard) agree(ctx context.Context) error {
	others, err := s.shardRecords(ctx, s.id.Kind, s.states)
	if err != nil {
		return err
	}
	for _, p := range slices.Sorted(maps.Keys(others)) {
		of := messages.ShardID{Kind: s.id.Kind, Partition: p}
		if err := madeWith(s.id, others[p], of, s.counts); err != nil {
			return err
		}
	}
	return nil
}

// madeWith refuses partition counts that differ from those of a state: keys would have
// moved to partitions that don't know them.
func madeWith(id messages.ShardID, record *veloxpb.ShardState, of messages.ShardID, now map[string]int32) error {
	for _, c := range record.PartitionCounts {
		if n, ok := now[c.Topic]; ok && n != c.Partitions {
			return otherCount(id, c.Topic, n, fmt.Sprintf("the state of shard %s was made with", of), c.Partitions)
		}
	}
	return nil
}

// checkCounts compares the partition counts in a shard record, nil for none, with those of
// now. A topic that is missing is the business of who opens the shard.
func (c *Config) checkCounts(ctx context.Context, id messages.ShardID, r *messages.Record) error {
	if r == nil {
		return nil
	}
	record := &veloxpb.ShardState{}
	if err := checkVersion(r, proto.Unmarshal(r.Value, record), record.GetVersion); err != nil {
		return err
	}
	topics := make([]string, 0, len(record.PartitionCounts))
	for _, count := range record.PartitionCounts {
		topics = append(topics, count.Topic)
	}
	if len(topics) == 0 {
		return nil
	}
	now, err := c.Log.PartitionCounts(ctx, topics...)
	if errors.Is(err, messages.ErrNoTopic) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("shard %s: %w", id, err)
	}
	return madeWith(id, record, id, now)
}

// shardRecords reads the shard records of a kind, without those of shards that have none.
func (s *shard) shardRecords(ctx context.Context, kind messages.ShardKind, shards int32) (map[int32]*veloxpb.ShardState, error) {
	topic := messages.StateTopic(kind)
	tps := make([]messages.TopicPartition, shards)
	for p := range tps {
		tps[p] = messages.TopicPartition{Topic: topic, Partition: int32(p)}
	}
	ranges, err := s.log.Offsets(ctx, tps...)
	if err != nil {
		return nil, fmt.Errorf("shard %s: offsets of %s: %w", s.id, topic, err)
	}
	records := make(map[int32]*veloxpb.ShardState, shards)
	err = s.config.Log.Scan(ctx, ranges, func(r *messages.Record) error {
		if string(r.Key) != shardKey(messages.ShardID{Kind: kind, Partition: r.Partition}) {
			return nil
		}
		delete(records, r.Partition)
		if r.Value == nil {
			return nil
		}
		record := &veloxpb.ShardState{}
		records[r.Partition] = record
		return checkVersion(r, proto.Unmarshal(r.Value, record), record.GetVersion)
	})
	if err != nil {
		return nil, fmt.Errorf("shard %s: shard records in %s: %w", s.id, topic, err)
	}
	return records, nil
}
