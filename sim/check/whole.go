package check

import (
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

// input is what a shard took in, and wrote outputs for.
type input struct {
	writer string
	tp     messages.TopicPartition
	offset int64
}

// checkWhole wants all outputs of an input below its highest: they are numbered from
// 0, whatever topic they go to. When accounts of a shard took it in in several
// commits, each has numbers from 0.
func checkWhole(f *facts, out *Result) {
	horizons, left := f.shardHorizons(), 0
	begins(f, "signals, orders, positions and alerts", out, accountTopics...)
	numbers, some := make(map[input][]int32), make(map[input]*mark)
	f.outputs(func(m *mark) {
		// The topic of owners, of which commands are the causes, keeps the last of each alone.
		id, _ := shardIDOf(m.writer)
		switch {
		case f.subject.Live && m.origin.Topic == messages.TopicCommands:
		case m.timeMs < horizons[id] || m.timeMs < f.lettersOf(f.at(m.source(), m.origin.Offset)):
			left++
		default:
			at := input{m.writer, m.source(), m.origin.Offset}
			numbers[at], some[at] = append(numbers[at], m.origin.Index), m
		}
	})
	if left > 0 {
		out.note("%d records are left out, for others of the same input may be deleted", left)
	}
	for at, have := range numbers {
		out.Looked++
		slices.Sort(have)
		for i, n := range slices.Compact(have) {
			if n != int32(i) {
				out.Find(some[at].String(), "it is number %d of what %s/%d caused at %s, and number %d is nowhere", some[at].origin.Index, at.tp, at.offset, at.writer, i)
				break
			}
		}
	}
}

var accountTopics = []string{messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts, messages.TopicDeadLetters}

// shardHorizons gives up to when outputs of a shard may be deleted, save dead letters:
// those that are anywhere, and those at the homes of its symbols, users and strategies.
func (f *facts) shardHorizons() map[messages.ShardID]int64 {
	all, orders := make(map[messages.ShardID]int64), f.horizon(messages.TopicOrders)
	raise := func(id messages.ShardID, topic, key string) { all[id] = max(all[id], f.horizonAt(topic, key)) }
	if f.horizon(messages.TopicUpdates) > 0 {
		for symbol, p := range f.symbols() {
			raise(messages.ShardID{Kind: messages.SymbolShard, Partition: p}, messages.TopicUpdates, symbol)
		}
	}
	for p := range f.partitions(messages.TopicCommands) {
		all[messages.ShardID{Kind: messages.AccountShard, Partition: p}] = orders
	}
	for strategy, last := range f.users {
		for _, user := range append([]string{last}, f.had[strategy]...) {
			id, ok := f.accountShard(user)
			if !ok {
				continue
			}
			raise(id, messages.TopicPositions, user)
			raise(id, messages.TopicAlerts, user)
			if strategy != ident.Derive(user, "manual") && strategy != ident.Derive(user, "risk") { // these signal nothing
				raise(id, messages.TopicSignals, strategy)
			}
		}
	}
	return all
}

// symbols gives the shard of each symbol that ticks or updates are of.
func (f *facts) symbols() map[string]int32 {
	all := make(map[string]int32)
	for _, topic := range []string{messages.TopicTicks, messages.TopicUpdates} {
		for p := range f.partitions(topic) {
			for _, m := range f.marks[messages.TopicPartition{Topic: topic, Partition: p}] {
				if _, ok := all[m.key]; !ok {
					all[m.key] = messages.HomePartition([]byte(m.key), f.partitions(messages.TopicTicks))
				}
			}
		}
	}
	return all
}
