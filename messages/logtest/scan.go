package logtest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

var scanTests = []test{
	{"scan: what lies within the ranges", nil, scansRanges},
	{"scan: an error of apply ends it", nil, scanEnds},
	{"scan: waits for an open transaction that commits", []Feature{ForeignTransactions}, func(f *fixture) { scanWaits(f, true) }},
	{"scan: waits for an open transaction that aborts", []Feature{ForeignTransactions}, func(f *fixture) { scanWaits(f, false) }},
	{"scan: a wait ends with its context", []Feature{ForeignTransactions}, scanCancelled},
	{"scan: below the start of the log", []Feature{DeleteRecords}, scanBelowStart},
}

// scan gives the values that a scan gives of one range.
func (f *fixture) scan(ctx context.Context, tp messages.TopicPartition, from, to int64) ([]string, error) {
	var got []string
	err := f.node().Scan(ctx, map[messages.TopicPartition]messages.OffsetRange{tp: {Start: from, End: to}}, func(r *messages.Record) error {
		got = append(got, string(r.Value))
		return nil
	})
	return got, err
}

func scansRanges(f *fixture) {
	topic := f.topic(3, TopicOptions{})
	at := func(p int32) messages.TopicPartition { return messages.TopicPartition{Topic: topic, Partition: p} }
	for _, v := range []string{"a", "b", "c", "d"} {
		for p := range int32(3) {
			f.produce(out(at(p), v))
		}
	}
	got := make(map[int32][]string)
	f.ok(f.node().Scan(f.ctx, map[messages.TopicPartition]messages.OffsetRange{at(0): {Start: 1, End: 3}, at(1): {Start: 2, End: 2}, at(2): {Start: 0, End: 4}},
		func(r *messages.Record) error {
			if r.Topic != topic {
				f.Errorf("a record of %s is given", r.Topic)
			}
			got[r.Partition] = append(got[r.Partition], string(r.Value))
			return nil
		}))
	for p, want := range [][]string{{"b", "c"}, nil, {"a", "b", "c", "d"}} {
		if !slices.Equal(got[int32(p)], want) {
			f.Errorf("partition %d gives %q, want %q", p, got[int32(p)], want)
		}
	}
}

func scanEnds(f *fixture) {
	tp := f.place()
	f.produce(out(tp, "a"), out(tp, "b"))
	stop, calls := errors.New("stop here"), 0
	err := f.node().Scan(f.ctx, map[messages.TopicPartition]messages.OffsetRange{tp: {End: 2}}, func(*messages.Record) error { calls++; return stop })
	f.wantError(err, stop)
	if calls != 1 {
		f.Errorf("apply was called %d times, want once", calls)
	}
}

// scanWaits is restoreWaits for any range: it ends above an open transaction.
func scanWaits(f *fixture, commits bool) {
	tp := f.place()
	f.produce(out(tp, "below"))
	txn := f.foreign(out(tp, "foreign"))
	f.produce(out(tp, "above"), out(tp, "beyond"))
	type result struct {
		got []string
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := f.scan(f.ctx, tp, 0, 3)
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		f.Fatalf("Scan did not wait for the open transaction: %q, %v", r.got, r.err)
	case <-time.After(shortWait):
	}
	want := []string{"below", "foreign", "above"}
	if commits {
		f.ok(txn.Commit(f.ctx))
	} else {
		f.ok(txn.Abort(f.ctx))
		want = []string{"below", "above"}
	}
	r := <-done
	f.ok(r.err)
	if !slices.Equal(r.got, want) {
		f.Errorf("gives %q, want %q", r.got, want)
	}
}

func scanCancelled(f *fixture) {
	tp := f.place()
	txn := f.foreign(out(tp, "foreign"))
	ctx, cancel := context.WithTimeout(f.ctx, shortWait)
	defer cancel()
	_, err := f.scan(ctx, tp, 0, 1)
	f.wantError(err, context.DeadlineExceeded)
	f.ok(txn.Abort(f.ctx))
}

func scanBelowStart(f *fixture) {
	tp := f.place()
	f.produce(out(tp, "a"), out(tp, "b"), out(tp, "c"))
	f.ok(f.cluster.DeleteRecords(f.ctx, tp, 2))
	if got, err := f.scan(f.ctx, tp, 1, 3); err == nil {
		f.Errorf("a range that was deleted in part gives %q and no error", got)
	}
	got, err := f.scan(f.ctx, tp, 2, 3)
	f.ok(err)
	if !slices.Equal(got, []string{"c"}) {
		f.Errorf("gives %q, want what is left", got)
	}
}
