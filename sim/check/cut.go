package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/messages"
)

// cut leaves out what shards have put out after the state that was read of them.
// Outputs are committed with the frontier that passes over their causes, so those
// whose cause lies below it are all there, and of those beyond it only some may be.
// After a crash an account may put out for inputs in another order than before: so
// behind a shard's first output beyond its frontier, all of its outputs in the same
// partition are beyond it, too. An output whose cause is nowhere is none of these: it
// stays, and another check finds it. Where all is taken in, nothing is left out.
func (f *facts) cut() error {
	r, err := f.reached()
	if err != nil {
		return err
	}
	for _, marks := range f.marks {
		beyond := make(map[string]bool) // by writer
		for _, m := range marks {
			if m.written && !r.nowhere(m) {
				beyond[m.writer] = beyond[m.writer] || f.beyond(m)
				m.past = beyond[m.writer]
			}
		}
	}
	f.updates = slices.DeleteFunc(f.updates, func(v valueFact) bool { return v.past })
	f.signals = slices.DeleteFunc(f.signals, func(s signalFact) bool { return s.past })
	f.orders = slices.DeleteFunc(f.orders, func(e orderFact) bool { return e.past })
	f.positions = slices.DeleteFunc(f.positions, func(p positionFact) bool { return p.past })
	f.alerts = slices.DeleteFunc(f.alerts, func(a alertFact) bool { return a.past })
	f.letters = slices.DeleteFunc(f.letters, func(d letterFact) bool { return d.past })
	f.ticks = slices.DeleteFunc(f.ticks, func(v tickFact) bool {
		return !f.passed(messages.ShardID{Kind: messages.SymbolShard, Partition: v.tp.Partition}, v.tp, v.offset)
	})
	return nil
}

// reach is how far inputs and timers have come after everything was read: whatever caused
// an output that was read lies below.
type reach struct {
	ends   map[messages.TopicPartition]int64
	timers map[messages.ShardID]int64 // of the shards that had put out for more than they had counted
}

// reached asks for that.
func (f *facts) reached() (*reach, error) {
	r := &reach{ends: make(map[messages.TopicPartition]int64), timers: make(map[messages.ShardID]int64)}
	for _, marks := range f.marks {
		for _, m := range marks {
			id, ok := shardIDOf(m.writer)
			if m.written && ok && m.origin.Topic == messages.TimerTopic && f.beyond(m) {
				r.timers[id] = 0
			}
		}
	}
	for tp := range f.offsets {
		if !isInput(tp.Topic) {
			continue
		}
		o, err := f.subject.View.Offsets(tp)
		if err != nil {
			return nil, fmt.Errorf("offsets of %s: %w", tp, err)
		}
		r.ends[tp] = o.End
	}
	for id := range r.timers {
		take := func(record *messages.Record) error {
			s, err := shardRecordOf(id, record)
			if s != nil {
				r.timers[id] = max(r.timers[id], s.Timers)
			}
			return err
		}
		if _, err := f.scan(id.State(), take); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// nowhere tells whether nothing that there was can have caused an output.
func (r *reach) nowhere(m *mark) bool {
	if m.origin.Topic == messages.TimerTopic {
		id, _ := shardIDOf(m.writer)
		n, asked := r.timers[id]
		return asked && m.origin.Offset >= n
	}
	return m.origin.Offset >= r.ends[m.source()]
}

// beyond tells whether the cause of an output lies beyond the frontier of its shard.
// Passed-on records have the origin of what they copy.
func (f *facts) beyond(m *mark) bool {
	id, ok := shardIDOf(m.writer)
	s := f.states[id]
	if !ok || s == nil || s.record == nil {
		return true
	}
	if m.origin.Topic == messages.TimerTopic {
		return m.origin.Offset >= s.record.Timers
	}
	next, known := s.at[m.source()]
	return known && m.origin.Offset >= next
}

// passed tells whether a shard's frontier is past an offset.
func (f *facts) passed(id messages.ShardID, tp messages.TopicPartition, offset int64) bool {
	s := f.states[id]
	return s != nil && s.record != nil && offset < s.at[tp]
}

// takenBy tells whether the shard that is home of a user is past a record.
func (f *facts) takenBy(user string, m *mark) bool {
	id, ok := f.accountShard(user)
	return ok && f.passed(id, m.tp, m.offset)
}

// accountShard gives the shard that is home of a user; false when there is none.
func (f *facts) accountShard(user string) (messages.ShardID, bool) {
	n := f.partitions(messages.TopicCommands)
	if n == 0 {
		return messages.ShardID{}, false
	}
	return messages.ShardID{Kind: messages.AccountShard, Partition: messages.HomePartition([]byte(user), n)}, true
}

// partitions counts the partitions of a topic that were read.
func (f *facts) partitions(topic string) int32 { return f.counts[topic] }

// shardIDOf gives the shard of a writer, which is "prefix/kind/partition".
func shardIDOf(writer string) (messages.ShardID, bool) {
	parts := strings.Split(writer, "/")
	if len(parts) < 3 {
		return messages.ShardID{}, false
	}
	partition, err := strconv.ParseInt(parts[len(parts)-1], 10, 32)
	return messages.ShardID{Kind: messages.ShardKind(parts[len(parts)-2]), Partition: int32(partition)}, err == nil
}
