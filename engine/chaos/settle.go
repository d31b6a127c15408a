package chaos

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/chaos"
)

// settle waits until all was taken in, checks what came out, and holds it against a
// node's that took the same ticks in without a fault.
func (r *run) settle(ctx context.Context) error {
	if !until(ctx, patience, func() bool { return r.cluster.inStep(ctx) }) {
		return fmt.Errorf("the brokers are not in step %v after the faults", patience)
	}
	r.tell("checking", "what came out")
	got := engine.VerifyConfig(r.cluster.config)
	got.Settled = true
	report, err := verify.Run(ctx, got)
	if err != nil {
		return err
	}
	r.tell("checked", "%d records, %d findings", report.Records, report.Found())
	calm, stop, err := r.undisturbed(ctx)
	if err != nil {
		return err
	}
	defer stop()
	want := engine.VerifyConfig(calm)
	want.Settled, want.ReadOnly, want.Candles = true, true, nil
	undisturbed, err := verify.Run(ctx, want)
	if err != nil {
		return fmt.Errorf("the undisturbed run: %w", err)
	}
	if !undisturbed.OK {
		r.tell("error", "the undisturbed run itself has findings: %d", undisturbed.Found())
	}
	given, err := readTicks(r.ticksFile(), r.sent)
	if err != nil {
		return err
	}
	report.Add(chaos.CompareTicks(given, r.ticks.by))
	same, err := verify.Same(ctx, got, want, func(string) bool { return false })
	if err != nil {
		return err
	}
	for _, result := range same {
		report.Add(result)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card.Count(&report.Report, &undisturbed.Report)
	return nil
}

// undisturbed runs one node with a broker of its own and gives it the commands and the
// ticks of the cluster, as they lie in their partitions.
func (r *run) undisturbed(ctx context.Context) (*configs.Config, func(), error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, nil, err
	}
	file := filepath.Join(r.Dir, "undisturbed.yaml")
	if err := os.WriteFile(file, []byte(r.settings()), 0o600); err != nil {
		return nil, nil, err
	}
	n, err := startNode(r.Program, r.Dir, -1, file, "--broker-address", address)
	if err != nil {
		return nil, nil, err
	}
	stop := func() {
		_ = n.process.Kill() // it may be gone
		<-n.process.Done
	}
	calm, err := r.load(file, []string{address})
	// Strategies are deployed before the first tick, as they were.
	for _, topic := range []string{messages.TopicCommands, messages.TopicTicks} {
		if err == nil && !until(ctx, patience, func() bool { return n.ready(ctx) || n.gone() }) {
			err = fmt.Errorf("the undisturbed node is not at work after %v; see %s", patience, n.log)
		}
		if err == nil {
			err = r.copyTopic(ctx, topic, address)
		}
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	r.card.Ticks = r.ticks.count
	r.tell("copied", "%d ticks to an undisturbed node", r.card.Ticks)
	return calm, stop, nil
}

// copyTopic writes the records of the cluster's topic to another cluster, each to its
// partition, with its timestamp.
func (r *run) copyTopic(ctx context.Context, topic, to string) error {
	ends, err := r.cluster.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		return err
	}
	left := make(map[int32]int64)
	for p, o := range ends[topic] {
		if o.Offset > 0 {
			left[p] = o.Offset
		}
	}
	from, err := kgo.NewClient(kgo.SeedBrokers(r.cluster.kafka.BootstrapServers()...), kgo.ConsumeTopics(topic), kgo.KeepControlRecords(),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		return err
	}
	defer from.Close()
	into, err := kgo.NewClient(kgo.SeedBrokers(to), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return err
	}
	defer into.Close()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var written kgo.FirstErrPromise
	for len(left) > 0 {
		fetches := from.PollFetches(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("copy %s: %w", topic, ctx.Err())
		}
		fetches.EachRecord(func(in *kgo.Record) {
			if end, ok := left[in.Partition]; ok && in.Offset+1 >= end {
				delete(left, in.Partition)
			}
			if in.Attrs.IsControl() {
				return
			}
			if topic == messages.TopicTicks {
				r.ticks.take(in)
			}
			out := &kgo.Record{Topic: topic, Partition: in.Partition, Key: in.Key, Value: in.Value, Headers: in.Headers, Timestamp: in.Timestamp}
			into.Produce(ctx, out, written.Promise())
		})
	}
	return written.Err()
}
