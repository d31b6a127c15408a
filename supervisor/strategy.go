package supervisor

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Backoff is the wait before a restart: none for the first restart in a window,
// then First, doubled for each further one, at most Max, each drawn evenly from
// the upper half of its value so that many failures don't restart in step.
type Backoff struct {
	First, Max time.Duration
	// Jitter gives the draws, each in [0, 1), and must be safe for concurrent use; nil
	// is chance. A simulation that is to repeat itself gives its own.
	Jitter func() float64
}

// delay gives the wait before restart number n (1 is the first) of a window.
func (b Backoff) delay(n int, random func() float64) time.Duration {
	if n <= 1 || b.First <= 0 {
		return 0
	}
	d := b.First
	for i := 2; i < n && d < b.Max; i++ {
		d *= 2
	}
	d = min(d, b.Max)
	return d/2 + time.Duration(random()*float64(d/2))
}

// Options says how a supervisor treats its failing children.
type Options struct {
	// Name stands in reports, such as "symbol shard 3".
	Name string
	// MaxRestarts within Window, counted over all children of the supervisor as
	// OTP does (protoactor counts by child); one more escalates.
	MaxRestarts int
	Window      time.Duration
	Backoff     Backoff
	// OnRestart, if not nil, is told of every restart before it happens. It is
	// called on the supervisor's own goroutine.
	OnRestart func(child *actor.PID, reason any, wait time.Duration)
	// OnExhausted, if not nil, takes the place of escalation to the parent. The
	// top of a tree needs it, for protoactor's guardian ends the process when a
	// failure is escalated to it.
	OnExhausted func(child *actor.PID, reason any)
	// Fatal, if not nil, tells which reasons escalate at once.
	Fatal func(reason any) bool
}

// Exhausted is the reason of a failure that was escalated: the supervisor's
// restart intensity is spent.
type Exhausted struct {
	Supervisor string
	Restarts   int
	Window     time.Duration
	Last       any
}

func (e *Exhausted) Error() string {
	return fmt.Sprintf("%s: %d restarts within %v, the last one for: %v", e.Supervisor, e.Restarts, e.Window, e.Last)
}

// Unwrap gives the last failure when it was an error.
func (e *Exhausted) Unwrap() error {
	err, _ := e.Last.(error)
	return err
}

// strategy is a one-for-one supervisor strategy of one supervisor, whose restarts
// it counts.
type strategy struct {
	options Options
	now     func() time.Time
	random  func() float64

	mu       sync.Mutex
	restarts []time.Time // within the window, oldest first; at most MaxRestarts+1
	// closed: the supervisor stops, and its children with it.
	closed bool
	// leaving are children, by id, that are being stopped.
	leaving map[string]bool
}

func newStrategy(o Options) *strategy {
	random := o.Backoff.Jitter
	if random == nil {
		random = rand.Float64
	}
	return &strategy{options: o, now: time.Now, random: random, leaving: make(map[string]bool)}
}

// HandleFailure implements protoactor's SupervisorStrategy.
func (s *strategy) HandleFailure(_ *actor.ActorSystem, sup actor.Supervisor, child *actor.PID,
	_ *actor.RestartStatistics, reason, message any,
) {
	if s.isLeaving(child) {
		return
	}
	if s.options.Fatal != nil && s.options.Fatal(reason) {
		s.escalate(sup, child, reason, message)
		return
	}
	n := s.count()
	if n > s.options.MaxRestarts {
		s.escalate(sup, child, &Exhausted{
			Supervisor: s.options.Name, Restarts: s.options.MaxRestarts, Window: s.options.Window, Last: reason,
		}, message)
		return
	}
	wait := s.options.Backoff.delay(n, s.random)
	if s.options.OnRestart != nil {
		s.options.OnRestart(child, reason, wait)
	}
	if wait == 0 {
		s.restart(sup, child)
		return
	}
	// The child's mailbox stays suspended meanwhile.
	time.AfterFunc(wait, func() { s.restart(sup, child) })
}

// restart restarts a child that is not being stopped: protoactor would let a
// child that waits for its own children to stop come back to life.
func (s *strategy) restart(sup actor.Supervisor, child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && !s.leaving[child.Id] {
		sup.RestartChildren(child)
	}
}

// isLeaving tells whether a child is being stopped: how it fails is of no
// interest any more.
func (s *strategy) isLeaving(child *actor.PID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed || s.leaving[child.Id]
}

func (s *strategy) setClosed(v bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = v
}

// leave is called before a child is stopped, left when it has.
func (s *strategy) leave(child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaving[child.Id] = true
}

func (s *strategy) left(child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.leaving, child.Id)
}

func (s *strategy) escalate(sup actor.Supervisor, child *actor.PID, reason, message any) {
	if s.options.OnExhausted != nil {
		s.options.OnExhausted(child, reason)
		sup.StopChildren(child)
		return
	}
	sup.EscalateFailure(reason, message)
}

// count notes a failure and gives the number of failures in the window.
func (s *strategy) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	keep := 0
	for _, t := range s.restarts {
		if now.Sub(t) < s.options.Window {
			s.restarts[keep] = t
			keep++
		}
	}
	s.restarts = append(s.restarts[:keep], now)
	n := len(s.restarts)
	if n > s.options.MaxRestarts {
		s.restarts = s.restarts[:0]
	}
	return n
}
