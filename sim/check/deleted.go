package check

import (
	"math"
	"time"

	"github.com/velox-trading/velox/messages"
)

// settling is how far apart the records of one commit may be in the log's time.
const settling = time.Minute

// horizon gives the log's time up to which records of a topic may have been deleted, in
// whatever partition, so that what belongs to them can't be asked for; 0 when none were.
func (f *facts) horizon(topics ...string) int64 {
	at := int64(0)
	for _, topic := range topics {
		for p := range f.partitions(topic) {
			at = max(at, f.horizonIn(messages.TopicPartition{Topic: topic, Partition: p}))
		}
	}
	return at
}

// horizonIn gives that of one partition.
func (f *facts) horizonIn(tp messages.TopicPartition) int64 {
	switch marks := f.marks[tp]; {
	case f.offsets[tp].Start == 0:
		return 0
	case len(marks) == 0:
		return math.MaxInt64 // nothing is left, of whatever time
	default:
		return marks[0].timeMs + settling.Milliseconds()
	}
}

// horizonAt gives that of the partition that is home of a key.
func (f *facts) horizonAt(topic, key string) int64 {
	n := f.partitions(topic)
	if n == 0 {
		return 0
	}
	return f.horizonIn(messages.TopicPartition{Topic: topic, Partition: messages.HomePartition([]byte(key), n)})
}

// lettersOf gives that of dead letters about a record, which are under its key.
func (f *facts) lettersOf(m *mark) int64 {
	if m == nil || m.key == "" {
		return f.horizon(messages.TopicDeadLetters)
	}
	return f.horizonAt(messages.TopicDeadLetters, m.key)
}

// begins tells in notes from when on a check can tell, and in how many partitions nothing
// is left.
func begins(f *facts, what string, out *Result, topics ...string) {
	at, emptied := int64(0), 0
	for _, topic := range topics {
		for p := range f.partitions(topic) {
			if here := f.horizonIn(messages.TopicPartition{Topic: topic, Partition: p}); here == math.MaxInt64 {
				emptied++
			} else {
				at = max(at, here)
			}
		}
	}
	if at > 0 {
		out.note("%s: what was before %s may be deleted, and is not missed", what, time.UnixMilli(at).UTC().Format(time.DateTime))
	}
	if emptied > 0 {
		out.note("%s: all that was there is deleted in %d of the partitions, so nothing is missed in these", what, emptied)
	}
}
