package supervisor

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Barrier collects exactly n values, one for each slot, from any number of
// goroutines, and lets one goroutine wait for all of them. It is used once.
type Barrier[T any] struct {
	slots []T
	left  atomic.Int64
	done  chan struct{}
}

// NewBarrier makes a barrier of n slots; with n = 0 it is already complete.
func NewBarrier[T any](n int) *Barrier[T] {
	b := &Barrier[T]{slots: make([]T, n), done: make(chan struct{})}
	b.left.Store(int64(n))
	if n == 0 {
		close(b.done)
	}
	return b
}

// Put fills a slot. Each slot is filled once; a slot filled after the waiter
// gave up is lost without harm.
func (b *Barrier[T]) Put(slot int, value T) {
	b.slots[slot] = value
	if b.left.Add(-1) == 0 {
		close(b.done)
	}
}

// TimeoutError says that a barrier was not complete in time.
type TimeoutError struct {
	Missing, Slots int
	After          time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%d of %d actors did not answer within %v", e.Missing, e.Slots, e.After)
}

// Wait gives the values in the order of their slots, or a *TimeoutError, or the
// context's error. After an error the slots must not be read.
func (b *Barrier[T]) Wait(ctx context.Context, timeout time.Duration) ([]T, error) {
	select {
	case <-b.done:
		return b.slots, nil
	default:
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-b.done:
		return b.slots, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, &TimeoutError{Missing: int(b.left.Load()), Slots: len(b.slots), After: timeout}
	}
}
