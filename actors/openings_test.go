package actors

import (
	"reflect"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestOpenings: an update is judged by the openings that stand before it, whatever was
// read by then, in whatever order owners came to write, and after saving.
func TestOpenings(t *testing.T) {
	update := func(partition int32, offset int64) *messages.Record {
		return &messages.Record{Topic: messages.TopicUpdates, Partition: partition, Offset: offset}
	}
	o := make(openings)
	for _, s := range []struct{ offset, number int64 }{{0, 5}, {10, 7}, {12, 6}, {20, 9}, {10, 7}} {
		o.see(update(1, s.offset), messages.Opening{Shard: 2, Number: s.number})
	}
	check := func(o openings) {
		t.Helper()
		for _, c := range []struct {
			partition, shard int32
			offset, number   int64
			stale            bool
		}{
			{1, 2, 9, 5, false},
			{1, 2, 11, 5, true},
			{1, 2, 11, 7, false},
			{1, 2, 13, 6, true},
			{1, 2, 19, 7, false},
			{1, 2, 21, 7, true},
			{1, 2, 21, 9, false},
			{1, 2, 30, 12, false},
			{0, 2, 21, 5, false},
			{1, 0, 21, 5, false},
		} {
			if got := o.stale(update(c.partition, c.offset), c.shard, c.number); got != c.stale {
				t.Errorf("%+v: stale is %v", c, got)
			}
		}
	}
	check(o)
	// What was known of a later place first, and of an earlier one from elsewhere.
	late := make(openings)
	late.note(openingPlace{1, 2}, seenOpening{20, 9})
	for _, s := range []struct{ offset, number int64 }{{0, 5}, {10, 7}, {12, 6}, {22, 9}} {
		late.see(update(1, s.offset), messages.Opening{Shard: 2, Number: s.number})
	}
	late.note(openingPlace{1, 2}, seenOpening{8, 7})
	late.note(openingPlace{1, 2}, seenOpening{10, 7})
	if want := []seenOpening{{0, 5}, {8, 7}, {20, 9}}; !reflect.DeepEqual(late[openingPlace{1, 2}], want) {
		t.Errorf("known are %v, want %v", late[openingPlace{1, 2}], want)
	}
	saved := openingsFrom(o.proto())
	if !reflect.DeepEqual(saved, o) {
		t.Errorf("saved are %v, want %v", saved, o)
	}
	tp := messages.TopicPartition{Topic: messages.TopicUpdates, Partition: 1}
	saved.forget(frontier{tp: 0})
	check(saved)
	saved.forget(frontier{tp: 11})
	if n := len(saved[openingPlace{1, 2}]); n != 2 || !saved.stale(update(1, 11), 2, 5) {
		t.Errorf("%d openings are kept, want those at 10 and 20", n)
	}
}
