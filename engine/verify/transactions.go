package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// transactions waits until readers get past everything that is written now, marks
// every partition, and waits until readers get past the marks.
func (v *verification) transactions(ctx context.Context, report *Report, out *check.Result) error {
	out.Looked = len(v.parts)
	v.Progress(Progress{Doing: "transactions"})
	ends, err := v.log.Offsets(ctx, v.parts...)
	if err != nil {
		return err
	}
	targets := make(map[messages.TopicPartition]int64, len(ends))
	for tp, r := range ends {
		targets[tp] = r.End
	}
	held, err := v.held(ctx, targets)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return v.tell(ctx, held, report, out)
	}
	if v.ReadOnly {
		return nil
	}
	return v.mark(ctx, out)
}

// held gives the partitions whose last stable offset doesn't get to its target in
// time.
func (v *verification) held(ctx context.Context, targets map[messages.TopicPartition]int64) (map[messages.TopicPartition]int64, error) {
	deadline := time.Now().Add(v.Timeout)
	for {
		stable, err := v.log.StableOffsets(ctx, Topics()...)
		if err != nil {
			return nil, err
		}
		left := make(map[messages.TopicPartition]int64)
		for tp, target := range targets {
			if stable[tp] < target {
				left[tp] = stable[tp]
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// tell names the transactions that hold partitions back, and what to do.
func (v *verification) tell(ctx context.Context, held map[messages.TopicPartition]int64, report *Report, out *check.Result) error {
	var tps []messages.TopicPartition
	for _, tp := range v.parts {
		if _, ok := held[tp]; ok {
			tps = append(tps, tp)
		}
	}
	unknown := "no open transaction is known: look at the leader of the partition"
	open, err := v.log.OpenTransactions(ctx, tps...)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil: // that it hangs is sure
		unknown = fmt.Sprintf("whose transaction it is can't be asked for: %v", err)
	}
	report.Hanging = hanging(open)
	told := make(map[messages.TopicPartition]bool)
	for i := range open {
		if t := &open[i]; t.From == held[t.TopicPartition] {
			told[t.TopicPartition] = true
			out.Find(fmt.Sprintf("%s/%d", t.TopicPartition, t.From), "%s", v.advice(t))
		}
	}
	for _, tp := range tps {
		if !told[tp] {
			out.Find(fmt.Sprintf("%s/%d", tp, held[tp]), "readers get no further for %v, and %s", v.Timeout, unknown)
		}
	}
	return nil
}

func (v *verification) advice(t *kafka.OpenTransaction) string {
	if t.ID == "" {
		return fmt.Sprintf("producer %d has a transaction open that no coordinator knows, its last write %s ago; end it with "+
			"`kafka-transactions.sh --bootstrap-server ... abort --topic %s --partition %d --start-offset %d`",
			t.ProducerID, since(t), t.Topic, t.Partition, t.From)
	}
	return fmt.Sprintf("the transaction of %q (producer %d) is open for %s; the cluster ends it after %s. Start its program again, "+
		"which ends it at once, or `kafka-transactions.sh --bootstrap-server ... abort --topic %s --partition %d --start-offset %d`",
		t.ID, t.ProducerID, since(t), t.Timeout, t.Topic, t.Partition, t.From)
}

// mark marks every partition, one after the other, and reads up to the marks.
func (v *verification) mark(ctx context.Context, out *check.Result) error {
	before, err := v.log.Offsets(ctx, v.parts...)
	if err != nil {
		return err
	}
	for tp, r := range before {
		if isState(tp.Topic) && r.End == 0 {
			delete(before, tp) // that a shard has begun is seen from its first record
		}
	}
	m, err := v.log.NewMarker(ctx)
	if err != nil {
		return fmt.Errorf("marks can't be written (--read-only writes none): %w", err)
	}
	for i, tp := range v.parts {
		if _, ok := before[tp]; !ok {
			continue
		}
		v.Progress(Progress{Doing: "marks", Read: int64(i), Total: int64(len(v.parts))})
		if err := m.Mark(ctx, tp); err != nil {
			return fmt.Errorf("marks can't be written (--read-only writes none): %w", err)
		}
	}
	// The marks are below the ends of now. What nodes write on meanwhile is below them,
	// too, so a place before a mark says nothing of it.
	marked := make([]messages.TopicPartition, 0, len(before))
	for tp := range before {
		marked = append(marked, tp)
	}
	after, err := v.log.Offsets(ctx, marked...)
	if err != nil {
		return err
	}
	for tp, r := range before {
		after[tp] = messages.OffsetRange{Start: r.End, End: after[tp].End}
	}
	reading, cancel := context.WithTimeout(ctx, v.Timeout)
	defer cancel()
	if err := v.log.Scan(reading, after, func(*messages.Record) error { return nil }); err != nil {
		if ctx.Err() != nil || reading.Err() == nil {
			return err
		}
		out.Find("marks", "they were written, and a read-committed reader does not get to all of them: %v", err)
	}
	return nil
}

func isState(topic string) bool {
	return topic == messages.StateTopic(messages.SymbolShard) || topic == messages.StateTopic(messages.AccountShard)
}
