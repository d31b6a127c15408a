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

// TestIdleShardsAnswerAtOnce: a shard that waits for records doesn't keep anybody
// waiting who asks for readiness or wants it to let go. Here it would wait a minute,
// and the test's patience ends after ten seconds.
func TestIdleShardsAnswerAtOnce(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Limits.Idle = time.Minute
	n := k.start(c)
	n.Assigned(&member{}, messages.SymbolShard, []int32{0, 1, 2})
	n.Assigned(&member{}, messages.AccountShard, []int32{0, 1})
	for range 20 {
		k.ready(n)
	}
	k.stop(n)
	if left := n.Shards(); len(left) > 0 {
		t.Errorf("%v are still there", left)
	}
}

// TestReadyOutlivesFailures: who has asked a shard for readiness is answered, also
// when the shard fails on the question and is built anew, or has moved away.
func TestReadyOutlivesFailures(t *testing.T) {
	var armed atomic.Bool
	k := newKit(t, func(_ context.Context, call memlog.Call) error {
		if call.Point == memlog.PointOffsets && armed.CompareAndSwap(true, false) {
			return errors.New("the broker is away")
		}
		return nil
	})
	n := k.start(k.config())
	n.Assigned(&member{}, messages.SymbolShard, []int32{0})
	n.Assigned(&member{}, messages.AccountShard, []int32{0})
	k.ready(n)
	for range 5 {
		armed.Store(true)
		k.ready(n)
		if armed.Load() {
			t.Fatal("no shard failed: the test shows nothing")
		}
	}
	n.Lost(messages.SymbolShard, []int32{0})
	k.ready(n)
	k.stop(n)
}
