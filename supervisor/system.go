package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// System is one actor system with one root actor. protoactor's own Shutdown
// stops nothing, so System stops the root and waits for it: children stop
// before their parents.
type System struct {
	actors *actor.ActorSystem
	root   *actor.PID
	done   chan struct{}
	// children is the root's strategy.
	children *strategy
}

// deadLetterInterval is how long a goroutine goes on that protoactor starts for a dead
// letter, whatever has become of the system.
const deadLetterInterval = time.Millisecond

// Start makes a system and its root actor. The children options say how the root
// supervises its children; OnExhausted of the root's own options is called when
// the root itself fails for good; it must not block. Logs of
// protoactor go to logger at debug level, for its own texts are noise to a
// user; what matters is reported through the options.
func Start(logger *slog.Logger, root actor.Producer, name string, children, o Options) (*System, error) {
	s := &System{done: make(chan struct{}), children: newStrategy(children)}
	s.actors = actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(quiet{logger.Handler()}) }),
		actor.WithDeadLetterThrottleCount(0),
		actor.WithDeadLetterThrottleInterval(deadLetterInterval),
	)
	if o.OnExhausted == nil {
		return nil, fmt.Errorf("root actor %s: no OnExhausted: an escalation to protoactor's guardian would end the process", name)
	}
	props := parentProps(func() actor.Actor { return &watched{Actor: root(), done: s.done} }, s.children, actor.WithGuardian(newStrategy(o)))
	pid, err := s.actors.Root.SpawnNamed(props, name)
	if err != nil {
		return nil, fmt.Errorf("spawn root actor %s: %w", name, err)
	}
	s.root = pid
	return s, nil
}

// Root is the root actor's id.
func (s *System) Root() *actor.PID { return s.root }

// Send puts a message into an actor's mailbox, from outside of any actor.
func (s *System) Send(to *actor.PID, message any) { s.actors.Root.Send(to, message) }

// StopChild stops a child of the root, from within the root's Receive. A child
// that fails while it stops stays stopped.
func (s *System) StopChild(c actor.Context, child *actor.PID) {
	s.children.leave(child)
	c.Stop(child)
}

// Done is closed when the root has stopped.
func (s *System) Done() <-chan struct{} { return s.done }

// Stop stops the root, children first, and waits until it has stopped or ctx
// ends. Stopping twice is harmless.
func (s *System) Stop(ctx context.Context) error {
	s.actors.Root.Stop(s.root)
	select {
	case <-s.done:
	case <-ctx.Done():
		return fmt.Errorf("actors still stopping: %w", ctx.Err())
	}
	if !s.actors.IsStopped() {
		s.actors.Shutdown()
	}
	return nil
}

// watched closes done when the actor has stopped.
type watched struct {
	actor.Actor
	done chan struct{}
}

func (w *watched) Receive(c actor.Context) {
	w.Actor.Receive(c)
	if _, ok := c.Message().(*actor.Stopped); ok {
		close(w.done)
	}
}

// quiet lowers every record to debug.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, _ slog.Level) bool {
	return q.Handler.Enabled(ctx, slog.LevelDebug)
}

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelDebug
	return q.Handler.Handle(ctx, r)
}

func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(n string) slog.Handler      { return quiet{q.Handler.WithGroup(n)} }
