package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// view is a cluster's log as the checkers see it. Of each partition the end is taken
// when its offsets are asked for, and reading goes up to there.
type view struct {
	ctx    context.Context // of one verification; the checkers know of none
	log    *kafka.Log
	ranges map[messages.TopicPartition]messages.OffsetRange
	// bare are parts that hold marks alone: of what is deleted there nothing is missing.
	bare map[messages.TopicPartition]messages.OffsetRange
	// stall is how long a partition may give nothing before its reading ends.
	stall time.Duration
	read  func(messages.TopicPartition, int64) // told of every record
	// shards are those that have a state, and claims what prefixes claim of them.
	shards map[string]bool
	claims map[claim]bool
}

// claim is that of a prefix on a shard, whose state is in a partition.
type claim struct {
	prefix string
	tp     messages.TopicPartition
}

func newView(ctx context.Context, log *kafka.Log, stall time.Duration) *view {
	return &view{
		ctx: ctx, log: log, stall: stall, ranges: make(map[messages.TopicPartition]messages.OffsetRange),
		shards: make(map[string]bool), claims: make(map[claim]bool), read: func(messages.TopicPartition, int64) {},
	}
}

func (v *view) Partitions(topic string) (int32, error) { return v.log.PartitionCount(v.ctx, topic) }

func (v *view) Offsets(tp messages.TopicPartition) (check.Offsets, error) {
	all, err := v.log.Offsets(v.ctx, tp)
	if err != nil {
		return check.Offsets{}, err
	}
	r := all[tp]
	v.ranges[tp] = r
	start := r.Start
	if b := v.bare[tp]; b.Start < start && start <= b.End {
		start = b.Start
	}
	return check.Offsets{Start: start, Stable: r.End, End: r.End}, nil
}

var errEnough = errors.New("no more is wanted")

// Records gives what is committed, as everything of Velox reads.
func (v *view) Records(tp messages.TopicPartition, isolation check.Isolation) iter.Seq2[*messages.Record, error] {
	return func(yield func(*messages.Record, error) bool) {
		if isolation != check.Committed {
			yield(nil, fmt.Errorf("read %s: only what is committed is read", tp))
			return
		}
		err := v.scan(tp, func(r *messages.Record) error {
			v.read(tp, r.Offset)
			v.note(r)
			if !yield(r, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// note keeps of the states who they are of.
func (v *view) note(r *messages.Record) {
	if !isState(r.Topic) {
		return
	}
	key := string(r.Key)
	if prefix, ok := strings.CutPrefix(key, messages.ClaimKey); ok {
		if c := (claim{prefix, r.TopicPartition()}); r.Value != nil {
			v.claims[c] = true
		} else {
			delete(v.claims, c) // it was taken back, or the shard has gone over to another
		}
	} else if shard, ok := strings.CutPrefix(key, "shard/"); ok {
		v.shards[shard] = true
	}
}

// prefixes are those that have a claim: one, if all is well.
func (v *view) prefixes() []string {
	var all []string
	for c := range v.claims {
		if !slices.Contains(all, c.prefix) {
			all = append(all, c.prefix)
		}
	}
	slices.Sort(all)
	return all
}

// stalledError says that a partition gives nothing, and does not end.
type stalledError struct {
	tp messages.TopicPartition
	// next is behind the last record that came, and end where reading was to end.
	next, end int64
	after     time.Duration
}

func (e *stalledError) Error() string {
	return fmt.Sprintf("%s: nothing came for %v behind offset %d, and the partition ends at %d", e.tp, e.after, e.next, e.end)
}

// scan reads a partition to its end, or until nothing has come for too long.
func (v *view) scan(tp messages.TopicPartition, apply func(*messages.Record) error) error {
	r := v.ranges[tp]
	stalled := &stalledError{tp: tp, next: r.Start, end: r.End, after: v.stall}
	ctx, cancel := context.WithCancelCause(v.ctx)
	defer cancel(nil)
	timer := time.AfterFunc(v.stall, func() { cancel(stalled) })
	defer timer.Stop()
	next := r.Start
	err := v.log.Scan(ctx, map[messages.TopicPartition]messages.OffsetRange{tp: r}, func(r *messages.Record) error {
		timer.Reset(v.stall)
		next = r.Offset + 1
		return apply(r)
	})
	if err != nil && v.ctx.Err() == nil && errors.Is(context.Cause(ctx), stalled) {
		stalled.next = next
		return stalled
	}
	return err
}
