package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"

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
	read   func(messages.TopicPartition, int64) // told of every record
}

func (v *view) Partitions(topic string) (int32, error) { return v.log.PartitionCount(v.ctx, topic) }

func (v *view) Offsets(tp messages.TopicPartition) (check.Offsets, error) {
	all, err := v.log.Offsets(v.ctx, tp)
	if err != nil {
		return check.Offsets{}, err
	}
	r := all[tp]
	v.ranges[tp] = r
	return check.Offsets{Start: r.Start, Stable: r.End, End: r.End}, nil
}

var errEnough = errors.New("no more is wanted")

// Records gives what is committed, as everything of Velox reads.
func (v *view) Records(tp messages.TopicPartition, isolation check.Isolation) iter.Seq2[*messages.Record, error] {
	return func(yield func(*messages.Record, error) bool) {
		if isolation != check.Committed {
			yield(nil, fmt.Errorf("read %s: only what is committed is read", tp))
			return
		}
		err := v.log.Scan(v.ctx, map[messages.TopicPartition]messages.OffsetRange{tp: v.ranges[tp]}, func(r *messages.Record) error {
			v.read(tp, r.Offset)
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
