package cluster

import (
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// reading reads a log that is written to, as `veloxd verify` does.
type reading struct {
	cluster *Cluster
	pace    *rand.Rand
	stop    <-chan struct{}
	ends    map[messages.TopicPartition]int64

	readings int           // that came to their end
	report   *check.Report // of the last one
	err      error
}

// run reads until it is told to stop, or something is found twice.
func (r *reading) run(stop <-chan struct{}) {
	r.stop = stop
	for {
		report, err := r.check()
		if err == nil && !report.OK {
			earlier := report
			if report, err = r.check(); err == nil {
				report = check.Confirmed(earlier, report)
			}
		}
		if err != nil {
			if !errors.Is(err, errStopped) {
				r.err = err
			}
			return
		}
		r.report = report
		r.readings++
		if !report.OK {
			return
		}
	}
}

func (r *reading) check() (*check.Report, error) {
	r.ends = make(map[messages.TopicPartition]int64)
	s := r.cluster.subject()
	s.View, s.Live, s.Settled, s.Keep = r, true, false, 10_000
	published := make(map[messages.ShardID]map[messages.TopicPartition]int64)
	r.cluster.mu.Lock()
	for id, offsets := range r.cluster.published {
		published[id] = maps.Clone(offsets)
	}
	r.cluster.mu.Unlock()
	s.Published = published
	return check.Log(s, nil)
}

var errStopped = errors.New("the faults are over")

func (r *reading) Partitions(topic string) (int32, error) {
	return r.cluster.log.Partitions(topic), nil
}

func (r *reading) Offsets(tp messages.TopicPartition) (check.Offsets, error) {
	if !r.sleep(time.Duration(r.pace.IntN(100)) * time.Millisecond) {
		return check.Offsets{}, errStopped
	}
	o, err := r.cluster.view().Offsets(tp)
	r.ends[tp] = o.End
	return o, err
}

// Records waits for transactions that are open below the end.
func (r *reading) Records(tp messages.TopicPartition, isolation check.Isolation) iter.Seq2[*messages.Record, error] {
	return func(yield func(*messages.Record, error) bool) {
		for r.cluster.log.StableOffset(tp.Topic, tp.Partition) < r.ends[tp] {
			if !r.sleep(10 * time.Millisecond) {
				yield(nil, errStopped)
				return
			}
		}
		for record, err := range r.cluster.view().Records(tp, isolation) {
			if err == nil && record.Offset >= r.ends[tp] || !yield(record, err) {
				return
			}
		}
	}
}

// sleep is false when the reading must stop.
func (r *reading) sleep(d time.Duration) bool {
	select {
	case <-r.stop:
		return false
	case <-time.After(d):
		return true
	}
}
