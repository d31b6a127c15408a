package kafka

import (
	"context"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// Producer writes records that belong to no shard: ticks of feeds and replays,
// commands. It is idempotent and safe for concurrent use.
type Producer struct {
	client *kgo.Client
	log    *Log

	mu  sync.Mutex
	err error
}

// NewProducer makes a producer. Close it when it is no longer needed.
func (l *Log) NewProducer() (*Producer, error) {
	client, err := l.config.newClient(append(l.config.producerOptions(l.limits), kgo.MaxBufferedRecords(emitBuffer))...)
	if err != nil {
		return nil, fmt.Errorf("producer: %w", err)
	}
	return &Producer{client: client, log: l}, nil
}

// Send hands a record over. It blocks while too many wait for their
// acknowledgement, and gives the first error that any record had: then no
// further one is taken.
func (p *Producer) Send(ctx context.Context, out messages.Out) error {
	if err := p.Err(); err != nil {
		return err
	}
	p.client.Produce(ctx, outgoing(&out), func(_ *kgo.Record, err error) {
		if err != nil {
			p.fail(fmt.Errorf("write to %s, key %.64q: %w", out.Topic, out.Key, err))
			p.log.producerError(out.Topic, err)
			return
		}
		if o := p.log.config.Observer; o != nil {
			o.Produced(out.Topic, 1)
		}
	})
	return nil
}

// Write writes one record, waits for its acknowledgement, and tells where it
// stands.
func (p *Producer) Write(ctx context.Context, out messages.Out) (messages.TopicPartition, int64, error) {
	r, err := p.client.ProduceSync(ctx, outgoing(&out)).First()
	if err != nil {
		p.log.producerError(out.Topic, err)
		return messages.TopicPartition{}, 0, fmt.Errorf("write to %s, key %.64q: %w", out.Topic, out.Key, err)
	}
	if o := p.log.config.Observer; o != nil {
		o.Produced(out.Topic, 1)
	}
	return messages.TopicPartition{Topic: r.Topic, Partition: r.Partition}, r.Offset, nil
}

// Flush waits until everything is acknowledged and gives the first error.
func (p *Producer) Flush(ctx context.Context) error {
	if err := p.client.Flush(ctx); err != nil {
		return fmt.Errorf("producer: flush: %w", err)
	}
	return p.Err()
}

// Err gives the first error of any record.
func (p *Producer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *Producer) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

// Close ends the producer; what is not acknowledged is given up.
func (p *Producer) Close() { p.client.Close() }
