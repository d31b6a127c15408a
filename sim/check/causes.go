package check

import (
	"cmp"

	"github.com/velox-trading/velox/messages"
)

// checkStable holds the last stable offset of every partition against its high
// watermark.
func checkStable(f *facts, out *Result) {
	for tp, o := range f.offsets {
		out.Looked++
		if o.Stable != o.End {
			out.Find(tp.String(), "the last stable offset is %d, the high watermark %d: a transaction hangs", o.Stable, o.End)
		}
	}
}

// cause is what an output may exist once for. The index of an origin is counted
// within one commit: accounts of one shard that put out for the same input in
// different commits, which a replay in another order allows, use it again, so the
// owner belongs to it.
type cause struct {
	topic, writer, owner string
	origin               messages.Origin
}

func causeOf(m *mark) cause { return cause{m.tp.Topic, m.writer, m.owner, m.origin} }

// mayRepeat tells whether an output may be there again: an update that was written at
// least once.
func (f *facts) mayRepeat(m *mark) bool {
	return m.tp.Topic == messages.TopicUpdates && (!f.subject.Once || m.opened)
}

func checkDoubled(f *facts, out *Result) {
	first, others := make(map[cause]*mark), 0
	f.outputs(func(m *mark) {
		out.Looked++
		c := causeOf(m)
		was := first[c]
		switch {
		case was == nil:
			first[c] = m
		case !f.mayRepeat(was):
			out.Find(m.String(), "written for %s by %s, as %s was", m.origin, m.writer, was)
		case was.sum != m.sum && was.key == m.key && was.tp == m.tp && f.then.others != "":
			others++
		case was.sum != m.sum || was.key != m.key || was.tp != m.tp:
			out.Find(m.String(), "repeats %s, for %s, with another key or value", was, m.origin)
		}
	})
	if others > 0 {
		out.note("%d updates repeat one with another value: %s", others, f.then.others)
	}
}

// outputs gives every record that Velox wrote for a cause, partition by partition.
// Records that were passed on are no outputs: they are ticks and commands.
func (f *facts) outputs(yield func(*mark)) {
	for _, topic := range eventTopics[2:] {
		for p := int32(0); ; p++ {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			if _, ok := f.offsets[tp]; !ok {
				break
			}
			for _, m := range f.marks[tp] {
				if m.written && !m.past {
					yield(m)
				}
			}
		}
	}
}

// line is a sequence of outputs whose causes ascend: of one partition, one owner
// and one source.
type line struct {
	out, source   messages.TopicPartition
	writer, owner string
}

// checkOrder wants the causes of each line to ascend. What an account puts out for
// inputs of several partitions may come in any order between these. An update may
// repeat one that was there; below the highest, one that was not there is lost to
// who drops repeats. It was there, and may be deleted, when its cause comes before all
// that is left of its line.
func checkOrder(f *facts, out *Result) {
	begins, highest, seen := make(map[line]*mark), make(map[line]*mark), make(map[cause]*mark)
	f.outputs(func(m *mark) {
		out.Looked++
		l := line{out: m.tp, source: m.source(), writer: m.writer, owner: m.owner}
		was, c := highest[l], causeOf(m)
		repeats := seen[c]
		if repeats == nil {
			seen[c] = m
		}
		if was == nil {
			begins[l] = m
		} else if repeats == nil && f.offsets[m.tp].Start > 0 && compareOrigins(m.origin, begins[l].origin) < 0 {
			repeats = begins[l]
		}
		switch {
		case was == nil || compareOrigins(m.origin, was.origin) > 0:
			highest[l] = m
		case repeats == nil || !f.mayRepeat(repeats):
			out.Find(m.String(), "its cause %s comes after %s, the cause of %s", m.origin, was.origin, was)
		}
	})
}

func compareOrigins(a, b messages.Origin) int {
	return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Index, b.Index))
}

// checkOrigins wants the record that caused an output to be there, unless it was
// deleted since. A timer's number must be one that the shard has counted.
func checkOrigins(f *facts, out *Result) {
	timers := make(map[messages.ShardID]int64)
	for id, s := range f.states {
		if s.record != nil {
			timers[id] = s.record.Timers
		}
	}
	f.outputs(func(m *mark) {
		out.Looked++
		if m.origin.Topic == messages.TimerTopic {
			if shard, _ := shardIDOf(m.writer); m.origin.Offset >= timers[shard] {
				out.Find(m.String(), "caused by timer %d of %s, which has counted %d", m.origin.Offset, shard, timers[shard])
			}
			return
		}
		at, known := f.offsets[m.source()]
		switch {
		case !known:
			out.Find(m.String(), "caused by %s, and there is no such partition", m.origin)
		case m.origin.Offset < at.Start: // deleted since
		case f.at(m.source(), m.origin.Offset) == nil:
			out.Find(m.String(), "caused by %s, where nothing committed stands", m.origin)
		}
	})
}
