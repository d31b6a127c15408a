package kafka

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// TestAcknowledgedBeforeLoaded shows what waitLoaded is for, and that it waits:
// kgo sends the records of a new topic, and can have them acknowledged, before
// the rest of the client can see the topic's partitions. The moment between is
// held open by a partitioner that is slow with the second record. When kgo no
// longer does so, the second check fails, and waitLoaded can go.
func TestAcknowledgedBeforeLoaded(t *testing.T) {
	const topic = "orders"
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	both, slow := make(chan struct{}), make(chan struct{})
	client, err := kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...), kgo.TransactionalID("loaded"), kgo.ProducerLinger(0),
		kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(func(string) func(*kgo.Record, int) int {
			return func(r *kgo.Record, _ int) int {
				if string(r.Value) == "second" {
					<-slow
				}
				return 0
			}
		})))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	// Both records wait for the topic's partitions when those come.
	k.ControlKey(int16(kmsg.Metadata), func(kmsg.Request) (kmsg.Response, error, bool) {
		<-both
		return nil, nil, false
	})
	first := make(chan error, 1)
	client.Produce(t.Context(), &kgo.Record{Topic: topic, Value: []byte("first")}, func(_ *kgo.Record, err error) { first <- err })
	client.Produce(t.Context(), &kgo.Record{Topic: topic, Value: []byte("second")}, nil)
	close(both)
	if err := <-first; err != nil {
		t.Fatal(err)
	}

	s := &shardLog{producer: client, loaded: make(map[string]bool)}
	if s.isLoaded(topic, 0) {
		t.Error("the client publishes partitions before it writes to them: waitLoaded is needed no more")
	}
	written := map[string]*kgo.Record{topic: {Topic: topic}}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.waitLoaded(over, written); !errors.Is(err, messages.ErrAborted) || !strings.Contains(err.Error(), topic) {
		t.Errorf("before the partitions are published waitLoaded gives %v, want an abort that names the topic", err)
	}
	close(slow)
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.waitLoaded(t.Context(), written); err != nil {
		t.Errorf("after it: %v", err)
	}
	if !s.loaded[topic] || !s.isLoaded(topic, 0) {
		t.Error("waitLoaded returned before the partitions are published")
	}
	if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Errorf("the commit: %v", err)
	}
}
