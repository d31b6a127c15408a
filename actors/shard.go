package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor"
)

// Restarts is a restart intensity: more than Max restarts within Window
// escalate.
type Restarts struct {
	Max    int
	Window time.Duration
}

// backoff gives waits that end: a child that fails again at once, each time, has
// spent the intensity after at most the given time, or half of the window if that
// is less. With longer waits such a child would fail for ever and never escalate.
// The time must be so short that the supervisor, failing each time after it, spends
// the intensity of the one above.
func (r Restarts) backoff(jitter func() float64, first, spend time.Duration) supervisor.Backoff {
	longest := min(spend, r.Window/2) / time.Duration(max(r.Max, 1))
	return supervisor.Backoff{First: min(first, longest), Max: longest, Jitter: jitter}
}

// shardMemory is what a node remembers of a shard over its restarts on this
// node: the rest comes from the log.
type shardMemory struct {
	mu sync.Mutex
	// fenced: the next start must be confirmed by the group after the fencing.
	fenced bool
	// letGo: it is to let go, or has lost its place here. Opened again, it would fence its
	// next owner, who makes again what this one could not commit.
	letGo bool
	// failures counts how often an entity failed on an input.
	failures map[blame]int
	tooLarge map[blame]bool
	// refused is the least that a topic has refused, for its size, of what the shard
	// itself puts out. No entity passes over the input of that, so it must not be put
	// out again; and not one by one, for each costs a restart.
	refused map[string]int
	// counts are the partition counts that it was opened with, never changed.
	counts map[string]int32
	// overdue strikes when the actors of a shard that restarts don't stop.
	overdue *time.Timer
}

// blame is an entity and the input on which it failed.
type blame struct {
	entity string
	topic  string
	part   int32
	offset int64
}

// maxBlames bounds the memory of failures. When it is full it is emptied: an
// input that fails then gets its two tries again.
const maxBlames = 10_000

func newShardMemory() *shardMemory {
	return &shardMemory{failures: make(map[blame]int), tooLarge: make(map[blame]bool), refused: make(map[string]int)}
}

func (m *shardMemory) fail(b blame) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.failures) >= maxBlames {
		clear(m.failures)
	}
	m.failures[b]++
	return m.failures[b]
}

// forgive forgets the failures of an input that was taken in after all: if it
// fails again, much later, that is the first time.
func (m *shardMemory) forgive(bs []blame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range bs {
		delete(m.failures, b)
	}
}

func (m *shardMemory) setFenced(v bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fenced = v
}

// await calls late unless arrived is called in time.
func (m *shardMemory) await(limit time.Duration, late func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.overdue = time.AfterFunc(limit, late)
}

func (m *shardMemory) arrived() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.overdue != nil {
		m.overdue.Stop()
		m.overdue = nil
	}
}

func (m *shardMemory) wasFenced() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fenced
}

func (m *shardMemory) setLetGo() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letGo = true
}

func (m *shardMemory) wasLetGo() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.letGo
}

func (m *shardMemory) noteTooLarge(b blame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tooLarge) >= maxBlames {
		clear(m.tooLarge)
	}
	m.tooLarge[b] = true
}

func (m *shardMemory) isTooLarge(b blame) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tooLarge[b]
}

func (m *shardMemory) noteRefused(o *messages.Out) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if least, known := m.refused[o.Topic]; !known || o.BatchBytes() < least {
		m.refused[o.Topic] = o.BatchBytes()
	}
}

// wasRefused tells whether a record is as large as one that its topic has refused.
func (m *shardMemory) wasRefused(o *messages.Out) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	least, known := m.refused[o.Topic]
	return known && o.BatchBytes() >= least
}

// shardActor supervises the entities of one shard and owns the goroutine that
// runs its epochs. A restart makes a new one, which restores from the log.
type shardActor struct {
	config   *Config
	id       messages.ShardID
	group    Group
	memory   *shardMemory
	entities names
	// refused tells the node of an error that no restart of the shard can mend.
	refused func(id messages.ShardID, err error)

	shard  *shard
	cancel context.CancelFunc
	done   chan struct{} // closed when the epochs have ended
	// failing: they have ended with an error, of which a message tells.
	failing atomic.Bool
}

type (
	// spawnEntities makes actors for cells; the answer has their ids in order.
	spawnEntities struct {
		of    *shard
		cells []*cell
		reply chan []*actor.PID
	}
	// drainShard asks a shard to end its epoch, checkpoint and let go; reply is
	// closed when it has.
	drainShard struct{ reply chan struct{} }
	// shardFailed carries the error that ended a shard's epochs.
	shardFailed struct {
		of  *shard
		err error
	}
)

// Receive implements actor.Actor.
func (a *shardActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.start(c)
	case *spawnEntities:
		a.spawn(c, m)
	case *drainShard:
		a.drain(m)
	case *askReady:
		a.ask(c, m)
	case *shardFailed:
		if m.of == a.shard { // and not one that its entities have brought down meanwhile
			panic(m.err)
		}
	case *actor.Restarting:
		a.memory.await(a.config.Limits.Step, func() { a.refused(a.id, &HungError{Shard: a.id, After: a.config.Limits.Step}) })
		a.abandon()
	case *actor.Terminated:
		a.entities.drop(m.Who)
	case *actor.Stopping:
		a.memory.arrived()
		a.abandon()
	}
}

func (a *shardActor) start(c actor.Context) {
	a.memory.arrived()
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel, a.done = cancel, make(chan struct{})
	a.shard = newShard(a.config, a.id, a.group, a.memory)
	system, self, done := c.ActorSystem(), c.Self(), a.done
	a.shard.send = func(to *actor.PID, m any) { system.Root.Send(to, m) }
	a.shard.self = self
	if a.memory.wasLetGo() { // its actors have failed meanwhile
		a.shard.kind.close()
		a.config.Observer.ShardState(a.id, "stopped", nil)
		close(a.done)
		return
	}
	s, refused := a.shard, a.refused
	go func() {
		defer close(done)
		err := s.guardedRun(ctx)
		switch {
		case err == nil:
		case s.memory.wasLetGo():
			s.config.Observer.ShardState(s.id, "stopped", nil)
			if ctx.Err() == nil {
				s.config.Logger.Warn("shard let go without its last commit", "shard", s.id.String(), "error", err)
			}
		case ctx.Err() != nil:
		case errors.As(err, new(*RefusedError)):
			s.config.Observer.ShardState(s.id, "failed", err)
			refused(s.id, err)
		default:
			s.config.Observer.ShardState(s.id, "failed", err)
			system.Root.Send(self, &shardFailed{s, err})
			a.failing.Store(true)
		}
	}()
}

// spawn makes entities, unless the shard that asked for them failed meanwhile.
func (a *shardActor) spawn(c actor.Context, m *spawnEntities) {
	if m.of != a.shard {
		return
	}
	pids := make([]*actor.PID, len(m.cells))
	for i, cell := range m.cells {
		pids[i] = c.Spawn(a.shard.kind.props(cell))
		a.entities.add(pids[i], cell.key)
	}
	m.reply <- pids
}

// drain waits without holding up the mailbox: entities may still have to be
// spawned for the epoch that is under way.
func (a *shardActor) drain(m *drainShard) {
	a.shard.drainOnce.Do(func() { close(a.shard.draining) })
	a.shard.wake()
	done := a.done
	go func() {
		<-done
		close(m.reply)
	}()
}

// abandon ends the epochs without a commit and waits for the goroutine.
func (a *shardActor) abandon() {
	if a.cancel == nil {
		return
	}
	a.cancel()
	<-a.done
	a.cancel = nil
}

// RefusedError says that a shard can't run on this node until someone acts: its
// partition counts or settings don't fit its state, those counts have changed while it
// ran, or a topic doesn't take its state. No restart mends it.
type RefusedError struct {
	Shard messages.ShardID
	Why   string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("shard %s can't run: %s", e.Shard, e.Why)
}

// HungError says that actors of a shard don't stop, though it is to restart or to
// go: one of them hangs in a step. A goroutine can't be ended from outside, so only
// the end of the process helps.
type HungError struct {
	Shard messages.ShardID
	After time.Duration
}

func (e *HungError) Error() string {
	return fmt.Sprintf("shard %s: its actors did not stop within %v: one of them hangs", e.Shard, e.After)
}

// PanicError is a panic of a shard's own goroutine, with its stack.
type PanicError struct {
	Shard  messages.ShardID
	Reason any
	Stack  []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("shard %s panicked: %v\n%s", e.Shard, e.Reason, e.Stack)
}

// guardedRun turns a panic of the epochs' goroutine into an error, for
// protoactor supervises only what runs inside of Receive.
func (s *shard) guardedRun(ctx context.Context) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = &PanicError{Shard: s.id, Reason: reason, Stack: debug.Stack()}
		}
	}()
	return s.run(ctx)
}

// entityOptions says how a shard supervises its entities.
func entityOptions(config *Config, id messages.ShardID, entities names) supervisor.Options {
	return supervisor.Options{
		Name: "shard " + id.String(), MaxRestarts: config.EntityRestarts.Max, Window: config.EntityRestarts.Window,
		Backoff: config.EntityRestarts.backoff(config.Jitter, 10*time.Millisecond, time.Second), Fatal: unloadable,
		OnRestart: func(child *actor.PID, reason any, _ time.Duration) {
			kind, name := string(id.Kind)+" entity", entities.of(child)
			config.Observer.Restarted(kind, name)
			config.Observer.Count(CountRestarts, kind, 1)
			config.Logger.Warn("entity restarted", "shard", id.String(), "entity", name, "reason", fmt.Sprint(reason))
		},
	}
}
