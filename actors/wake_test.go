package actors

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
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
