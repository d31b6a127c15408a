package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// emitBuffer is how many emitted records may wait for their acknowledgement; an
// Emit above it blocks. At 200 bytes a record it is 20 MB a shard.
const emitBuffer = 100_000

// emitter is a shard's idempotent producer outside of transactions. Each shard
// has its own, because the first error must stop all that the shard has emitted
// after it: readers drop what is not above the highest origin they have seen,
// so a gap in the order would never be filled.
type emitter struct {
	shard  *shardLog
	client *kgo.Client
	failed atomic.Bool
	stop   chan struct{} // closed by the first error
	mu     sync.Mutex
	err    error
	// refused are the records of the batches that a broker has refused for their size.
	refused []messages.Out
	since   time.Time
}

// Emit hands records to the idempotent producer. It blocks while too many of
// them wait for an acknowledgement; Close ends that.
func (s *shardLog) Emit(records []messages.Out) {
	if s.spent != nil {
		return
	}
	s.mu.Lock()
	if s.life.Err() != nil {
		s.mu.Unlock()
		return
	}
	if s.emits == nil {
		s.emits = newEmitter(s)
	}
	s.mu.Unlock()
	if len(records) > 0 {
		s.emits.emit(records)
	}
}

// Flush waits until every emitted record is acknowledged. When ctx ends first,
// it is unknown which of them are written.
func (s *shardLog) Flush(ctx context.Context) error {
	if s.spent != nil {
		return fmt.Errorf("shard %s: flush: spent since: %w", s.id, s.spent)
	}
	if s.emits == nil {
		return nil
	}
	if err := s.emits.flush(ctx); err != nil {
		s.spent = err
		return fmt.Errorf("shard %s: flush: %w", s.id, err)
	}
	return nil
}

func newEmitter(s *shardLog) *emitter {
	e := &emitter{shard: s, stop: make(chan struct{})}
	opts := append(s.log.config.producerOptions(s.log.limits), kgo.MaxBufferedRecords(emitBuffer))
	client, err := s.log.config.newClient(opts...)
	if err != nil {
		e.fail(err)
		return e
	}
	e.client = client
	s.work.Go(e.stopAtError)
	s.work.Go(func() { _, _, _ = client.ProducerID(s.life) }) // the first record meets what may be wrong
	return e
}

// stopAtError gives up what is buffered behind the first record that failed.
func (e *emitter) stopAtError() {
	select {
	case <-e.stop:
		_ = e.client.AbortBufferedRecords(e.shard.life)
	case <-e.shard.life.Done():
	}
}

// fail keeps the first error and stops everything behind it.
func (e *emitter) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return
	}
	e.err = err
	e.failed.Store(true)
	close(e.stop)
}

func (e *emitter) emit(records []messages.Out) {
	log := e.shard.log
	if err := log.fault(FaultProduce, e.shard.id); err != nil {
		e.fail(err)
	}
	switch large, err := log.limits.fits(e.shard.life, records); {
	case err != nil:
		e.fail(err)
	case large != nil:
		large.Emitted = &records[large.Index]
		e.fail(large)
	}
	if e.since.IsZero() {
		e.since = time.Now()
	}
	for i := range records {
		if e.failed.Load() {
			return
		}
		out := &records[i]
		e.client.Produce(e.shard.life, outgoing(out), func(_ *kgo.Record, err error) { e.done(out, err) })
	}
}

// done is told what became of a record. A broker refuses a batch, and so all of its
// records with it: which of them is too large, if any is, is found out by flush, which
// may wait.
func (e *emitter) done(out *messages.Out, err error) {
	log := e.shard.log
	if err == nil {
		if log.config.Observer != nil {
			log.config.Observer.Produced(out.Topic, 1)
		}
		return
	}
	log.producerError(out.Topic, err)
	if errors.Is(err, kerr.MessageTooLarge) {
		e.mu.Lock()
		e.refused = append(e.refused, *out)
		e.mu.Unlock()
	}
	e.fail(fmt.Errorf("emit to %s: %w", out.Topic, err))
}

func (e *emitter) flush(ctx context.Context) error {
	if e.client != nil {
		if err := e.client.Flush(ctx); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if errors.Is(e.err, kerr.MessageTooLarge) {
		return e.refusedForSize(ctx)
	}
	if e.err == nil && !e.since.IsZero() && e.shard.log.config.Observer != nil {
		e.shard.log.config.Observer.ProduceLatency(time.Since(e.since))
	}
	e.since = time.Time{}
	return e.err
}

// refusedForSize names a record that is too large for its topic by itself. Without one
// the refused batch was larger than the topic takes by now, and what the shard emits
// when it is opened anew comes in smaller ones. The caller holds mu.
func (e *emitter) refusedForSize(ctx context.Context) error {
	large, err := e.shard.log.limits.blame(ctx, e.refused)
	switch {
	case err != nil:
		return err
	case large != nil:
		large.Emitted = &e.refused[large.Index]
		return large
	}
	return fmt.Errorf("a batch is larger than its topic takes by now: %w", e.err)
}

func (e *emitter) close() {
	if e.client != nil {
		e.client.Close()
	}
}
