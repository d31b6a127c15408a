package logtest

import (
	"context"
	"time"

	"github.com/velox-trading/velox/messages"
)

var lifecycleTests = []test{
	{"close: twice, and nothing after it", nil, closesTwice},
	{"close: leaves what was committed", nil, closeLeaves},
	{"context: a poll that waits is ended", nil, cancelsPoll},
	{"context: a dead one opens nothing", nil, deadContext},
}

func closesTwice(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.read(s, from(tp, 0))
	s.Close()
	s.Close()
	if err := s.Commit(f.ctx, []messages.Out{out(tp, "late")}); err == nil {
		f.Error("a closed ShardLog commits")
	}
	if _, err := s.Poll(f.ctx, 10, shortWait); err == nil {
		f.Error("a closed ShardLog polls without an error")
	}
	again := f.open(0)
	f.ok(again.Commit(f.ctx, []messages.Out{out(tp, "a")}))
	f.follow(again, 10, from(tp, 0)).expect("a")
}

func closeLeaves(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.ok(s.Commit(f.ctx, []messages.Out{out(tp, "a"), f.state(0, "k", "1")}))
	s.Close()
	again := f.open(0)
	f.follow(again, 10, from(tp, 0)).expect("a")
	if got := final(f.restored(again))["k"]; got != "1" {
		f.Errorf("restores k=%q, want 1", got)
	}
}

func cancelsPoll(f *fixture) {
	tp := f.place()
	s := f.open(0)
	f.read(s, from(tp, 0))
	ctx, cancel := context.WithCancel(f.ctx)
	done := make(chan error, 1)
	go func() {
		_, err := s.Poll(ctx, 10, Deadline)
		done <- err
	}()
	cancel()
	select {
	case err := <-done:
		f.wantError(err, context.Canceled)
	case <-time.After(Deadline / 2):
		f.Fatal("the poll outlives its context")
	}
	// The shard's log is not spent by it.
	f.produce(out(tp, "a"))
	f.follow(s, 10, from(tp, 0)).expect("a")
}

func deadContext(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	s, err := f.node().OpenShard(ctx, f.shard(0))
	if err == nil {
		s.Close()
		f.Fatal("OpenShard succeeds with a context that is cancelled")
	}
	f.wantError(err, context.Canceled)
}
