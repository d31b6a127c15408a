package check

import (
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

type positions map[messages.TopicPartition]int64

func positionsOf(ps []*veloxpb.Position) positions {
	out := make(positions, len(ps))
	for _, p := range ps {
		out[messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}] = p.Next
	}
	return out
}

// Inputs gives the partitions that a shard reads and keeps its place in, when topics
// have as many partitions as count says.
func Inputs(id messages.ShardID, count func(topic string) int32) []messages.TopicPartition {
	in := []messages.TopicPartition{{Topic: homes[id.Kind], Partition: id.Partition}}
	for _, topic := range alsoRead[id.Kind] {
		for p := range count(topic) {
			in = append(in, messages.TopicPartition{Topic: topic, Partition: p})
		}
	}
	return in
}

// alsoRead are the topics of which a shard reads every partition.
var alsoRead = map[messages.ShardKind][]string{
	messages.SymbolShard:  {messages.TopicSignals},
	messages.AccountShard: {messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts},
}

// checkFrontiers holds shard records against the log, against the entities of their
// shards, and against the offsets that were published.
func checkFrontiers(f *facts, out *Result) {
	f.strangers(out)
	f.unsettled(out)
	for kind, topic := range homes {
		for p := int32(0); ; p++ {
			if _, ok := f.offsets[messages.TopicPartition{Topic: topic, Partition: p}]; !ok {
				break
			}
			id := messages.ShardID{Kind: kind, Partition: p}
			if f.records == 0 {
				continue // nobody has begun, and there is nothing to take in
			}
			out.Looked++
			s := f.states[id]
			switch {
			case s == nil || s.record == nil:
				if f.subject.Settled {
					out.Find(id.String(), "it has never committed a frontier: no node has run it")
				}
			default:
				f.frontier(id, s, out)
			}
		}
	}
}

func (f *facts) frontier(id messages.ShardID, s *shardState, out *Result) {
	at, safe := s.at, positionsOf(s.record.SafeFrontier)
	for _, tp := range Inputs(id, f.partitions) {
		for name, have := range map[string]positions{"frontier": at, "safe frontier": safe} {
			if _, ok := have[tp]; !ok {
				out.Find(id.String(), "its %s has no place in %s, which it reads", name, tp)
			}
		}
	}
	for tp, next := range at {
		o := f.offsets[tp]
		switch {
		case next > o.End:
			out.Find(id.String(), "its frontier at %s is %d, the log ends at %d", tp, next, o.End)
		case safe[tp] > next:
			out.Find(id.String(), "its safe frontier at %s is %d, its frontier %d", tp, safe[tp], next)
		case next < o.Start:
			out.Find(id.String(), "it has taken in %s up to %d, and the log begins at %d: what stood between was deleted before it was taken in", tp, next, o.Start)
		case f.subject.Settled && next < f.last(tp, o):
			out.Find(id.String(), "it has taken in %s up to %d, the log ends at %d", tp, next, f.last(tp, o))
		}
	}
	for key, e := range s.parts {
		out.Looked++
		for tp, next := range positionsOf(e.Frontier) {
			if next > at[tp] {
				out.Find(id.String()+" "+key, "its state has taken in %s up to %d, its shard up to %d", tp, next, at[tp])
			}
		}
	}
	f.publishedOf(id, at, out)
}

// publishedOf holds the offsets that tools see against a frontier. A settled live
// shard has published what it has taken in of the partitions that it speaks for, save
// marks.
func (f *facts) publishedOf(id messages.ShardID, at positions, out *Result) {
	published, known := f.subject.Published[id]
	if f.subject.Published == nil || !known && !f.subject.Settled {
		return
	}
	for tp, next := range at {
		have := published[tp]
		behind := have != next
		if f.subject.Live {
			behind = f.speaksFor(id, tp) && have < min(next, f.last(tp, f.offsets[tp]))
		}
		if have > next || f.subject.Settled && behind {
			out.Find(id.String(), "its published offset at %s is %d, its frontier %d", tp, have, next)
		}
	}
}

// speaksFor tells whether a shard publishes its place in a partition: there is a group
// for it, and of what all account shards read, one publishes.
func (f *facts) speaksFor(id messages.ShardID, tp messages.TopicPartition) bool {
	switch tp.Topic {
	case homes[id.Kind]:
		return true
	case messages.TopicUpdates, messages.TopicSignals:
		n := f.partitions(messages.TopicCommands)
		return id.Kind == messages.AccountShard && n > 0 && tp.Partition%n == id.Partition
	}
	return false
}

// unsettled tells of outputs of a live log that count as put out after the states were
// read: of one that has settled there are none, so its frontier has gone back.
func (f *facts) unsettled(out *Result) {
	if !f.subject.Live || !f.subject.Settled {
		return
	}
	for _, topic := range eventTopics {
		for p := range f.partitions(topic) {
			for _, m := range f.marks[messages.TopicPartition{Topic: topic, Partition: p}] {
				if m.past && f.hasRecord(m.writer) && f.beyond(m) {
					out.Find(m.String(), "written by %s for %s, which lies beyond its frontier, though all was to be taken in", m.writer, m.origin)
				}
			}
		}
	}
}

// strangers tells of outputs whose writer is no shard, or one without a shard record,
// which every shard commits before it reads anything. One that has begun after the
// states were read has none, either; in the next reading it has.
func (f *facts) strangers(out *Result) {
	type stranger struct {
		n     int
		first *mark
	}
	all := make(map[string]*stranger)
	for _, topic := range eventTopics {
		for p := range f.partitions(topic) {
			for _, m := range f.marks[messages.TopicPartition{Topic: topic, Partition: p}] {
				if !m.written || f.hasRecord(m.writer) {
					continue
				}
				if all[m.writer] == nil {
					all[m.writer] = &stranger{first: m}
				}
				all[m.writer].n++
			}
		}
	}
	for writer, s := range all {
		out.Find(writer, "it has written %d records, the first is %s, and no shard of that name has a state", s.n, s.first)
	}
}

func (f *facts) hasRecord(writer string) bool {
	id, ok := shardIDOf(writer)
	s := f.states[id]
	return ok && s != nil && s.record != nil
}

// last gives where a partition ends: a live one behind its last record, for what is
// left may be marks, which a shard takes in and needn't save.
func (f *facts) last(tp messages.TopicPartition, o Offsets) int64 {
	if marks := f.marks[tp]; f.subject.Live && len(marks) > 0 {
		return marks[len(marks)-1].offset + 1
	}
	if f.subject.Live {
		return o.Start
	}
	return o.End
}
