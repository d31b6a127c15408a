// Package verify holds a cluster's topics against what Velox promises: it runs the
// checkers of sim/check, which share no logic with the product, on what stands in
// Kafka, while nodes run or after. It writes nothing but marks, which no consumer sees.
package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	// Settings is the digest of the nodes' settings of symbols, as their shards keep it; ""
	// leaves it unasked whether they were changed while what stands in the topics was made.
	Settings string
	// Settled: nothing is written any more, and all of it must be taken in and saved.
	// That is waited for while nodes run, for at most Settling: shards save the last of
	// it within their longest time between two checkpoints. Default: 2 minutes.
	Settled  bool
	Settling time.Duration
	// ReadOnly writes no marks. What a partition holds is then shown to reach readers,
	// and not that it takes a transaction now.
	ReadOnly bool
	// Timeout is how long a transaction may be open, or a partition give nothing to its
	// reader, before it counts as hanging; it must be longer than the transactions of
	// the nodes. Default: the Kafka settings' transaction timeout and 15 s, for brokers
	// look for expired ones every 10 s.
	Timeout time.Duration
	// Expect, if not nil, is told once what it will take, before anything is read.
	Expect func(Cost)
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

// timeout is Timeout, or its default.
func (c *Config) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return time.Duration(c.Kafka.TransactionTimeoutMs)*time.Millisecond + margin
}

// Run verifies a cluster. An error means that it could not be done, and says why;
// what was found is in the report alone.
func Run(ctx context.Context, c Config) (*Report, error) {
	c.Timeout = c.timeout()
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
	// leftOut is what came up to be left out while it was read.
	leftOut []string
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
	if err := v.expect(ctx); err != nil {
		return nil, err
	}
	report := &Report{}
	if v.Candles == nil && v.WithoutCandles != "" {
		report.LeftOut = append(report.LeftOut, v.WithoutCandles)
	}
	stable := &check.Result{Check: "transactions", Promise: "no transaction hangs: what was written at the start, and a mark after it, reaches every read-committed reader"}
	if v.ReadOnly {
		stable.Promise = "no transaction hangs: what was written at the start reaches every read-committed reader"
		report.LeftOut = append(report.LeftOut, "marks, for --read-only: that partitions take a transaction now, and readers get behind its end, is not shown")
	}
	if err := v.transactions(ctx, report, stable); err != nil {
		return nil, err
	}
	if stable.Found > 0 {
		return v.hangs(report, stable), nil
	}
	found, err := v.surely(ctx)
	if stalled, ok := errors.AsType[*stalledError](err); ok {
		if err := v.stalled(ctx, stalled, report, stable); err != nil {
			return nil, err
		}
		return v.hangs(report, stable), nil
	}
	if err != nil {
		return nil, err
	}
	report.LeftOut = append(report.LeftOut, v.leftOut...)
	report.Records = found.Records
	report.Add(stable)
	for _, r := range found.Results {
		report.Add(r)
	}
	return report, nil
}

// hangs ends a verification whose readers get no further.
func (v *verification) hangs(report *Report, stable *check.Result) *Report {
	report.Add(stable)
	report.LeftOut = append(report.LeftOut, "all other checks: what readers don't get to can't be checked")
	return report
}

// leaveOut notes what is not checked, and why, once.
func (v *verification) leaveOut(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(v.leftOut, text) {
		v.leftOut = append(v.leftOut, text)
	}
}
