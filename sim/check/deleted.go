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

// begins tells in a note from when on a check can tell.
func begins(horizon int64, what string, out *Result) {
	switch {
	case horizon == math.MaxInt64:
		out.note("%s: all that was there is deleted in one of the partitions, so nothing is missed", what)
	case horizon > 0:
		out.note("%s: what was before %s may be deleted, and is not missed", what, time.UnixMilli(horizon).UTC().Format(time.DateTime))
	}
}
