package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// Restore reads the shard's partition of its state topic. It is bounded by the
// high watermark and not by the last stable offset: a committed state above
// someone's open transaction would be missed, and the shard would go on with an
// old state without noticing. It ends by position, and control records are part
// of that: the last offset is the mark of a commit, which is no record.
func (s *shardLog) Restore(ctx context.Context, apply func(*messages.Record) error) error {
	tp := s.id.State()
	if err := s.restore(ctx, tp, apply); err != nil {
		return fmt.Errorf("shard %s: restore from %s: %w", s.id, tp, err)
	}
	return nil
}

func fromStart(tp messages.TopicPartition) map[string]map[int32]kgo.Offset {
	return map[string]map[int32]kgo.Offset{tp.Topic: {tp.Partition: kgo.NewOffset().AtStart()}}
}

// restore asks for the end once earlier owners are fenced. What was read before that is
// committed and stays what it is.
func (s *shardLog) restore(ctx context.Context, tp messages.TopicPartition, apply func(*messages.Record) error) error {
	early := s.takeState()
	if early != nil {
		defer s.closeBehind(early)
	}
	ranges, err := s.log.Offsets(ctx, tp)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	if early != nil {
		err = s.log.scan(ctx, early, ranges, apply)
	} else {
		err = s.log.Scan(ctx, ranges, apply)
	}
	if s.life.Err() != nil {
		return errClosed
	}
	if err == nil {
		s.restored = ranges[tp].End
	}
	return err
}

// gapWait bounds how long a commit waits to see what stands between the state that was
// restored and its own first record.
const gapWait = 5 * time.Second

// checkRestored holds the end of the state that was restored against the place of the
// first state record that was written since; nil: there is none yet.
//
// The end was told by whatever broker holds itself for the partition's leader. One that
// is cut off from the others tells an old end and says nothing of it, nor does the
// coordinator that fenced the owner before. But it gets no record acknowledged by all
// replicas. So where a record was written tells where the state really ended: nobody else
// writes there since the fencing, save marks of verifications and of transactions' ends.
func (s *shardLog) checkRestored(ctx context.Context, first *kgo.Record) error {
	if first == nil {
		return nil
	}
	tp := s.id.State()
	stale := &messages.StaleStateError{TopicPartition: tp, Restored: s.restored, Written: first.Offset}
	if first.Offset < s.restored {
		return fmt.Errorf("%w: %w", messages.ErrAborted, stale)
	}
	ctx, cancel := context.WithTimeout(ctx, gapWait)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	between := map[messages.TopicPartition]messages.OffsetRange{tp: {Start: s.restored, End: first.Offset}}
	if err := s.log.Scan(ctx, between, func(*messages.Record) error { return stale }); errors.Is(err, stale) {
		return fmt.Errorf("%w: %w", messages.ErrAborted, stale)
	} else if err != nil {
		return fmt.Errorf("%w: %w; what stands between can't be read: %w", messages.ErrAborted, stale, err)
	}
	s.restored = -1
	return nil
}

// closeBehind closes a client without waiting for it: one that has fetched asks its
// brokers to forget about that.
func (s *shardLog) closeBehind(client *kgo.Client) {
	if !s.spawn(client.Close) {
		client.Close()
	}
}

// takeState gives the client that reads the state, once.
func (s *shardLog) takeState() *kgo.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	s.state = nil
	return state
}

// Scan gives the committed records of each range to apply, in the order of their
// offsets within a partition. It waits for transactions that are open within the
// ranges, and ends when it has passed all of them, or with the first error of apply. What
// is deleted before it is read gives a *messages.OffsetOutOfRangeError.
func (l *Log) Scan(ctx context.Context, ranges map[messages.TopicPartition]messages.OffsetRange, apply func(*messages.Record) error) error {
	from := make(map[string]map[int32]kgo.Offset)
	for tp, r := range ranges {
		if r.Start >= r.End {
			continue
		}
		if from[tp.Topic] == nil {
			from[tp.Topic] = make(map[int32]kgo.Offset)
		}
		from[tp.Topic][tp.Partition] = kgo.NewOffset().At(r.Start)
	}
	if len(from) == 0 {
		return nil
	}
	client, err := l.config.newClient(l.config.readerOptions(from)...)
	if err != nil {
		return err
	}
	defer client.Close()
	return l.scan(ctx, client, ranges, apply)
}

// scan is Scan with a client that reads the ranges from their starts.
func (l *Log) scan(ctx context.Context, client *kgo.Client, ranges map[messages.TopicPartition]messages.OffsetRange, apply func(*messages.Record) error) error {
	left := make(map[messages.TopicPartition]int64, len(ranges)) // the ends of those that are not passed yet
	at := make(map[messages.TopicPartition]int64, len(ranges))
	for tp, r := range ranges {
		if r.Start < r.End {
			left[tp], at[tp] = r.End, r.Start
		}
	}
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%d partitions are not read to their ends, one of them %s: %w", len(left), anyOf(left), err)
		}
		var failed error
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if failed != nil {
				return
			}
			tp := messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}
			if n := len(p.Records); n > 0 {
				at[tp] = p.Records[n-1].Offset + 1
			}
			if failed = scanned(p, left, apply); failed != nil {
				failed = l.outside(ctx, tp, at[tp], failed)
			}
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}

// scanned applies what was fetched of a partition below its end.
func scanned(p kgo.FetchTopicPartition, left map[messages.TopicPartition]int64, apply func(*messages.Record) error) error {
	tp := messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}
	end, wanted := left[tp]
	if n := len(p.Records); n > 0 && p.Records[n-1].Offset+1 >= end {
		delete(left, tp)
	}
	if !wanted {
		return nil
	}
	for _, r := range convert(p.Records, func(r *kgo.Record) bool { return !r.Attrs.IsControl() && r.Offset < end }) {
		if err := apply(r); err != nil {
			return err
		}
	}
	if p.Err != nil {
		return fmt.Errorf("%s: %w", tp, p.Err)
	}
	return nil
}

// outside gives the error of reading a partition at a position with what the partition
// holds, if it says that this does not include the position; err otherwise.
func (l *Log) outside(ctx context.Context, tp messages.TopicPartition, at int64, err error) error {
	loss, lost := errors.AsType[*kgo.ErrDataLoss](err)
	if !lost && !errors.Is(err, kerr.OffsetOutOfRange) {
		return err
	}
	outside := &messages.OffsetOutOfRangeError{TopicPartition: tp, Requested: at}
	if lost {
		outside.Requested = loss.ConsumedTo
	}
	ranges, err := l.Offsets(ctx, tp)
	if err != nil {
		return err
	}
	outside.Range = ranges[tp]
	return outside
}

func anyOf(left map[messages.TopicPartition]int64) messages.TopicPartition {
	for tp := range left {
		return tp
	}
	return messages.TopicPartition{}
}
