package kafka_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

// noise is a value that compression does not make smaller.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(3, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func (c *cluster) limited(limit int) string {
	c.t.Helper()
	name := c.topic("limited", 1)
	c.limit(name, limit)
	return name
}

// limit changes what a topic takes.
func (c *cluster) limit(topic string, limit int) {
	c.t.Helper()
	value := strconv.Itoa(limit)
	answer, err := c.admin.AlterTopicConfigs(c.t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &value}}, topic)
	if err == nil {
		_, err = answer.On(topic, func(r *kadm.AlterConfigsResponse) error { return r.Err })
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// testExactLimit: the largest record that a topic takes is taken, and one byte
// more is named without being sent.
func testExactLimit(t *testing.T, c *cluster) {
	const limit = 3_000
	topic := c.limited(limit)
	l := c.withFault(nil, func(config *kafka.Config) { config.CompressionType = "none" })
	overhead := 0
	for size := limit - 200; size <= limit+10; size++ {
		s := c.shard(l, nextShard())
		err := s.Commit(t.Context(), []messages.Out{{Topic: topic, Key: []byte("key"), Value: noise(size), Headers: []messages.Header{{Key: "h", Value: []byte("v")}}}})
		s.Close()
		var large *messages.TooLargeError
		if errors.As(err, &large) {
			overhead = large.Bytes - size
			if large.Bytes != limit+1 {
				t.Errorf("the first value that is too large has %d bytes, its batch %d, want %d", size, large.Bytes, limit+1)
			}
			break
		}
		if err != nil {
			t.Fatalf("a value of %d bytes: %v", size, err)
		}
		if size < limit-100 {
			size += 4 // the interesting sizes come later
		}
	}
	if overhead < 61 || overhead > 100 {
		t.Errorf("a record has %d bytes around its value", overhead)
	}
}

// testLoweredLimit lowers what a topic takes while a shard is open.
func testLoweredLimit(t *testing.T, c *cluster) {
	topic := c.limited(100_000)
	l := c.open("lowered-" + t.Name())
	s := c.shard(l, nextShard())
	if err := s.Commit(t.Context(), []messages.Out{{Topic: topic, Value: noise(50_000)}}); err != nil {
		t.Fatal(err)
	}
	c.limit(topic, 20_000)
	var err error
	// With a ZooKeeper the broker that takes the change answers before the others, and
	// itself, act on it.
	eventually(t, "the lower limit holds", func() (bool, error) {
		err = s.Commit(t.Context(), []messages.Out{value(topic, "small"), {Topic: topic, Value: noise(50_001)}})
		return err != nil, errors.New("the larger record was taken")
	})
	var large *messages.TooLargeError
	if !errors.Is(err, messages.ErrAborted) || !errors.As(err, &large) || large.Index != 1 {
		t.Errorf("a record that became too large gives %v", err)
	}
	// Records that fit, but not all in one batch of the size that fitted before.
	c.limit(topic, 10_000)
	many := make([]messages.Out, 30)
	for i := range many {
		many[i] = messages.Out{Topic: topic, Value: noise(1_000 + i)}
	}
	next := c.shard(l, nextShard())
	err = next.Commit(t.Context(), many)
	if errors.As(err, &large) {
		t.Fatalf("records that fit are blamed: %v", err)
	}
	if err != nil {
		if !errors.Is(err, messages.ErrAborted) {
			t.Errorf("a batch that became too large gives %v", err)
		}
		if err := c.shard(l, nextShard()).Commit(t.Context(), many); err != nil {
			t.Errorf("the commit after it gives %v", err)
		}
	}
}

// testLoweredLimitMeetsAll: each shard whose client was open when a limit was lowered
// makes batches by the old one, long after another shard has met the new one. None of its
// records is blamed.
func testLoweredLimitMeetsAll(t *testing.T, c *cluster) {
	topic := c.limited(100_000)
	l := c.open("lowered-all-" + t.Name())
	many := make([]messages.Out, 30)
	for i := range many {
		many[i] = messages.Out{Topic: topic, Value: noise(1_000 + i)}
	}
	shards := []messages.ShardLog{c.shard(l, nextShard()), c.shard(l, nextShard()), c.shard(l, nextShard())}
	for _, s := range shards {
		if err := s.Commit(t.Context(), many); err != nil {
			t.Fatal(err)
		}
	}
	c.limit(topic, 10_000)
	for i, s := range shards {
		var err error
		eventually(t, "the lower limit holds", func() (bool, error) { // see testLoweredLimit
			err = s.Commit(t.Context(), many)
			return err != nil, errors.New("the batch was taken")
		})
		if large := new(messages.TooLargeError); errors.As(err, &large) || !errors.Is(err, messages.ErrAborted) {
			t.Errorf("shard %d: records that fit are blamed: %v", i, err)
		}
	}
}

// testRaisedLimit: a limit that is raised is known when a record needs it.
func testRaisedLimit(t *testing.T, c *cluster) {
	topic := c.limited(10_000)
	l := c.open("raised-" + t.Name())
	records := []messages.Out{value(topic, "small"), {Topic: topic, Value: noise(50_000)}}
	var large *messages.TooLargeError
	if err := c.shard(l, nextShard()).Commit(t.Context(), records); !errors.As(err, &large) || large.Index != 1 {
		t.Fatalf("a record that is too large gives %v", err)
	}
	open := c.shard(l, nextShard())
	if err := open.Commit(t.Context(), records[:1]); err != nil {
		t.Fatal(err)
	}
	c.limit(topic, 100_000)
	next := nextShard()
	eventually(t, "the higher limit holds", func() (bool, error) {
		err := c.shard(l, next).Commit(t.Context(), records)
		return err == nil, err
	})
	// A client that has made its batches by the old limit goes on doing so: its shard is
	// opened anew.
	if err := open.Commit(t.Context(), records); errors.As(err, &large) {
		t.Errorf("a record that fits by now is blamed: %v", err)
	}
	emits := c.shard(l, nextShard())
	emits.Emit(records)
	if err := emits.Flush(t.Context()); err != nil {
		t.Errorf("emitted: %v", err)
	}
}

// testEmitStops: what was emitted behind a record that is refused is not
// written, however it is batched.
func testEmitStops(t *testing.T, c *cluster) {
	topic := c.limited(10_000)
	l := c.open("emit-" + t.Name())
	s := c.shard(l, nextShard())
	s.Emit([]messages.Out{value(topic, "before")})
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Emit([]messages.Out{value(topic, "a"), {Topic: topic, Value: noise(50_000)}, value(topic, "b")})
	for range 100 {
		s.Emit([]messages.Out{value(topic, "c")})
	}
	var large *messages.TooLargeError
	if err := s.Flush(t.Context()); !errors.As(err, &large) || large.Index != 1 {
		t.Errorf("the flush gives %v", err)
	}
	if err := s.Commit(t.Context(), []messages.Out{value(topic, "committed")}); !errors.Is(err, messages.ErrAborted) {
		t.Errorf("a commit after a failed flush gives %v", err)
	}
	for _, v := range c.visible(c.shard(l, nextShard()), topic) {
		if !bytes.Equal([]byte(v), []byte("before")) {
			t.Errorf("%q was written", v)
		}
	}
}

// testEmitUnderLoweredLimit: emitted records that fit are not blamed for a batch that a
// lowered limit refuses; one that doesn't fit any more is, wherever it stands in its
// batch.
func testEmitUnderLoweredLimit(t *testing.T, c *cluster) {
	topic := c.limited(100_000)
	l := c.open("emit-lowered-" + t.Name())
	small := make([]messages.Out, 30)
	for i := range small {
		small[i] = messages.Out{Topic: topic, Key: []byte("small"), Value: noise(1_000 + i)}
	}
	// refused emits until the lower limit holds: see testLoweredLimit.
	refused := func(limit int, records []messages.Out) (err error) {
		t.Helper()
		s := c.shard(l, nextShard())
		s.Emit(records)
		if err := s.Flush(t.Context()); err != nil {
			t.Fatalf("before the limit is lowered: %v", err)
		}
		c.limit(topic, limit)
		eventually(t, "the lower limit holds", func() (bool, error) {
			s.Emit(records)
			err = s.Flush(t.Context())
			return err != nil, errors.New("the batch was taken")
		})
		return err
	}
	var large *messages.TooLargeError
	if err := refused(10_000, small); errors.As(err, &large) {
		t.Fatalf("records that fit are blamed: %v", err)
	}
	s := c.shard(l, nextShard())
	s.Emit(small)
	if err := s.Flush(t.Context()); err != nil {
		t.Fatalf("the next shard, which makes smaller batches, gives %v", err)
	}
	mixed := []messages.Out{small[0], {Topic: topic, Key: []byte("large"), Value: noise(6_000)}, small[1]}
	err := refused(5_000, mixed)
	if !errors.As(err, &large) || large.Emitted == nil || string(large.Emitted.Key) != "large" {
		t.Errorf("a record that became too large gives %v", err)
	}
}

func (c *cluster) sizeTests(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *cluster){"exact": testExactLimit, "lowered": testLoweredLimit, "lowered for all": testLoweredLimitMeetsAll, "raised": testRaisedLimit, "emit": testEmitStops, "emit lowered": testEmitUnderLoweredLimit} {
		t.Run(name, func(t *testing.T) { test(t, c.on(t)) })
	}
}

func TestSizesOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	c.sizeTests(t)
}

func TestSizesOnKafka(t *testing.T) { real(t, 1).sizeTests(t) }

var _ logtest.Cluster = (*cluster)(nil)

// TestUnreadLimits: where the settings of topics may not be read, the largest record of what
// was refused is blamed, and not a larger one that goes elsewhere.
func TestUnreadLimits(t *testing.T) {
	k, c := fake(t)
	small, other := c.limited(2_000), c.limited(100_000)
	k.ControlKey(int16(kmsg.DescribeConfigs), func(request kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		return withoutSettings(request, kerr.TopicAuthorizationFailed), nil, true
	})
	records := []messages.Out{{Topic: other, Value: noise(50_000)}, value(small, "fits"), {Topic: small, Value: noise(5_000)}}
	err := c.shard(c.open("unread"), nextShard()).Commit(t.Context(), records)
	var large *messages.TooLargeError
	if !errors.As(err, &large) || large.Index != 2 || large.Topic != small {
		t.Errorf("the commit gives %v", err)
	}
}
