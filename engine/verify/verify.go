// Package verify holds a cluster's topics against what Velox promises: it runs the
// checkers of sim/check, which share no logic with the product, on what stands in
// Kafka, while nodes run or after. It writes nothing but marks, which no consumer sees.
package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// Config says which cluster to verify, and how.
type Config struct {
	Kafka kafka.Config
	// Candles says how the nodes make candles, for the oracle; nil leaves candles and
	// indicators out.
	Candles *Candles
	// WithoutCandles says why they are left out.
	WithoutCandles string
	// MaxAhead is how far a tick may be ahead of its record's timestamp; 0: a minute.
	MaxAhead time.Duration
	// Once: the nodes write updates exactly once.
	Once bool
	// Settled: nothing is written any more, and all of it must be taken in and saved.
	// That is waited for, for at most Settling: shards save the last of it within
	// their longest time between two checkpoints. Default: 2 minutes.
	Settled  bool
	Settling time.Duration
	// ReadOnly writes no marks.
	ReadOnly bool
	// Timeout is how long a transaction may be open before it counts as hanging; it
	// must be longer than those of the nodes. Default: the Kafka settings' transaction
	// timeout and 15 s, for brokers look for expired ones every 10 s.
	Timeout time.Duration
	// Progress, if not nil, is told how far it is, by one goroutine at a time.
	Progress func(Progress)
}

// Candles says how nodes make candles.
type Candles = check.Candles

// Progress is how far a verification is.
type Progress struct {
	// Doing is what it does now: "transactions", "marks", a partition, "checks".
	Doing string
	// Read and Total count offsets; Total grows while the cluster runs.
	Read, Total int64
}

// margin is how much longer than its timeout a transaction may be open: brokers look
// for expired ones every 10 s.
const margin = 15 * time.Second

// Run verifies a cluster. An error means that it could not be done, and says why;
// what was found is in the report alone.
func Run(ctx context.Context, c Config) (*Report, error) {
	if c.Timeout == 0 {
		c.Timeout = time.Duration(c.Kafka.TransactionTimeoutMs)*time.Millisecond + margin
	}
	if c.Settling == 0 {
		c.Settling = 2 * time.Minute
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	log, err := kafka.OpenLog(c.Kafka)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v := &verification{Config: c, log: log, began: time.Now()}
	report, err := v.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	report.Seconds = time.Since(v.began).Seconds()
	return report, nil
}

// verification is one run.
type verification struct {
	Config
	log   *kafka.Log
	began time.Time
	parts []messages.TopicPartition // all of Velox's topics
}

// Topics are all that Velox keeps, in the order in which they are read.
func Topics() []string {
	return []string{
		messages.StateTopic(messages.SymbolShard), messages.StateTopic(messages.AccountShard), messages.TopicTicks, messages.TopicCommands,
		messages.TopicStrategies, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicPositions,
		messages.TopicAlerts, messages.TopicDeadLetters,
	}
}

func (v *verification) run(ctx context.Context) (*Report, error) {
	for _, topic := range Topics() {
		n, err := v.log.PartitionCount(ctx, topic)
		if errors.Is(err, messages.ErrNoTopic) {
			return nil, fmt.Errorf("%w; `veloxd topics apply` makes the topics of Velox", err)
		}
		if err != nil {
			return nil, err
		}
		for p := range n {
			v.parts = append(v.parts, messages.TopicPartition{Topic: topic, Partition: p})
		}
	}
	report := &Report{}
	if v.Candles == nil && v.WithoutCandles != "" {
		report.LeftOut = append(report.LeftOut, v.WithoutCandles)
	}
	stable := &check.Result{Check: "transactions", Promise: "no transaction hangs: what was written at the start, and a mark after it, reaches every read-committed reader"}
	if err := v.transactions(ctx, report, stable); err != nil {
		return nil, err
	}
	if stable.Found > 0 {
		report.Add(stable)
		report.LeftOut = append(report.LeftOut, "all other checks: what lies behind a hanging transaction can't be read")
		return report, nil
	}
	found, err := v.surely(ctx)
	if err != nil {
		return nil, err
	}
	report.Records = found.Records
	report.Add(stable)
	for _, r := range found.Results {
		report.Add(r)
	}
	return report, nil
}

// surely checks, and checks again what was found. While nodes run, a crash lets an
// account put out in an order in which the cut of the first reading can go through a
// transaction; that of a later one does not go through the same. A log that settles is
// read until it has.
func (v *verification) surely(ctx context.Context) (*check.Report, error) {
	report, err := v.check(ctx)
	if err != nil || report.OK {
		return report, err
	}
	for deadline := time.Now().Add(v.Settling); v.Settled && time.Now().Before(deadline) && unsettled(report); {
		v.Progress(Progress{Doing: "wait until all is taken in"})
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * time.Second):
		}
		if report, err = v.check(ctx); err != nil {
			return nil, err
		}
	}
	if v.Settled || report.OK {
		return brief(report), nil
	}
	again, err := v.check(ctx)
	if err != nil {
		return nil, err
	}
	return brief(check.Confirmed(report, again)), nil
}

// check reads the log and runs the checkers on it.
func (v *verification) check(ctx context.Context) (*check.Report, error) {
	published, err := v.published(ctx)
	if err != nil {
		return nil, err
	}
	total, err := v.log.Offsets(ctx, v.parts...)
	if err != nil {
		return nil, err
	}
	p := Progress{Doing: "states"}
	for _, r := range total {
		p.Total += r.End - r.Start
	}
	var before int64 // of partitions that are read
	log := &view{ctx: ctx, log: v.log, ranges: make(map[messages.TopicPartition]messages.OffsetRange)}
	log.read = func(tp messages.TopicPartition, offset int64) {
		if offset%1000 != 0 {
			return
		}
		p.Doing, p.Read = tp.String(), before+offset+1-log.ranges[tp].Start
		p.Total = max(p.Total, p.Read)
		v.Progress(p)
	}
	last := v.parts[len(v.parts)-1]
	done := func(tp messages.TopicPartition) {
		before += log.ranges[tp].End - log.ranges[tp].Start
		p.Doing, p.Read, p.Total = tp.String(), before, max(p.Total, before)
		if tp == last {
			p.Doing = "checks"
		}
		v.Progress(p)
	}
	return check.Log(&check.Subject{
		View: log, Published: published, Once: v.Once, Settled: v.Settled, Live: true, Candles: v.Candles, MaxAhead: v.MaxAhead, Keep: manyFindings,
	}, done)
}

// published gives the offsets that the groups show, by shard.
func (v *verification) published(ctx context.Context) (map[messages.ShardID]map[messages.TopicPartition]int64, error) {
	accounts, err := v.log.PartitionCount(ctx, messages.TopicCommands)
	if err != nil {
		return nil, err
	}
	out := make(map[messages.ShardID]map[messages.TopicPartition]int64)
	for group, g := range map[string]struct {
		topic string
		kind  messages.ShardKind
	}{
		"-market-data-group": {messages.TopicTicks, messages.SymbolShard}, "-accounts-group": {messages.TopicCommands, messages.AccountShard},
		"-indicator-group": {messages.TopicUpdates, messages.AccountShard}, "-signal-group": {messages.TopicSignals, messages.AccountShard},
	} {
		offsets, err := v.log.GroupOffsets(ctx, v.Kafka.GroupIDPrefix+group)
		if err != nil {
			return nil, err
		}
		for tp, next := range offsets {
			if tp.Topic != g.topic {
				continue
			}
			id := messages.ShardID{Kind: g.kind, Partition: tp.Partition}
			if g.kind == messages.AccountShard {
				id.Partition %= accounts
			}
			if out[id] == nil {
				out[id] = make(map[messages.TopicPartition]int64)
			}
			out[id][tp] = next
		}
	}
	return out, nil
}
