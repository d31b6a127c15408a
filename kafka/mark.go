package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// markTimeout is after what time the cluster ends the transaction of a Marker that is
// gone in the middle of one, together with its cleaning, which is every 10 s.
const markTimeout = 5 * time.Second

// Marker writes marks: transactions without records, which leave the mark of their
// end in a partition. No consumer ever sees one, whatever its isolation; but a
// read-committed one gets past it only when no transaction is open below. A Marker
// is used by one goroutine at a time.
type Marker struct {
	client *kgo.Client
	id     string
	pid    int64
	epoch  int16
}

// NewMarker fences whoever marks with the same prefix, and ends what it left open.
func (l *Log) NewMarker(ctx context.Context) (*Marker, error) {
	ctx, cancel := context.WithTimeout(ctx, patience+markTimeout) // a mark that its partition's leader can't take stays unfinished
	defer cancel()
	m := &Marker{client: l.client, id: l.config.TransactionalID("verify", 0)}
	err := unhurried(ctx, func() error {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID, req.TransactionTimeoutMillis = kmsg.StringPtr(m.id), int32(markTimeout.Milliseconds())
		req.ProducerID, req.ProducerEpoch = -1, -1
		resp, err := req.RequestWith(ctx, l.client)
		if err != nil {
			return err
		}
		m.pid, m.epoch = resp.ProducerID, resp.ProducerEpoch
		return kerr.ErrorForCode(resp.ErrorCode)
	})
	if err != nil {
		return nil, fmt.Errorf("producer id for transactional id %s: %w", m.id, err)
	}
	return m, nil
}

// Mark marks one partition. It returns when the transaction's end is certain; the
// mark may come a moment later.
func (m *Marker) Mark(ctx context.Context, tp messages.TopicPartition) error {
	// Once begun it is ended, even when the caller is told to stop: it would hold back
	// every reader of the partition.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience+markTimeout)
	defer cancel()
	if err := m.begin(ctx, tp); err != nil {
		return fmt.Errorf("mark %s: %w", tp, err)
	}
	err := unhurried(ctx, func() error {
		req := kmsg.NewPtrEndTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = m.id, m.pid, m.epoch, true
		resp, err := req.RequestWith(ctx, m.client)
		if err != nil {
			return err
		}
		if resp.ProducerEpoch >= 0 && resp.ProducerID >= 0 && resp.Version >= 5 { // each transaction has an epoch of its own
			m.pid, m.epoch = resp.ProducerID, resp.ProducerEpoch
		}
		return kerr.ErrorForCode(resp.ErrorCode)
	})
	if err != nil {
		return fmt.Errorf("mark %s: end the transaction: %w", tp, err)
	}
	return nil
}

func (m *Marker) begin(ctx context.Context, tp messages.TopicPartition) error {
	return unhurried(ctx, func() error {
		req := kmsg.NewPtrAddPartitionsToTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch = m.id, m.pid, m.epoch
		topic := kmsg.NewAddPartitionsToTxnRequestTopic()
		topic.Topic, topic.Partitions = tp.Topic, []int32{tp.Partition}
		req.Topics = append(req.Topics, topic)
		resp, err := req.RequestWith(ctx, m.client)
		if err != nil {
			return err
		}
		err = kerr.ErrorForCode(resp.ErrorCode)
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				err = errors.Join(err, kerr.ErrorForCode(p.ErrorCode))
			}
		}
		return err
	})
}

// unhurried is patiently, and waits while the coordinator still writes the last mark.
func unhurried(ctx context.Context, f func() error) error {
	for {
		err := patiently(ctx, f)
		if !errors.Is(err, kerr.ConcurrentTransactions) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
