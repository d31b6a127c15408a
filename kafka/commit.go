package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// abortWait bounds the courtesy of aborting a failed transaction at once. When
// it does not work out, the shard's next owner aborts it by opening the shard.
const abortWait = 2 * time.Second

// Commit writes the records in one transaction. The transaction begins here and
// nowhere else, so that a slow step never holds one open. After ctx ended the
// outcome is ErrAborted, or ErrUnclear when the commit was already asked for.
func (s *shardLog) Commit(ctx context.Context, records []messages.Out) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	if len(records) == 0 {
		return nil
	}
	start := time.Now()
	err := s.commit(ctx, records)
	if err != nil {
		s.spent = err
		return fmt.Errorf("shard %s: commit of %d records: %w", s.id, len(records), err)
	}
	s.log.produced(records, time.Since(start))
	return nil
}

func (s *shardLog) mayWrite() error {
	switch {
	case s.life.Err() != nil:
		return fmt.Errorf("shard %s: commit: %w: %w", s.id, messages.ErrAborted, errClosed)
	case s.spent != nil:
		return fmt.Errorf("shard %s: commit: %w: spent since: %w", s.id, messages.ErrAborted, s.spent)
	}
	return nil
}

func (s *shardLog) commit(ctx context.Context, records []messages.Out) error {
	switch large, err := s.log.limits.fits(ctx, records); {
	case err != nil:
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	case large != nil:
		return fmt.Errorf("%w: %w", messages.ErrAborted, large)
	}
	if err := s.log.fault(FaultProduce, s.id); err != nil {
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	}
	if err := s.producer.BeginTransaction(); err != nil {
		return classify(err, false)
	}
	if err := s.produce(ctx, records); err != nil {
		// A fenced owner has nothing left to abort: the new one has done it.
		if !errors.Is(err, messages.ErrFenced) {
			s.abort()
		}
		return err
	}
	if err := s.log.fault(FaultEnd, s.id); err != nil {
		s.abort()
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	}
	err := s.inLife(ctx, func() error { return s.producer.EndTransaction(s.life, kgo.TryCommit) })
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.OperationNotAttempted), errors.Is(err, kerr.TransactionAbortable):
		s.abort()
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	}
	return classify(err, true)
}

// inLife runs f, which works under the shard's life, and waits for it or for
// ctx.
func (s *shardLog) inLife(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	if !s.spawn(func() { done <- f() }) {
		return errClosed
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// failures collects what was refused of one commit.
type failures struct {
	mu    sync.Mutex
	first error
	// tooLarge are the places of the records that were refused for the size of their batch.
	tooLarge []int
}

func (f *failures) add(index int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
	if errors.Is(err, kerr.MessageTooLarge) {
		f.tooLarge = append(f.tooLarge, index)
	}
}

// produce writes the records and waits for all of them. Any error of any record
// fails the commit: kgo alone would commit what did succeed.
func (s *shardLog) produce(ctx context.Context, records []messages.Out) error {
	var failed failures
	home := s.id.State()
	var first map[string]*kgo.Record // by topic that was not written to before
	var state *kgo.Record            // the first since the shard was restored
	err := s.inLife(ctx, func() error {
		// The first error aborts what is buffered instead of waiting for it.
		abort := kgo.AbortingFirstErrPromise(s.producer)
		for i := range records {
			out, promise := &records[i], abort.Promise()
			r := outgoing(out)
			if !s.loaded[out.Topic] {
				if first == nil {
					first = make(map[string]*kgo.Record)
				}
				first[out.Topic] = r
			}
			if state == nil && s.restored >= 0 && out.Topic == home.Topic && out.Partition == home.Partition {
				state = r
			}
			s.producer.Produce(s.life, r, func(r *kgo.Record, err error) {
				if err != nil {
					failed.add(i, err)
					s.log.producerError(out.Topic, err)
				}
				promise(r, err)
			})
		}
		if err := s.producer.Flush(s.life); err != nil {
			return err
		}
		return abort.Err()
	})
	if err == nil {
		if err = s.waitLoaded(ctx, first); err == nil {
			err = s.checkRestored(ctx, state)
		}
		return err
	}
	failed.mu.Lock()
	defer failed.mu.Unlock()
	if len(failed.tooLarge) > 0 {
		return s.refusedForSize(ctx, records, failed.tooLarge)
	}
	if failed.first != nil {
		err = failed.first
	}
	return classify(err, false)
}

// refusedForSize names the record that is too large by itself, of those in batches that
// were refused for their size, if any is.
func (s *shardLog) refusedForSize(ctx context.Context, records []messages.Out, places []int) error {
	refused := make([]messages.Out, len(places))
	for i, at := range places {
		refused[i] = records[at]
	}
	large, err := s.log.limits.blame(ctx, refused)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	case large != nil:
		large.Index = places[large.Index]
		return fmt.Errorf("%w: %w", messages.ErrAborted, large)
	}
	return fmt.Errorf("%w: a batch is larger than its topic takes by now: %w", messages.ErrAborted, kerr.MessageTooLarge)
}

// abort ends a failed transaction, so that readers don't wait for it.
func (s *shardLog) abort() {
	ctx, cancel := context.WithTimeout(s.life, abortWait)
	defer cancel()
	_ = s.inLife(ctx, func() error {
		if err := s.producer.AbortBufferedRecords(ctx); err != nil {
			return err
		}
		return s.producer.EndTransaction(ctx, kgo.TryAbort)
	})
}

// classify maps an error to the log port's three outcomes. asked says whether
// the commit was asked for: before that, nothing can have become visible.
//
// A transaction that the cluster ended because it took longer than its timeout
// looks the same as a newer owner (the cluster fences both in the same way, and
// some versions say INVALID_TXN_STATE); ErrFenced is right for both, because its
// user asks the group before it opens the shard again.
func classify(err error, asked bool) error {
	for _, fenced := range []error{
		kerr.ProducerFenced, kerr.InvalidProducerEpoch, kerr.InvalidTxnState,
		kerr.InvalidProducerIDMapping, kerr.TransactionCoordinatorFenced,
	} {
		if errors.Is(err, fenced) {
			return fmt.Errorf("%w, or its transaction took longer than transaction_timeout_ms: %w", messages.ErrFenced, err)
		}
	}
	if !asked {
		return fmt.Errorf("%w: %w", messages.ErrAborted, err)
	}
	return fmt.Errorf("%w: %w", messages.ErrUnclear, err)
}

// outgoing converts a record; key, value and header values are not copied.
func outgoing(out *messages.Out) *kgo.Record {
	r := &kgo.Record{Topic: out.Topic, Partition: out.Partition, Key: out.Key, Value: out.Value}
	if len(out.Headers) > 0 {
		r.Headers = make([]kgo.RecordHeader, len(out.Headers))
		for i, h := range out.Headers {
			r.Headers[i] = kgo.RecordHeader{Key: h.Key, Value: h.Value}
		}
	}
	return r
}

// produced tells the observer of acknowledged records.
func (l *Log) produced(records []messages.Out, took time.Duration) {
	o := l.config.Observer
	if o == nil {
		return
	}
	o.ProduceLatency(took)
	for i := 0; i < len(records); {
		n := 1
		for i+n < len(records) && records[i+n].Topic == records[i].Topic {
			n++
		}
		o.Produced(records[i].Topic, n)
		i += n
	}
}

func (l *Log) producerError(topic string, err error) {
	if l.config.Observer == nil {
		return
	}
	name := "client"
	if e, ok := errors.AsType[*kerr.Error](err); ok {
		name = e.Message
	}
	l.config.Observer.ProducerError(topic, name)
}
