package actors

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// TestDrainDuringReplay: a shard that is asked to let go while it takes in again
// what a predecessor had taken in leaves the log so that nothing is taken in
// twice: symbols that were saved ahead of the replay stay ahead.
func TestDrainDuringReplay(t *testing.T) {
	for _, g := range []Guarantee{ExactlyOnce, AtLeastOnce} {
		t.Run(string(g), func(t *testing.T) {
			want := movedTwice(t, g, false)
			compare(t, movedTwice(t, g, true), want)
		})
	}
}

// movedTwice moves all shards abruptly, with some symbols saved and others not,
// and, if it should, again in the middle of the replay that follows.
func movedTwice(t *testing.T, g Guarantee, again bool) map[string][]string {
	t.Helper()
	const n, first = 1200, 1000
	k := newKit(t, nil)
	ticks := walk(2, 8, n, "feed")
	for _, tick := range ticks[:first] {
		k.tick(tick)
	}
	c := k.config()
	c.Guarantees[messages.SymbolShard] = g
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour, Batch: 500}
	c.Limits.Records, c.Limits.PollRecords = 50, 50
	old := k.start(c)
	old.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("ticks", func() bool { return k.seen.get(CountTicks, "") == first })
	// Requests save their symbols, and the frontier; the other symbols stay unsaved.
	for i := range 4 {
		s := messages.Signal{
			StrategyID: "s", Symbol: fmt.Sprintf("SYM%d", i), TimeMs: baseMs, Action: messages.Hold, Timeframe: "1min",
			Periods: 10, RequestIndicators: []string{"EMA_3"},
		}
		k.signal(&s)
	}
	k.ready(old)
	old.Lost(messages.SymbolShard, allTicks)
	next := k.start(c)
	if again {
		drainedAtDecode(k, c, 150)
	}
	next.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(next)
	for _, tick := range ticks[first:] {
		k.tick(tick)
	}
	k.until("all ticks taken in", func() bool { return k.seen.tookTicks(k.cluster) })
	k.stop(next)
	return k.updates()
}

// drainedAtDecode runs the shards on a node that gives them back when it has
// decoded a number of records.
func drainedAtDecode(k *kit, c Config, at int64) {
	c.Limits.Records, c.Limits.PollRecords = 5, 5
	var node *Node
	var decoded atomic.Int64
	reached := make(chan struct{})
	c.Fault = func(point, _ string) error {
		if point == "decode" && decoded.Add(1) == at {
			close(reached)
			for len(node.Shards()) > 0 { // until they are being given back
				runtime.Gosched()
			}
		}
		return nil
	}
	node = k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	<-reached
	node.Revoked(context.Background(), messages.SymbolShard, allTicks)
}

// stuckLog is a log whose shards can't emit until they are closed; save, where opens
// is set, that they have opened.
type stuckLog struct {
	messages.Log
	emitting chan struct{}
	opens    bool
}

func (l *stuckLog) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	s, err := l.Log.OpenShard(ctx, id)
	return &stuckShard{ShardLog: s, emitting: l.emitting, opens: l.opens, closed: make(chan struct{})}, err
}

type stuckShard struct {
	messages.ShardLog
	emitting, closed chan struct{}
	opens            bool
	once             sync.Once
}

func (s *stuckShard) Emit(records []messages.Out) {
	if len(records) == 0 || s.opens && string(records[0].Key) == messages.OpeningSymbol {
		s.ShardLog.Emit(records)
		return
	}
	s.emitting <- struct{}{}
	<-s.closed
}

func (s *stuckShard) Close() {
	s.once.Do(func() { close(s.closed) })
	s.ShardLog.Close()
}

// TestLostWhileWritingWaits: a shard is given up while it waits for room to write
// its updates, or that it has opened, on a log that takes none.
func TestLostWhileWritingWaits(t *testing.T) {
	for name, opens := range map[string]bool{"updates": true, "its opening": false} {
		t.Run(name, func(t *testing.T) { lostWhileWriting(t, opens) })
	}
}

func lostWhileWriting(t *testing.T, opens bool) {
	t.Helper()
	k := newKit(t, nil)
	c := k.config()
	log := &stuckLog{Log: c.Log, emitting: make(chan struct{}, 100), opens: opens}
	c.Log = log
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	if opens {
		k.ready(node)
		k.tick(walk(2, 1, 1, "feed")[0])
	}
	<-log.emitting
	lost := make(chan struct{})
	go func() {
		node.Lost(messages.SymbolShard, allTicks)
		close(lost)
	}()
	select {
	case <-lost:
	case <-time.After(10 * time.Second):
		t.Fatal("the shards are not given up")
	}
}
