package logtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
)

var pollTests = []test{
	{"poll: aborted records are passed over", []Feature{ForeignTransactions}, pollAborted},
	{"poll: nothing above an open transaction", []Feature{ForeignTransactions}, pollOpen},
	{"poll: the limit cuts without loss or repeat", nil, pollLimit},
	{"poll: waits and comes back empty", nil, pollWaits},
	{"poll: wakes for a record", nil, pollWakes},
	{"poll: unwanted keys are passed over", nil, pollWants},
	{"poll: several inputs, none starved", nil, pollSeveral},
	{"read: replaces the inputs", nil, readReplaces},
	{"read: a position in the middle, and back again", nil, readMiddle},
}

func pollAborted(f *fixture) {
	tp := f.place()
	f.produce(out(tp, "a"))
	f.ok(f.foreign(out(tp, "aborted")).Abort(f.ctx))
	f.produce(out(tp, "b"))
	f.ok(f.foreign(out(tp, "c")).Commit(f.ctx))
	f.ok(f.foreign(out(tp, "aborted too"), out(tp, "and this")).Abort(f.ctx))
	s := f.open(0)
	w := f.follow(s, 10, from(tp, 0))
	w.expect("a", "b", "c")
	// The tail is aborted data and a marker: Next passes them as well.
	w.reaches(f.offsets(s, tp))
	f.produce(out(tp, "d"))
	w.expect("a", "b", "c", "d")
}

func pollOpen(f *fixture) {
	tp := f.place()
	s := f.open(0)
	first := f.produce(out(tp, "a"))[0]
	txn := f.foreign(out(tp, "b"))
	f.produce(out(tp, "c"))
	w := f.follow(s, 10, from(tp, first))
	w.expect("a")
	w.poll(shortWait)
	w.expect("a")
	if end := f.offsets(s, tp)[tp].End; end != first+3 {
		f.Errorf("the high watermark is %d while a transaction is open, want %d", end, first+3)
	}
	if w.next[tp] > first+1 {
		f.Errorf("Next is %d, beyond the open transaction at %d", w.next[tp], first+1)
	}
	f.ok(txn.Commit(f.ctx))
	w.expect("a", "b", "c")
	w.reaches(f.offsets(s, tp))
}

func pollLimit(f *fixture) {
	tp := f.place()
	s := f.open(0)
	var want []string
	for n := range 6 {
		var records []messages.Out
		for k := range 25 {
			want = append(want, fmt.Sprintf("%d/%d", n, k))
			records = append(records, out(tp, want[len(want)-1]))
		}
		f.ok(s.Commit(f.ctx, records))
	}
	for _, limit := range []int{1, 7, 25, 1000} {
		w := f.follow(s, limit, from(tp, 0))
		w.expect(want...)
		w.reaches(f.offsets(s, tp))
		w.expect(want...)
	}
}

func pollWaits(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.read(s, from(tp, 0))
	for _, wait := range []time.Duration{0, shortWait} {
		begun := time.Now()
		b, err := s.Poll(f.ctx, 10, wait)
		f.ok(err)
		if len(b.Records) != 0 {
			f.Errorf("an empty partition gave %d records", len(b.Records))
		}
		if took := time.Since(begun); took > wait+10*time.Second {
			f.Errorf("a poll of %s took %s", wait, took)
		} else if len(b.Next) == 0 && took < wait*9/10 {
			f.Errorf("a poll of %s came back empty after %s", wait, took)
		}
	}
	f.read(s)
	b, err := s.Poll(f.ctx, 10, 0)
	if err != nil || len(b.Records) != 0 {
		f.Errorf("a poll without inputs gave %d records and %v", len(b.Records), err)
	}
}

func pollWakes(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.read(s, from(tp, 0))
	type result struct {
		b   messages.Batch
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := s.Poll(f.ctx, 10, Deadline)
		done <- result{b, err}
	}()
	f.produce(out(tp, "a"))
	select {
	case r := <-done:
		f.ok(r.err)
		if len(r.b.Records) != 1 || string(r.b.Records[0].Value) != "a" {
			f.Errorf("woke with %d records", len(r.b.Records))
		}
	case <-f.ctx.Done():
		f.Fatal("the poll did not wake for a record")
	}
}

func pollWants(f *fixture) {
	tp := f.place()
	s := f.open(0)
	var want []string
	var records []messages.Out
	for k := range 60 {
		key := fmt.Sprintf("skip%d", k)
		if k%10 == 3 {
			key = fmt.Sprintf("take%d", k)
			want = append(want, key)
		}
		records = append(records, out(tp, key))
	}
	f.produce(records...)
	in := from(tp, 0)
	in.Wants = func(key []byte) bool { return strings.HasPrefix(string(key), "take") }
	w := f.follow(s, 4, in)
	w.expect(want...)
	w.reaches(f.offsets(s, tp))
	// A nil key is asked for, too.
	none := out(tp, "no key")
	none.Key = nil
	f.produce(none)
	w.reaches(f.offsets(s, tp))
	w.expect(want...)
}

func pollSeveral(f *fixture) {
	topic := f.topic(3, TopicOptions{})
	var inputs []messages.Input
	for p := range int32(3) {
		tp := messages.TopicPartition{Topic: topic, Partition: p}
		inputs = append(inputs, from(tp, 0))
		var records []messages.Out
		for k := range 200 {
			records = append(records, out(tp, fmt.Sprintf("%d/%03d", p, k)))
		}
		f.produce(records...)
	}
	w := f.follow(f.open(0), 10, inputs...)
	first := inputs[0].TopicPartition
	count := func(partition int32) (n int) {
		for _, r := range w.records {
			if r.Partition == partition {
				n++
			}
		}
		return n
	}
	// Input 0 is filled faster than it is drained; the others must come through.
	for added := 0; count(1) < 200 || count(2) < 200; added++ {
		if f.ctx.Err() != nil || added > 2000 {
			f.Fatalf("inputs 1 and 2 gave %d and %d of 200 records while input 0 gave %d", count(1), count(2), count(0))
		}
		var more []messages.Out
		for k := range 10 {
			more = append(more, out(first, fmt.Sprintf("0/%03d", 200+10*added+k)))
		}
		f.produce(more...)
		w.poll(time.Second)
	}
	seen := make(map[int32]int)
	for i, r := range w.records {
		if want := fmt.Sprintf("%d/%03d", r.Partition, seen[r.Partition]); string(r.Value) != want {
			f.Fatalf("record %d is %s, want %s", i, r.Value, want)
		}
		seen[r.Partition]++
	}
}

func readReplaces(f *fixture) {
	a, b := f.place(), f.place()
	f.produce(out(a, "a1"), out(a, "a2"), out(b, "b1"))
	s := f.open(0)
	f.follow(s, 10, from(a, 0)).expect("a1", "a2")
	w := f.follow(s, 10, from(b, 0))
	w.expect("b1")
	f.produce(out(a, "a3"))
	f.produce(out(b, "b2"))
	w.expect("b1", "b2")
	f.follow(s, 10, from(a, 2), from(b, 2)).expect("a3")
}

func readMiddle(f *fixture) {
	tp := f.place()
	s := f.open(0)
	var values []string
	var offsets []int64
	for k := range 10 {
		values = append(values, fmt.Sprint("v", k))
		offsets = append(offsets, f.produce(out(tp, values[k]))...)
	}
	for _, k := range []int{5, 0, 9, 3} {
		f.follow(s, 100, from(tp, offsets[k])).expect(values[k:]...)
	}
	end := f.offsets(s, tp)[tp].End
	w := f.follow(s, 100, from(tp, end))
	f.produce(out(tp, "new"))
	w.expect("new")
}

// outOfRange polls until the error comes that says so.
func (f *fixture) outOfRange(s messages.ShardLog, in messages.Input) *messages.OffsetOutOfRangeError {
	f.Helper()
	f.read(s, in)
	for {
		b, err := s.Poll(f.ctx, 10, time.Second)
		var out *messages.OffsetOutOfRangeError
		if errors.As(err, &out) {
			return out
		}
		f.ok(err)
		if len(b.Records) > 0 {
			f.Fatalf("position %d gave record %d", in.From, b.Records[0].Offset)
		}
		if f.ctx.Err() != nil {
			f.Fatalf("position %d of %s gave no error", in.From, in.TopicPartition)
		}
	}
}
