package kafka_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// cutOff makes brokers tell an old end of a partition, as one does that is cut off from
// the others and still believes that it leads it. It gives what heals that.
func cutOff(k *kfake.Cluster, tp messages.TopicPartition, end int64) (heal func()) {
	var healed atomic.Bool
	k.ControlKey(int16(kmsg.ListOffsets), func(request kmsg.Request) (kmsg.Response, error, bool) {
		if healed.Load() {
			return nil, nil, false
		}
		k.KeepControl()
		ask := request.(*kmsg.ListOffsetsRequest)
		if len(ask.Topics) != 1 || ask.Topics[0].Topic != tp.Topic || len(ask.Topics[0].Partitions) != 1 ||
			ask.Topics[0].Partitions[0].Partition != tp.Partition || ask.Topics[0].Partitions[0].Timestamp != -1 {
			return nil, nil, false
		}
		answer := ask.ResponseKind().(*kmsg.ListOffsetsResponse)
		topic, partition := kmsg.NewListOffsetsResponseTopic(), kmsg.NewListOffsetsResponseTopicPartition()
		partition.Partition, partition.Offset = tp.Partition, end
		topic.Topic, topic.Partitions = tp.Topic, append(topic.Partitions, partition)
		answer.Topics = append(answer.Topics, topic)
		return answer, nil, true
	})
	return func() { healed.Store(true) }
}

// restoredValues gives the values that a shard restores.
func (c *cluster) restoredValues(s messages.ShardLog) (values []string) {
	c.t.Helper()
	err := s.Restore(c.t.Context(), func(r *messages.Record) error {
		values = append(values, string(r.Value))
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return values
}

func stateOf(id messages.ShardID, text string) messages.Out {
	return messages.Out{Topic: id.State().Topic, Partition: id.Partition, Key: []byte(text), Value: []byte(text)}
}

// TestStaleBrokerIsFoundOut: a broker that is cut off tells a new owner an old end of the
// shard's state. What he makes of the old state is never committed, and the error says
// why; once another broker answers, the shard comes up with all of its state.
func TestStaleBrokerIsFoundOut(t *testing.T) {
	k, c := fake(t)
	topic, id := c.topic("stale", 1), nextShard()
	l := c.open("stale")
	first := c.shard(l, id)
	c.restoredValues(first)
	commit := func(s messages.ShardLog, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if err := s.Commit(t.Context(), []messages.Out{value(topic, text), stateOf(id, text)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	commit(first, "one", "two", "three")

	// Each commit takes two places, its record's and its mark's.
	for end, was := range map[int64][]string{0: nil, 2: {"one"}, 3: {"one", "two"}, 4: {"one", "two"}} {
		heal := cutOff(k, id.State(), end)
		second := c.shard(l, id)
		if got := c.restoredValues(second); !slices.Equal(got, was) {
			t.Fatalf("up to %d the state is %q, want %q: the test doesn't test what it should", end, got, was)
		}
		err := second.Commit(t.Context(), []messages.Out{value(topic, "doubled"), stateOf(id, "wrong")})
		stale, ok := errors.AsType[*messages.StaleStateError](err)
		if !errors.Is(err, messages.ErrAborted) || !ok || stale.TopicPartition != id.State() || stale.Restored != end || stale.Written < 6 {
			t.Errorf("a commit on state that was restored up to %d gives %v", end, err)
		}
		second.Close()
		heal()
	}
	third := c.shard(l, id)
	if got := c.restoredValues(third); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("once a broker tells the end, the state is %q", got)
	}
	commit(third, "four", "five")
	if got := c.visible(third, topic); !slices.Equal(got, []string{"one", "two", "three", "four", "five"}) {
		t.Errorf("%q came out", got)
	}
}

// strangersAtState: marks of verifications between the state that was restored and what
// the shard writes next are nothing; a record there is, for nobody else may write one.
func strangersAtState(t *testing.T, c *cluster) {
	id := nextShard()
	l := c.open("strangers-" + t.Name())
	s := c.shard(l, id)
	for range 2 { // the second time behind a commit of its own, whose mark may come later
		c.restoredValues(s)
		marker, err := l.NewMarker(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := marker.Mark(t.Context(), id.State()); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Commit(t.Context(), []messages.Out{stateOf(id, "behind marks")}); err != nil {
			t.Fatalf("behind marks: %v", err)
		}
	}
	aborted, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.restoredValues(s)
	if err := aborted.Produce(t.Context(), stateOf(id, "taken back")); err != nil {
		t.Fatal(err)
	}
	if err := aborted.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), []messages.Out{stateOf(id, "behind an aborted record")}); err != nil {
		t.Fatalf("behind a record that was taken back: %v", err)
	}
	c.restoredValues(s)
	if _, err := c.Produce(t.Context(), stateOf(id, "a stranger's")); err != nil {
		t.Fatal(err)
	}
	err = s.Commit(t.Context(), []messages.Out{stateOf(id, "behind a stranger's record")})
	if _, ok := errors.AsType[*messages.StaleStateError](err); !ok || !errors.Is(err, messages.ErrAborted) {
		t.Errorf("behind a stranger's record: %v", err)
	}
	next := c.shard(l, id)
	c.restoredValues(next)
	if err := next.Commit(t.Context(), []messages.Out{stateOf(id, "after it")}); err != nil {
		t.Errorf("once it was restored: %v", err)
	}
}

func TestStrangersAtStateOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	strangersAtState(t, c)
}

func TestStrangersAtStateOnKafka(t *testing.T) { strangersAtState(t, real(t, 1).on(t)) }
