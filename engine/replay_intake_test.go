package engine

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
)

// TestReplayBar: with a node in this process, the bar tells of what it has taken in, and
// goes on until that is all, though the files were read at once.
func TestReplayBar(t *testing.T) {
	const all = 3000
	c := settings(t, ownBroker(map[string]string{"processing.epoch.records": "100", "kafka.max_poll_records": "100"}))
	c.Faults = configs.Faults{Enabled: true, Rules: []configs.FaultRule{
		{Point: "step", Match: "WAVE", Action: "delay", Probability: 1, Delay: 150 * time.Millisecond},
	}}
	var bar strings.Builder
	err := Replay(t.Context(), c, ReplayOptions{Files: []string{waves(t, all)}, Node: true, Out: io.Discard, Progress: &bar, Logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	drawn := regexp.MustCompile(`%  ([0-9]+) ticks`).FindAllStringSubmatch(bar.String(), -1)
	before, within := 0, 0
	for _, m := range drawn {
		ticks, err := strconv.Atoi(m[1])
		if err != nil || ticks < before || ticks > all {
			t.Errorf("the bar goes from %d to %s ticks of %d", before, m[1], all)
		}
		if before = ticks; 0 < ticks && ticks < all {
			within++
		}
	}
	if within == 0 {
		t.Errorf("the bar doesn't tell how the node works the ticks off: %q", bar.String())
	}
}

// TestTakenSince: what was there before the replay doesn't count, nor do partitions that
// other nodes read.
func TestTakenSince(t *testing.T) {
	at := func(p int32) messages.TopicPartition {
		return messages.TopicPartition{Topic: messages.TopicTicks, Partition: p}
	}
	before := map[messages.TopicPartition]messages.OffsetRange{at(0): {End: 100}, at(1): {Start: 50, End: 60}, at(2): {End: 10}}
	now := map[messages.TopicPartition]messages.OffsetRange{at(0): {Start: 90, End: 300}, at(1): {Start: 55, End: 160}, at(2): {End: 500}}
	for name, c := range map[string]struct {
		positions map[messages.TopicPartition]int64
		want      stage
	}{
		"no shard yet":            {nil, stage{}},
		"behind what was before":  {map[messages.TopicPartition]int64{at(0): 40, at(1): 60}, stage{0, 300}},
		"on the way":              {map[messages.TopicPartition]int64{at(0): 150, at(1): 160}, stage{150, 300}},
		"beyond the ends by now":  {map[messages.TopicPartition]int64{at(0): 310, at(1): 170}, stage{300, 300}},
		"one partition of others": {map[messages.TopicPartition]int64{at(1): 110}, stage{50, 100}},
	} {
		if got := takenSince(before, now, c.positions); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
