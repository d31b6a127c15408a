package logtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

var restoreTests = []test{
	{"restore: an empty partition", nil, restoresEmpty},
	{"restore: committed records in order, tombstones too", nil, restoresInOrder},
	{"restore: a value that is empty is no tombstone", nil, restoresEmptyValue},
	{"restore: only the shard's own partition", nil, restoresOwn},
	{"restore: an error of apply ends it", nil, restoreEnds},
	{"restore: waits for an open transaction that commits", []Feature{ForeignTransactions}, func(f *fixture) { restoreWaits(f, true) }},
	{"restore: waits for an open transaction that aborts", []Feature{ForeignTransactions}, func(f *fixture) { restoreWaits(f, false) }},
	{"restore: ends behind aborted records", []Feature{ForeignTransactions}, restoreAborted},
	{"restore: a wait ends with its context", []Feature{ForeignTransactions}, restoreCancelled},
	{"restore: after compaction", []Feature{Compaction}, restoreCompacted},
	{"restore: of many records", nil, restoreMany},
	{"restore: a commit finds out what was left out", nil, restoreLeftOut},
	{"restore: aborted records behind it are nothing left out", []Feature{ForeignTransactions}, abortedBehindRestore},
}

func restoresEmpty(f *fixture) {
	if got := f.restored(f.open(0)); len(got) != 0 {
		f.Errorf("an empty partition gives %q", got)
	}
}

func restoresInOrder(f *fixture) {
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "a", "1"), f.state(0, "b", "1")}))
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "a", "2"), f.state(0, "b", ""), f.state(0, "c", "1")}))
	got := final(f.restored(f.open(0)))
	if want := map[string]string{"a": "2", "c": "1"}; !maps.Equal(got, want) {
		f.Errorf("restores %v, want %v", got, want)
	}
}

func restoresEmptyValue(f *fixture) {
	s := f.open(0)
	empty := f.state(0, "empty", "")
	empty.Value = []byte{}
	f.ok(s.Commit(f.ctx, []messages.Out{empty, f.state(0, "gone", "")}))
	if got, want := f.restored(s), []string{"empty=", "gone-"}; !slices.Equal(got, want) {
		f.Errorf("restores %q, want %q", got, want)
	}
}

func restoresOwn(f *fixture) {
	a, b := f.open(0), f.open(1)
	f.ok(a.Commit(f.ctx, []messages.Out{f.state(0, "k", "a")}))
	f.ok(b.Commit(f.ctx, []messages.Out{f.state(1, "k", "b")}))
	for i, s := range []messages.ShardLog{a, b} {
		if got, want := f.restored(s), []string{"k=" + string("ab"[i])}; !slices.Equal(got, want) {
			f.Errorf("shard %d restores %q, want %q", i, got, want)
		}
	}
}

func restoreEnds(f *fixture) {
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "a", "1"), f.state(0, "b", "1")}))
	stop, calls := errors.New("stop here"), 0
	err := s.Restore(f.ctx, func(*messages.Record) error { calls++; return stop })
	f.wantError(err, stop)
	if calls != 1 {
		f.Errorf("apply was called %d times, want once", calls)
	}
}

// restoreWaits pins the trap of reading only to the last stable offset: what was
// committed above another's open transaction must not be missed.
func restoreWaits(f *fixture, commits bool) {
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "below", "1")}))
	txn := f.foreign(f.state(0, "foreign", "1"))
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "above", "1")}))
	owner := f.open(0)
	type result struct {
		got []string
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := f.restore(f.ctx, owner)
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		f.Fatalf("Restore did not wait for the open transaction: %q, %v", r.got, r.err)
	case <-time.After(shortWait):
	}
	want := []string{"below=1", "foreign=1", "above=1"}
	if commits {
		f.ok(txn.Commit(f.ctx))
	} else {
		f.ok(txn.Abort(f.ctx))
		want = []string{"below=1", "above=1"}
	}
	r := <-done
	f.ok(r.err)
	if !slices.Equal(r.got, want) {
		f.Errorf("restores %q, want %q", r.got, want)
	}
}

// restoreAborted ends a partition with an abort: nothing is left to read there,
// yet Restore must get to the high watermark and return.
func restoreAborted(f *fixture) {
	f.ok(f.foreign(f.state(0, "gone", "1"), f.state(0, "gone", "2")).Abort(f.ctx))
	s := f.open(0)
	if got := f.restored(s); len(got) != 0 {
		f.Errorf("restores %q from aborted records", got)
	}
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "k", "1")}))
	f.ok(f.foreign(f.state(0, "gone", "3")).Abort(f.ctx))
	if got, want := f.restored(s), []string{"k=1"}; !slices.Equal(got, want) {
		f.Errorf("restores %q, want %q", got, want)
	}
}

// restoreLeftOut: a state that holds more than what was restored is not written to.
func restoreLeftOut(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "k", "1")}))
	f.restored(s)
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "k", "2")}))
	f.restored(s)
	f.produce(f.state(0, "k", "stranger's"))
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "without state")}))
	err := s.Commit(f.ctx, []messages.Out{out(tp, "of old state"), f.state(0, "k", "3")})
	f.wantError(err, messages.ErrAborted)
	if _, ok := errors.AsType[*messages.StaleStateError](err); !ok {
		f.Errorf("the error doesn't say what is wrong: %v", err)
	}
	s.Close()
	again := f.open(0)
	if got, want := f.restored(again), []string{"k=1", "k=2", "k=stranger's"}; !slices.Equal(got, want) {
		f.Errorf("restores %q, want %q", got, want)
	}
	f.ok(again.Commit(f.ctx, []messages.Out{out(tp, "of this state"), f.state(0, "k", "3")}))
	f.follow(again, 10, from(tp, 0)).expect("without state", "of this state")
}

func abortedBehindRestore(f *fixture) {
	s := f.open(0)
	f.restored(s)
	f.ok(f.foreign(f.state(0, "gone", "1")).Abort(f.ctx))
	f.ok(s.Commit(f.ctx, []messages.Out{f.state(0, "k", "1")}))
}

func restoreCancelled(f *fixture) {
	txn := f.foreign(f.state(0, "foreign", "1"))
	s := f.open(0)
	ctx, cancel := context.WithTimeout(f.ctx, shortWait)
	defer cancel()
	_, err := f.restore(ctx, s)
	f.wantError(err, context.DeadlineExceeded)
	f.ok(txn.Abort(f.ctx))
}

func restoreCompacted(f *fixture) {
	s := f.open(0)
	want := make(map[string]string)
	for n := range 5 {
		var records []messages.Out
		for k := range 20 {
			key, value := fmt.Sprint("k", k), fmt.Sprint("v", n)
			if n == 4 && k%4 == 0 {
				value = ""
			}
			records = append(records, f.state(0, key, value))
			want[key] = value
		}
		f.ok(s.Commit(f.ctx, records))
	}
	maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
	f.ok(f.cluster.Compact(f.ctx, f.cluster.StateTopic(f.shard(0).Kind)))
	owner := f.open(0)
	if got := final(f.restored(owner)); !maps.Equal(got, want) {
		f.Errorf("restores %v, want %v", got, want)
	}
	// Positions inside the holes that compaction left can still be read.
	id := f.shard(0)
	tp := messages.TopicPartition{Topic: f.cluster.StateTopic(id.Kind), Partition: id.Partition}
	ends := f.offsets(owner, tp)
	f.follow(owner, 7, from(tp, ends[tp].Start+3)).reaches(ends)
	f.ok(owner.Commit(f.ctx, []messages.Out{f.state(0, "k1", "new")}))
	want["k1"] = "new"
	if got := final(f.restored(owner)); !maps.Equal(got, want) {
		f.Errorf("after another commit restores %v, want %v", got, want)
	}
}

func restoreMany(f *fixture) {
	const commits, each = 5, 1000
	s := f.open(0)
	for n := range commits {
		records := make([]messages.Out, each)
		for k := range records {
			records[k] = f.state(0, fmt.Sprint("k", n*each+k), fmt.Sprint("v", k))
		}
		f.ok(s.Commit(f.ctx, records))
	}
	if got := f.restored(f.open(0)); len(got) != commits*each {
		f.Errorf("restores %d records, want %d", len(got), commits*each)
	}
}
