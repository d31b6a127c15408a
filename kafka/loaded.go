package kafka

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// loadWait bounds waitLoaded. The client needs microseconds, or a slice of a
// busy machine's time.
const loadWait = 5 * time.Second

// waitLoaded waits until the client has published the partitions of topics that
// it has just written to for the first time; written has one acknowledged record
// of each.
//
// kgo (v1.22.2, storePartitionsUpdate) hands a new topic's waiting records to
// their partitions a moment before it publishes those partitions to the rest of
// the client. When all records are acknowledged inside that moment,
// EndTransaction doesn't see that anything was written: it aborts the
// transaction and returns no error, so a commit that is reported as done is
// lost; or, a little later, it forgets to begin the sequence numbers anew, and
// the next commit is refused with OUT_OF_ORDER_SEQUENCE_NUMBER. Both happen on a
// busy machine about once in a thousand first commits;
// docs/decisions/006-first-commit.md has the evidence.
func (s *shardLog) waitLoaded(ctx context.Context, written map[string]*kgo.Record) error {
	if len(written) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, loadWait)
	defer cancel()
	for topic, r := range written {
		for tries := 0; !s.isLoaded(topic, r.Partition); tries++ {
			if tries < 100 {
				runtime.Gosched()
				continue
			}
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				return fmt.Errorf("%w: the client doesn't know the partitions of topic %s, which it has just written to: %w",
					messages.ErrAborted, topic, context.Cause(ctx))
			}
		}
		s.loaded[topic] = true
	}
	return nil
}

// isLoaded tells whether the client has published the partition. A leader is
// known by then: the partition has just been written to.
func (s *shardLog) isLoaded(topic string, partition int32) bool {
	leader, _, _ := s.producer.PartitionLeader(topic, partition)
	return leader >= 0
}
