package memlog_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
	"github.com/velox-trading/velox/sim/memlog"
)

// A suite that can't fail proves nothing: each of these implementations breaks
// one promise, and the suite must find it. A failing suite fails its process, so
// each runs in one of its own, which this variable tells what to break.
const breakVariable = "MEMLOG_TEST_BREAK"

// broken lists what is broken, and in which tests of the suite it must show.
var broken = map[string]struct {
	inTests string
	log     func(*brokenShard)
	scan    func(*memlog.Cluster, messages.TopicPartition, messages.OffsetRange) messages.OffsetRange
}{
	"a scan ends at the last stable offset": {inTests: "scan", scan: func(c *memlog.Cluster, tp messages.TopicPartition, r messages.OffsetRange) messages.OffsetRange {
		r.End = min(r.End, c.StableOffset(tp.Topic, tp.Partition))
		return r
	}},
	"a scan begins at the log's start": {inTests: "scan", scan: func(c *memlog.Cluster, tp messages.TopicPartition, r messages.OffsetRange) messages.OffsetRange {
		r.Start = c.StartOffset(tp.Topic, tp.Partition)
		return r
	}},
	"a fenced commit is reported as done": {inTests: "fencing", log: func(b *brokenShard) {
		b.commit = func(err error, _ []messages.Out) error {
			if errors.Is(err, messages.ErrFenced) {
				return nil
			}
			return err
		}
	}},
	"a fenced commit is visible": {inTests: "fencing", log: func(b *brokenShard) {
		b.commit = func(err error, records []messages.Out) error {
			if errors.Is(err, messages.ErrFenced) {
				_ = b.cluster.ProduceBatch(records)
			}
			return err
		}
	}},
	"an unclear commit is reported as aborted": {inTests: "unclear", log: func(b *brokenShard) {
		b.commit = func(err error, _ []messages.Out) error {
			if errors.Is(err, messages.ErrUnclear) {
				return messages.ErrAborted
			}
			return err
		}
	}},
	"an unclear commit is reported as done": {inTests: "unclear", log: func(b *brokenShard) {
		b.commit = func(err error, _ []messages.Out) error {
			if errors.Is(err, messages.ErrUnclear) {
				return nil
			}
			return err
		}
	}},
	"a record too large is not named": {inTests: "commit", log: func(b *brokenShard) {
		b.commit = func(err error, _ []messages.Out) error {
			if errors.Is(err, messages.ErrAborted) {
				return messages.ErrAborted
			}
			return err
		}
	}},
	"a commit is written twice": {inTests: "commit", log: func(b *brokenShard) {
		b.commit = func(err error, records []messages.Out) error {
			return errors.Join(err, b.cluster.ProduceBatch(records))
		}
	}},
	"emitted records change places": {inTests: "emit", log: func(b *brokenShard) {
		b.emit = func(records []messages.Out) []messages.Out {
			records = slices.Clone(records)
			slices.Reverse(records)
			return records
		}
	}},
	"keys choose another partition": {inTests: "partitions", log: func(b *brokenShard) {
		b.emit = func(records []messages.Out) []messages.Out {
			records = slices.Clone(records)
			for i := range records {
				records[i].Partition = max(records[i].Partition, 0)
			}
			return records
		}
	}},
	"restore ends at the last stable offset": {inTests: "restore", log: func(b *brokenShard) {
		b.restore = func(apply func(*messages.Record) error) error {
			for _, r := range b.cluster.Records("velox-symbol-state", b.partition) {
				if err := apply(r); err != nil {
					return err
				}
			}
			return nil
		}
	}},
	"a commit on old state is written": {inTests: "restore", log: func(b *brokenShard) {
		b.commit = func(err error, records []messages.Out) error {
			if _, stale := errors.AsType[*messages.StaleStateError](err); stale {
				return b.cluster.ProduceBatch(records)
			}
			return err
		}
	}},
	"restore loses tombstones": {inTests: "restore", log: func(b *brokenShard) {
		b.apply = func(r *messages.Record) *messages.Record {
			if r.Value == nil {
				return nil
			}
			return r
		}
	}},
	"an empty value becomes a tombstone": {inTests: "restore", log: func(b *brokenShard) {
		b.apply = func(r *messages.Record) *messages.Record {
			changed := *r
			if len(r.Value) == 0 {
				changed.Value = nil
			}
			return &changed
		}
	}},
	"unwanted keys are given": {inTests: "poll", log: func(b *brokenShard) {
		b.input = func(in *messages.Input) { in.Wants = nil }
	}},
	"the limit is not kept": {inTests: "poll", log: func(b *brokenShard) { b.more = 1000 }},
	"a position outside the log is put at its start": {inTests: "offsets", log: func(b *brokenShard) {
		b.input = func(in *messages.Input) {
			if in.From >= 1000 {
				in.From = 0
			}
		}
	}},
}

// brokenShard passes everything on, save what it breaks.
type brokenShard struct {
	messages.ShardLog
	cluster   *memlog.Cluster
	partition int32

	commit  func(error, []messages.Out) error
	emit    func([]messages.Out) []messages.Out
	restore func(func(*messages.Record) error) error
	apply   func(*messages.Record) *messages.Record
	input   func(*messages.Input)
	more    int
}

func (b *brokenShard) Commit(ctx context.Context, records []messages.Out) error {
	err := b.ShardLog.Commit(ctx, records)
	if b.commit != nil {
		return b.commit(err, records)
	}
	return err
}

func (b *brokenShard) Emit(records []messages.Out) {
	if b.emit != nil {
		records = b.emit(records)
	}
	b.ShardLog.Emit(records)
}

func (b *brokenShard) Restore(ctx context.Context, apply func(*messages.Record) error) error {
	if b.restore != nil {
		return b.restore(apply)
	}
	return b.ShardLog.Restore(ctx, func(r *messages.Record) error {
		if b.apply != nil {
			if r = b.apply(r); r == nil {
				return nil
			}
		}
		return apply(r)
	})
}

func (b *brokenShard) Read(inputs []messages.Input) error {
	inputs = slices.Clone(inputs)
	for i := range inputs {
		if b.input != nil {
			b.input(&inputs[i])
		}
	}
	return b.ShardLog.Read(inputs)
}

func (b *brokenShard) Poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	return b.ShardLog.Poll(ctx, limit+b.more, wait)
}

// brokenCluster hands out broken shards.
type brokenCluster struct {
	*conformer
	what string
}

func (c brokenCluster) Log(prefix string) (messages.Log, error) {
	return brokenLog{c.LogWithPrefix(prefix), c}, nil
}

type brokenLog struct {
	messages.Log
	cluster brokenCluster
}

func (l brokenLog) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	s, err := l.Log.OpenShard(ctx, id)
	if err != nil {
		return nil, err
	}
	b := &brokenShard{ShardLog: s, cluster: l.cluster.Cluster, partition: id.Partition}
	if spoil := broken[l.cluster.what].log; spoil != nil {
		spoil(b)
	}
	return b, nil
}

func (l brokenLog) Scan(ctx context.Context, ranges map[messages.TopicPartition]messages.OffsetRange, apply func(*messages.Record) error) error {
	if spoil := broken[l.cluster.what].scan; spoil != nil {
		ranges = maps.Clone(ranges)
		for tp, r := range ranges {
			ranges[tp] = spoil(l.cluster.Cluster, tp, r)
		}
	}
	return l.Log.Scan(ctx, ranges, apply)
}

// TestBrokenChild is the suite on a broken implementation, when it is asked for.
func TestBrokenChild(t *testing.T) {
	if what := os.Getenv(breakVariable); what != "" {
		logtest.Run(t, func(t *testing.T) logtest.Cluster { return brokenCluster{newConformer(t, true), what} })
	}
}

func TestSuiteFindsWhatIsBroken(t *testing.T) {
	for what, b := range broken {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBrokenChild$/^"+b.inTests, "-test.timeout=50s")
			child.Env = append(os.Environ(), breakVariable+"="+what)
			output, err := child.CombinedOutput()
			if err == nil || !strings.Contains(string(output), "--- FAIL: TestBrokenChild/"+b.inTests) || strings.Contains(string(output), "panic:") {
				t.Errorf("the suite does not find it (%v):\n%s", err, output)
			}
		})
	}
}
