package actors

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// oldEnds is a log that tells old ends of partitions as often as lies says, as a broker
// does that is cut off from the others.
type oldEnds struct {
	messages.Log
	lies *atomic.Int64
}

func (o oldEnds) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	s, err := o.Log.OpenShard(ctx, id)
	return oldEndsOfShard{s, o.lies}, err
}

type oldEndsOfShard struct {
	messages.ShardLog
	lies *atomic.Int64
}

func (o oldEndsOfShard) Offsets(ctx context.Context, tps ...messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	ranges, err := o.ShardLog.Offsets(ctx, tps...)
	if o.lies.Add(-1) >= 0 {
		for tp, r := range ranges {
			ranges[tp] = messages.OffsetRange{Start: r.Start, End: r.Start + (r.End-r.Start)/2}
		}
	}
	return ranges, err
}

// TestOldEndsAreAskedForAgain: a broker that tells of less than a shard has taken in ends
// no node, unless it is still so after some seconds.
func TestOldEndsAreAskedForAgain(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.accounts(4)
	k.ready(node)
	for _, tick := range walk(31, 8, 200, "feed") {
		k.tick(tick)
	}
	k.settle(200)
	k.stop(node)

	c, lies := k.config(), &atomic.Int64{}
	c.Log = oldEnds{c.Log, lies}
	lies.Store(10) // for five shards
	node = k.startAll(c)
	k.ready(node)
	if left := lies.Load(); left >= 0 {
		t.Errorf("%d lies were not told: the test doesn't test what it should", left+1)
	}
	k.stop(node)

	lies.Store(1_000_000)
	node = k.startAll(c)
	select {
	case err := <-node.Failed():
		if !errors.As(err, new(*RefusedError)) || !strings.Contains(err.Error(), "recreated or truncated") {
			t.Errorf("a log that stays short gives %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("a shard waits on for a log that stays short")
	}
}

// TestNothingLeavesOfAnOldState: an account shard that is at_least_once, and is restored
// from less than its state, finds that out before anything has left it.
func TestNothingLeavesOfAnOldState(t *testing.T) {
	var armed atomic.Bool
	var early atomic.Int64
	var found [2]atomic.Bool
	k := newKit(t, func(_ context.Context, call memlog.Call) error {
		if !armed.Load() || call.Shard.Kind != messages.AccountShard || found[call.Shard.Partition].Load() {
			return nil
		}
		switch {
		case call.Point == memlog.PointRestore && !call.After:
			return &memlog.OldEndError{Behind: 5}
		case call.Point == memlog.PointCommitBegin && !call.After:
			found[call.Shard.Partition].Store(true) // the first commit tells
		case call.Point == memlog.PointEmit && !call.After && call.Records > 0:
			early.Add(1)
		}
		return nil
	})
	c := k.config()
	c.Guarantees[messages.AccountShard] = AtLeastOnce
	node := k.startAll(c)
	k.accounts(8)
	k.ready(node)
	ticks := walk(37, 8, 600, "feed")
	for _, tick := range ticks[:300] {
		k.tick(tick)
	}
	k.settle(300)
	k.stop(node)

	armed.Store(true)
	for _, tick := range ticks[300:] {
		k.tick(tick)
	}
	k.startAll(c)
	k.settle(600)
	if !found[0].Load() || !found[1].Load() || k.seen.get(CountRestarts, "shard") < 2 {
		t.Error("no old end was found out: the test doesn't test what it should")
	}
	if n := early.Load(); n > 0 {
		t.Errorf("%d times records left shards whose state was old", n)
	}
}

// TestBrokerThatKnowsNoTopicYet: a broker that has just started may say that there is no
// such topic. Shards that open meanwhile ask again.
func TestBrokerThatKnowsNoTopicYet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var asked atomic.Int64
		k := newKit(t, func(_ context.Context, call memlog.Call) error {
			if call.Point == memlog.PointPartitionCounts && !call.After && asked.Add(1) <= 20 {
				return messages.ErrNoTopic
			}
			return nil
		})
		node := k.startAll(k.slow())
		k.ready(node)
		select {
		case err := <-node.Failed():
			t.Error(err)
		default:
		}
	})
}
