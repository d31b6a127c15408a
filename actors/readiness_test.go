package actors

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// TestAskingForReadinessIsHarmless: when the log doesn't tell where inputs end, a node is
// not ready and says why, and its shards go on.
func TestAskingForReadinessIsHarmless(t *testing.T) {
	lost := errors.New("no leader")
	for name, fault := range map[string]func(context.Context) error{
		"fails": func(context.Context) error { return lost },
		"hangs": func(ctx context.Context) error { <-ctx.Done(); return lost },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 100
			var strikes atomic.Bool
			k := newKit(t, func(ctx context.Context, c memlog.Call) error {
				if c.Point == memlog.PointOffsets && strikes.Load() {
					return fault(ctx)
				}
				return nil
			})
			node := k.startAll(k.config())
			k.ready(node)
			strikes.Store(true)
			ctx, cancel := context.WithCancel(t.Context())
			answer := make(chan error)
			go func() { answer <- node.Ready(ctx) }()
			committed := k.seen.get(CountCommits, string(messages.SymbolShard)+"/committed")
			for _, tick := range walk(1, 4, n, "feed") {
				k.tick(tick)
			}
			k.until("ticks are taken in and committed", func() bool {
				return k.seen.get(CountTicks, "") == n && k.seen.get(CountCommits, string(messages.SymbolShard)+"/committed") > committed
			})
			cancel()
			if err := <-answer; !errors.Is(err, context.Canceled) {
				t.Errorf("ready: %v", err)
			}
			short, cancel := context.WithTimeout(t.Context(), askLimit+time.Second)
			defer cancel()
			if err := node.Ready(short); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, lost) {
				t.Errorf("ready: %v, want the reason", err)
			}
			strikes.Store(false)
			k.ready(node)
			if restarts := k.seen.get(CountRestarts, "shard"); restarts != 0 {
				t.Errorf("%d shards restarted", restarts)
			}
		})
	}
}
