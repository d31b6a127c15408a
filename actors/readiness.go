package actors

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// askReady asks a shard to say when it has taken in all commands and requests that are
// there now.
type askReady struct {
	ctx   context.Context // ends when nobody waits for the reply any more
	reply chan struct{}   // closed when the shard is ready
	// target is where these inputs ended; nil until that is known.
	target frontier

	mu  sync.Mutex
	why error // the target is not known
}

func newAskReady(ctx context.Context) *askReady {
	return &askReady{ctx: ctx, reply: make(chan struct{})}
}

func (m *askReady) failed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.why = err
}

// explain adds to the error of an unanswered question why the log has none for it.
func (m *askReady) explain(err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.why != nil {
		return fmt.Errorf("%w; %w", err, m.why)
	}
	return err
}

// The log is asked for the ends again after this pause, and when it has not answered in
// this time, so that the asker is told what is wrong with it.
const (
	askPause = 100 * time.Millisecond
	askLimit = 2 * time.Second
)

// ask passes a question for readiness on to the epochs' goroutine, and, when that
// fails before it has answered, to the one after it. A shard that has let go or was
// refused answers nothing. The log is asked here, and not by the epochs' goroutine: that
// a partition can't be asked now is no failure of the shard, which may be well.
func (a *shardActor) ask(c actor.Context, m *askReady) {
	s, done := a.shard, a.done
	system, self := c.ActorSystem(), c.Self()
	if closed(done) {
		if a.failing.Load() { // the word of it is in the mailbox: the question goes behind it
			system.Root.Send(self, m)
		}
		return
	}
	go func() {
		if s.resolve(m, done) {
			select {
			case s.asks <- m:
				s.wake()
			case <-m.ctx.Done():
			case <-done:
			}
		}
		select {
		case <-m.reply:
		case <-m.ctx.Done():
		case <-done:
			system.Root.Send(self, m)
		}
	}()
}

// resolve learns what "was there when asked" means, once the shard is open. It is false
// when the asker has gone, or the shard has failed, before.
func (s *shard) resolve(m *askReady, done <-chan struct{}) bool {
	select {
	case <-s.opened:
	case <-done:
		return false
	case <-m.ctx.Done():
		return false
	}
	for m.target == nil {
		ctx, cancel := context.WithTimeout(m.ctx, askLimit)
		ranges, err := s.config.Log.Offsets(ctx, s.picked(func(t inputTopic) bool { return t.control })...)
		cancel()
		if err == nil {
			m.failed(nil)
			m.target = endsOf(ranges)
			break
		}
		m.failed(fmt.Errorf("shard %s: the ends of its inputs: %w", s.id, err))
		pause := time.NewTimer(askPause)
		select {
		case <-pause.C:
		case <-done:
			pause.Stop()
			return false
		case <-m.ctx.Done():
			pause.Stop()
			return false
		}
	}
	return true
}

// answerAsks answers those who asked for readiness and have it.
func (s *shard) answerAsks() {
	for range len(s.asks) {
		s.waiting = append(s.waiting, <-s.asks)
	}
	kept := s.waiting[:0]
	for _, m := range s.waiting {
		if closed(m.ctx.Done()) || closed(m.reply) { // an epochs' goroutine before this one may have answered at its end
			continue
		}
		if s.replaying || s.catchUp != nil || !s.reached(m.target) {
			kept = append(kept, m)
			continue
		}
		close(m.reply)
	}
	s.waiting = kept
}
