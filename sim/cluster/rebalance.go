package cluster

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

// rebalance is one thing that a group does with a shard: its owner now, and another
// node that may get it, which may be the same.
type rebalance struct {
	id       messages.ShardID
	from, to *life
	random   *rand.Rand
}

// rebalances are all that groups do, what becomes of their members, and what brokers
// do meanwhile.
var rebalances = []struct {
	kind kind
	do   func(c *Cluster, b rebalance)
}{
	{newKind("rebalance: move"), func(c *Cluster, b rebalance) {
		c.revoke(b.id, b.from)
		c.give(b.id, b.to)
	}},
	{newKind("rebalance: two in a row"), func(c *Cluster, b rebalance) {
		c.revoke(b.id, b.from)
		c.give(b.id, b.to)
		c.revoke(b.id, b.to)
		c.give(b.id, b.from)
	}},
	{newKind("rebalance: assigned twice"), func(c *Cluster, b rebalance) { c.assign(b.id, b.from) }},
	{newKind("rebalance: assignment lost"), func(c *Cluster, b rebalance) {
		c.revoke(b.id, b.from)
		c.own(b.id, b.to)
		b.pause(5 * time.Second)
		c.assign(b.id, b.to)
	}},
	{newKind("rebalance: zombie"), func(c *Cluster, b rebalance) {
		if b.from == b.to {
			return
		}
		c.give(b.id, b.to) // before the old owner knows that it has lost it
		b.pause(5 * time.Second)
		b.from.node.Lost(b.id.Kind, []int32{b.id.Partition})
	}},
	{newKind("rebalance: stopped and woken"), (*Cluster).stopAndWake},
	{newKind("rebalance: node joins"), func(c *Cluster, _ rebalance) {
		if len(c.alive()) >= 5 {
			return
		}
		if _, err := c.begin(); err != nil {
			c.fail(err)
		}
	}},
	{newKind("rebalance: node leaves"), (*Cluster).retire},
	{newKind("rebalance: node crashes"), func(_ *Cluster, b rebalance) { b.from.die() }},
	{newKind("rebalance: transactions expire"), func(c *Cluster, _ rebalance) { c.log.ExpireTransactions() }},
	{newKind("rebalance: state is compacted"), func(c *Cluster, b rebalance) {
		if err := c.log.Compact(messages.StateTopic(b.id.Kind), b.random.IntN(2) == 0); err != nil {
			c.fail(err)
		}
	}},
}

// pause waits for up to d.
func (b rebalance) pause(d time.Duration) { time.Sleep(time.Duration(b.random.Int64N(int64(d)))) }

// give makes a node a shard's owner and tells it.
func (c *Cluster) give(id messages.ShardID, l *life) {
	c.own(id, l)
	c.assign(id, l)
}

// stopAndWake stops a node for longer than its session, so that its shards go to
// another, and wakes it in the middle of whatever it was doing.
func (c *Cluster) stopAndWake(b rebalance) {
	b.from.pause()
	b.pause(3 * time.Second)
	var lost []messages.ShardID
	if b.from != b.to {
		for _, id := range c.shape.shards() {
			if c.owner(id) == b.from {
				c.give(id, b.to)
				lost = append(lost, id)
			}
		}
	}
	time.Sleep(c.faults.stopped(b.random))
	b.from.wake()
	b.pause(2 * time.Second) // in which it doesn't know yet
	for _, id := range lost {
		b.from.node.Lost(id.Kind, []int32{id.Partition})
	}
}

// retire lets a node leave as a stop does: it gives its shards back.
func (c *Cluster) retire(b rebalance) {
	if b.from == b.to {
		return
	}
	c.mu.Lock()
	c.lives = slices.DeleteFunc(c.lives, func(l *life) bool { return l == b.from })
	c.mu.Unlock()
	for _, id := range c.shape.shards() {
		if c.owner(id) == b.from {
			c.revoke(id, b.from)
			c.give(id, b.to)
		}
	}
	b.from.leave()
}

// storm rebalances again and again until it is told to stop.
func (c *Cluster) storm(stop <-chan struct{}) {
	r := c.dice.stream("storm", 0)
	// It abates: shards that move more often than they save get nowhere.
	calm := time.Duration(1+r.IntN(5)) * time.Second
	var on []int
	for i := range rebalances {
		if r.IntN(2) == 0 {
			on = append(on, i)
		}
	}
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(r.Int64N(int64(calm)))):
		}
		calm += calm / 20
		if len(on) > 0 {
			c.rebalance(on[r.IntN(len(on))], r)
		}
	}
}

func (c *Cluster) rebalance(what int, r *rand.Rand) {
	shards := c.shape.shards()
	id, n := shards[r.IntN(len(shards))], r.IntN(5)
	random := rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))
	c.busy <- struct{}{}
	defer func() { <-c.busy }()
	nodes := c.alive()
	from := c.owner(id)
	if len(nodes) == 0 || !slices.Contains(nodes, from) {
		return
	}
	c.faults.count(rebalances[what].kind)
	rebalances[what].do(c, rebalance{id: id, from: from, to: nodes[n%len(nodes)], random: random})
}
