package actors

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/supervisor"
)

// cell is the memory of one entity that outlives its actor's incarnations: the
// state at some moment and the batches stepped since. A restarted actor rebuilds
// the state before the failed batch from it. It belongs to the shard, and is
// touched by the actor only between receiving a message and answering it.
type cell struct {
	key     string
	base    []part
	journal []*batch
	inputs  int // in the journal
}

// A cell's journal is folded into its base at these bounds: they bound the
// memory, and the time that a restart takes.
const (
	journalBatches = 64
	journalInputs  = 512
)

func (c *cell) note(b *batch, m machine) {
	c.journal = append(c.journal, b)
	c.inputs += len(b.inputs)
	if len(c.journal) >= journalBatches || c.inputs >= journalInputs {
		c.fold(m.save())
	}
}

func (c *cell) fold(parts []part) {
	c.base = parts
	clear(c.journal)
	c.journal, c.inputs = c.journal[:0], 0
}

// stepEntity asks an entity to take a batch in; the answer goes to the slot.
type stepEntity struct {
	batch   *batch
	barrier *supervisor.Barrier[stepped]
	slot    int
}

// saveEntity asks for an entity's whole state.
type saveEntity struct {
	barrier *supervisor.Barrier[saved]
	slot    int
}

// saved is an entity's whole state, or why it could not be told.
type saved struct {
	parts   []part
	failure string
}

// stepped is an entity's answer: outputs, or the input that it failed on.
type stepped struct {
	outputs []output
	effects []venueCall
	counts  map[countKey]int
	// withheld, of an account, is reported like counts.
	withheld map[withheldKey]withheld
	note     stepNote
	// failure says how the entity panicked, failed is the input that it was at,
	// nil when it was at none.
	failure string
	failed  *input
	// strategy is the one that failed, in an account that is fine itself.
	strategy string
}

// entityActor runs one machine. On a panic it reports to the shard and lets its
// supervisor restart it; the new incarnation restores itself from the cell.
type entityActor struct {
	cell  *cell
	make  func(key string, c actor.Context) machine
	fault FaultPoint
	// children are an account's strategies.
	children names

	machine machine
}

// Receive implements actor.Actor.
func (a *entityActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.fault.strike("receive", a.cell.key)
		a.restore(c)
	case *stepEntity:
		a.step(c, m)
	case *saveEntity:
		a.save(m)
	case *actor.Terminated:
		a.children.drop(m.Who)
	}
}

func (a *entityActor) restore(c actor.Context) {
	a.machine = a.make(a.cell.key, c)
	if err := a.machine.load(a.cell.base); err != nil {
		panic(&loadError{key: a.cell.key, err: err})
	}
	for _, b := range a.cell.journal {
		a.machine.step(b, &outbox{})
	}
	a.machine.ready()
}

// loadError says that an entity can't be made from its state, which no restart of
// it alone can mend.
type loadError struct {
	key string
	err error
}

func (e *loadError) Error() string { return fmt.Sprintf("load the state of %s: %v", e.key, e.err) }

func (e *loadError) Unwrap() error { return e.err }

func unloadable(reason any) bool {
	err, _ := reason.(error)
	return errors.As(err, new(*loadError))
}

func (a *entityActor) step(c actor.Context, m *stepEntity) {
	box := &outbox{}
	defer func() {
		reason := recover()
		if child, ok := reason.(*strategyFailure); ok {
			for _, orphan := range c.Children() {
				c.Stop(orphan) // the machine that comes makes its own
			}
			a.restore(c)
			m.barrier.Put(m.slot, stepped{failed: box.in, failure: child.reason, strategy: child.id})
			return
		}
		if reason != nil {
			// Without an input to blame, or with one that it was to pass over, its shard
			// fails now, and it goes with its shard.
			restarts := box.in != nil && !m.batch.skip[box.in.take]
			m.barrier.Put(m.slot, stepped{failed: box.in, failure: told(reason)})
			if restarts { // the batch is the shard's again
				panic(reason)
			}
		}
	}()
	if len(m.batch.inputs) > 0 {
		box.in = m.batch.inputs[0]
	}
	a.fault.strike("receive", a.cell.key)
	if len(m.batch.inputs) > 0 {
		a.fault.strike("step", a.cell.key)
	}
	box.in = nil
	note := a.machine.step(m.batch, box)
	a.cell.note(m.batch, a.machine)
	m.barrier.Put(m.slot, stepped{outputs: box.outputs, effects: box.effects, counts: box.counts, withheld: box.withheld, note: note})
}

// save writes the entity's state. One that can't be written fails its shard at
// once, and the entity goes with it: what it would be restored from is older than
// what it has told.
func (a *entityActor) save(m *saveEntity) {
	defer func() {
		if reason := recover(); reason != nil {
			m.barrier.Put(m.slot, saved{failure: told(reason)})
		}
	}()
	a.fault.strike("receive", a.cell.key)
	parts := a.machine.save()
	a.cell.fold(parts)
	m.barrier.Put(m.slot, saved{parts: parts})
}
