package actors

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// largestEpoch knows how many records of one topic an epoch has taken in at most.
type largestEpoch struct {
	*witness
	records atomic.Int64
}

func (l *largestEpoch) Count(c Counter, label string, n int) {
	l.witness.Count(c, label, n)
	for was := l.records.Load(); c == CountConsumed && int64(n) > was && !l.records.CompareAndSwap(was, int64(n)); {
		was = l.records.Load()
	}
}

// waiting is a cluster in which somebody's transaction is open in velox-strategies.
type waiting struct {
	*owned
	txn     *memlog.Transaction
	largest *largestEpoch
}

func newWaiting(t *testing.T) *waiting {
	t.Helper()
	w := &waiting{owned: newOwned(t)}
	w.deploys(w.near, 1)
	w.reads(w.keeper)
	w.stop(w.node)
	w.largest = &largestEpoch{witness: w.seen}
	w.again()
	w.reads(w.keeper)
	w.txn = w.cluster.Begin()
	w.writes("another", w.far)
	return w
}

// again starts a node whose epochs are small.
func (w *waiting) again() {
	c := w.config()
	c.Observer = w.largest
	w.node = w.start(c)
}

// writes puts a strategy's owner into the open transaction.
func (w *waiting) writes(strategyID, user string) {
	w.t.Helper()
	owner := messages.StrategyOwner{StrategyID: strategyID, UserID: user, Number: 1}
	if err := w.txn.Produce(messages.Out{Topic: messages.TopicStrategies, Key: []byte(strategyID), Value: messages.AppendStrategyOwner(nil, &owner)}); err != nil {
		w.t.Fatal(err)
	}
}

// updates writes updates by others of the symbol that the strategy watches, and gives
// where they end.
func (w *waiting) updates(n int) (messages.TopicPartition, int64) {
	var p int32
	for i := range n {
		u := messages.IndicatorUpdate{Symbol: "SYM0", Timeframe: "1min", TimeMs: baseMs + int64(i)}
		p, _ = w.cluster.Produce(messages.Out{
			Topic: messages.TopicUpdates, Partition: messages.AnyPartition, Key: []byte(u.Symbol), Value: messages.AppendUpdate(nil, &u),
		})
	}
	return messages.TopicPartition{Topic: messages.TopicUpdates, Partition: p}, w.cluster.EndOffset(messages.TopicUpdates, p)
}

func (w *waiting) passed(tp messages.TopicPartition, end int64) bool {
	at, _ := w.seen.told(messages.ShardID{Kind: messages.AccountShard, Partition: w.keeper}, tp)
	return at >= end
}

// TestOpenTransactionHoldsUpWhatWaitsForIt: while somebody's transaction is open in
// velox-strategies, a shard takes updates in, an epoch's at a time, and lets go when it is
// told to. What needs the owners is taken in when they are known.
func TestOpenTransactionHoldsUpWhatWaitsForIt(t *testing.T) {
	for name, moved := range map[string]bool{"and goes on": false, "and is moved": true} {
		t.Run(name, func(t *testing.T) {
			w := newWaiting(t)
			a := w.signals()
			tp, end := w.updates(1_000)
			w.until("the updates", func() bool { return w.passed(tp, end) })
			b := w.signals()
			tp, end = w.updates(1_000)
			w.until("more updates", func() bool { return w.passed(tp, end) })
			if most, limit := w.largest.records.Load(), int64(w.config().Limits.Records); most > limit {
				t.Errorf("an epoch took %d records in, want at most %d", most, limit)
			}
			if got := w.became(); got != "[]" {
				t.Errorf("%s before the owners are known", got)
			}
			if moved {
				w.lets()
				w.again()
				w.node.Assigned(&member{}, messages.AccountShard, []int32{w.keeper})
			}
			w.txn.Commit()
			w.ready(w.node)
			w.passes(w.keeper)
			w.want(a+traded, b+traded)
		})
	}
}

// lets lets the shard go.
func (w *waiting) lets() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	w.node.Revoked(ctx, messages.AccountShard, []int32{w.keeper})
	if ctx.Err() != nil {
		w.t.Error("the shard has not let go")
	}
	w.stop(w.node)
	w.seen.forget()
}

// TestLetsGoBeforeItHoldsBack: a shard that is told to let go while it still polls for the
// owners within its epoch does so, however long that may be.
func TestLetsGoBeforeItHoldsBack(t *testing.T) {
	w := newWaiting(t)
	w.stop(w.node)
	c := w.config()
	c.Limits.Time = time.Hour
	polled := make(chan struct{}, 1)
	fault := func(_ context.Context, call memlog.Call) error {
		if call.Point == memlog.PointPoll && call.Records < c.Limits.PollRecords {
			select {
			case polled <- struct{}{}:
			default:
			}
		}
		return nil
	}
	c.Limits.Records, c.Limits.PollRecords = 1_000, 1_000
	w.fault.Store(&fault)
	w.node = w.start(c)
	w.node.Assigned(&member{}, messages.AccountShard, []int32{w.keeper})
	a := w.signals()
	<-polled
	w.lets()
	w.again()
	w.node.Assigned(&member{}, messages.AccountShard, []int32{w.keeper})
	w.txn.Commit()
	w.ready(w.node)
	w.passes(w.keeper)
	w.want(a + traded)
}

// TestHeldBackTogether: what an epoch has found together is taken in together, with the
// owners that the transaction has brought: a DEPLOY and a signal right behind it, which is
// traded, and a DEPLOY of what another has, which is refused.
func TestHeldBackTogether(t *testing.T) {
	for name, commits := range map[string]bool{"committed": true, "aborted": false} {
		t.Run(name, func(t *testing.T) {
			w := newWaiting(t)
			w.txn.Abort()
			w.removes(w.near)
			w.ready(w.node)
			w.stops(w.keeper)
			w.stop(w.node)
			w.txn = w.cluster.Begin()
			w.writes("another", w.far)
			w.deploys(w.near, 2)
			a := w.signals()
			w.command(w.near, "taken", "DEPLOY", map[string]any{"strategy_id": "another", "name": "another", "symbols": []string{"SYM0"}, "external": true})
			taken := w.cluster.EndOffset(messages.TopicCommands, w.keeper) - 1
			c := w.config()
			c.Limits.PollRecords, c.Limits.Records = 1_000, 1_000
			w.node = w.start(c)
			w.node.Assigned(&member{}, messages.AccountShard, []int32{w.keeper})
			tp, end := w.updates(100)
			w.until("updates are taken in", func() bool { return w.passed(tp, end) })
			want := []string{a + traded}
			if commits {
				w.txn.Commit()
				want = append(want, fmt.Sprintf("command %d: COMMAND_REFUSED", taken))
			} else {
				w.txn.Abort()
			}
			w.ready(w.node)
			w.passes(w.keeper)
			w.want(want...)
		})
	}
}
