package check

import (
	"slices"

	"github.com/velox-trading/velox/messages"
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
	horizons := map[messages.ShardKind]int64{
		messages.SymbolShard: f.horizon(messages.TopicUpdates, messages.TopicDeadLetters),
		messages.AccountShard: f.horizon(messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts,
			messages.TopicDeadLetters),
	}
	begins(horizons[messages.AccountShard], "signals, orders, positions and alerts", out)
	numbers, some := make(map[input][]int32), make(map[input]*mark)
	f.outputs(func(m *mark) {
		// The topic of owners, of which commands are the causes, keeps the last of each alone.
		id, _ := shardIDOf(m.writer)
		if m.timeMs < horizons[id.Kind] || f.subject.Live && m.origin.Topic == messages.TopicCommands {
			return
		}
		at := input{m.writer, m.source(), m.origin.Offset}
		numbers[at], some[at] = append(numbers[at], m.origin.Index), m
	})
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
