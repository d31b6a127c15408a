package kafka_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
)

// TestRestoreAfterCompaction lets a real broker compact a state partition under
// a shard that commits, until most of it is gone, and restores from the holes.
func TestRestoreAfterCompaction(t *testing.T) {
	k := kafkatest.Start(t, kafkatest.Options{BrokerSettings: map[string]string{
		"log.cleaner.backoff.ms": "100", "log.cleaner.min.cleanable.ratio": "0.01",
	}})
	// Segments of 100 ms, so that almost everything is in closed ones.
	raw := kafka.TopicSet{Topics: []kafka.Topic{{
		Name: messages.StateTopic(messages.AccountShard), Partitions: 1, ReplicationFactor: 1, CleanupPolicy: "compact", SegmentMs: 100,
		Settings: map[string]string{"delete.retention.ms": "100", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "200"},
	}}}
	reports, err := admin(t, k.BootstrapServers()).ApplyTopics(t.Context(), raw.Topics)
	if err != nil || kafka.TopicErrors(reports) != nil {
		t.Fatal(err, reports)
	}
	c := &cluster{t: t, servers: k.BootstrapServers(), liar: newLiar()}
	l := c.open("compaction")
	id := messages.ShardID{Kind: messages.AccountShard}
	s := c.shard(l, id)
	client := client(t, k.BootstrapServers())
	round, restored := 0, map[string]string{}
	eventually(t, "compacted", func() (bool, error) {
		var records []messages.Out
		for n := range 50 {
			o := messages.Out{Topic: raw.Topics[0].Name, Key: fmt.Append(nil, "k", n), Value: fmt.Append(nil, "v", round)}
			if n%10 == round%10 {
				o.Value = nil
			}
			records = append(records, o)
		}
		round++
		if err := s.Commit(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		time.Sleep(110 * time.Millisecond) // the next commit opens a new segment
		count := 0
		clear(restored)
		if err := s.Restore(t.Context(), func(r *messages.Record) error {
			count++
			restored[string(r.Key)] = string(r.Value)
			if r.Value == nil {
				delete(restored, string(r.Key))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return round > 10 && count < round*50/2, fmt.Errorf("%d of %d records", count, round*50)
	})
	ends, err := client.ListEndOffsets(t.Context(), raw.Topics[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	end, _ := ends.Lookup(raw.Topics[0].Name, 0)
	t.Logf("after %d commits, offset %d", round, end.Offset)
	if len(restored) != 45 {
		t.Errorf("restored %d keys, want 45: five of fifty are deleted", len(restored))
	}
	for key, value := range restored {
		if want := fmt.Sprint("v", round-1); value != want {
			t.Errorf("%s is %s, want %s", key, value, want)
		}
	}
}

func client(t *testing.T, servers []string) *kadm.Client {
	t.Helper()
	a, err := kadm.NewOptClient(seeds(servers))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}
