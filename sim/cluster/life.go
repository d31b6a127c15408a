package cluster

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// life is one node from its start to its end. A node that crashes can't be taken
// out of the process: it is cut off from the log and the venue, and its actors
// stop in their own time.
type life struct {
	cluster *Cluster
	name    string
	log     *memlog.Node
	node    *actors.Node
	dead    atomic.Bool
	// ending: somebody sees to the node's end.
	ending atomic.Bool
	gone   chan struct{} // closed when the node has stopped for good
	// skew is what this node's clock is off, in nanoseconds.
	skew atomic.Int64

	mu sync.Mutex
	// awake is closed while the node runs; a paused one waits for it.
	awake chan struct{}
	// failed are the families that have failed once in this life: see faulty.
	failed map[string]bool
}

func newLife(c *Cluster, number int) *life {
	l := &life{cluster: c, name: fmt.Sprintf("node %d", number), log: c.log.Log(), awake: make(chan struct{}), gone: make(chan struct{}), failed: make(map[string]bool)}
	close(l.awake)
	return l
}

// start begins the node's life.
func (l *life) start() error {
	config := l.cluster.shape.config()
	config.Log, config.Clock, config.Observer = &uneven{Log: l.log, node: l.log.Number()}, l, l.cluster
	config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	config.Fault, config.Venues = l.faulty, &sessions{life: l}
	node, err := actors.StartNode(config)
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	l.node = node
	return nil
}

// Now is the node's clock, which may be off and jump ahead.
func (l *life) Now() time.Time { return time.Now().Add(time.Duration(l.skew.Load())) }

// wait holds a call of a paused node until it wakes, and fails that of a dead one.
func (l *life) wait(ctx context.Context) error {
	for {
		l.mu.Lock()
		awake := l.awake
		l.mu.Unlock()
		select {
		case <-awake:
			if l.dead.Load() {
				return errDead
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause stops the node, unless it is stopped.
func (l *life) pause() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if closed(l.awake) {
		l.awake = make(chan struct{})
	}
}

func (l *life) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !closed(l.awake) {
		close(l.awake)
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// die cuts the node off at once and tells the cluster, which needs no answer.
func (l *life) die() {
	l.dead.Store(true)
	l.wake()
	if l.ending.CompareAndSwap(false, true) {
		l.cluster.funerals.Add(1)
		go func() {
			defer l.cluster.funerals.Add(-1)
			l.cluster.bury(l)
		}()
	}
}

// stop ends the node's actors. A dead one writes nothing any more.
func (l *life) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if l.dead.Load() {
		for _, kind := range kinds {
			l.node.Lost(kind, l.cluster.shape.partitions(kind))
		}
	}
	if err := l.node.Stop(ctx); err != nil {
		return fmt.Errorf("%s: stop: %w", l.name, err)
	}
	return nil
}

// leave stops a node that has given its shards back.
func (l *life) leave() {
	if l.ending.CompareAndSwap(false, true) { // it may have crashed while it left
		l.cluster.end(l)
	}
}

// faulty is the node's FaultPoint. What belongs to one account, itself and its
// strategies, fails at most once in a node's life, and so does a symbol: an entity
// that fails twice on one input is quarantined, which an undisturbed run doesn't
// show. Quarantine has tests of its own.
func (l *life) faulty(point, detail string) error {
	f := l.cluster.faults
	detail, _, _ = strings.Cut(detail, " = ") // a strategy by its id
	where := point + " " + detail
	if _, struck := f.strikesAt(jumps, where); struck {
		l.skew.Add(int64(time.Hour))
		f.count(jumps)
	}
	switch {
	case slices.Contains(entityPoints, point):
		if r, struck := f.strikesAt(sluggish, where); struck {
			f.countAt(sluggish, point)
			time.Sleep(time.Duration(1+r.IntN(300)) * time.Millisecond)
		}
		if r, struck := f.strikesAt(panics, where); struck && l.first(l.cluster.shape.family(detail)) {
			if r.IntN(3) == 0 {
				f.countAt(stuck, point)
				time.Sleep(2 * stepLimit)
			}
			f.countAt(panics, point)
			panic(fmt.Errorf("%s: %w", where, errFault))
		}
	case slices.Contains(shardPoints, point):
		if _, struck := f.strikesAt(actorErrors, where); struck {
			f.countAt(actorErrors, point)
			return errFault
		}
		if _, struck := f.strikesAt(shardPanics, where); struck {
			f.countAt(shardPanics, point)
			panic(fmt.Errorf("%s: %w", where, errFault))
		}
	}
	return nil
}

func (l *life) first(family string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed[family] {
		return false
	}
	l.failed[family] = true
	return true
}

// member is a node in one of the groups.
type member struct {
	life *life
	kind messages.ShardKind
}

// Confirm implements actors.Group.
func (m *member) Confirm(ctx context.Context, partition int32) error {
	if err := m.life.wait(ctx); err != nil {
		return err
	}
	id := messages.ShardID{Kind: m.kind, Partition: partition}
	if err := m.life.cluster.faults.outside(m.life, atGroup, "confirm "+id.String()); err != nil {
		return err
	}
	if m.life.cluster.owner(id) != m.life {
		return messages.ErrNotAssigned
	}
	return nil
}

// Publish implements actors.Group: the group takes the offsets of its members only. A
// node has no answer to it, so only its end can strike it.
func (m *member) Publish(id messages.ShardID, frontier map[messages.TopicPartition]int64) {
	f := m.life.cluster.faults
	if _, struck := f.strikesAt(atGroup.crash, "publish "+id.String()); struck && f.fell(m.life) {
		f.count(atGroup.crash)
	}
	m.life.cluster.publish(m.life, id, frontier)
}
