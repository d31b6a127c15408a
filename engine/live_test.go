package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// TestReachEnds: shards that are behind are waited for, up to where the inputs ended
// at first, and not for what is written meanwhile; a marker is passed with the next
// commit, and a partition that was given away is nobody's concern here.
func TestReachEnds(t *testing.T) {
	ticks, updates, gone := messages.TopicPartition{Topic: messages.TopicTicks}, messages.TopicPartition{Topic: messages.TopicUpdates}, messages.TopicPartition{Topic: messages.TopicTicks, Partition: 1}
	asked, looked := 0, 0
	ends := func() (map[messages.TopicPartition]messages.OffsetRange, error) {
		asked++
		return map[messages.TopicPartition]messages.OffsetRange{ticks: {End: 5}, updates: {End: 9}, gone: {End: 100}}, nil
	}
	positions := func() map[messages.TopicPartition]int64 {
		looked++
		return map[messages.TopicPartition]int64{ticks: int64(looked), updates: 8}
	}
	markers := func(topic string) int64 {
		if topic == messages.TopicUpdates {
			return 1
		}
		return 0
	}
	if err := reachEnds(t.Context(), ends, positions, markers, time.Nanosecond); err != nil || asked != 1 || looked != 5 {
		t.Errorf("%v after %d ends and %d looks, want 1 and 5", err, asked, looked)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	never := func() map[messages.TopicPartition]int64 { return map[messages.TopicPartition]int64{ticks: 0} }
	if err := reachEnds(stopped, ends, never, markers, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want it to end with its context", err)
	}
	broken := errors.New("no broker")
	if err := reachEnds(t.Context(), func() (map[messages.TopicPartition]messages.OffsetRange, error) { return nil, broken }, never, markers, time.Hour); !errors.Is(err, broken) {
		t.Errorf("%v, want the cluster's error", err)
	}
}
