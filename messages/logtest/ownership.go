package logtest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/velox-trading/velox/messages"
)

var ownershipTests = []test{
	{"fencing: the old owner's commit is refused and invisible", nil, fencesOldOwner},
	{"fencing: owners that take turns", nil, fencesInTurns},
	{"fencing: only the same shard and prefix", nil, fencesOnlyItself},
	{"fencing: an owner on the same node", nil, fencesOnOneNode},
	{"unclear commit that took effect", []Feature{LostAnswers}, func(f *fixture) { unclearCommit(f, true) }},
	{"unclear commit that did not take effect", []Feature{LostAnswers}, func(f *fixture) { unclearCommit(f, false) }},
	{"concurrent shards on one node", nil, concurrentShards},
}

func fencesOldOwner(f *fixture) {
	tp := f.place()
	old := f.open(0)
	f.ok(old.Commit(f.ctx, []messages.Out{out(tp, "before"), f.state(0, "k", "before")}))
	owner := f.open(0)
	f.wantError(old.Commit(f.ctx, []messages.Out{out(tp, "zombie"), f.state(0, "k", "zombie")}), messages.ErrFenced)
	if got, want := f.restored(owner), []string{"k=before"}; !slices.Equal(got, want) {
		f.Errorf("the new owner restores %q, want %q", got, want)
	}
	f.ok(owner.Commit(f.ctx, []messages.Out{out(tp, "after"), f.state(0, "k", "after")}))
	f.follow(owner, 10, from(tp, 0)).expect("before", "after")
	if got, want := final(f.restored(owner)), "after"; got["k"] != want {
		f.Errorf("restores k=%q at the end, want %q", got["k"], want)
	}
}

func fencesInTurns(f *fixture) {
	tp := f.place()
	owner := f.open(0)
	var want []string
	for i := range 4 {
		value := fmt.Sprint("owner", i)
		f.ok(owner.Commit(f.ctx, []messages.Out{out(tp, value)}))
		want = append(want, value)
		next := f.open(0)
		f.wantError(owner.Commit(f.ctx, []messages.Out{out(tp, "zombie")}), messages.ErrFenced)
		owner.Close()
		owner = next
	}
	f.ok(owner.Commit(f.ctx, []messages.Out{out(tp, "last")}))
	f.follow(owner, 10, from(tp, 0)).expect(append(want, "last")...)
}

func fencesOnlyItself(f *fixture) {
	tp := f.place()
	a, b := f.open(0), f.open(1)
	kin, err := f.node().OpenShard(f.ctx, messages.ShardID{Kind: messages.AccountShard, Partition: f.shard(0).Partition})
	f.ok(err)
	f.Cleanup(kin.Close)
	other, err := f.cluster.Log(f.prefix + "-other")
	f.ok(err)
	stranger := f.openOn(other, 0)
	for i, s := range []messages.ShardLog{a, b, kin, stranger} {
		if err := s.Commit(f.ctx, []messages.Out{out(tp, fmt.Sprint(i))}); err != nil {
			f.Errorf("owner %d: %v", i, err)
		}
	}
	f.follow(a, 10, from(tp, 0)).expect("0", "1", "2", "3")
}

func fencesOnOneNode(f *fixture) {
	tp, node := f.place(), f.node()
	old, owner := f.openOn(node, 0), f.openOn(node, 0)
	f.wantError(old.Commit(f.ctx, []messages.Out{out(tp, "zombie")}), messages.ErrFenced)
	f.ok(owner.Commit(f.ctx, []messages.Out{out(tp, "owner")}))
	f.follow(owner, 10, from(tp, 0)).expect("owner")
}

// unclearCommit holds what the runtime relies on: the commit is not reported as
// done or undone, and opening the shard again settles it, state and outputs alike.
func unclearCommit(f *fixture, applied bool) {
	tp := f.place()
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "one"), f.state(0, "k", "one")}))
	f.ok(f.cluster.LoseCommitAnswer(f.ctx, applied))
	err := s.Commit(f.ctx, []messages.Out{out(tp, "two"), f.state(0, "k", "two")})
	f.wantError(err, messages.ErrUnclear)
	if errors.Is(err, messages.ErrAborted) {
		f.Errorf("the error says unclear and aborted at once: %v", err)
	}
	s.Close()
	again := f.open(0)
	want := []string{"one", "two"}
	if !applied {
		want = want[:1]
	}
	if got := final(f.restored(again))["k"]; got != want[len(want)-1] {
		f.Errorf("restores k=%q, want %q", got, want[len(want)-1])
	}
	f.ok(again.Commit(f.ctx, []messages.Out{out(tp, "three"), f.state(0, "k", "three")}))
	f.follow(again, 10, from(tp, 0)).expect(append(want, "three")...)
	if got := final(f.restored(again))["k"]; got != "three" {
		f.Errorf("restores k=%q after the next commit, want three", got)
	}
}

// concurrentShards runs two shards of one node at once, one of them reading what
// both write.
func concurrentShards(f *fixture) {
	const commits, each = 10, 20
	tp, node := f.place(), f.node()
	logs := []messages.ShardLog{f.openOn(node, 0), f.openOn(node, 1)}
	var wg sync.WaitGroup
	for i, s := range logs {
		wg.Go(func() {
			for n := range commits {
				records := make([]messages.Out, each)
				for k := range records {
					records[k] = out(tp, fmt.Sprintf("%d/%03d", i, n*each+k))
				}
				if err := s.Commit(f.ctx, records); err != nil {
					f.Errorf("shard %d, commit %d: %v", i, n, err)
					return
				}
			}
		})
	}
	reader, err := node.OpenShard(f.ctx, messages.ShardID{Kind: messages.AccountShard, Partition: f.shard(0).Partition})
	f.ok(err)
	f.Cleanup(reader.Close)
	w := f.follow(reader, 50, from(tp, 0))
	w.until("all records", func() bool { return f.Failed() || len(w.records) >= 2*commits*each })
	wg.Wait()
	seen := make(map[byte]int)
	for _, v := range w.values() {
		if want := fmt.Sprintf("%c/%03d", v[0], seen[v[0]]); v != want {
			f.Fatalf("read %s, want %s", v, want)
		}
		seen[v[0]]++
	}
}
