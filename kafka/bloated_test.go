package kafka_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// TestBloatedBatch: a small batch that holds more than a reader takes stops whoever reads
// it with an error that says where it stands, by whatever way it is read. What is before
// it is given; what is behind it is, once the batch is deleted, or with a fetch_max_bytes
// that is large enough.
func TestBloatedBatch(t *testing.T) {
	_, c := fake(t)
	topic := c.topic("bloated", 1)
	tp := messages.TopicPartition{Topic: topic}
	client, err := kgo.NewClient(seeds(c.servers), kgo.ProducerBatchMaxBytes(90<<20), kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, value := range [][]byte{[]byte("before"), make([]byte, 65<<20), []byte("behind")} {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	where := fmt.Sprintf("topic %s partition 0: the batch at offset 1", topic)
	reader := func(config func(*kafka.Config), from int64) (*kafka.Log, messages.ShardLog) {
		l := c.withFault(nil, config)
		s := c.shard(l, nextShard())
		if err := s.Read([]messages.Input{{TopicPartition: tp, From: from}}); err != nil {
			t.Fatal(err)
		}
		return l, s
	}
	for name, config := range map[string]func(*kafka.Config){
		"its own": nil, "the node's": func(config *kafka.Config) { config.SharedTopics = []string{topic} },
	} {
		l, s := reader(config, 0)
		got, err := pollAll(t, s)
		if len(got) != 1 || got[0] != "before" || err == nil || !strings.Contains(err.Error(), where) {
			t.Errorf("a shard with %s reader gets %d records and %v", name, len(got), err)
		}
		err = l.Scan(t.Context(), map[messages.TopicPartition]messages.OffsetRange{tp: {End: 3}}, func(*messages.Record) error { return nil })
		if err == nil || !strings.Contains(err.Error(), where) {
			t.Errorf("a scan gives %v", err)
		}
	}
	_, s := reader(func(config *kafka.Config) { config.FetchMaxBytes = 100 << 20 }, 0)
	if got, err := pollAll(t, s, "behind"); err != nil || len(got) != 3 {
		t.Errorf("with a larger fetch_max_bytes: %d records, %v", len(got), err)
	}
	if err := c.DeleteRecords(t.Context(), tp, 2); err != nil {
		t.Fatal(err)
	}
	_, s = reader(nil, 1)
	var outside *messages.OffsetOutOfRangeError
	if got, err := pollAll(t, s); len(got) != 0 || !errors.As(err, &outside) || outside.Range.Start != 2 {
		t.Errorf("once the batch is deleted: %d records, %v", len(got), err)
	}
	_, s = reader(nil, 2)
	if got, err := pollAll(t, s, "behind"); err != nil || len(got) != 1 {
		t.Errorf("behind it: %d records, %v", len(got), err)
	}
}

// pollAll gives the values that a shard polls until an error, or the last one that is
// wanted.
func pollAll(t *testing.T, s messages.ShardLog, last ...string) (values []string, err error) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < time.Minute; {
		b, err := s.Poll(t.Context(), 1_000, time.Second)
		if err != nil {
			return values, err
		}
		for _, r := range b.Records {
			values = append(values, string(r.Value))
			if len(last) > 0 && last[0] == string(r.Value) {
				return values, nil
			}
		}
	}
	return values, errors.New("nothing more came for a minute")
}
