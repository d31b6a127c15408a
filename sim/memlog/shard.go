package memlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/velox-trading/velox/messages"
)

var (
	errClosed = errors.New("the shard's log is closed")
	errSpent  = errors.New("the shard's log is spent by an earlier error")
)

// shardLog implements messages.ShardLog. Only Close may be called while another
// method runs.
type shardLog struct {
	node    *Node
	cluster *Cluster
	id      messages.ShardID
	owner   *owner
	epoch   int64

	reader reader
	// restored is how far Restore has read home, until a commit has shown that this was
	// its end; nil home: no Restore waits for that.
	home     *partition
	restored int64
	failed   error // of Emit, given by Flush
	spent    bool

	closed atomic.Bool
	once   sync.Once
	done   chan struct{}
}

func (s *shardLog) fault(ctx context.Context, point Point, after bool, records int) error {
	return s.node.fault(ctx, Call{Point: point, After: after, Shard: s.id, Records: records})
}

func (s *shardLog) wrap(what string, err error) error {
	return fmt.Errorf("shard %s: %s: %w", s.id, what, err)
}

func (s *shardLog) Emit(records []messages.Out) {
	if s.failed != nil || len(records) == 0 {
		return
	}
	if s.closed.Load() {
		s.failed = errClosed
		return
	}
	// Emit has no ctx of its own; faults that block end with the shard's log.
	err := s.fault(context.Background(), PointEmit, false, len(records))
	if err != nil {
		s.failed = err
		var cut *CutError
		if !errors.As(err, &cut) {
			return
		}
		records = records[:max(0, min(cut.Written, len(records)))]
	}
	b, err := s.cluster.prepare(records)
	if err != nil {
		var large *messages.TooLargeError
		if errors.As(err, &large) {
			large.Emitted = &records[large.Index]
		}
		s.failed = err
		return
	}
	// No check of the epoch: an idempotent producer without a transactional id is
	// not fenced in Kafka either, so a zombie's updates do appear.
	s.cluster.mu.Lock()
	s.cluster.write(b, nil)
	s.cluster.mu.Unlock()
	if err := s.fault(context.Background(), PointEmit, true, len(records)); err != nil && s.failed == nil {
		s.failed = err
	}
}

func (s *shardLog) Flush(ctx context.Context) error {
	err := s.usable()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.fault(ctx, PointFlush, false, 0)
	}
	if err == nil {
		err = s.failed
	}
	if err == nil {
		err = s.fault(ctx, PointFlush, true, 0)
	}
	if err != nil {
		s.spent = true
		return s.wrap("flush", err)
	}
	return nil
}

func (s *shardLog) usable() error {
	if s.closed.Load() {
		return errClosed
	}
	if s.spent {
		return errSpent
	}
	return nil
}

func (s *shardLog) Commit(ctx context.Context, records []messages.Out) error {
	if err := s.commit(ctx, records); err != nil {
		s.spent = true
		return s.wrap("commit", err)
	}
	return nil
}

func abortedBy(err error) error { return fmt.Errorf("%w: %w", messages.ErrAborted, err) }

func (s *shardLog) commit(ctx context.Context, records []messages.Out) error {
	if err := s.usable(); err != nil {
		return abortedBy(err)
	}
	if err := ctx.Err(); err != nil {
		return abortedBy(err)
	}
	if err := s.around(ctx, PointCommitBegin, len(records), func() {}); err != nil {
		return abortedBy(err)
	}
	b, err := s.cluster.prepare(records)
	if err != nil {
		return abortedBy(err)
	}
	if s.node.cluster.options.Fault == nil {
		return s.commitAtOnce(b)
	}
	return s.commitInSteps(ctx, b)
}

// around asks for a fault before and after a step.
func (s *shardLog) around(ctx context.Context, point Point, records int, step func()) error {
	if err := s.fault(ctx, point, false, records); err != nil {
		return err
	}
	step()
	return s.fault(ctx, point, true, records)
}

func (s *shardLog) commitAtOnce(b batch) error {
	c := s.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.owner.epoch != s.epoch {
		return messages.ErrFenced
	}
	if err := s.checkRestored(b); err != nil {
		return abortedBy(err)
	}
	txn := &transaction{}
	c.write(b, txn)
	c.end(txn, committed)
	return nil
}

// checkRestored holds the end of what was restored against where the first state since
// then would be written; c.mu is held. Records of transactions that are open yet count:
// who opens the shard again waits for them.
func (s *shardLog) checkRestored(b batch) error {
	if s.home == nil || !slices.Contains(b.parts, s.home) {
		return nil
	}
	for _, e := range s.home.between(s.restored, s.home.next) {
		if e.record != nil && (e.txn == nil || e.txn.state != aborted) {
			return &messages.StaleStateError{TopicPartition: s.home.tp, Restored: s.restored, Written: s.home.next}
		}
	}
	s.home = nil
	return nil
}

// commitInSteps lets others run, and faults strike, between the steps.
func (s *shardLog) commitInSteps(ctx context.Context, b batch) error {
	if err := s.fault(ctx, PointCommitWrite, false, len(b.parts)); err != nil {
		return abortedBy(err)
	}
	txn, err := s.beginAndWrite(b)
	if err != nil {
		return err
	}
	err = s.fault(ctx, PointCommitWrite, true, len(b.parts))
	if err == nil {
		err = s.fault(ctx, PointCommitEnd, false, len(b.parts))
	}
	if err != nil {
		return s.abandon(txn, err)
	}
	if err := s.finish(txn, committed); err != nil {
		return err
	}
	if err := s.fault(ctx, PointCommitEnd, true, len(b.parts)); err != nil {
		return fmt.Errorf("%w: %w", messages.ErrUnclear, err)
	}
	return nil
}

func (s *shardLog) beginAndWrite(b batch) (*transaction, error) {
	c := s.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.owner.epoch != s.epoch {
		return nil, messages.ErrFenced
	}
	if err := s.checkRestored(b); err != nil {
		return nil, abortedBy(err)
	}
	txn := &transaction{}
	s.owner.open = txn
	c.write(b, txn)
	return txn, nil
}

// abandon ends a commit that a fault struck between its writes and its end.
func (s *shardLog) abandon(txn *transaction, fault error) error {
	if errors.Is(fault, ErrLeftOpen) {
		return fmt.Errorf("%w: %w", messages.ErrUnclear, fault)
	}
	if err := s.finish(txn, aborted); err != nil {
		return err
	}
	if errors.Is(fault, messages.ErrUnclear) {
		return fault
	}
	return abortedBy(fault)
}

func (s *shardLog) finish(txn *transaction, state outcome) error {
	c := s.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.owner.epoch != s.epoch {
		return messages.ErrFenced
	}
	s.owner.open = nil
	c.end(txn, state)
	return nil
}

func (s *shardLog) Close() {
	s.once.Do(func() {
		s.closed.Store(true)
		close(s.done)
	})
}
