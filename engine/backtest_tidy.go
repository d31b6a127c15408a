package engine

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// outputTopics are those that a report is made of.
var outputTopics = []string{messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts, messages.TopicDeadLetters}

// shardTopics are what shards read besides commands, and may be dropped when all
// of them have taken it in.
var shardTopics = []string{messages.TopicTicks, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts}

// flowTopics are those that grow with the ticks.
var flowTopics = []string{messages.TopicTicks, messages.TopicUpdates}

// tidy takes what came out, and drops from the log what nobody needs any more.
func (n *memoryNode) tidy() error {
	for _, topic := range n.outputs {
		if err := n.readOn(topic, n.taken); err != nil {
			return err
		}
	}
	for kind := range homeTopics {
		if err := n.readOn(messages.StateTopic(kind), n.learnSafe); err != nil {
			return err
		}
	}
	if err := n.compact(); err != nil {
		return err
	}
	return n.drop()
}

// readOn reads what is new in a topic.
func (n *memoryNode) readOn(topic string, take func(*messages.Record) error) error {
	for p := range n.cluster.Partitions(topic) {
		tp := messages.TopicPartition{Topic: topic, Partition: p}
		records, next := n.cluster.RecordsFrom(topic, p, n.read[tp])
		n.read[tp] = next
		for _, r := range records {
			if err := take(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// learnSafe notes from a shard's record where the shard would read again from.
func (n *memoryNode) learnSafe(r *messages.Record) error {
	for kind := range homeTopics {
		id := messages.ShardID{Kind: kind, Partition: r.Partition}
		if r.Topic != messages.StateTopic(kind) || string(r.Key) != "shard/"+id.String() {
			continue
		}
		var state veloxpb.ShardState
		if err := proto.Unmarshal(r.Value, &state); err != nil {
			return fmt.Errorf("backtest: record of shard %s: %w", id, err)
		}
		safe := make(map[messages.TopicPartition]int64, len(state.SafeFrontier))
		for _, at := range state.SafeFrontier {
			safe[messages.TopicPartition{Topic: at.Topic, Partition: at.Partition}] = at.Next
		}
		n.safe[id] = safe
	}
	return nil
}

// compact keeps the state topics small.
func (n *memoryNode) compact() error {
	for kind := range homeTopics {
		topic := messages.StateTopic(kind)
		for p := range n.cluster.Partitions(topic) {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			if n.read[tp]-n.compacted[tp] < compactEvery {
				continue
			}
			if err := n.cluster.Compact(topic, true); err != nil {
				return fmt.Errorf("backtest: %w", err)
			}
			for q := range n.cluster.Partitions(topic) {
				tp.Partition = q
				n.compacted[tp] = n.read[tp]
			}
		}
	}
	return nil
}

// drop deletes what all shards have taken in and could restore without, when it
// is most of what a partition holds.
func (n *memoryNode) drop() error {
	low := make(map[messages.TopicPartition]int64)
	for _, safe := range n.safe {
		for tp, at := range safe {
			if was, ok := low[tp]; !ok || at < was {
				low[tp] = at
			}
		}
	}
	for _, topic := range outputTopics {
		for p := range n.cluster.Partitions(topic) {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			at, shared := low[tp]
			if !shared {
				at = n.read[tp]
			}
			low[tp] = min(at, n.read[tp])
		}
	}
	for tp, at := range low {
		if tp.Topic == messages.TopicCommands {
			continue
		}
		start, end := n.cluster.StartOffset(tp.Topic, tp.Partition), n.cluster.EndOffset(tp.Topic, tp.Partition)
		if at-start < 1_024 || at-start < (end-start)/2 {
			continue // deleting copies what stays
		}
		if err := n.cluster.DeleteRecords(tp.Topic, tp.Partition, at); err != nil {
			return fmt.Errorf("backtest: %w", err)
		}
	}
	return nil
}
