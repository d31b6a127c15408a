package logtest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/velox-trading/velox/messages"
)

var writeTests = []test{
	{"commit: all of it or nothing, over topics and partitions", nil, commitsTogether},
	{"commit: of nothing", nil, commitsNothing},
	{"commit: of many records, in order", nil, commitsMany},
	{"commit: a record too large is named and nothing is visible", []Feature{TopicLimits}, commitTooLarge},
	{"commit: small records that together exceed the limit of one", []Feature{TopicLimits}, commitManySmall},
	{"emit: visible without a commit, in order", nil, emits},
	{"emit: a record too large fails the flush", []Feature{TopicLimits}, emitTooLarge},
	{"flush: of nothing", nil, flushesNothing},
	{"records: keep key, value, headers and the writer's time", nil, keepsRecords},
}

func commitsTogether(f *fixture) {
	topic := f.topic(2, TopicOptions{})
	a, b := messages.TopicPartition{Topic: topic}, messages.TopicPartition{Topic: topic, Partition: 1}
	other := f.place()
	s := f.open(0)
	for n := range 5 {
		v := fmt.Sprint(n)
		f.ok(s.Commit(f.ctx, []messages.Out{out(a, v), out(other, v), out(b, v), f.state(0, "k", v)}))
	}
	for _, tp := range []messages.TopicPartition{a, b, other} {
		f.follow(s, 10, from(tp, 0)).expect("0", "1", "2", "3", "4")
	}
	if got := final(f.restored(s))["k"]; got != "4" {
		f.Errorf("restores k=%q, want 4", got)
	}
}

func commitsNothing(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.ok(s.Commit(f.ctx, nil))
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "a")}))
	f.ok(s.Commit(f.ctx, []messages.Out{}))
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "b")}))
	f.follow(s, 10, from(tp, 0)).expect("a", "b")
}

func commitsMany(f *fixture) {
	tp := f.place()
	s := f.open(0)
	var want []string
	for n := range 3 {
		records := make([]messages.Out, 4000)
		for k := range records {
			v := fmt.Sprintf("%d/%d", n, k)
			records[k], want = out(tp, v), append(want, v)
		}
		f.ok(s.Commit(f.ctx, records))
	}
	f.follow(s, 1000, from(tp, 0)).expect(want...)
}

// noise is a value that compression does not make smaller.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func commitTooLarge(f *fixture) {
	small := messages.TopicPartition{Topic: f.topic(1, TopicOptions{MaxRecordBytes: 10_000})}
	tp := f.place()
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{out(small, "before")}))
	large := out(small, "large")
	large.Value = noise(50_000)
	err := s.Commit(f.ctx, []messages.Out{out(tp, "a"), out(small, "b"), large, out(tp, "c"), f.state(0, "k", "1")})
	f.wantError(err, messages.ErrAborted)
	var which *messages.TooLargeError
	if !errors.As(err, &which) {
		f.Fatalf("the error names no record: %v", err)
	}
	if which.Index != 2 || which.Topic != small.Topic || which.Bytes < 50_000 {
		f.Errorf("got %+v, want record 2 of %s with at least 50000 bytes", *which, small.Topic)
	}
	s.Close()
	again := f.open(0)
	if got := f.restored(again); len(got) != 0 {
		f.Errorf("restores %q of a refused commit", got)
	}
	f.ok(again.Commit(f.ctx, []messages.Out{out(tp, "after"), out(small, "after")}))
	f.follow(again, 10, from(tp, 0)).expect("after")
	f.follow(again, 10, from(small, 0)).expect("before", "after")
}

// commitManySmall: the limit is a record's, and a batch of the client that
// exceeds it must not be what is refused.
func commitManySmall(f *fixture) {
	tp := messages.TopicPartition{Topic: f.topic(1, TopicOptions{MaxRecordBytes: 10_000})}
	s := f.open(0)
	records := make([]messages.Out, 100)
	for i := range records {
		records[i] = out(tp, fmt.Sprint(i))
		records[i].Value = noise(1000 + i)
	}
	f.ok(s.Commit(f.ctx, records))
	w := f.follow(s, 1000, from(tp, 0))
	w.until("100 records", func() bool { return len(w.records) >= len(records) })
	if len(w.records) != len(records) {
		f.Fatalf("read %d records, want %d", len(w.records), len(records))
	}
	for i, r := range w.records {
		if !bytes.Equal(r.Value, records[i].Value) {
			f.Fatalf("record %d differs", i)
		}
	}
}

func emits(f *fixture) {
	tp := f.place()
	s := f.open(0)
	var want []string
	for n := range 20 {
		records := make([]messages.Out, 100)
		for k := range records {
			v := fmt.Sprintf("%d/%d", n, k)
			records[k], want = out(tp, v), append(want, v)
		}
		s.Emit(records)
		if n%5 == 4 {
			f.ok(s.Flush(f.ctx))
		}
	}
	f.follow(s, 500, from(tp, 0)).expect(want...)
	// Emitting and committing may take turns on one ShardLog.
	s.Emit([]messages.Out{out(tp, "emitted")})
	f.ok(s.Flush(f.ctx))
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "committed")}))
	s.Emit([]messages.Out{out(tp, "emitted again")})
	f.ok(s.Flush(f.ctx))
	f.follow(s, 500, from(tp, 0)).expect(append(want, "emitted", "committed", "emitted again")...)
}

func emitTooLarge(f *fixture) {
	tp := messages.TopicPartition{Topic: f.topic(1, TopicOptions{MaxRecordBytes: 10_000})}
	s := f.open(0)
	large := out(tp, "large")
	large.Value = noise(50_000)
	large.Key = []byte("which")
	s.Emit([]messages.Out{out(tp, "small"), large})
	var which *messages.TooLargeError
	if err := s.Flush(f.ctx); !errors.As(err, &which) || which.Emitted == nil || string(which.Emitted.Key) != "which" {
		f.Errorf("a record that its topic refuses was flushed with %v; want the record", err)
	}
}

func flushesNothing(f *fixture) {
	s := f.open(0)
	f.ok(s.Flush(f.ctx))
	s.Emit(nil)
	f.ok(s.Flush(f.ctx))
}

func keepsRecords(f *fixture) {
	tp := f.place()
	s := f.open(0)
	before := time.Now().Add(-time.Hour).UnixMilli()
	sent := []messages.Out{
		{Topic: tp.Topic, Key: []byte("k"), Value: []byte("v"), Headers: []messages.Header{
			{Key: "one", Value: []byte("1")}, {Key: "two", Value: []byte{0, 255}}, {Key: "one", Value: []byte("again")},
		}},
		{Topic: tp.Topic, Key: nil, Value: []byte("no key")},
		{Topic: tp.Topic, Key: []byte{}, Value: []byte{}},
		{Topic: tp.Topic, Key: []byte("tombstone"), Value: nil},
	}
	f.ok(s.Commit(f.ctx, sent))
	s.Emit(sent)
	f.ok(s.Flush(f.ctx))
	w := f.follow(s, 100, from(tp, 0))
	w.until("8 records", func() bool { return len(w.records) >= 2*len(sent) })
	for i, r := range w.records {
		want := sent[i%len(sent)]
		if !same(r.Key, want.Key) || !same(r.Value, want.Value) {
			f.Errorf("record %d is %q=%q, want %q=%q", i, r.Key, r.Value, want.Key, want.Value)
		}
		if r.TopicPartition() != tp || r.TimestampMs < before || r.TimestampMs > before+int64(2*time.Hour/time.Millisecond) {
			f.Errorf("record %d is at %s with time %d", i, r.TopicPartition(), r.TimestampMs)
		}
		if len(r.Headers) != len(want.Headers) {
			f.Errorf("record %d has %d headers, want %d", i, len(r.Headers), len(want.Headers))
			continue
		}
		for k, h := range r.Headers {
			if h.Key != want.Headers[k].Key || !bytes.Equal(h.Value, want.Headers[k].Value) {
				f.Errorf("record %d, header %d is %s=%q, want %s=%q", i, k, h.Key, h.Value, want.Headers[k].Key, want.Headers[k].Value)
			}
		}
	}
}

// same compares bytes and tells nil from empty.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }
