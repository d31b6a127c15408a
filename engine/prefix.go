package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// checkState refuses the node when the state in the topics is kept under another group
// id prefix, or was made with other partition counts than the topics have now. Each shard
// makes sure of that when it opens, but by then the node has written its accounts'
// commands, topics and ticks, which the other cluster would take in, or where nobody reads
// them. One shard tells, for all are alike; an account's is asked first, whose
// state is the smaller. What is in an open transaction is left out: a node that has died
// in one must not wait for its end.
func (n *node) checkState(ctx context.Context) error {
	shards := actors.Config{Log: n.log, Prefix: n.config.Kafka.GroupIDPrefix, AdoptPrefix: n.config.Node.AdoptPrefix}
	for _, kind := range []messages.ShardKind{messages.AccountShard, messages.SymbolShard} {
		id := messages.ShardID{Kind: kind}
		state, err := n.stableState(ctx, id)
		if errors.Is(err, messages.ErrNoTopic) {
			continue
		}
		known := false
		if err == nil {
			known, err = shards.CheckState(ctx, id, state)
		}
		if errors.As(err, new(*actors.RefusedError)) {
			return failure(err)
		}
		if err != nil {
			return exit(ExitKafka, "the state of shard %s: %w", id, err)
		}
		if known {
			return nil
		}
	}
	return nil
}

// stableState gives where a shard's state lies that no open transaction can change.
func (n *node) stableState(ctx context.Context, id messages.ShardID) (messages.OffsetRange, error) {
	tp := id.State()
	if _, err := n.log.PartitionCount(ctx, tp.Topic); err != nil {
		return messages.OffsetRange{}, err
	}
	ranges, err := n.log.Offsets(ctx, tp)
	if err != nil {
		return messages.OffsetRange{}, fmt.Errorf("offsets of %s: %w", tp, err)
	}
	stable, err := n.log.StableOffsets(ctx, tp.Topic)
	if err != nil {
		return messages.OffsetRange{}, err
	}
	return messages.OffsetRange{Start: ranges[tp].Start, End: stable[tp]}, nil
}

// prefixEvery is the time between two looks at who holds the prefix.
const prefixEvery = time.Minute

// holdPrefix claims the group id prefix for the node's cluster of Velox.
func (n *node) holdPrefix(ctx context.Context) error {
	err := n.cluster.admin.HoldPrefix(ctx, n.config.Kafka.GroupIDPrefix, n.config.Node.Cluster)
	if errors.As(err, new(*kafka.PrefixHeldError)) {
		return exit(ExitRefused, "%w; when it belongs to that cluster, give it the same node.cluster; another cluster needs a Kafka of its own, for all prefixes share one set of topics", err)
	}
	if err != nil {
		return exit(ExitKafka, "kafka: %w", err)
	}
	return nil
}

// keepPrefix claims the prefix now and then, so that the claim doesn't expire,
// until ctx ends or another cluster holds it. A claim that fails otherwise is
// repeated the next time.
func (n *node) keepPrefix(ctx context.Context) error {
	ticker := time.NewTicker(prefixEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := n.holdPrefix(ctx)
		if errors.As(err, new(*kafka.PrefixHeldError)) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			n.logger.Warn("the group id prefix could not be claimed, trying again", "every", prefixEvery, "error", err)
		}
	}
}
