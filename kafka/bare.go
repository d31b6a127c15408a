package kafka

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/velox-trading/velox/messages"
)

// bareGroup is the group in whose offsets verifications note which part of a partition
// is bare: the offset is the part's end, its metadata the start. It has no members, so
// the cluster forgets a note offsets.retention.minutes (a week by default) after it was
// written last.
const bareGroup = "-verify-group"

// NoteBare notes that parts of partitions hold no record, only marks. A shard that finds
// such a part deleted before it has passed it has lost nothing; see Bare. A partition has
// one such note, the newest. It must have been read to be known.
func (l *Log) NoteBare(ctx context.Context, parts map[messages.TopicPartition]messages.OffsetRange) error {
	group, offsets := l.config.GroupIDPrefix+bareGroup, make(kadm.Offsets)
	for tp, r := range parts {
		offsets.Add(kadm.Offset{Topic: tp.Topic, Partition: tp.Partition, At: r.End, LeaderEpoch: -1, Metadata: strconv.FormatInt(r.Start, 10)})
	}
	if len(offsets) == 0 {
		return nil
	}
	err := patiently(ctx, func() error {
		answer, err := l.admin.CommitOffsets(ctx, group, offsets)
		if err == nil {
			err = answer.Error()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("note in group %s where marks stand: %w", group, err)
	}
	return nil
}

// Bare gives what NoteBare has noted last with the same group id prefix.
func (l *Log) Bare(ctx context.Context) (map[messages.TopicPartition]messages.OffsetRange, error) {
	group := l.config.GroupIDPrefix + bareGroup
	answer, err := l.fetchOffsets(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("where marks stand, by group %s: %w", group, err)
	}
	parts := make(map[messages.TopicPartition]messages.OffsetRange)
	answer.Each(func(o kadm.OffsetResponse) {
		start, err := strconv.ParseInt(o.Metadata, 10, 64)
		if err == nil && 0 <= start && start < o.At { // what others wrote there says nothing
			parts[messages.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = messages.OffsetRange{Start: start, End: o.At}
		}
	})
	return parts, nil
}

// Bare gives what the log knows of every partition.
func (s *shardLog) Bare(ctx context.Context) (map[messages.TopicPartition]messages.OffsetRange, error) {
	parts, err := s.log.Bare(ctx)
	if err != nil {
		return nil, fmt.Errorf("shard %s: %w", s.id, err)
	}
	return parts, nil
}
