package supervisor

import (
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// nest is an actor that makes children when it is told to, and whose last-born
// may hold up its stop.
type nest struct {
	events chan string
	slow   chan struct{}
	child  actor.Producer
	born   chan *actor.PID
	// self is told at each start.
	self chan actor.Context
}

func (n *nest) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		n.events <- "started"
		if n.self != nil {
			n.self <- c
		}
	case *actor.Stopping:
		n.events <- "stopping"
		if n.slow != nil {
			<-n.slow
		}
	case *actor.Stopped:
		n.events <- "stopped"
	case string:
		n.born <- c.Spawn(Props(n.child, Options{Name: m}))
	case func(actor.Context):
		m(c)
	}
}

// want reads the next event.
func want(t *testing.T, events chan string, text string) {
	t.Helper()
	select {
	case e := <-events:
		if e != text {
			t.Errorf("%s, want %s", e, text)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("not %s within 10 s", text)
	}
}

func startNest(t *testing.T, root *nest) *System {
	t.Helper()
	s, err := Start(slog.New(slog.DiscardHandler), func() actor.Actor { return root }, "root",
		Options{Name: "nest", MaxRestarts: 10, Window: time.Minute},
		Options{Name: "root", OnExhausted: func(_ *actor.PID, reason any) { t.Errorf("exhausted: %v", reason) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// probe tells when a mailbox has handed a text to its actor.
type probe struct{ texts chan string }

func (p probe) MailboxStarted()   {}
func (p probe) MailboxEmpty()     {}
func (p probe) MessagePosted(any) {}

func (p probe) MessageReceived(m any) {
	if text, ok := m.(string); ok {
		p.texts <- text
	}
}

// TestNoChildWhileStopping: an actor that stops gets no more messages. protoactor
// would hand them to it while it waits for a child, and a child that it made then
// would never be stopped.
func TestNoChildWhileStopping(t *testing.T) {
	slow, leaf, handed := make(chan struct{}), make(chan string, 10), make(chan string, 10)
	s := startNest(t, &nest{events: make(chan string, 10)})
	middle := &nest{events: make(chan string, 10), born: make(chan *actor.PID, 10)}
	middle.child = func() actor.Actor { return &nest{events: leaf, slow: slow} }
	pid := s.actors.Root.Spawn(parentProps(func() actor.Actor { return middle }, newStrategy(Options{}),
		actor.WithMailbox(actor.Unbounded(probe{handed}))))
	s.Send(pid, "first")
	want(t, handed, "first")
	want(t, middle.events, "started")
	want(t, leaf, "started")
	s.actors.Root.Stop(pid)
	want(t, middle.events, "stopping")
	want(t, leaf, "stopping")
	s.Send(pid, "second")
	want(t, handed, "second")
	close(slow)
	want(t, leaf, "stopped")
	want(t, middle.events, "stopped")
	if len(middle.born) != 1 {
		t.Errorf("%d children were made, want the one before the stop", len(middle.born))
	}
	stop(t, s)
}

// TestStopBeatsRestart: a child that is being stopped isn't restarted by a
// failure from before, not even while it waits for its own children. protoactor
// would bring it back to life.
func TestStopBeatsRestart(t *testing.T) {
	slow, middle, leaf := make(chan struct{}), make(chan string, 10), make(chan string, 10)
	root := &nest{events: make(chan string, 10), born: make(chan *actor.PID, 10), self: make(chan actor.Context, 1)}
	born := make(chan *actor.PID, 1)
	root.child = func() actor.Actor {
		return &nest{events: middle, born: born, child: func() actor.Actor { return &nest{events: leaf, slow: slow} }}
	}
	s := startNest(t, root)
	supervisor := (<-root.self).(actor.Supervisor)
	s.Send(s.Root(), "middle")
	child := <-root.born
	s.Send(child, "leaf")
	want(t, middle, "started")
	want(t, leaf, "started")
	<-born
	s.Send(s.Root(), func(c actor.Context) { s.StopChild(c, child) })
	want(t, middle, "stopping")
	want(t, leaf, "stopping")
	s.children.restart(supervisor, child) // as a timer of a failure does
	s.children.HandleFailure(nil, supervisor, child, nil, "a failure that was on its way", nil)
	close(slow)
	want(t, leaf, "stopped")
	want(t, middle, "stopped")
	stop(t, s)
}
