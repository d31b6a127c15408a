package actors

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// recorded gives the frontier that a shard wrote down last.
func (k *kit) recorded(id messages.ShardID) frontier {
	k.t.Helper()
	var at frontier
	for _, r := range k.cluster.Records(messages.StateTopic(id.Kind), id.Partition) {
		if string(r.Key) != shardKey(id) {
			continue
		}
		var state veloxpb.ShardState
		if err := proto.Unmarshal(r.Value, &state); err != nil {
			k.t.Fatal(err)
		}
		at = frontierFrom(state.SafeFrontier)
	}
	return at
}

// TestPassedOverInputsAreNotLost: account shards without accounts want no update,
// and yet write down how far they are: when the updates are deleted and a shard
// starts anew, nothing is called lost.
func TestPassedOverInputsAreNotLost(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.ready(node)
	for _, tick := range walk(31, 8, 400, "feed") {
		k.tick(tick)
	}
	k.until("updates", func() bool { return k.seen.get(CountTicks, "") >= 400 })
	for p := range k.cluster.Partitions(messages.TopicUpdates) {
		tp := messages.TopicPartition{Topic: messages.TopicUpdates, Partition: p}
		for _, shard := range allAccounts {
			k.until("the frontier is written down", func() bool {
				return k.recorded(messages.ShardID{Kind: messages.AccountShard, Partition: shard})[tp] == k.cluster.EndOffset(tp.Topic, p)
			})
		}
		if err := k.cluster.DeleteRecords(tp.Topic, p, k.cluster.EndOffset(tp.Topic, p)); err != nil {
			t.Fatal(err)
		}
	}
	node.Lost(messages.AccountShard, allAccounts)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.ready(node)
	if lost := k.seen.get(CountLost, messages.TopicUpdates); lost != 0 {
		t.Errorf("%d updates are called lost", lost)
	}
}
