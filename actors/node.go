package actors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor"
)

// Node runs the shards that its groups assign to it. Its methods are safe for
// concurrent use.
type Node struct {
	config *Config
	system *supervisor.System
	failed chan error
	once   sync.Once

	// comparing looks at partition counts until endCompare.
	comparing  sync.WaitGroup
	endCompare context.CancelFunc

	// stopping are the actors of shards that have let go.
	stopping sync.WaitGroup
	// leaving: they end with the node.
	leaving atomic.Bool

	mu     sync.Mutex
	shards map[messages.ShardID]*placed
}

// placed is a shard on this node.
type placed struct {
	id     messages.ShardID
	pid    *actor.PID
	memory *shardMemory
	done   chan struct{} // closed when the shard's actor has stopped
}

// StartNode starts a node without shards. The configuration must not be changed
// afterwards; zero limits get their defaults.
func StartNode(config Config) (*Node, error) {
	c := config.WithDefaults()
	if c.Log == nil || c.Clock == nil || c.Observer == nil || c.Logger == nil {
		return nil, errors.New("node: Log, Clock, Observer and Logger are required")
	}
	n := &Node{config: &c, failed: make(chan error, 1), shards: make(map[messages.ShardID]*placed)}
	shards := make(names)
	system, err := supervisor.Start(c.Logger, func() actor.Actor { return &nodeActor{node: n, shards: shards} }, "node", n.shardOptions(shards), supervisor.Options{
		Name: "node root", OnExhausted: func(_ *actor.PID, reason any) { n.fail(asError(reason)) },
	})
	if err != nil {
		return nil, err
	}
	n.system = system
	ctx, cancel := context.WithCancel(context.Background())
	n.endCompare = cancel
	n.comparing.Go(func() { n.compareCounts(ctx, c.CompareCounts) })
	return n, nil
}

// Failed gives the error after which the node can't go on: a shard that could not
// be kept running, or one that can't run here.
func (n *Node) Failed() <-chan error { return n.failed }

func (n *Node) fail(err error) {
	n.once.Do(func() { n.failed <- err })
}

// Assigned starts shards. A shard that is already here is left alone.
func (n *Node) Assigned(group Group, kind messages.ShardKind, partitions []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range partitions {
		id := messages.ShardID{Kind: kind, Partition: p}
		if n.shards[id] != nil {
			continue
		}
		pl := &placed{id: id, memory: newShardMemory(), done: make(chan struct{})}
		n.shards[id] = pl
		reply := make(chan *actor.PID, 1)
		n.system.Send(n.system.Root(), &placeShard{id: id, group: group, memory: pl.memory, done: pl.done, reply: reply})
		pl.pid = <-reply
	}
}

// Revoked drains shards: each ends its epoch, checkpoints and lets go. It
// returns when all have, or when ctx ends; then the rest is abandoned, which
// loses nothing but time. The actors end behind it: the next owner waits for the call,
// and needs none of them.
func (n *Node) Revoked(ctx context.Context, kind messages.ShardKind, partitions []int32) {
	gone := n.remove(kind, partitions)
	if len(gone) == 0 {
		return
	}
	drains := make([]chan struct{}, len(gone))
	for i, pl := range gone {
		drains[i] = make(chan struct{})
		n.system.Send(pl.pid, &drainShard{reply: drains[i]})
	}
	for i, pl := range gone {
		select {
		case <-drains[i]:
		case <-pl.done:
		case <-ctx.Done():
		}
	}
	if !n.leaving.Load() {
		n.stopping.Go(func() { n.stopAll(gone) })
	}
}

// Leave says that the node is about to stop: the actors of what is revoked from now on
// end with Stop, when other nodes no longer wait for this one. Some thousand actors that
// end take processor time.
func (n *Node) Leave() { n.leaving.Store(true) }

// Lost abandons shards that another node may already own.
func (n *Node) Lost(kind messages.ShardKind, partitions []int32) {
	n.stopAll(n.remove(kind, partitions))
}

// remove takes shards off the node. From here on they don't open again.
func (n *Node) remove(kind messages.ShardKind, partitions []int32) []*placed {
	n.mu.Lock()
	defer n.mu.Unlock()
	var gone []*placed
	for _, p := range partitions {
		id := messages.ShardID{Kind: kind, Partition: p}
		if pl := n.shards[id]; pl != nil {
			pl.memory.setLetGo()
			gone = append(gone, pl)
			delete(n.shards, id)
		}
	}
	return gone
}

// stopAll stops shards and waits for them. One that doesn't stop in the time of a
// step ends the node: who waits here may be its group's session.
func (n *Node) stopAll(gone []*placed) {
	for _, pl := range gone {
		n.system.Send(n.system.Root(), &stopShard{pl.pid})
	}
	limit := time.NewTimer(n.config.Limits.Step)
	defer limit.Stop()
	for _, pl := range gone {
		select {
		case <-pl.done:
		case <-limit.C:
			n.fail(&HungError{Shard: pl.id, After: n.config.Limits.Step})
			return
		}
	}
}

// Shards lists what is placed on this node.
func (n *Node) Shards() []messages.ShardID {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := make([]messages.ShardID, 0, len(n.shards))
	for id := range n.shards {
		ids = append(ids, id)
	}
	return ids
}

// Ready waits until every shard that is here has committed its first frontier
// and taken in all commands and requests that were there when Ready was called. When ctx
// ends first, the error says why where that is known.
func (n *Node) Ready(ctx context.Context) error {
	type asked struct {
		question *askReady
		shard    *placed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // nobody waits any more
	var waits []asked
	for _, id := range n.Shards() {
		n.mu.Lock()
		pl := n.shards[id]
		n.mu.Unlock()
		if pl != nil {
			m := newAskReady(ctx)
			waits = append(waits, asked{m, pl})
			n.system.Send(pl.pid, m)
		}
	}
	for i, w := range waits {
		select {
		case <-w.question.reply:
		case <-w.shard.done: // it is here no longer
		case <-ctx.Done():
			return w.question.explain(fmt.Errorf("%d of %d shards are not ready: %w", len(waits)-i, len(waits), ctx.Err()))
		}
	}
	return nil
}

// Stop drains every shard and stops the actors. It returns an error when ctx
// ends first.
func (n *Node) Stop(ctx context.Context) error {
	n.endCompare()
	n.comparing.Wait()
	byKind := make(map[messages.ShardKind][]int32)
	for _, id := range n.Shards() {
		byKind[id.Kind] = append(byKind[id.Kind], id.Partition)
	}
	// Symbols first: what they still put out, the accounts may take in.
	for _, kind := range []messages.ShardKind{messages.SymbolShard, messages.AccountShard} {
		n.Revoked(ctx, kind, byKind[kind])
	}
	n.stopping.Wait()
	return n.system.Stop(ctx)
}

// nodeActor supervises the shards.
type nodeActor struct {
	node   *Node
	shards names
	placed map[string]chan struct{}
}

type (
	placeShard struct {
		id     messages.ShardID
		group  Group
		memory *shardMemory
		done   chan struct{}
		reply  chan *actor.PID
	}
	stopShard struct{ pid *actor.PID }
)

// Receive implements actor.Actor.
func (a *nodeActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *placeShard:
		a.place(c, m)
	case *stopShard:
		a.node.system.StopChild(c, m.pid)
	case *actor.Terminated:
		a.terminated(m)
	}
}

func (a *nodeActor) place(c actor.Context, m *placeShard) {
	if a.placed == nil {
		a.placed = make(map[string]chan struct{})
	}
	entities := make(names)
	props := supervisor.Props(func() actor.Actor {
		return &shardActor{config: a.node.config, id: m.id, group: m.group, memory: m.memory, entities: entities, refused: a.refused}
	}, entityOptions(a.node.config, m.id, entities))
	pid := c.Spawn(props)
	a.shards.add(pid, m.id.String())
	a.placed[pid.Id] = m.done
	m.reply <- pid
}

func (a *nodeActor) refused(_ messages.ShardID, err error) { a.node.fail(err) }

// terminated closes what waits for a shard: protoactor tells a parent of its
// child's end.
func (a *nodeActor) terminated(m *actor.Terminated) {
	if done, ok := a.placed[m.Who.Id]; ok {
		delete(a.placed, m.Who.Id)
		close(done)
	}
	a.shards.drop(m.Who)
}

func asError(reason any) error {
	if err, ok := reason.(error); ok {
		return err
	}
	return fmt.Errorf("%v", reason)
}

// shardOptions says how a node supervises its shards.
func (n *Node) shardOptions(shards names) supervisor.Options {
	return supervisor.Options{
		Name: "node", MaxRestarts: n.config.ShardRestarts.Max, Window: n.config.ShardRestarts.Window,
		// With the defaults, at most 1.5 s: 20 restarts take half of the 60 s, which
		// leaves the other half for what each of them needs to fail again.
		Backoff: n.config.ShardRestarts.backoff(n.config.Jitter, 100*time.Millisecond, 30*time.Second),
		OnRestart: func(child *actor.PID, reason any, wait time.Duration) {
			name := shards.of(child)
			n.config.Observer.Restarted("shard", name)
			n.config.Observer.Count(CountRestarts, "shard", 1)
			n.config.Logger.Warn("shard restarts", "shard", name, "wait", wait, "reason", fmt.Sprint(reason))
		},
		OnExhausted: func(_ *actor.PID, reason any) { n.fail(asError(reason)) },
	}
}
