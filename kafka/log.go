package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// Log is the log port on a Kafka cluster. It is safe for concurrent use. Close
// it after all of its shards are closed.
type Log struct {
	config Config
	client *kgo.Client
	admin  *kadm.Client
	limits *sizeLimits
	shared sharedReaders
}

var _ messages.Log = (*Log)(nil)

// OpenLog checks the settings and makes the clients that the node's shards
// share. It doesn't wait for the cluster: a cluster that can't be reached shows
// in the first call that needs it. See Ping.
func OpenLog(config Config) (*Log, error) {
	if err := config.firstError(); err != nil {
		return nil, err
	}
	client, err := config.newClient()
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	admin := kadm.NewClient(client)
	return &Log{config: config, client: client, admin: admin, limits: newSizeLimits(admin)}, nil
}

// Close ends the clients that shards share.
func (l *Log) Close() {
	l.shared.mu.Lock()
	topics := l.shared.topics
	l.shared.topics = nil
	l.shared.mu.Unlock()
	for _, t := range topics {
		t.close()
	}
	l.client.Close()
}

// Ping returns nil once any broker has answered.
func (l *Log) Ping(ctx context.Context) error {
	if err := l.client.Ping(ctx); err != nil {
		return fmt.Errorf("no broker of %v answers: %w", l.config.BootstrapServers, err)
	}
	return nil
}

// PartitionCount gives the number of partitions of a topic as the cluster has it
// now. The error wraps messages.ErrNoTopic when there is no such topic; topics
// are never created by asking.
func (l *Log) PartitionCount(ctx context.Context, topic string) (int32, error) {
	counts, err := l.PartitionCounts(ctx, topic)
	return counts[topic], err
}

// PartitionCounts is PartitionCount of several topics in one request, which no earlier
// answer is taken for, as kadm would. When one of them fails, it gives that one's error
// alone.
func (l *Log) PartitionCounts(ctx context.Context, topics ...string) (map[string]int32, error) {
	if len(topics) == 0 {
		return nil, nil // no names ask for all topics
	}
	req := kmsg.NewPtrMetadataRequest()
	for _, topic := range topics {
		one := kmsg.NewMetadataRequestTopic()
		one.Topic = &topic
		req.Topics = append(req.Topics, one)
	}
	var answer *kmsg.MetadataResponse
	err := patiently(ctx, func() (err error) {
		answer, err = req.RequestWith(ctx, l.client)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("partitions of %v: %w", topics, err)
	}
	counts := make(map[string]int32, len(topics))
	for _, of := range answer.Topics {
		if of.Topic == nil {
			continue
		}
		err := kerr.ErrorForCode(of.ErrorCode)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			err = messages.ErrNoTopic
		}
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", *of.Topic, err)
		}
		counts[*of.Topic] = int32(len(of.Partitions))
	}
	for _, topic := range topics {
		if _, ok := counts[topic]; !ok {
			return nil, fmt.Errorf("topic %s: %w", topic, messages.ErrNoTopic)
		}
	}
	return counts, nil
}

// PublishOffsets writes offsets to a group that has no members, for tools and
// lag displays. A group with members refuses it.
func (l *Log) PublishOffsets(ctx context.Context, group string, offsets map[messages.TopicPartition]int64) error {
	var os kadm.Offsets
	for tp, next := range offsets {
		os.AddOffset(tp.Topic, tp.Partition, next, -1)
	}
	if len(os) == 0 {
		return nil
	}
	answer, err := l.admin.CommitOffsets(ctx, group, os)
	if err == nil {
		err = answer.Error()
	}
	if err != nil {
		return fmt.Errorf("offsets of group %s: %w", group, err)
	}
	return nil
}

// GroupMembers counts the members of a group; there is none in a group that is not.
func (l *Log) GroupMembers(ctx context.Context, group string) (int, error) {
	members := 0
	err := patiently(ctx, func() error {
		groups, err := l.admin.DescribeGroups(ctx, group)
		if told := groups[group]; err == nil && !errors.Is(told.Err, kerr.GroupIDNotFound) {
			members, err = len(told.Members), told.Err
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("members of group %s: %w", group, err)
	}
	return members, nil
}

// GroupOffset gives the offset that a group has published for a partition: the next
// one that it wants. It is -1 when there is none.
func (l *Log) GroupOffset(ctx context.Context, group string, tp messages.TopicPartition) (int64, error) {
	all, err := l.GroupOffsets(ctx, group)
	if err != nil {
		return -1, err
	}
	if next, ok := all[tp]; ok {
		return next, nil
	}
	return -1, nil
}

// fetchOffsets asks for a group's offsets; there are none when there is no such group.
func (l *Log) fetchOffsets(ctx context.Context, group string) (answer kadm.OffsetResponses, err error) {
	err = patiently(ctx, func() (err error) {
		answer, err = l.admin.FetchOffsets(ctx, group)
		if errors.Is(err, kerr.GroupIDNotFound) {
			answer, err = nil, nil
		}
		if err == nil {
			err = answer.Error()
		}
		return err
	})
	return answer, err
}

// GroupOffsets gives all offsets that a group has published; none when there is no
// such group.
func (l *Log) GroupOffsets(ctx context.Context, group string) (map[messages.TopicPartition]int64, error) {
	answer, err := l.fetchOffsets(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	out := make(map[messages.TopicPartition]int64)
	answer.Each(func(o kadm.OffsetResponse) {
		if o.At >= 0 {
			out[messages.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.At
		}
	})
	return out, nil
}
