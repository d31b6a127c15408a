package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// surely checks, and checks again what was found. While nodes run, the cut of the first
// reading can go through a transaction, of which only some is written when the end of a
// partition is asked for, or after a crash, which lets an account put out in another order;
// that of a later one does not go through the same. A log that settles is read until it
// has, as long as there is a node that takes something in.
func (v *verification) surely(ctx context.Context) (*check.Report, error) {
	began, err := v.inputs(ctx)
	if err != nil {
		return nil, err
	}
	report, err := v.check(ctx)
	if err != nil || report.OK {
		return report, err
	}
	if v.Settled {
		if report, err = v.settle(ctx, report); err != nil {
			return nil, err
		}
		return brief(report), v.written(ctx, began, report)
	}
	again, err := v.check(ctx)
	if err != nil {
		return nil, err
	}
	return brief(check.Confirmed(report, again)), nil
}

// settle reads again until all is taken in, or what is wrong has nothing to do with that:
// it is found twice.
func (v *verification) settle(ctx context.Context, last *check.Report) (*check.Report, error) {
	shown := last
	for deadline := time.Now().Add(v.Settling); time.Now().Before(deadline) && (shown == last || unsettled(shown)); {
		switch run, err := v.running(ctx); {
		case err != nil:
			return nil, err
		case !run:
			if unsettled(shown) {
				v.leaveOut("waiting until all is taken in: no node runs that would do it")
			}
			return shown, nil
		}
		v.Progress(Progress{Doing: "wait until all is taken in"})
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * time.Second):
		}
		now, err := v.check(ctx)
		if err != nil {
			return nil, err
		}
		last, shown = now, lasting(last, now)
	}
	return shown, nil
}

// inputs gives where ticks and commands begin and end.
func (v *verification) inputs(ctx context.Context) (map[messages.TopicPartition]messages.OffsetRange, error) {
	var inputs []messages.TopicPartition
	for _, tp := range v.parts {
		if tp.Topic == messages.TopicTicks || tp.Topic == messages.TopicCommands {
			inputs = append(inputs, tp)
		}
	}
	return v.log.Offsets(ctx, inputs...)
}

// written is the error that a log has not settled because ticks or commands have come
// since it began, when nothing is wrong that does not come of that.
func (v *verification) written(ctx context.Context, began map[messages.TopicPartition]messages.OffsetRange, report *check.Report) error {
	if !unsettled(report) {
		return nil
	}
	now, err := v.inputs(ctx)
	if err != nil {
		return err
	}
	for _, tp := range v.parts {
		switch n := now[tp].End - began[tp].End; {
		case n == 1:
			return fmt.Errorf("%w: %s has grown by 1 record meanwhile; %s", errUnsettled, tp, stopFirst)
		case n > 1:
			return fmt.Errorf("%w: %s has grown by %d records meanwhile; %s", errUnsettled, tp, n, stopFirst)
		}
	}
	return nil
}

var errUnsettled = errors.New("the log has not settled")

const stopFirst = "stop what writes there, such as a feed or a simulated market, or verify without --settled"

// mostReadings are how often it is read from the beginning when retention deletes what
// is about to be read: it deletes in steps of segments, minutes apart.
const mostReadings = 5

// check reads the log, from the beginning when retention deletes beneath it, and runs the
// checkers on it. What is deleted meanwhile is as if it had been before.
func (v *verification) check(ctx context.Context) (*check.Report, error) {
	for n := 1; ; n++ {
		report, err := v.checkOnce(ctx)
		gone, ok := errors.AsType[*messages.OffsetOutOfRangeError](err)
		switch {
		case !ok:
			return report, err
		case gone.Requested >= gone.Range.Start:
			return nil, fmt.Errorf("%w: it was truncated or made anew while it was read", err)
		case n == mostReadings:
			return nil, fmt.Errorf("%w: retention deletes it while it is read, %d times in a row; give the topic a longer retention.ms", err, n)
		}
		v.leaveOut("inputs and outputs that were deleted while they were read: %s below offset %d", gone.TopicPartition, gone.Range.Start)
	}
}

func (v *verification) checkOnce(ctx context.Context) (*check.Report, error) {
	published, err := v.published(ctx)
	if err != nil {
		return nil, err
	}
	log := newView(ctx, v.log, v.Timeout)
	if log.bare, err = v.log.Bare(ctx); err != nil {
		return nil, err
	}
	done, err := v.follow(ctx, log)
	if err != nil {
		return nil, err
	}
	report, err := check.Log(&check.Subject{
		View: log, Published: published, Once: v.Once, Settings: v.Settings, Settled: v.Settled, Live: true, Candles: v.Candles, MaxAhead: v.MaxAhead, Keep: manyFindings,
	}, done)
	if err != nil || len(log.shards) == 0 {
		return report, err
	}
	if prefixes := log.prefixes(); len(prefixes) > 0 && !slices.Contains(prefixes, v.Kafka.GroupIDPrefix) {
		v.others(prefixes, log, report)
		return report, nil
	}
	if len(published) > 0 {
		return report, nil
	}
	switch come, err := v.appears(ctx); {
	case err != nil:
		return nil, err
	case come:
		return v.checkOnce(ctx)
	}
	return report, v.unpublished(ctx, log, report)
}

// follow tells of a reading's progress, and gives what is to be told of the partitions
// that it is through with.
func (v *verification) follow(ctx context.Context, log *view) (done func(messages.TopicPartition), err error) {
	total, err := v.log.Offsets(ctx, v.parts...)
	if err != nil {
		return nil, err
	}
	p := Progress{Doing: "states"}
	for _, r := range total {
		p.Total += r.End - r.Start
	}
	var before int64 // of partitions that are read
	log.read = func(tp messages.TopicPartition, offset int64) {
		if offset%1000 != 0 {
			return
		}
		p.Doing, p.Read = tp.String(), before+offset+1-log.ranges[tp].Start
		p.Total = max(p.Total, p.Read)
		v.Progress(p)
	}
	last := v.parts[len(v.parts)-1]
	return func(tp messages.TopicPartition) {
		before += log.ranges[tp].End - log.ranges[tp].Start
		p.Doing, p.Read, p.Total = tp.String(), before, max(p.Total, before)
		if tp == last {
			p.Doing = "checks"
		}
		v.Progress(p)
	}, nil
}
