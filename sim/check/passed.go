package check

import "github.com/velox-trading/velox/messages"

// checkPassed wants, of each tick and command that was taken in at another partition
// than its key's home, one copy at home, or none and a dead letter.
func checkPassed(f *facts, out *Result) {
	copies := make(map[caused]int)
	for _, topic := range homes {
		for p := range f.partitions(topic) {
			for _, m := range f.marks[messages.TopicPartition{Topic: topic, Partition: p}] {
				if m.written {
					copies[caused{tp: m.source(), offset: m.origin.Offset}]++
				}
			}
		}
	}
	check := func(m *mark, kind messages.ShardKind, key string) {
		here := caused{tp: m.tp, offset: m.offset}
		if m.written || !f.passed(messages.ShardID{Kind: kind, Partition: m.tp.Partition}, m.tp, m.offset) {
			return
		}
		out.Looked++
		home := messages.TopicPartition{Topic: m.tp.Topic, Partition: messages.HomePartition([]byte(key), f.partitions(m.tp.Topic))}
		if home == m.tp || f.offsets[home].Start > 0 {
			return // copies may be deleted
		}
		want := 1
		if f.failed[here] { // its copy was too large for the topic, as its dead letter says
			want = 0
		}
		if n := copies[here]; n != want {
			out.Find(m.String(), "%s is at home in %s, and was passed on %d times, want %d", key, home, n, want)
		}
	}
	for i := range f.ticks {
		check(f.ticks[i].mark, messages.SymbolShard, f.ticks[i].symbol)
	}
	for i := range f.commands {
		check(f.commands[i].mark, messages.AccountShard, f.commands[i].UserID)
	}
}

// atHome tells whether a record stands at its key's home.
func (f *facts) atHome(m *mark, key string) bool {
	return messages.HomePartition([]byte(key), f.partitions(m.tp.Topic)) == m.tp.Partition
}
