package check

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/velox-trading/velox/messages"
)

// then is what a live log tells of settings that were others when a part of it was made.
type then struct {
	// made says when a symbol shard last saved that it makes updates with some settings,
	// by their digest.
	made map[string]int64
	// ahead are ticks that are too far ahead by the bound of today; times are those of
	// others' updates that are ahead at all.
	ahead []tickFact
	times map[caused]int64
	// refused are inputs that were too far ahead by the bound of then, and taken counts
	// ticks that were not.
	refused map[caused]bool
	taken   int
	// others says that updates that are left may have been made with other settings than
	// the subject's; "" when nothing tells of any.
	others string
}

func newThen() then {
	return then{made: make(map[string]int64), times: make(map[caused]int64), refused: make(map[caused]bool)}
}

func (t *then) madeWith(kind messages.ShardKind, settings string, atMs int64) {
	if kind == messages.SymbolShard {
		t.made[settings] = max(t.made[settings], atMs)
	}
}

// foreign keeps the time of an update of others that is ahead of its record's.
func (t *then) foreign(r *messages.Record, timeMs int64) {
	if timeMs > r.TimestampMs {
		t.times[caused{tp: r.TopicPartition(), offset: r.Offset}] = timeMs
	}
}

// otherSettings gives others. Records of shards that had other settings are compacted away
// in time: then nothing tells of it.
func (f *facts) otherSettings() string {
	lastMs := int64(-1)
	for settings, atMs := range f.then.made {
		if settings != f.subject.Settings {
			lastMs = max(lastMs, atMs)
		}
	}
	if f.subject.Settings == "" || lastMs < 0 || lastMs+settling.Milliseconds() < f.leftMs() {
		return ""
	}
	return fmt.Sprintf("updates that are left may be made with other settings than these, which symbol shards had as late as %s "+
		"(those of symbols and calendars, and processing.format)", time.UnixMilli(lastMs).UTC().Format(time.DateTime))
}

// leftMs gives the log's time of the first tick or update that is left.
func (f *facts) leftMs() int64 {
	first := int64(math.MaxInt64)
	for _, topic := range []string{messages.TopicTicks, messages.TopicUpdates} {
		for p := range f.partitions(topic) {
			if marks := f.marks[messages.TopicPartition{Topic: topic, Partition: p}]; len(marks) > 0 {
				first = min(first, marks[0].timeMs)
			}
		}
	}
	return first
}

// asOfThen judges inputs that are ahead of their time by what came of them, for the bound,
// symbols.max_ahead, may have been another: a dead letter that states how far it was, and
// that this was too far, is right; and a tick without one that has an update was taken in.
func (f *facts) asOfThen() {
	f.then.others = f.otherSettings()
	lettered := make(map[caused]bool)
	for i := range f.letters {
		d := &f.letters[i]
		if at := d.about(); d.written && d.Reason == reasonAhead {
			lettered[at] = true
			if f.refused[at] == nil && f.wasAhead(d) {
				f.then.refused[at] = true
			}
		}
	}
	if len(f.then.refused) > 0 {
		f.ticks = slices.DeleteFunc(f.ticks, func(v tickFact) bool { return f.then.refused[caused{tp: v.tp, offset: v.offset}] })
	}
	if len(f.then.ahead) == 0 {
		return
	}
	has := make(map[caused]bool)
	for p := range f.partitions(messages.TopicUpdates) {
		for _, m := range f.marks[messages.TopicPartition{Topic: messages.TopicUpdates, Partition: p}] {
			if m.written {
				has[caused{tp: m.source(), offset: m.origin.Offset}] = true
			}
		}
	}
	for _, v := range f.then.ahead {
		if at := (caused{tp: v.tp, offset: v.offset}); has[at] && !lettered[at] {
			delete(f.refused, at)
			f.ticks = append(f.ticks, v)
			f.then.taken++
		}
	}
	slices.SortFunc(f.ticks, func(a, b tickFact) int {
		return cmp.Or(cmp.Compare(a.tp.Partition, b.tp.Partition), cmp.Compare(a.offset, b.offset))
	})
}

// aheadText is how a dead letter says how far a record was ahead, and how far it might be.
var aheadText = regexp.MustCompile(`timestamp (\d+) is (\d+) ms ahead of the record's (\d+), more than the (\S+) allowed`)

// wasAhead tells whether a dead letter that says how far its record was ahead is right
// about that, and whether that was too far.
func (f *facts) wasAhead(d *letterFact) bool {
	at := d.about()
	m, stated := f.at(at.tp, at.offset), aheadText.FindStringSubmatch(d.Error)
	if m == nil || stated == nil {
		return false
	}
	timeMs, known := f.then.times[at]
	if at.tp.Topic == messages.TopicTicks {
		var i int
		i, known = slices.BinarySearchFunc(f.ticks, at, func(v tickFact, at caused) int {
			return cmp.Or(cmp.Compare(v.tp.Partition, at.tp.Partition), cmp.Compare(v.offset, at.offset))
		})
		if known {
			timeMs = f.ticks[i].sentMs
		}
	}
	bound, err := time.ParseDuration(stated[4])
	return known && err == nil && timeMs-m.timeMs > bound.Milliseconds() && stated[1] == strconv.FormatInt(timeMs, 10) &&
		stated[2] == strconv.FormatInt(timeMs-m.timeMs, 10) && stated[3] == strconv.FormatInt(m.timeMs, 10)
}

// tell notes how many inputs were judged by another bound than today's.
func (t *then) tell(out *Result) {
	if len(t.refused) > 0 {
		out.note("%d records were refused as too far ahead, which they are not by symbols.max_ahead as it is now", len(t.refused))
	}
	if t.taken > 0 {
		out.note("%d ticks were taken in that are too far ahead by symbols.max_ahead as it is now", t.taken)
	}
}
