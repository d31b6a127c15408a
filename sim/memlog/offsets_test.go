package memlog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

func text(topic string, partition int32, value string) messages.Out {
	return messages.Out{Topic: topic, Partition: partition, Key: []byte(value), Value: []byte(value)}
}

func values(records []*messages.Record) []string {
	var got []string
	for _, r := range records {
		got = append(got, fmt.Sprintf("%d:%s", r.Offset, r.Value))
	}
	return got
}

func expect(t *testing.T, c *Cluster, topic string, want ...string) {
	t.Helper()
	if got := values(c.Records(topic, 0)); !slices.Equal(got, want) {
		t.Errorf("%s holds %q, want %q", topic, got, want)
	}
}

// TestMarkersTakeOffsets pins that a transaction's marker takes an offset in each
// partition that it touched, and in no other.
func TestMarkersTakeOffsets(t *testing.T) {
	c := newCluster(t, Options{})
	c.Produce(text("in", 0, "a"))
	commit, abort := c.Begin(), c.Begin()
	for _, produce := range []error{commit.Produce(text("in", 0, "b")), abort.Produce(text("in", 0, "x")), commit.Produce(text("in", 0, "c"))} {
		if produce != nil {
			t.Fatal(produce)
		}
	}
	expect(t, c, "in", "0:a")
	if end, stable := c.EndOffset("in", 0), c.StableOffset("in", 0); end != 4 || stable != 1 {
		t.Errorf("end %d, stable %d; want 4, 1", end, stable)
	}
	commit.Commit()
	if stable := c.StableOffset("in", 0); stable != 2 {
		t.Errorf("stable %d with the second transaction open, want 2", stable)
	}
	expect(t, c, "in", "0:a", "1:b")
	abort.Abort()
	expect(t, c, "in", "0:a", "1:b", "3:c")
	if end := c.EndOffset("in", 0); end != 6 {
		t.Errorf("end %d, want 6: four records and two markers", end)
	}
	if end := c.EndOffset("in", 1); end != 0 {
		t.Errorf("a partition without records ends at %d", end)
	}
	if err := commit.Produce(text("in", 0, "late")); err == nil {
		t.Error("a finished transaction takes records")
	}
}

func TestDeleteRecords(t *testing.T) {
	c := newCluster(t, Options{})
	for _, v := range []string{"a", "b", "c"} {
		c.Produce(text("in", 0, v))
	}
	for _, before := range []int64{2, 1, 0, 2} {
		if err := c.DeleteRecords("in", 0, before); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, c, "in", "2:c")
	if start := c.StartOffset("in", 0); start != 2 {
		t.Errorf("start %d, want 2", start)
	}
	if err := c.DeleteRecords("in", 0, 4); err == nil {
		t.Error("deleting beyond the end is no error")
	}
	if err := c.DeleteRecords("in", 0, 3); err != nil {
		t.Fatal(err)
	}
	c.Produce(text("in", 0, "d"))
	expect(t, c, "in", "3:d")
}

func TestCompact(t *testing.T) {
	c := newCluster(t, Options{})
	const topic = "velox-symbol-state"
	put := func(key, value string) messages.Out {
		o := messages.Out{Topic: topic, Partition: 0, Key: []byte(key)}
		if value != "" {
			o.Value = []byte(value)
		}
		return o
	}
	c.Produce(put("a", "1"))
	aborted := c.Begin()
	if err := aborted.Produce(put("a", "aborted"), put("z", "aborted")); err != nil {
		t.Fatal(err)
	}
	aborted.Abort()
	c.Produce(put("b", "1"))
	c.Produce(put("a", "2"))
	c.Produce(put("b", ""))
	open := c.Begin()
	if err := open.Produce(put("a", "open")); err != nil {
		t.Fatal(err)
	}
	end := c.EndOffset(topic, 0)
	for _, drop := range []bool{false, true} {
		if err := c.Compact(topic, drop); err != nil {
			t.Fatal(err)
		}
		want := []string{"5:2", "6:"}
		if drop {
			want = want[:1]
		}
		expect(t, c, topic, want...)
	}
	open.Commit()
	expect(t, c, topic, "5:2", "7:open")
	if got := c.EndOffset(topic, 0); got != end+1 || c.StartOffset(topic, 0) != 0 {
		t.Errorf("log from %d to %d after compaction, want 0 to %d", c.StartOffset(topic, 0), got, end+1)
	}
	if err := c.Compact("in", false); err == nil {
		t.Error("a topic that is not compacted was compacted")
	}
	if err := c.ProduceBatch([]messages.Out{{Topic: topic, Partition: 0, Value: []byte("v")}}); err == nil {
		t.Error("a compacted topic took a record without a key")
	}
}

// TestBytesAreCopied: a writer may use its buffers again.
func TestBytesAreCopied(t *testing.T) {
	for _, keep := range []bool{false, true} {
		c := newCluster(t, Options{KeepBytes: keep})
		buffer := []byte("value")
		c.Produce(messages.Out{Topic: "in", Partition: 0, Key: buffer, Value: buffer, Headers: []messages.Header{{Key: "h", Value: buffer}}})
		buffer[0] = 'X'
		r := c.Records("in", 0)[0]
		for _, b := range [][]byte{r.Key, r.Value, r.Headers[0].Value} {
			if (string(b) == "Xalue") != keep {
				t.Errorf("KeepBytes %v, the log holds %q", keep, b)
			}
		}
	}
}

func TestProduceNamesWhatIsWrong(t *testing.T) {
	c := newCluster(t, Options{NowMs: func() int64 { return 77 }})
	for name, o := range map[string]messages.Out{
		"topic": text("none", 0, "a"), "partition": text("in", 2, "a"), "negative": text("in", -2, "a"),
		"size": {Topic: "in", Partition: 0, Value: make([]byte, DefaultMaxRecordBytes)},
	} {
		if err := c.ProduceBatch([]messages.Out{text("in", 0, "good"), o}); err == nil {
			t.Errorf("wrong %s: no error", name)
		}
	}
	if end := c.EndOffset("in", 0); end != 0 {
		t.Errorf("a refused batch wrote up to %d", end)
	}
	c.Produce(text("in", 0, "a"))
	if at := c.Records("in", 0)[0].TimestampMs; at != 77 {
		t.Errorf("stamped %d, want the clock's 77", at)
	}
}

// TestRecordsFrom reads a partition in pieces: each visible record once, none
// before its transaction has ended, whatever was deleted meanwhile.
func TestRecordsFrom(t *testing.T) {
	c := newCluster(t, Options{})
	c.Produce(text("in", 0, "a"))
	open, lost := c.Begin(), c.Begin()
	if err := errors.Join(lost.Produce(text("in", 0, "x")), open.Produce(text("in", 0, "b"))); err != nil {
		t.Fatal(err)
	}
	c.Produce(text("in", 0, "c"))
	read := func(from int64, want int64, expected ...string) {
		t.Helper()
		records, next := c.RecordsFrom("in", 0, from)
		if got := values(records); next != want || !slices.Equal(got, expected) {
			t.Errorf("from %d: %q, then %d; want %q, then %d", from, got, next, expected, want)
		}
	}
	read(0, 1, "0:a")
	read(1, 1)
	lost.Abort()
	read(1, 2)
	open.Commit()
	read(2, 6, "2:b", "3:c")
	read(9, 9)
	if err := c.DeleteRecords("in", 0, 3); err != nil {
		t.Fatal(err)
	}
	read(0, 6, "3:c")
	if records, next := c.RecordsFrom("none", 0, 4); records != nil || next != 4 {
		t.Errorf("a topic that is not there gives %v, then %d", records, next)
	}
}

// TestWhatReadersDontSee: what is committed above an open transaction no reader sees
// yet, and what is open or aborted only one that asks for the uncommitted.
func TestWhatReadersDontSee(t *testing.T) {
	c := newCluster(t, Options{})
	write := func(value string) *Transaction {
		txn := c.Begin()
		if err := txn.Produce(messages.Out{Topic: "in", Key: []byte("k"), Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
		return txn
	}
	write("aborted").Abort()
	open := write("open")
	write("committed").Commit()
	for name, got := range map[string][]*messages.Record{
		"": c.Records("in", 0), "committed": c.CommittedRecords("in", 0), "aborted open committed": c.UncommittedRecords("in", 0),
	} {
		var values []string
		for _, r := range got {
			values = append(values, string(r.Value))
		}
		if have := strings.Join(values, " "); have != name {
			t.Errorf("%q, want %q", have, name)
		}
	}
	open.Commit()
	if got := len(c.Records("in", 0)); got != 2 {
		t.Errorf("%d records after the open transaction's end", got)
	}
	if c.CommittedRecords("nowhere", 0) != nil || c.UncommittedRecords("nowhere", 0) != nil {
		t.Error("a partition that does not exist has records")
	}
}
