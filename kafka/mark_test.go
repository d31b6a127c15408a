package kafka_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

func TestMarksOnFake(t *testing.T) {
	_, c := fake(t)
	marks(t, c)
}

func TestMarksOnKafka(t *testing.T) { marks(t, real(t, 1).on(t)) }

// marks: a mark takes a place in its partition and is given to no consumer; behind an
// open transaction it is no stable place, and the transaction is told of; who marks
// later fences who did before.
func marks(t *testing.T, c *cluster) {
	ctx, topic := t.Context(), fmt.Sprintf("marked-%d", foreign.Add(1))
	if err := c.CreateTopic(ctx, topic, 2, logtest.TopicOptions{}); err != nil {
		t.Fatal(err)
	}
	l := c.open(topic)
	tp := messages.TopicPartition{Topic: topic, Partition: 1}
	early, err := l.NewMarker(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := early.Mark(ctx, tp); err != nil {
			t.Fatal(err)
		}
	}
	stable := func(want int64) {
		t.Helper()
		eventually(t, fmt.Sprintf("%s is stable up to %d", tp, want), func() (bool, error) {
			at, err := l.StableOffsets(ctx, topic)
			return at[tp] == want, err
		})
	}
	stable(3)
	open, err := c.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := open.Produce(ctx, messages.Out{Topic: topic, Partition: 1, Key: []byte("k"), Value: []byte("v")}); err != nil {
		t.Fatal(err)
	}
	late, err := l.NewMarker(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := late.Mark(ctx, tp); err != nil {
		t.Fatal(err)
	}
	if err := early.Mark(ctx, tp); err == nil {
		t.Error("two mark at once, and neither is fenced")
	}
	stable(3)
	told, err := l.OpenTransactions(ctx, tp)
	if err != nil || len(told) != 1 || told[0].From != 3 || !strings.HasPrefix(told[0].ID, "foreign-") || told[0].Timeout != time.Minute {
		t.Errorf("%+v, %v", told, err)
	}
	if err := open.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	stable(6)
	bare := map[messages.TopicPartition]messages.OffsetRange{tp: {Start: 4, End: 6}}
	if err := l.NoteBare(ctx, bare); err != nil {
		t.Fatal(err)
	}
	if known, err := l.Bare(ctx); err != nil || !maps.Equal(known, bare) {
		t.Errorf("where marks stand is noted as %v, %v", known, err)
	}
	if known, err := c.open("another").Bare(ctx); err != nil || len(known) > 0 {
		t.Errorf("with another prefix it is noted as %v, %v", known, err)
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(c.servers...), kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	fetched := reader.PollFetches(ctx)
	if got := fetched.Records(); fetched.Err() != nil || len(got) != 1 || got[0].Offset != 3 {
		t.Errorf("a consumer gets %v, %v", got, fetched.Err())
	}
}
