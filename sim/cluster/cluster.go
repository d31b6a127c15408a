package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/strategy"
)

// Cluster is nodes on one log, and the groups that place their shards.
type Cluster struct {
	shape  *shape
	dice   *dice
	faults *faults
	log    *memlog.Cluster
	venue  *liveVenue
	// funerals counts nodes that have crashed and are not buried; background is what
	// else runs beside.
	funerals   atomic.Int32
	background sync.WaitGroup
	stops      stopsUnderWay

	mu        sync.Mutex
	lives     []*life // those that have a turn in rebalances
	byNumber  map[int]*life
	born      int
	owners    map[messages.ShardID]*life
	published map[messages.ShardID]map[messages.TopicPartition]int64
	deleted   map[int32][]*messages.Record // updates, by partition: see behead
	failures  []error
	// busy holds one rebalance at a time, as a group does. It is no mutex: who waits
	// for one keeps virtual time from passing.
	busy chan struct{}

	settling *watch
	moments  []check.Moment // of the inputs that were written apart
	watched  *reading       // nil: nobody reads meanwhile
}

// newCluster makes a cluster with its topics and no node.
func newCluster(d *dice, s *shape, f *faults) (*Cluster, error) {
	c := &Cluster{
		shape: s, dice: d, faults: f, byNumber: make(map[int]*life),
		busy: make(chan struct{}, 1), deleted: make(map[int32][]*messages.Record), owners: make(map[messages.ShardID]*life), published: make(map[messages.ShardID]map[messages.TopicPartition]int64),
	}
	options := memlog.Options{NowMs: func() int64 { return stampMs }}
	if f.active.Load() {
		options.Fault = f.log
	}
	f.lives, f.still = c.byLog, c.standStill
	c.log = memlog.New(options)
	f.ghost, f.begin = c.log.Log(), c.log.Begin
	c.venue = newVenue(c)
	c.settling = newWatch(c)
	return c, s.makeTopics(c.log)
}

func (c *Cluster) byLog(number int) *life {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byNumber[number]
}

// begin starts a node, whose clock is off by up to an hour when faults are on. It has no shards.
func (c *Cluster) begin() (*life, error) {
	c.mu.Lock()
	c.born++
	l := newLife(c, c.born)
	c.byNumber[l.log.Number()] = l
	c.mu.Unlock()
	if c.faults.active.Load() {
		l.skew.Store(int64(c.dice.throw("skew").Int64N(int64(2*time.Hour))) - int64(time.Hour))
	}
	if err := l.start(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.lives = append(c.lives, l)
	c.mu.Unlock()
	c.background.Go(func() {
		select {
		case err := <-l.node.Failed():
			switch {
			case l.dead.Load(): // what is left of it says nothing
			case errors.As(err, new(*actors.HungError)):
				c.faults.count(hung)
				l.die() // the process ends, and another begins
			default:
				c.fail(fmt.Errorf("%s failed: %w", l.name, err))
			}
		case <-l.gone:
		}
	})
	return l, nil
}

func (c *Cluster) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, err)
}

func (c *Cluster) owner(id messages.ShardID) *life {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.owners[id]
}

func (c *Cluster) publish(l *life, id messages.ShardID, frontier map[messages.TopicPartition]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owners[id] == l && !l.dead.Load() {
		c.published[id] = maps.Clone(frontier)
	}
}

// alive lists the nodes that take part, in order of birth.
func (c *Cluster) alive() []*life {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.lives)
}

// own says whose a shard is from now on.
func (c *Cluster) own(id messages.ShardID, l *life) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owners[id] = l
}

// assign tells a node of a shard that the group has given it.
func (c *Cluster) assign(id messages.ShardID, l *life) {
	l.node.Assigned(&member{life: l, kind: id.Kind}, id.Kind, []int32{id.Partition})
}

// revoke takes a shard from a node that takes part: it drains, within the time that
// a group grants.
func (c *Cluster) revoke(id messages.ShardID, l *life) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	l.node.Revoked(ctx, id.Kind, []int32{id.Partition})
}

// bury takes a dead node out of its groups after their session timeout, gives its
// shards to others, and starts another node in its place.
func (c *Cluster) bury(l *life) {
	c.mu.Lock()
	c.lives = slices.DeleteFunc(c.lives, func(o *life) bool { return o == l })
	c.mu.Unlock()
	r := c.dice.throw("funeral")
	time.Sleep(time.Duration(r.IntN(3000)) * time.Millisecond)
	c.busy <- struct{}{}
	defer func() { <-c.busy }()
	if r.IntN(3) > 0 || len(c.alive()) == 0 {
		if _, err := c.begin(); err != nil {
			c.fail(err)
			return
		}
	}
	heirs := c.alive()
	if len(heirs) == 0 {
		return // all have died since: their funerals begin others
	}
	for i, id := range c.shape.shards() {
		if c.owner(id) == l {
			heir := heirs[(i+r.IntN(len(heirs)))%len(heirs)]
			c.own(id, heir)
			c.assign(id, heir)
		}
	}
	c.end(l)
}

// mourn waits until every node that has crashed is buried.
func (c *Cluster) mourn() {
	for c.funerals.Load() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
}

// end stops a node for good.
func (c *Cluster) end(l *life) {
	if err := l.stop(); err != nil {
		c.fail(err)
	}
	close(l.gone)
}

// place gives every shard that nobody has, or whose owner is gone, to some node.
func (c *Cluster) place(r interface{ IntN(int) int }) {
	c.busy <- struct{}{}
	defer func() { <-c.busy }()
	heirs := c.alive()
	if len(heirs) == 0 {
		return
	}
	for _, id := range c.shape.shards() {
		if !slices.Contains(heirs, c.owner(id)) {
			l := heirs[r.IntN(len(heirs))]
			c.own(id, l)
			c.assign(id, l)
		}
	}
}

// stop ends all nodes and what is in the background.
func (c *Cluster) stop() error {
	c.mourn()
	for _, l := range c.alive() {
		c.end(l)
	}
	c.background.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.failures...)
}

// Count implements actors.Observer: what is wrong with inputs strikes, too. What is
// taken in again counts again.
func (c *Cluster) Count(what actors.Counter, label string, n int) {
	name, ok := map[actors.Counter]string{
		actors.CountPassedOn: "passed on: ", actors.CountDeadLetters: "dead letter: ", actors.CountLateTicks: "late in ", actors.CountTimers: "timers of ",
	}[what]
	if ok {
		c.faults.add(name+label, n)
	}
}

// Restarted implements actors.Observer.
func (c *Cluster) Restarted(string, string) {}

// Time implements actors.Observer.
func (c *Cluster) Time(actors.Timing, string, time.Duration) {}

// Withheld implements actors.Observer.
func (c *Cluster) Withheld(string, string, strategy.Withheld, int) {}

// Position implements actors.Observer.
func (c *Cluster) Position(messages.ShardID, messages.TopicPartition, int64) {}

// ShardState implements actors.Observer.
func (c *Cluster) ShardState(messages.ShardID, string, error) {}
