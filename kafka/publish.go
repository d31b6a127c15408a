package kafka

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/velox-trading/velox/messages"
)

// publishWait bounds one publication. Offsets are for looking at; the next ones
// come a second later.
const publishWait = 5 * time.Second

// Publish notes a shard's committed frontier. It doesn't block; a background
// task writes the newest one once PublishEvery, and what the handler notes when its
// partitions are revoked before they are let go: the group's own topic with this
// node's membership, other topics to their groups without members, partition q
// by the shard q mod S alone, S being the partitions of the group's topic, so
// that one shard speaks for each.
func (g *Group) Publish(shard messages.ShardID, frontier map[messages.TopicPartition]int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.assigned[shard.Partition] && !g.leaving[shard.Partition] {
		return
	}
	for tp, next := range frontier {
		switch {
		case tp.Topic != g.config.Topic:
			if g.config.OffsetsIn[tp.Topic] != "" && g.shards > 0 && tp.Partition%g.shards == shard.Partition {
				g.due[tp] = next
			}
		case tp.Partition == shard.Partition:
			g.due[tp] = next
			g.last[tp.Partition] = next
		}
	}
}

// publishLoop writes what is due, and once more at the end.
func (g *Group) publishLoop(ctx context.Context) {
	ticker := time.NewTicker(g.config.PublishEvery)
	defer ticker.Stop()
	for {
		g.countShards(ctx)
		select {
		case <-ticker.C:
			g.publish(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.Background(), publishWait)
			g.publish(last)
			cancel()
			return
		}
	}
}

// countShards keeps the number of shards of the group, which grows with its
// topic.
func (g *Group) countShards(ctx context.Context) {
	if len(g.config.OffsetsIn) == 0 || time.Since(g.counted) < time.Minute {
		return
	}
	n, err := g.log.PartitionCount(ctx, g.config.Topic)
	if err != nil {
		return
	}
	g.counted = time.Now()
	g.mu.Lock()
	g.shards = n
	g.mu.Unlock()
}

// publish writes what is due, one call after the other: the older of two would stay if it
// came last.
func (g *Group) publish(ctx context.Context) {
	g.publishing.Lock()
	defer g.publishing.Unlock()
	g.mu.Lock()
	due := g.due
	g.due = make(map[messages.TopicPartition]int64)
	g.mu.Unlock()
	if len(due) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	own := make(map[int32]int64)
	others := make(map[string]map[messages.TopicPartition]int64)
	for tp, next := range due {
		if tp.Topic == g.config.Topic {
			own[tp.Partition] = next
			continue
		}
		group := g.config.OffsetsIn[tp.Topic]
		if others[group] == nil {
			others[group] = make(map[messages.TopicPartition]int64)
		}
		others[group][tp] = next
	}
	if len(own) > 0 {
		g.published(g.config.Name, g.commit(ctx, own))
	}
	for group, offsets := range maps.All(others) {
		g.published(group, g.log.PublishOffsets(ctx, group, offsets))
	}
}

// published logs what failed. A failed publication is not repeated: newer
// offsets replace it.
func (g *Group) published(group string, err error) {
	if err != nil && g.log.config.Logger != nil {
		g.log.config.Logger.LogAttrs(context.Background(), slog.LevelDebug, "offsets for tools were not published",
			slog.String("group", group), slog.Any("error", err))
	}
}
