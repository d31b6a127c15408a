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

// TestWhoLetsGoStaysAway: a shard that can't commit what it is to let go of doesn't open
// again on a node that is about to stop: it would fence the next owner, who makes it all
// again anyway.
func TestWhoLetsGoStaysAway(t *testing.T) {
	id := messages.ShardID{Kind: messages.SymbolShard}
	for name, strike := range map[string]func(k *kit, refusing, failing *atomic.Bool){
		"its last commit is refused": func(_ *kit, refusing, _ *atomic.Bool) { refusing.Store(true) },
		"it waits to restart": func(k *kit, refusing, _ *atomic.Bool) {
			refusing.Store(true)
			for _, tick := range walk(2, 20, 10, "feed") {
				k.tick(tick)
			}
			k.until("it waits", func() bool { return k.seen.get(CountRestarts, "shard") >= 3 })
		},
		"its actors fail": func(k *kit, _, failing *atomic.Bool) {
			failing.Store(true)
			for _, tick := range walk(2, 20, 10, "feed") {
				k.tick(tick)
			}
		},
		"another has fenced it": func(k *kit, _, _ *atomic.Bool) {
			if _, err := k.cluster.Log().OpenShard(context.Background(), id); err != nil {
				k.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				t.Cleanup(func() { time.Sleep(time.Second) }) // for protoactor's throttle of dead letters
				var refusing, failing, failed atomic.Bool
				var opened atomic.Int64
				k := newKit(t, func(_ context.Context, call memlog.Call) error {
					switch {
					case call.Shard == id && call.Point == memlog.PointOpenShard && call.After:
						opened.Add(1)
					case call.Shard == id && call.Point == memlog.PointCommitBegin && refusing.Load():
						return errors.New("injected")
					}
					return nil
				})
				asked, config := make(chan struct{}), k.config()
				config.EntityRestarts = Restarts{Max: 1, Window: time.Hour} // then its shard fails
				config.Fault = func(point, _ string) error {
					if point == "step" && failing.Load() {
						<-asked
						failed.Store(true)
						panic("injected")
					}
					return nil
				}
				node := k.start(config)
				node.Assigned(&member{}, id.Kind, []int32{id.Partition})
				for _, tick := range walk(1, 20, 100, "feed") {
					k.tick(tick)
				}
				k.ready(node)
				strike(k, &refusing, &failing)
				synctest.Wait()
				before := opened.Load()
				node.Leave()
				go func() {
					synctest.Wait() // until it is asked to let go
					close(asked)
				}()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				node.Revoked(ctx, id.Kind, []int32{id.Partition})
				if failing.Load() && !failed.Load() {
					t.Error("no actor has failed")
				}
				refusing.Store(false)
				time.Sleep(time.Minute) // of virtual time, in which it would have restarted
				if n := opened.Load() - before; n != 0 {
					t.Errorf("the shard was opened %d times after it had been let go", n)
				}
			})
		})
	}
}
