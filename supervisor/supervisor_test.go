package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBackoff(t *testing.T) {
	b := Backoff{First: 10 * time.Millisecond, Max: 100 * time.Millisecond}
	for _, c := range []struct {
		n         int
		low, high time.Duration
	}{{1, 0, 0}, {2, 5, 10}, {3, 10, 20}, {4, 20, 40}, {5, 40, 80}, {6, 50, 100}, {60, 50, 100}} {
		low, high := b.delay(c.n, func() float64 { return 0 }), b.delay(c.n, func() float64 { return 1 })
		if low != c.low*time.Millisecond || high != c.high*time.Millisecond {
			t.Errorf("restart %d waits %v to %v, want %v to %v ms", c.n, low, high, c.low, c.high)
		}
	}
}

// TestOwnJitter: the draws of a supervisor are those that it was given.
func TestOwnJitter(t *testing.T) {
	s := newStrategy(Options{Backoff: Backoff{First: 8 * time.Second, Max: time.Minute, Jitter: func() float64 { return 0.25 }}})
	if got := s.options.Backoff.delay(2, s.random); got != 5*time.Second {
		t.Errorf("waits %v, want 5s", got)
	}
}

func TestBarrier(t *testing.T) {
	b := NewBarrier[int](100)
	for i := range 100 {
		go b.Put(i, i*i)
	}
	values, err := b.Wait(t.Context(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if v != i*i {
			t.Fatalf("slot %d has %d", i, v)
		}
	}
	if _, err := NewBarrier[int](0).Wait(t.Context(), 0); err != nil {
		t.Errorf("an empty barrier: %v", err)
	}
	late := NewBarrier[int](2)
	late.Put(0, 1)
	var timeout *TimeoutError
	if _, err := late.Wait(t.Context(), time.Millisecond); !errors.As(err, &timeout) || timeout.Missing != 1 {
		t.Errorf("a barrier that is not complete: %v", err)
	}
	late.Put(1, 1) // harmless
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewBarrier[int](1).Wait(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled wait: %v", err)
	}
}

// tree is a parent with children that panic on command, and what happened.
type tree struct {
	mu       sync.Mutex
	started  int
	restarts int
	stopped  []string
	handled  []int
	changed  chan struct{}
}

func (tr *tree) note(f func()) {
	tr.mu.Lock()
	f()
	tr.mu.Unlock()
	select {
	case tr.changed <- struct{}{}:
	default:
	}
}

func (tr *tree) until(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		tr.mu.Lock()
		ok := done()
		tr.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-tr.changed:
		case <-deadline:
			t.Fatalf("%s: not within 10 s: %d started, %d restarts, stopped %v, handled %v", what, tr.started, tr.restarts, tr.stopped, tr.handled)
		}
	}
}

type child struct{ tree *tree }

func (c *child) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		c.tree.note(func() { c.tree.started++ })
	case *actor.Stopped:
		c.tree.note(func() { c.tree.stopped = append(c.tree.stopped, "child") })
	case int:
		if m < 0 {
			panic(fmt.Errorf("told to panic with %d", m))
		}
		c.tree.note(func() { c.tree.handled = append(c.tree.handled, m) })
	}
}

type parent struct {
	tree  *tree
	spawn chan *actor.PID
}

func (p *parent) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case string:
		p.spawn <- ctx.Spawn(actor.PropsFromProducer(func() actor.Actor { return &child{p.tree} }))
	case *actor.Stopped:
		p.tree.note(func() { p.tree.stopped = append(p.tree.stopped, "parent") })
	}
}

func start(t *testing.T, tr *tree, most int, exhausted func(any)) (*System, func() *actor.PID) {
	t.Helper()
	tr.changed = make(chan struct{}, 1)
	spawn := make(chan *actor.PID)
	s, err := Start(slog.New(slog.DiscardHandler), func() actor.Actor { return &parent{tr, spawn} }, "root",
		Options{
			Name: "parent", MaxRestarts: most, Window: time.Minute,
			Backoff:     Backoff{First: time.Millisecond, Max: 2 * time.Millisecond},
			OnRestart:   func(*actor.PID, any, time.Duration) { tr.note(func() { tr.restarts++ }) },
			OnExhausted: func(_ *actor.PID, reason any) { exhausted(reason) },
		},
		Options{Name: "root", OnExhausted: func(_ *actor.PID, reason any) { exhausted(reason) }})
	if err != nil {
		t.Fatal(err)
	}
	return s, func() *actor.PID {
		s.Send(s.Root(), "spawn")
		return <-spawn
	}
}

func stop(t *testing.T, s *System) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// TestRestartKeepsTheMailbox: the message on which an actor panics is gone, those
// behind it are handled by its successor. Velox sends failed batches again.
func TestRestartKeepsTheMailbox(t *testing.T) {
	tr := &tree{}
	s, spawn := start(t, tr, 10, func(reason any) { t.Errorf("exhausted: %v", reason) })
	pid := spawn()
	for _, m := range []int{1, 2, -1, 3, -1, 4} {
		s.Send(pid, m)
	}
	tr.until(t, "all handled", func() bool { return len(tr.handled) == 4 })
	if fmt.Sprint(tr.handled) != "[1 2 3 4]" || tr.restarts != 2 || tr.started != 3 {
		t.Errorf("handled %v, %d restarts, %d started", tr.handled, tr.restarts, tr.started)
	}
	stop(t, s)
}

// TestIntensityCountsAllChildren: OTP counts the restarts of a supervisor, not of
// each child, and what is too much goes up.
func TestIntensityCountsAllChildren(t *testing.T) {
	tr := &tree{}
	reasons := make(chan any, 10)
	s, spawn := start(t, tr, 3, func(reason any) { reasons <- reason })
	for range 4 {
		s.Send(spawn(), -1)
	}
	var exhausted *Exhausted
	if err, ok := (<-reasons).(error); !ok || !errors.As(err, &exhausted) || exhausted.Restarts != 3 || errors.Unwrap(exhausted) == nil {
		t.Errorf("the reason is %v", err)
	}
	tr.until(t, "three restarts", func() bool { return tr.restarts == 3 })
	stop(t, s)
}

// TestChildrenStopFirst, and Stop may be called twice.
func TestChildrenStopFirst(t *testing.T) {
	tr := &tree{}
	s, spawn := start(t, tr, 3, func(any) {})
	spawn()
	spawn()
	stop(t, s)
	stop(t, s)
	if fmt.Sprint(tr.stopped) != "[child child parent]" {
		t.Errorf("stopped in the order %v", tr.stopped)
	}
	select {
	case <-s.Done():
	default:
		t.Error("Done is not closed")
	}
}

func TestRootNeedsAnExit(t *testing.T) {
	if _, err := Start(slog.New(slog.DiscardHandler), nil, "root", Options{}, Options{}); err == nil {
		t.Error("a root whose failure would end the process is accepted")
	}
}
