package check

import (
	"math"
	"time"

	"github.com/velox-trading/velox/messages"
)

// settling is how far apart the records of one commit may be in the log's time.
const settling = time.Minute

// horizon gives the log's time up to which records of a topic may have been deleted,
// so that what belongs to them can't be asked for; 0 when none were.
func (f *facts) horizon(topics ...string) int64 {
	at := int64(0)
	for _, topic := range topics {
		for p := range f.partitions(topic) {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			switch marks := f.marks[tp]; {
			case f.offsets[tp].Start == 0:
			case len(marks) == 0:
				at = math.MaxInt64 // nothing is left, of whatever time
			default:
				at = max(at, marks[0].timeMs+settling.Milliseconds())
			}
		}
	}
	return at
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
