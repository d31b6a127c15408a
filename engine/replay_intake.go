package engine

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/messages"
)

// intake tells how much of a replay the node in this process has taken in. It is for one
// goroutine.
type intake struct {
	node *node
	// before is where the partitions ended when the replay began.
	before map[messages.TopicPartition]messages.OffsetRange
	// ticks and updates are as they were known last: a busy cluster may not answer.
	ticks, updates stage
}

// beginIntake notes what is there before the replay's first tick.
func (n *node) beginIntake(ctx context.Context) (*intake, error) {
	in := &intake{node: n, before: make(map[messages.TopicPartition]messages.OffsetRange)}
	for _, topic := range []string{messages.TopicTicks, messages.TopicUpdates} {
		ranges, err := rangesOf(ctx, n.log, topic)
		if err != nil {
			return nil, fmt.Errorf("ends of %s: %w", topic, err)
		}
		maps.Copy(in.before, ranges)
	}
	return in, nil
}

// progress turns how far the files were read into how far the node is: they are read far
// ahead of it.
func (in *intake) progress(ctx context.Context, read replay.Progress) replay.Progress {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for topic, s := range map[string]*stage{messages.TopicTicks: &in.ticks, messages.TopicUpdates: &in.updates} {
		// The ends first: then no position is behind one of later.
		if now, err := rangesOf(ctx, in.node.log, topic); err == nil {
			*s = takenSince(in.before, now, in.node.observer.slowest())
		}
	}
	return through(read, in.ticks, in.updates)
}

// takenSince counts what was written to partitions since they ended as before, and what
// of that the slowest local shard of each has taken in. Partitions that none reads, which
// other nodes do, don't count.
func takenSince(before, now map[messages.TopicPartition]messages.OffsetRange, positions map[messages.TopicPartition]int64) stage {
	var s stage
	for tp, r := range now {
		next, read := positions[tp]
		if !read {
			continue
		}
		from := before[tp].End
		s.written += max(r.End-from, 0)
		s.taken += max(min(next, r.End)-from, 0)
	}
	return s
}

// takenIn waits until the node in this process has taken in every tick and all
// that came of them.
func takenIn(ctx context.Context, n *node) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		if n.caughtUp(ctx) {
			return nil
		}
		select {
		case <-ticker.C:
		case err := <-n.shards.Failed():
			return failure(err)
		case <-ctx.Done():
			return nil // stopped by the user: what is left is taken in next time
		}
	}
}
