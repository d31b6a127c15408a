package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/messages"
)

// open fences earlier owners, restores the shard and points it at its inputs.
func (s *shard) open(ctx context.Context) error {
	s.config.Observer.ShardState(s.id, "opening", nil)
	start := s.config.Clock.Now()
	err := s.openOnce(ctx)
	for wait := confirmFirst; errors.Is(err, messages.ErrNotAssigned); wait = min(2*wait, confirmLast) {
		s.config.Logger.Warn("fenced by another owner, and not confirmed by the group: the shard stays out until it is", "shard", s.id.String(), "wait", wait)
		if err = s.stayOut(ctx, wait); err != nil {
			return err
		}
		start = s.config.Clock.Now()
		err = s.openOnce(ctx)
	}
	if err != nil {
		return err
	}
	// Also of an input that may never move: who waits for the slowest shard, or
	// shows its lag, has to know where it stands.
	for tp, next := range s.frontier {
		s.config.Observer.Position(s.id, tp, next)
	}
	s.lastSweep, s.lastActivity = s.config.Clock.Now(), s.config.Clock.Now()
	s.config.Observer.Time(TimeRestore, string(s.id.Kind), s.since(start))
	return nil
}

// A shard that its group doesn't confirm asks it again after these waits, doubled
// from the first to the last. A node that has lost the shard is told so soon, and lets
// it go; one whose group is between two generations is confirmed in the next, without
// being told that the shard is (still) its own.
const (
	confirmFirst = 50 * time.Millisecond
	confirmLast  = time.Second
)

// errLetGo ends the opening of a shard that is to be let go.
var errLetGo = errors.New("let go before it was open")

// stayOut waits, as the shard does whose group says that it is another node's.
func (s *shard) stayOut(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.draining:
		return errLetGo
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openOnce opens the shard, unless it was fenced and its group doesn't confirm it.
// The group is asked before, for opening fences whoever has the shard by right, and
// again after, when nobody else can have opened it since he was confirmed.
func (s *shard) openOnce(ctx context.Context) error {
	fenced := s.memory.wasFenced()
	if fenced {
		if err := s.confirm(ctx); err != nil {
			return err
		}
	}
	if s.memory.wasLetGo() {
		return errLetGo
	}
	log, err := s.config.Log.OpenShard(ctx, s.id)
	if err != nil {
		return fmt.Errorf("shard %s: open: %w", s.id, err)
	}
	s.log = log
	defer context.AfterFunc(ctx, log.Close)() // as in run
	if fenced {
		if err = s.confirm(ctx); err == nil {
			s.memory.setFenced(false)
		}
	}
	if err == nil {
		err = s.openWith(ctx)
	}
	if err != nil {
		log.Close()
	}
	return err
}

// confirm asks the group: two nodes that both believe to own the shard would fence
// each other for ever, and the group knows which of them is right.
func (s *shard) confirm(ctx context.Context) error {
	if err := s.group.Confirm(ctx, s.id.Partition); err != nil {
		return fmt.Errorf("shard %s: not confirmed by its group after it was fenced: %w", s.id, err)
	}
	return nil
}

// What refuses the shard is asked for again after these waits, doubled from the first to
// the last, 6 s in all.
const (
	insistFirst = 100 * time.Millisecond
	insistLast  = 3200 * time.Millisecond
)

// insist asks what an opening needs of the log, and again for some seconds while the
// answer is a *RefusedError: a broker that is cut off from the others still answers, and
// tells of less than there is.
func (s *shard) insist(ctx context.Context, ask func() error) error {
	for wait := insistFirst; ; wait *= 2 {
		err := ask()
		if wait > insistLast || !errors.As(err, new(*RefusedError)) {
			return err
		}
		s.config.Logger.Warn("the shard would be refused, asking again", "shard", s.id.String(), "error", err)
		if err := s.stayOut(ctx, wait); err != nil {
			return err
		}
	}
}
