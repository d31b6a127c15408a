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
	return v.mark(ctx, report, out)
}

// held gives the partitions whose last stable offset doesn't get to its target in
// time.
func (v *verification) held(ctx context.Context, targets map[messages.TopicPartition]int64) (map[messages.TopicPartition]int64, error) {
	deadline := time.Now().Add(v.Timeout)
	for {
		left, err := v.behind(ctx, targets)
		if err != nil || len(left) == 0 || time.Now().After(deadline) {
			return left, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// behind gives the partitions whose last stable offset is not at its target now.
func (v *verification) behind(ctx context.Context, targets map[messages.TopicPartition]int64) (map[messages.TopicPartition]int64, error) {
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
	return left, nil
}

// asking bounds the questions about what holds readers back: that something does is
// known, and a cluster that does not serve its readers may not answer, either.
const asking = 10 * time.Second

// stalled tells what holds back the reader of a partition.
func (v *verification) stalled(ctx context.Context, at *stalledError, report *Report, out *check.Result) error {
	asked, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	held, err := v.behind(asked, map[messages.TopicPartition]int64{at.tp: at.end})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || len(held) == 0 { // no transaction: its leader serves nothing
		held = map[messages.TopicPartition]int64{at.tp: at.next}
	}
	return v.tell(ctx, held, report, out)
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
	asked, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	open, err := v.log.OpenTransactions(asked, tps...)
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
func (v *verification) mark(ctx context.Context, report *Report, out *check.Result) error {
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
	targets, bare := make(map[messages.TopicPartition]int64, len(after)), make(map[messages.TopicPartition]messages.OffsetRange, len(after))
	for tp, r := range before {
		targets[tp] = after[tp].End
		bare[tp] = messages.OffsetRange{Start: r.End, End: after[tp].End}
	}
	reading, cancel := context.WithTimeout(ctx, v.Timeout)
	defer cancel()
	err = v.pass(reading, bare)
	switch {
	case err == nil:
		return v.noteMarks(ctx, before, bare)
	case ctx.Err() != nil:
		return ctx.Err()
	case reading.Err() != nil:
		out.Find("marks", "they were written, and a read-committed reader does not get to all of them within %v: %v", v.Timeout, err)
		held, err := v.behind(ctx, targets)
		if err != nil || len(held) == 0 {
			return err
		}
		return v.tell(ctx, held, report, out)
	}
	return err
}

// pass reads parts of partitions to their ends, and leaves of each what is behind its
// last record. What retention deletes of them meanwhile is passed, too.
func (v *verification) pass(ctx context.Context, parts map[messages.TopicPartition]messages.OffsetRange) error {
	for {
		err := v.log.Scan(ctx, parts, func(r *messages.Record) error {
			tp := r.TopicPartition()
			parts[tp] = messages.OffsetRange{Start: r.Offset + 1, End: parts[tp].End}
			return nil
		})
		gone, ok := errors.AsType[*messages.OffsetOutOfRangeError](err)
		if !ok || gone.Range.Start <= parts[gone.TopicPartition].Start {
			return err
		}
		parts[gone.TopicPartition] = messages.OffsetRange{Start: gone.Range.Start, End: parts[gone.TopicPartition].End}
	}
}

// noteMarks notes where marks stand and nothing else, as reading has shown, for shards
// that don't run now: should retention delete a mark before they pass it, they would
// count a lost input. Marks of the verification before this one may be all that stands
// before these.
func (v *verification) noteMarks(ctx context.Context, before, bare map[messages.TopicPartition]messages.OffsetRange) error {
	noted, err := v.log.Bare(ctx)
	if err != nil {
		return err
	}
	for tp, r := range bare {
		if was := noted[tp]; r.Start == before[tp].End && was.End == r.Start {
			r.Start = was.Start
		}
		if r.Start >= r.End {
			delete(bare, tp)
			continue
		}
		bare[tp] = r
	}
	if err := v.log.NoteBare(ctx, bare); err != nil {
		return fmt.Errorf("%w: without that note, nodes that start after retention has deleted the marks would count lost inputs (--read-only writes none)", err)
	}
	return nil
}

func isState(topic string) bool {
	return topic == messages.StateTopic(messages.SymbolShard) || topic == messages.StateTopic(messages.AccountShard)
}
