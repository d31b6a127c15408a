package engine

import (
	"bytes"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestBehind: a shard that is past the end that was seen is not behind, and partitions
// that are not read count for nothing.
func TestBehind(t *testing.T) {
	tp := func(p int32) messages.TopicPartition { return messages.TopicPartition{Topic: "t", Partition: p} }
	ends := map[messages.TopicPartition]messages.OffsetRange{tp(0): {End: 10}, tp(1): {End: 10}, tp(2): {End: 10}, tp(3): {End: 10}}
	got := behind(ends, map[messages.TopicPartition]int64{tp(0): 4, tp(1): 10, tp(2): 15, tp(7): 1})
	if want := map[messages.TopicPartition]int64{tp(0): 6, tp(1): 0, tp(2): 0}; !maps.Equal(got, want) {
		t.Errorf("behind are %v, want %v", got, want)
	}
}

// TestNodeMissesTicks: a node that nobody sends a tick says so, with what to do; one
// that has taken some in says nothing.
func TestNodeMissesTicks(t *testing.T) {
	n := readyNode(t, onBroker(t, ""))
	var log bytes.Buffer
	n.logger = slog.New(slog.NewTextHandler(&log, nil))
	n.missTicks(t.Context(), 0)
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "no source of ticks") || !strings.Contains(got, "veloxd replay") {
		t.Errorf("without ticks it says %q", got)
	}
	log.Reset()
	n.observer.ticks.Add(1)
	n.missTicks(t.Context(), 0)
	if log.Len() > 0 {
		t.Errorf("with ticks it says %q", log.String())
	}
}
