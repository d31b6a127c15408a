package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// TestLoweredLimitLosesNoTick: somebody lowers what the updates' topic takes, so that a
// batch of updates is refused each of which fits. The shard comes back, every tick has
// its update, and none is a dead letter.
func TestLoweredLimitLosesNoTick(t *testing.T) {
	n := readyNode(t, settings(t, map[string]string{
		"broker.address": "127.0.0.1:0", "http.address": "", "node.status_every": "0s",
		"processing.checkpoint.min": "100ms", "processing.checkpoint.max": "500ms",
	}))
	servers := n.cluster.settings.BootstrapServers
	client, err := kgo.NewClient(kgo.SeedBrokers(servers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	now := time.Now().UnixMilli()
	write := func(from, to int) {
		t.Helper()
		var ticks []*kgo.Record
		for i := from; i < to; i++ {
			ticks = append(ticks, &kgo.Record{Topic: messages.TopicTicks, Key: []byte("SYM"), Value: fmt.Appendf(nil,
				`{"symbol":"SYM","exchange":"SIM","timestamp":%d,"price":%d,"volume":1,"source":"test"}`, now+int64(i), 100+i)})
		}
		if err := client.ProduceSync(t.Context(), ticks...).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	until := func(updates int) {
		t.Helper()
		seen := make(map[string]bool)
		readTopic(t, servers, messages.TopicUpdates, func(r *kgo.Record) bool {
			for _, h := range r.Headers {
				if h.Key == messages.HeaderOrigin {
					seen[string(h.Value)] = true
				}
			}
			return len(seen) >= updates
		})
	}
	write(0, 1)
	until(1) // the limit is known
	answer, err := admin.AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: kadm.StringPtr("2000")}}, messages.TopicUpdates)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.On(messages.TopicUpdates, func(r *kadm.AlterConfigsResponse) error { return r.Err }); err != nil {
		t.Fatal(err)
	}
	const ticks = 300
	write(1, ticks)
	letters := func() int64 {
		t.Helper()
		ends, err := admin.ListEndOffsets(t.Context(), messages.TopicDeadLetters)
		if err := errors.Join(err, ends.Error()); err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		ends.Each(func(o kadm.ListedOffset) { sum += o.Offset })
		return sum
	}
	if l := letters(); l > 0 {
		t.Fatalf("the dead letters' topic holds %d offsets", l)
	}
	until(ticks)
	if l := letters(); l > 0 {
		t.Errorf("the dead letters' topic holds %d offsets, and every tick has its update", l)
	}
}
