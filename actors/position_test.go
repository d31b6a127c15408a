package actors

import (
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// TestPositionsAreToldWhenAShardOpens: a shard that begins at the end of its
// inputs has nothing to take from them, and who waits for the slowest shard still
// learns where it stands; after a restart it is told again.
func TestPositionsAreToldWhenAShardOpens(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Earliest = false
	s := messages.Signal{StrategyID: "nobody", Symbol: "SYM0", TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(1)}
	for range 3 {
		k.signal(&s)
	}
	symbol := walk(3, 1, 1, "feed")[0]
	k.tick(symbol)
	for range 2 { // the second node resumes the first one's state
		k.seen.forget()
		node := k.startAll(c)
		k.ready(node)
		ticks := messages.TopicPartition{Topic: messages.TopicTicks, Partition: messages.HomePartition([]byte(symbol.Symbol), 3)}
		if at, told := k.seen.told(messages.ShardID{Kind: messages.SymbolShard, Partition: ticks.Partition}, ticks); !told || at != 1 {
			t.Errorf("%s: position %d, told: %t; want 1", ticks, at, told)
		}
		for shard := range k.cluster.Partitions(messages.TopicCommands) {
			id := messages.ShardID{Kind: messages.AccountShard, Partition: shard}
			for _, topic := range []string{messages.TopicUpdates, messages.TopicSignals} {
				for p := range k.cluster.Partitions(topic) {
					tp := messages.TopicPartition{Topic: topic, Partition: p}
					if at, told := k.seen.told(id, tp); !told || at != k.cluster.EndOffset(topic, p) {
						t.Errorf("%s of %s: position %d, told: %t; want %d", id, tp, at, told, k.cluster.EndOffset(topic, p))
					}
				}
			}
		}
		k.stop(node)
	}
}
