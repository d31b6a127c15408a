package cluster

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// stopInCommit is a node that stops between a commit's end and its answer: all that the commit
// says is to be seen, also by another owner, and the node doesn't know it until it wakes.
var stopInCommit = newKind("stopped at a commit's end")

// stopForLong is a node that stops for longer than everything that it waits for.
var stopForLong = newKind("stopped for long")

// maxStops bounds those of a run, and the long ones: shards poll on meanwhile.
const maxStops = 3

// drawStops draws from dice of its own how nodes stop.
func (f *faults) drawStops(r *rand.Rand) {
	if r.IntN(3) == 0 {
		f.rates[stopInCommit] = pick(r, 0.005, 0.02)
	}
	f.longStops = r.IntN(3) == 0
}

// longStop gives a time from 20 to 60 s, which is longer than everything that a node waits
// for: sessions, deadlines, a venue's answer.
func longStop(r *rand.Rand) time.Duration {
	return 20*time.Second + time.Duration(r.Int64N(int64(40*time.Second)))
}

// stopped gives for how long a node stands still that is stopped in a rebalance.
func (f *faults) stopped(r *rand.Rand) time.Duration {
	short := time.Duration(r.Int64N(int64(20 * time.Second)))
	if !f.longStops || !f.stops(stopForLong) {
		return short
	}
	return longStop(r)
}

// stops counts a stop, if there may be one more.
func (f *faults) stops(k kind) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts[k.name] == maxStops {
		return false
	}
	f.counts[k.name]++
	return true
}

// stop stops a node at the end of a commit.
func (f *faults) stop(l *life, c memlog.Call, point string) {
	if c.Point != memlog.PointCommitEnd || !c.After {
		return
	}
	if r, struck := f.strikesAt(stopInCommit, point); struck && f.stops(stopInCommit) {
		d := time.Duration(r.Int64N(int64(20 * time.Second)))
		if r.IntN(2) == 0 {
			d = longStop(r)
		}
		f.still(l, r, d)
	}
}

// stopsUnderWay counts the nodes that are stopped in a commit, until no more may be: a fault may
// be on its way when faults end.
type stopsUnderWay struct {
	mu   sync.Mutex
	over bool
	wg   sync.WaitGroup
}

// begin tells whether one more may be; it is ended by wg.Done.
func (s *stopsUnderWay) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.wg.Add(1)
	}
	return !s.over
}

// end lets no more begin and waits for those that have.
func (s *stopsUnderWay) end() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.wg.Wait()
}

// standStill stops a node, gives its shards to others when its session is over, wakes it
// meanwhile or later, and tells it last.
func (c *Cluster) standStill(l *life, r *rand.Rand, d time.Duration) {
	if !c.stops.begin() {
		return
	}
	l.pause()
	woken := make(chan struct{})
	time.AfterFunc(d, func() {
		l.wake()
		close(woken)
	})
	session, knows := time.Duration(r.Int64N(int64(3*time.Second))), time.Duration(r.Int64N(int64(2*time.Second)))
	go func() {
		defer c.stops.wg.Done()
		time.Sleep(session)
		c.busy <- struct{}{}
		defer func() { <-c.busy }()
		heirs := slices.DeleteFunc(c.alive(), func(o *life) bool { return o == l })
		var lost []messages.ShardID
		for i, id := range c.shape.shards() {
			if len(heirs) > 0 && c.owner(id) == l && !l.dead.Load() {
				c.give(id, heirs[i%len(heirs)])
				lost = append(lost, id)
			}
		}
		<-woken
		time.Sleep(knows) // in which it doesn't know yet
		for _, id := range lost {
			l.node.Lost(id.Kind, []int32{id.Partition})
		}
	}()
}
