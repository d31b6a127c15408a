package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// The two questions of a ListOffsets request, by the protocol's special timestamps.
const (
	askStart = int64(-2)
	// askEnd asks for the high watermark, for the request reads uncommitted. A committed
	// read's end would be the last stable offset, which hides what is committed above
	// someone's open transaction.
	askEnd = int64(-1)
)

// Offsets gives start and high watermark of each partition asked for. It asks
// again for some seconds while a partition has no leader.
func (l *Log) Offsets(ctx context.Context, tps ...messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	if len(tps) == 0 {
		return map[messages.TopicPartition]messages.OffsetRange{}, nil
	}
	var ranges map[messages.TopicPartition]messages.OffsetRange
	err := patiently(ctx, func() (err error) {
		ranges, err = l.offsetsOnce(ctx, tps)
		return err
	})
	return ranges, err
}

// offsetsOnce asks for both ends at once: a request can't ask two things of a partition,
// and a shard that opens waits for the answers.
func (l *Log) offsetsOnce(ctx context.Context, tps []messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	type answer struct {
		offsets map[messages.TopicPartition]int64
		err     error
	}
	first := make(chan answer, 1)
	go func() {
		starts, err := l.listOffsets(ctx, tps, askStart)
		first <- answer{starts, err}
	}()
	ends, endErr := l.listOffsets(ctx, tps, askEnd)
	starts := <-first
	if err := errors.Join(starts.err, endErr); err != nil {
		return nil, err
	}
	ranges := make(map[messages.TopicPartition]messages.OffsetRange, len(tps))
	for _, tp := range tps {
		ranges[tp] = messages.OffsetRange{Start: starts.offsets[tp], End: ends[tp]}
	}
	return ranges, nil
}

// listOffsets gives one offset of each partition, from its leader, or an error.
func (l *Log) listOffsets(ctx context.Context, tps []messages.TopicPartition, ask int64) (map[messages.TopicPartition]int64, error) {
	request := kmsg.NewPtrListOffsetsRequest()
	request.ReplicaID = -1
	places := make(map[string]int)
	asked := make(map[messages.TopicPartition]bool, len(tps))
	for _, tp := range tps {
		if asked[tp] {
			continue // a broker refuses a partition that is named twice
		}
		asked[tp] = true
		place, ok := places[tp.Topic]
		if !ok {
			place = len(request.Topics)
			places[tp.Topic] = place
			topic := kmsg.NewListOffsetsRequestTopic()
			topic.Topic = tp.Topic
			request.Topics = append(request.Topics, topic)
		}
		partition := kmsg.NewListOffsetsRequestTopicPartition()
		partition.Partition, partition.Timestamp = tp.Partition, ask
		request.Topics[place].Partitions = append(request.Topics[place].Partitions, partition)
	}
	out := make(map[messages.TopicPartition]int64, len(asked))
	for _, shard := range l.client.RequestSharded(ctx, request) {
		if err := takeOffsets(shard, out); err != nil {
			return nil, err
		}
	}
	for _, tp := range tps {
		if _, ok := out[tp]; !ok {
			return nil, fmt.Errorf("offsets of %s: no answer", tp)
		}
	}
	return out, nil
}

// takeOffsets takes in what one broker answered.
func takeOffsets(shard kgo.ResponseShard, into map[messages.TopicPartition]int64) error {
	if shard.Err != nil {
		return fmt.Errorf("offsets of %s: %w", named(shard.Req), noTopic(shard.Err))
	}
	for _, t := range shard.Resp.(*kmsg.ListOffsetsResponse).Topics {
		for i := range t.Partitions {
			p := &t.Partitions[i]
			tp := messages.TopicPartition{Topic: t.Topic, Partition: p.Partition}
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("offsets of %s: %w", tp, noTopic(err))
			}
			into[tp] = p.Offset
		}
	}
	return nil
}

// noTopic adds the log port's word for a topic or partition that isn't there.
func noTopic(err error) error {
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return fmt.Errorf("%w: %w", messages.ErrNoTopic, err)
	}
	return err
}

// named lists the partitions of a request that failed as a whole.
func named(request kmsg.Request) string {
	var tps []messages.TopicPartition
	if r, ok := request.(*kmsg.ListOffsetsRequest); ok {
		for _, t := range r.Topics {
			for i := range t.Partitions {
				tps = append(tps, messages.TopicPartition{Topic: t.Topic, Partition: t.Partitions[i].Partition})
			}
		}
	}
	return fmt.Sprint(tps)
}
