package actors

import (
	"maps"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
)

// TestFrontierIsPublishedByWhoTakesOver: what an owner has committed, and could not publish
// any more, his successor publishes, also when nothing comes that he could commit: tools
// would show a lag that isn't there.
func TestFrontierIsPublishedByWhoTakesOver(t *testing.T) {
	for _, kind := range []messages.ShardKind{messages.SymbolShard, messages.AccountShard} {
		for _, guarantee := range []Guarantee{ExactlyOnce, AtLeastOnce} {
			k := newKit(t, nil)
			config := k.config()
			config.Guarantees = map[messages.ShardKind]Guarantee{kind: guarantee}
			for _, user := range []string{"ann", "bob", "cid", "dan", "eve"} { // of either partition
				k.command(user, "c "+user, account.CmdOpenAccount, account.OpenAccount{Deposit: decimal.FromInt(1000)})
			}
			for _, tick := range walk(1, 20, 100, "feed") {
				k.tick(tick)
			}
			id := messages.ShardID{Kind: kind}
			first, own := k.start(config), &member{}
			first.Assigned(own, kind, []int32{0})
			k.until("the first owner takes something in", func() bool {
				own.mu.Lock()
				defer own.mu.Unlock()
				taken := int64(0)
				for _, next := range own.published[id] {
					taken += next
				}
				return taken > 0
			})
			k.stop(first) // it commits all that it has taken in
			// The next one commits nothing of his own for an hour.
			config.Checkpoint = Checkpoints{Min: time.Hour, Max: 2 * time.Hour, Replay: time.Hour, Batch: 2}
			second, heir := k.start(config), &member{}
			second.Assigned(heir, kind, []int32{0})
			k.ready(second)
			heir.mu.Lock()
			if len(own.published[id]) == 0 || !maps.Equal(own.published[id], heir.published[id]) {
				t.Errorf("%s %s: published are %v, and by the successor %v", kind, guarantee, own.published[id], heir.published[id])
			}
			heir.mu.Unlock()
		}
	}
}
