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

// checkFrontiers holds shard records against the log, against the entities of their
// shards, and against the offsets that were published.
func checkFrontiers(f *facts, out *Result) {
	for kind, topic := range homes {
		for p := int32(0); ; p++ {
			if _, ok := f.offsets[messages.TopicPartition{Topic: topic, Partition: p}]; !ok {
				break
			}
			id := messages.ShardID{Kind: kind, Partition: p}
			out.Looked++
			s := f.states[id]
			switch {
			case s == nil || s.record == nil:
				if f.subject.Settled {
					out.Find(id.String(), "it has never committed a frontier")
				}
			default:
				f.frontier(id, s, out)
			}
		}
	}
}

func (f *facts) frontier(id messages.ShardID, s *shardState, out *Result) {
	at, safe := positionsOf(s.record.Frontier), positionsOf(s.record.SafeFrontier)
	for tp, next := range at {
		o := f.offsets[tp]
		switch {
		case next > o.End:
			out.Find(id.String(), "its frontier at %s is %d, the log ends at %d", tp, next, o.End)
		case safe[tp] > next:
			out.Find(id.String(), "its safe frontier at %s is %d, its frontier %d", tp, safe[tp], next)
		case f.subject.Settled && next != o.End:
			out.Find(id.String(), "it has taken in %s up to %d, the log ends at %d", tp, next, o.End)
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
	published, known := f.subject.Published[id]
	if f.subject.Published == nil || !known && !f.subject.Settled {
		return
	}
	for tp, next := range at {
		if have := published[tp]; have > next || f.subject.Settled && have != next {
			out.Find(id.String(), "its published offset at %s is %d, its frontier %d", tp, have, next)
		}
	}
}
