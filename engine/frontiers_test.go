package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// TestFrontiersAreWaitedFor: a shard that has claimed its partition has no frontier yet,
// and would begin to read behind what is written now.
func TestFrontiersAreWaitedFor(t *testing.T) {
	c := onEmbedded(t, "")
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	n, err := log.PartitionCount(t.Context(), messages.TopicTicks)
	if err != nil {
		t.Fatal(err)
	}
	write := func(key func(p int32) string) {
		for p := range n {
			r := &kgo.Record{Topic: messages.StateTopic(messages.SymbolShard), Partition: p, Key: []byte(key(p)), Value: []byte("v")}
			if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	wait := func(most time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), most)
		defer cancel()
		return waitForFrontiers(ctx, log)
	}
	write(func(int32) string { return messages.ClaimKey + c.Kafka.GroupIDPrefix })
	if err := wait(time.Second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shards that have claimed their partitions count as begun: %v", err)
	}
	write(func(p int32) string { return fmt.Sprintf("shard/symbol/%d", p) })
	write(func(int32) string { return "a symbol" })
	if err := wait(time.Minute); err != nil {
		t.Error(err)
	}
}
