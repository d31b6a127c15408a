package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// Restore reads the shard's partition of its state topic. It is bounded by the
// high watermark and not by the last stable offset: a committed state above
// someone's open transaction would be missed, and the shard would go on with an
// old state without noticing. It ends by position, and control records are part
// of that: the last offset is the mark of a commit, which is no record.
func (s *shardLog) Restore(ctx context.Context, apply func(*messages.Record) error) error {
	tp := messages.TopicPartition{Topic: messages.StateTopic(s.id.Kind), Partition: s.id.Partition}
	if err := s.restore(ctx, tp, apply); err != nil {
		return fmt.Errorf("shard %s: restore from %s: %w", s.id, tp, err)
	}
	return nil
}

func (s *shardLog) restore(ctx context.Context, tp messages.TopicPartition, apply func(*messages.Record) error) error {
	ranges, err := s.log.Offsets(ctx, tp)
	if err != nil {
		return err
	}
	next, end := ranges[tp].Start, ranges[tp].End
	if next >= end {
		return nil
	}
	client, err := s.log.config.newClient(s.log.config.readerOptions(
		map[string]map[int32]kgo.Offset{tp.Topic: {tp.Partition: kgo.NewOffset().At(next)}})...)
	if err != nil {
		return err
	}
	defer client.Close()
	keep := func(r *kgo.Record) bool { return !r.Attrs.IsControl() && r.Offset < end }
	for next < end {
		fetches := client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("at offset %d of %d: %w", next, end, err)
		}
		if s.life.Err() != nil {
			return errClosed
		}
		var failed error
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if n := len(p.Records); n > 0 {
				next = p.Records[n-1].Offset + 1
			}
			for _, r := range convert(p.Records, keep) {
				if failed == nil {
					failed = apply(r)
				}
			}
			failed = errors.Join(failed, p.Err)
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}
