package supervisor

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// What Velox keeps away from in protoactor, shown with the library alone; each test
// fails when the library changes. docs/reliability.md lists them.

// list is an actor that tells what it gets: texts, batches and its end.
func list(got chan<- string, hold <-chan struct{}) *actor.Props {
	return actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Stopped:
			got <- "stopped"
		case string:
			got <- m
			if m == "hold" {
				<-hold
			}
		case batch:
			got <- "batch"
		}
	})
}

type batch []any

// GetMessages makes batch an actor.MessageBatch.
func (b batch) GetMessages() []any { return b }

// take reads n of what an actor got.
func take(t *testing.T, got <-chan string, n int) []string {
	t.Helper()
	var all []string
	for len(all) < n {
		select {
		case s := <-got:
			all = append(all, s)
		case <-time.After(10 * time.Second):
			t.Fatalf("only %q within 10 s", all)
		}
	}
	return all
}

// TestLibraryDropsMailboxes: what waits in the mailbox of an actor that is stopped is
// neither handled nor a dead letter.
func TestLibraryDropsMailboxes(t *testing.T) {
	s := actor.NewActorSystem()
	dead := make(chan any, 10)
	s.EventStream.Subscribe(func(e any) {
		if d, ok := e.(*actor.DeadLetterEvent); ok {
			dead <- d.Message
		}
	})
	got, hold := make(chan string, 10), make(chan struct{})
	pid := s.Root.Spawn(list(got, hold))
	for _, m := range []string{"hold", "second", "third"} {
		s.Root.Send(pid, m)
	}
	if first := take(t, got, 1); first[0] != "hold" {
		t.Fatalf("the first is %q", first)
	}
	s.Root.Stop(pid)
	close(hold)
	if rest := take(t, got, 1); rest[0] != "stopped" {
		t.Errorf("after the stop it gets %q", rest)
	}
	select {
	case m := <-dead:
		t.Errorf("a dead letter: %v", m)
	default:
	}
}

// TestLibraryRepeatsBatches: a batch's messages are handled, and then the batch.
func TestLibraryRepeatsBatches(t *testing.T) {
	s := actor.NewActorSystem()
	got := make(chan string, 10)
	pid := s.Root.Spawn(list(got, nil))
	s.Root.Send(pid, batch{"first", "second"})
	if all := take(t, got, 3); !slices.Equal(all, []string{"first", "second", "batch"}) {
		t.Errorf("it gets %q", all)
	}
	s.Root.Stop(pid)
	take(t, got, 1)
}

// TestLibraryShutdownStopsNobody: an actor of a system that was shut down goes on.
func TestLibraryShutdownStopsNobody(t *testing.T) {
	s := actor.NewActorSystem()
	got := make(chan string, 10)
	pid := s.Root.Spawn(list(got, nil))
	s.Shutdown()
	s.Root.Send(pid, "after")
	if all := take(t, got, 1); all[0] != "after" {
		t.Errorf("it gets %q", all)
	}
	s.Root.Stop(pid)
	take(t, got, 1)
}

// TestLibraryThrottleOutlivesItsSystem: a dead letter starts a goroutine that goes on for
// the throttle's interval, also when the system was shut down.
func TestLibraryThrottleOutlivesItsSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := actor.NewActorSystem(actor.WithDeadLetterThrottleInterval(deadLetterInterval))
		throttled := func() bool {
			synctest.Wait()
			all := make([]byte, 1<<20)
			return strings.Contains(string(all[:runtime.Stack(all, true)]), "NewThrottle")
		}
		s.Root.Send(actor.NewPID(s.Address(), "nobody"), "lost")
		s.Shutdown()
		if !throttled() {
			t.Error("no goroutine is left: simulated clusters need not wait for it")
		}
		time.Sleep(deadLetterInterval)
		if throttled() {
			t.Errorf("after %v it is still there", deadLetterInterval)
		}
	})
}
