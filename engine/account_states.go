package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

const (
	// settleWithin is how long a commit that is on its way is waited for: it takes
	// milliseconds. That of a dead node stays open for kafka.transaction_timeout_ms.
	settleWithin = 2 * time.Second
	// stalledAfter is how long a reader that gets nothing goes on.
	stalledAfter = 30 * time.Second
)

// accountStates reads the last saved state of each account, by user; nil for one that was
// removed. A transaction that stays open holds nothing up: what is saved above it is left
// out, and the logger warned of it.
func accountStates(ctx context.Context, log *kafka.Log, logger *slog.Logger) (map[string]*messages.Record, error) {
	topic := messages.StateTopic(messages.AccountShard)
	ranges, held, err := stableRanges(ctx, log, topic)
	if errors.Is(err, messages.ErrNoTopic) {
		return nil, fmt.Errorf("%w: no node of Velox has run on this cluster; create it with `veloxd topics apply`", err)
	}
	if err != nil {
		return nil, err
	}
	for _, tp := range held {
		logger.Warn("a transaction is open in the state of accounts: what was saved since it began is not shown yet; `veloxd verify` tells whose it is",
			"partition", tp.String(), "from", ranges[tp].End)
	}
	last := make(map[string]*messages.Record)
	err = scanSteadily(ctx, log, ranges, stalledAfter, func(r *messages.Record) error {
		if user, ok := actors.AccountUser(r.Key); ok {
			// A copy: what was fetched together is kept in memory together.
			last[user] = &messages.Record{
				Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, TimestampMs: r.TimestampMs, Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value),
			}
		}
		return nil
	})
	return last, err
}

// stableRanges gives what a topic's partitions hold below their open transactions, once those that were
// open have ended, or settleWithin has passed: held are the partitions that still wait for one.
func stableRanges(ctx context.Context, log *kafka.Log, topic string) (map[messages.TopicPartition]messages.OffsetRange, []messages.TopicPartition, error) {
	ranges, err := rangesOf(ctx, log, topic)
	if err != nil {
		return nil, nil, err
	}
	deadline := time.Now().Add(settleWithin)
	for {
		stable, err := log.StableOffsets(ctx, topic)
		if err != nil {
			return nil, nil, err
		}
		held := slices.DeleteFunc(slices.Collect(maps.Keys(ranges)), func(tp messages.TopicPartition) bool { return stable[tp] >= ranges[tp].End })
		if len(held) == 0 {
			return ranges, nil, nil
		}
		if time.Now().After(deadline) {
			for _, tp := range held {
				ranges[tp] = messages.OffsetRange{Start: ranges[tp].Start, End: stable[tp]}
			}
			return ranges, held, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// scanSteadily is the log's Scan, and an error once nothing has come for a while.
func scanSteadily(ctx context.Context, log *kafka.Log, ranges map[messages.TopicPartition]messages.OffsetRange, after time.Duration, apply func(*messages.Record) error) error {
	stalled := fmt.Errorf("nothing came for %v: the partition's leader does not answer, or a transaction is open in it", after)
	watched, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(after, func() { cancel(stalled) })
	defer timer.Stop()
	err := log.Scan(watched, ranges, func(r *messages.Record) error {
		timer.Reset(after)
		return apply(r)
	})
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(watched), stalled) {
		return fmt.Errorf("%w: %w", stalled, err)
	}
	return err
}
