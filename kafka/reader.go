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

// reader reads a set of inputs from given positions with a client of its own.
// A set of inputs is never changed under a client: positions that are set anew
// while fetches are buffered are where consumers lose records.
type reader struct {
	log    *Log
	client *kgo.Client // nil when there is nothing to read
	inputs map[messages.TopicPartition]*input
	// failed is what the last fetches brought besides records; it is returned
	// once the records before it are.
	failed error
}

type input struct {
	wants func(key []byte) bool
	next  int64
}

func newReader(log *Log, inputs []messages.Input) (*reader, error) {
	r := &reader{log: log, inputs: make(map[messages.TopicPartition]*input, len(inputs))}
	from := make(map[string]map[int32]kgo.Offset)
	for _, in := range inputs {
		if _, twice := r.inputs[in.TopicPartition]; twice {
			return nil, fmt.Errorf("input %s is given twice", in.TopicPartition)
		}
		if in.From < 0 {
			return nil, fmt.Errorf("input %s starts at %d", in.TopicPartition, in.From)
		}
		r.inputs[in.TopicPartition] = &input{wants: in.Wants, next: in.From}
		if from[in.Topic] == nil {
			from[in.Topic] = make(map[int32]kgo.Offset)
		}
		from[in.Topic][in.Partition] = kgo.NewOffset().At(in.From)
	}
	if len(inputs) == 0 {
		return r, nil
	}
	client, err := log.config.newClient(log.config.readerOptions(from)...)
	if err != nil {
		return nil, err
	}
	r.client = client
	return r, nil
}

func (r *reader) close() {
	if r.client != nil {
		r.client.Close()
	}
}

func (r *reader) poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	batch := messages.Batch{Next: make(map[messages.TopicPartition]int64)}
	if r.failed != nil {
		return messages.Batch{}, r.failed
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if r.client == nil {
		<-waiting.Done()
		return batch, ctx.Err()
	}
	for {
		fetches := r.client.PollRecords(waiting, limit)
		if fetches.IsClientClosed() {
			return messages.Batch{}, errClosed
		}
		r.take(ctx, fetches, &batch)
		switch {
		case len(batch.Records) > 0, r.failed != nil && len(batch.Next) > 0:
			return batch, nil
		case r.failed != nil:
			return messages.Batch{}, r.failed
		case ctx.Err() != nil:
			return messages.Batch{}, ctx.Err()
		case waiting.Err() != nil:
			return batch, nil
		}
	}
}

// take adds what was fetched to the batch.
func (r *reader) take(ctx context.Context, fetches kgo.Fetches, batch *messages.Batch) {
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		tp := messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}
		in := r.inputs[tp]
		if in == nil {
			r.note(ctx, tp, p.Err)
			return
		}
		if n := len(p.Records); n > 0 {
			in.next = p.Records[n-1].Offset + 1
			batch.Next[tp] = in.next
			batch.Records = append(batch.Records, convert(p.Records, in.keep)...)
		}
		r.note(ctx, tp, p.Err)
	})
}

func (in *input) keep(r *kgo.Record) bool {
	return !r.Attrs.IsControl() && (in.wants == nil || in.wants(r.Key))
}

// note remembers the first error of a fetch that is more than the end of the
// wait.
func (r *reader) note(ctx context.Context, tp messages.TopicPartition, err error) {
	if err == nil || r.failed != nil ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return
	}
	loss, lost := errors.AsType[*kgo.ErrDataLoss](err)
	in := r.inputs[tp]
	if in == nil || !lost && !errors.Is(err, kerr.OffsetOutOfRange) {
		r.failed = fmt.Errorf("%s: %w", tp, err)
		return
	}
	outside := &messages.OffsetOutOfRangeError{TopicPartition: tp, Requested: in.next}
	if lost {
		outside.Requested = loss.ConsumedTo
	}
	ranges, err := r.log.Offsets(ctx, tp)
	if err != nil {
		r.failed = err
		return
	}
	outside.Range = ranges[tp]
	r.failed = outside
}
