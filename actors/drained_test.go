package actors

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// leaver is a symbol shard of a node that is about to stop, and what strikes it.
type leaver struct {
	*kit
	id messages.ShardID
	// refusing: its commits are refused. failing: its actors fail at each step, as soon as
	// it is asked to let go, and failed: one has.
	refusing, failing, failed atomic.Bool
	opened                    atomic.Int64
	asked                     chan struct{}
}

func newLeaver(t *testing.T) *leaver {
	l := &leaver{id: messages.ShardID{Kind: messages.SymbolShard}, asked: make(chan struct{})}
	l.kit = newKit(t, func(_ context.Context, call memlog.Call) error {
		switch {
		case call.Shard == l.id && call.Point == memlog.PointOpenShard && call.After:
			l.opened.Add(1)
		case call.Shard == l.id && call.Point == memlog.PointCommitBegin && l.refusing.Load():
			return errors.New("injected")
		}
		return nil
	})
	return l
}

// config is that of a node whose shards fail with the second failure of an actor.
func (l *leaver) config() Config {
	c := l.kit.config()
	c.EntityRestarts = Restarts{Max: 1, Window: time.Hour}
	c.Fault = func(point, _ string) error {
		if point == "step" && l.failing.Load() {
			<-l.asked
			l.failed.Store(true)
			panic("injected")
		}
		return nil
	}
	return c
}

func (l *leaver) ticks(n int) {
	for _, tick := range walk(1, 20, n, "feed") {
		l.tick(tick)
	}
}

// leave lets the shard go, and gives how often it is opened from then on, within a minute
// of virtual time.
func (l *leaver) leave(node *Node) int64 {
	synctest.Wait()
	before := l.opened.Load()
	node.Leave()
	go func() {
		synctest.Wait() // until it is asked to let go
		close(l.asked)
	}()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	node.Revoked(ctx, l.id.Kind, []int32{l.id.Partition})
	l.refusing.Store(false)
	time.Sleep(time.Minute)
	return l.opened.Load() - before
}

// TestWhoLetsGoStaysAway: a shard that can't commit what it is to let go of doesn't open
// again on a node that is about to stop: it would fence the next owner, who makes it all
// again anyway.
func TestWhoLetsGoStaysAway(t *testing.T) {
	for name, strike := range map[string]func(l *leaver){
		"its last commit is refused": func(l *leaver) { l.refusing.Store(true) },
		"it waits to restart": func(l *leaver) {
			l.refusing.Store(true)
			l.ticks(10)
			l.until("it waits", func() bool { return l.seen.get(CountRestarts, "shard") >= 3 })
		},
		"its actors fail": func(l *leaver) {
			l.failing.Store(true)
			l.ticks(10)
		},
		"another has fenced it": func(l *leaver) {
			if _, err := l.cluster.Log().OpenShard(context.Background(), l.id); err != nil {
				l.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				t.Cleanup(func() { time.Sleep(time.Second) }) // for protoactor's throttle of dead letters
				l := newLeaver(t)
				node := l.start(l.config())
				node.Assigned(&member{}, l.id.Kind, []int32{l.id.Partition})
				l.ticks(100)
				l.ready(node)
				strike(l)
				if n := l.leave(node); n != 0 {
					t.Errorf("the shard was opened %d times after it had been let go", n)
				}
				if l.failing.Load() && !l.failed.Load() {
					t.Error("no actor has failed")
				}
			})
		})
	}
}
