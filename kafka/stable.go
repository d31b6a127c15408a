package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/velox-trading/velox/messages"
)

// StableOffsets gives the last stable offset of every partition of topics: no
// transaction is open below it, and a read-committed reader gets no further.
func (l *Log) StableOffsets(ctx context.Context, topics ...string) (map[messages.TopicPartition]int64, error) {
	if len(topics) == 0 {
		return nil, nil // to kadm, no topic is every topic
	}
	var out map[messages.TopicPartition]int64
	err := patiently(ctx, func() error {
		listed, err := l.admin.ListCommittedOffsets(ctx, topics...)
		if err == nil {
			err = listed.Error()
		}
		out = make(map[messages.TopicPartition]int64)
		listed.Each(func(o kadm.ListedOffset) {
			out[messages.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.Offset
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("last stable offsets of %v: %w", topics, err)
	}
	return out, nil
}

// OpenTransaction is a transaction that holds back readers of a partition.
type OpenTransaction struct {
	messages.TopicPartition
	// From is its first offset in the partition.
	From       int64
	ProducerID int64
	// LastWrite is when its producer last wrote to the partition.
	LastWrite time.Time
	// ID is the transactional id; "" when no coordinator knows the producer or when
	// its transaction has ended: then only an administrator can end it here.
	ID string
	// Started is when it began, and Timeout after what time the cluster aborts it by
	// itself; 0 when ID is "".
	Started time.Time
	Timeout time.Duration
}

// OpenTransactions gives the transactions that are open in partitions now, oldest
// offset first within each.
func (l *Log) OpenTransactions(ctx context.Context, tps ...messages.TopicPartition) ([]OpenTransaction, error) {
	if len(tps) == 0 {
		return nil, nil
	}
	var set kadm.TopicsSet
	for _, tp := range tps {
		set.Add(tp.Topic, tp.Partition)
	}
	producers, err := l.admin.DescribeProducers(ctx, set)
	if err != nil {
		return nil, fmt.Errorf("producers of %v: %w", tps, err)
	}
	var open []OpenTransaction
	var ids []int64
	for _, p := range producers.SortedPartitions() {
		if p.Err != nil {
			return nil, fmt.Errorf("producers of %s/%d: %w", p.Topic, p.Partition, p.Err)
		}
		for _, d := range p.ActiveProducers.Sorted() {
			if d.CurrentTxnStartOffset < 0 {
				continue
			}
			ids = append(ids, d.ProducerID)
			open = append(open, OpenTransaction{
				TopicPartition: messages.TopicPartition{Topic: d.Topic, Partition: d.Partition}, From: d.CurrentTxnStartOffset,
				ProducerID: d.ProducerID, LastWrite: time.UnixMilli(d.LastTimestamp),
			})
		}
	}
	slices.SortStableFunc(open, func(a, b OpenTransaction) int {
		if a.TopicPartition != b.TopicPartition {
			return 0 // they are sorted
		}
		return int(a.From - b.From)
	})
	return open, l.nameTransactions(ctx, open, ids)
}

// nameTransactions adds what the coordinators know.
func (l *Log) nameTransactions(ctx context.Context, open []OpenTransaction, producers []int64) error {
	if len(open) == 0 {
		return nil
	}
	listed, err := l.admin.ListTransactions(ctx, producers, []string{"Ongoing", "PrepareCommit", "PrepareAbort"})
	if err != nil {
		return fmt.Errorf("transactions of producers %v: %w", producers, err)
	}
	described, err := l.admin.DescribeTransactions(ctx, listed.TransactionalIDs()...)
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("transactions %v: %w", listed.TransactionalIDs(), err)
	}
	byProducer := make(map[int64]kadm.DescribedTransaction)
	for _, d := range described {
		if d.Err == nil && d.TxnID != "" {
			byProducer[d.ProducerID] = d
		}
	}
	for i := range open {
		if d, ok := byProducer[open[i].ProducerID]; ok {
			open[i].ID, open[i].Started = d.TxnID, time.UnixMilli(d.StartTimestamp)
			open[i].Timeout = time.Duration(d.TimeoutMillis) * time.Millisecond
		}
	}
	return nil
}
