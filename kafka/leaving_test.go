package kafka

import (
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestTooLateToLeave: what is noted for a partition when its last offset is on the way
// is not published once another member may have it.
func TestTooLateToLeave(t *testing.T) {
	const topic = "commands"
	g := &Group{
		config:   GroupConfig{Topic: topic},
		assigned: make(map[int32]bool), leaving: make(map[int32]bool), last: make(map[int32]int64), due: make(map[messages.TopicPartition]int64),
	}
	gone, tp := map[string][]int32{topic: {1}}, messages.TopicPartition{Topic: topic, Partition: 1}
	g.setLeaving(gone, true)
	g.Publish(messages.ShardID{Kind: messages.AccountShard, Partition: 1}, map[messages.TopicPartition]int64{tp: 7})
	if g.due[tp] != 7 {
		t.Errorf("due are %v while the partition is left", g.due)
	}
	g.setLeaving(gone, false)
	if len(g.due) > 0 || len(g.last) > 0 || len(g.leaving) > 0 {
		t.Errorf("due are %v, known %v, and left %v when it is", g.due, g.last, g.leaving)
	}
}
