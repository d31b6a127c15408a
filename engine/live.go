package engine

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

// catchUpEvery is the time between two looks at how far the shards are.
const catchUpEvery = 100 * time.Millisecond

// tellLive says that the simulated market is live, once this node's shards have taken
// its past in: what is written is not what is traded on yet.
func (n *node) tellLive(ctx context.Context, out io.Writer, past int64) {
	if left, err := n.measureLag(ctx); err == nil && left > 0 {
		fmt.Fprintf(out, "%d past ticks are written, and %d are still to be taken in here\n", past, left)
	}
	// The ticks first, then the updates that they make.
	for range 2 {
		ends := func() (map[messages.TopicPartition]messages.OffsetRange, error) {
			return n.log.Offsets(ctx, slices.Collect(maps.Keys(n.observer.slowest()))...)
		}
		if err := reachEnds(ctx, ends, n.observer.slowest, n.markers, catchUpEvery); err != nil {
			return // the node ends, or can't tell; the groups' own checks say why
		}
	}
	fmt.Fprintf(out, "the simulated market is live after %d past ticks\n", past)
}

// reachEnds waits until positions have come to where the partitions end now, save for
// the markers of a topic. One that isn't read any more is not waited for.
func reachEnds(ctx context.Context, ends func() (map[messages.TopicPartition]messages.OffsetRange, error),
	positions func() map[messages.TopicPartition]int64, markers func(topic string) int64, every time.Duration,
) error {
	ranges, err := ends()
	if err != nil {
		return fmt.Errorf("ends of the inputs: %w", err)
	}
	reached := func() bool {
		for tp, lag := range behind(ranges, positions()) {
			if lag > markers(tp.Topic) {
				return false
			}
		}
		return true
	}
	for !reached() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
	return nil
}
