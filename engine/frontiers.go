package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// waitForFrontiers waits until every partition of ticks has a shard with a
// committed frontier. A shard's first commit is the first record of its
// partition of the state topic, which is never empty after that.
func waitForFrontiers(ctx context.Context, log *kafka.Log) error {
	n, err := log.PartitionCount(ctx, messages.TopicTicks)
	if err != nil {
		return err
	}
	tps := make([]messages.TopicPartition, n)
	for p := range tps {
		tps[p] = messages.TopicPartition{Topic: messages.StateTopic(messages.SymbolShard), Partition: int32(p)}
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		ranges, err := log.Offsets(ctx, tps...)
		if err != nil {
			return fmt.Errorf("wait for shards: %w", err)
		}
		have := 0
		for _, r := range ranges {
			if r.End > 0 {
				have++
			}
		}
		if have == len(tps) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for shards: %d of %d partitions of %s have one: %w", have, n, messages.TopicTicks, ctx.Err())
		case <-ticker.C:
		}
	}
}
