package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// waitForFrontiers waits until every partition of ticks has a shard with a
// committed frontier: its shard record is in its partition of the state topic.
func waitForFrontiers(ctx context.Context, log *kafka.Log) error {
	n, err := log.PartitionCount(ctx, messages.TopicTicks)
	if err != nil {
		return err
	}
	left := make(map[messages.TopicPartition]int64, n) // how far each is looked through
	for p := range n {
		left[messages.TopicPartition{Topic: messages.StateTopic(messages.SymbolShard), Partition: p}] = 0
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := begun(ctx, log, left); err != nil {
			return fmt.Errorf("wait for shards: %w", err)
		}
		if len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for shards: %d of %d partitions of %s have one: %w", int(n)-len(left), n, messages.TopicTicks, ctx.Err())
		case <-ticker.C:
		}
	}
}

// begun takes out of left the partitions in which a shard record stands.
func begun(ctx context.Context, log *kafka.Log, left map[messages.TopicPartition]int64) error {
	tps := make([]messages.TopicPartition, 0, len(left))
	for tp := range left {
		tps = append(tps, tp)
	}
	ranges, err := log.Offsets(ctx, tps...)
	if err != nil {
		return err
	}
	for tp, r := range ranges {
		if r.Start = max(r.Start, left[tp]); r.Start >= r.End {
			continue
		}
		left[tp] = r.End
		key, found := fmt.Sprintf("shard/%s/%d", messages.SymbolShard, tp.Partition), errors.New("found")
		switch err := log.Scan(ctx, map[messages.TopicPartition]messages.OffsetRange{tp: r}, func(r *messages.Record) error {
			if string(r.Key) == key {
				return found
			}
			return nil
		}); {
		case errors.Is(err, found):
			delete(left, tp)
		case err != nil:
			return err
		}
	}
	return nil
}
