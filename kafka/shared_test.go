package kafka_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// watcher reads a topic as a shard that wants one key in every few, and checks
// that it gets each of them once and in order.
type watcher struct {
	log        messages.ShardLog
	topic      string
	partitions int32
	modulus    int
	next       map[messages.TopicPartition]int64
	// expect is the number that the next record of a partition with a key wanted
	// must bear, by key.
	expect map[string]int
	got    int
}

const watchedKeys = 20

func (w *watcher) wants(key []byte) bool { return int(key[0]-'a')%w.modulus == 0 }

func (w *watcher) inputs() []messages.Input {
	var inputs []messages.Input
	for p := range w.partitions {
		tp := messages.TopicPartition{Topic: w.topic, Partition: p}
		inputs = append(inputs, messages.Input{TopicPartition: tp, From: w.next[tp], Wants: w.wants})
	}
	return inputs
}

func (w *watcher) poll(t *testing.T, limit int, wait time.Duration) error {
	b, err := w.log.Poll(t.Context(), limit, wait)
	if err != nil {
		return err
	}
	for _, r := range b.Records {
		key := fmt.Sprintf("%d/%s", r.Partition, r.Key)
		if want := fmt.Sprint(w.expect[key]); string(r.Value) != want {
			return fmt.Errorf("%s/%d/%d, key %s: got number %s, want %s", r.Topic, r.Partition, r.Offset, r.Key, r.Value, want)
		}
		w.expect[key]++
		w.got++
	}
	for tp, next := range b.Next {
		if next < w.next[tp] {
			return fmt.Errorf("%s went back from %d to %d", tp, w.next[tp], next)
		}
		w.next[tp] = next
	}
	return nil
}

// done tells whether the watcher has passed all that was written.
func (w *watcher) done(ends map[messages.TopicPartition]int64) bool {
	for tp, end := range ends {
		if w.next[tp] < end {
			return false
		}
	}
	return true
}

// TestSharedReaderLetsGo: a shard that takes nothing is let go with a bounded
// rest, keeps its place, catches up by itself and joins again; another one of the
// same node is not held up by it.
func TestSharedReaderLetsGo(t *testing.T) {
	const count = 150_000
	_, c := fake(t)
	c = c.shared(t)
	node, topic := c.open("shared"), c.topic("updates", 1)
	var watchers []*watcher
	for i := range 2 {
		log, err := node.OpenShard(t.Context(), messages.ShardID{Kind: messages.AccountShard, Partition: int32(i)})
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		w := &watcher{log: log, topic: topic, partitions: 1, modulus: 1, next: make(map[messages.TopicPartition]int64), expect: make(map[string]int)}
		if err := log.Read(w.inputs()); err != nil {
			t.Fatal(err)
		}
		watchers = append(watchers, w)
	}
	eventually(t, "both joined", func() (bool, error) { return node.ReadStats().Members == 2, nil })
	slow, quick := watchers[0], watchers[1]
	number := 0
	write := func(n int) map[messages.TopicPartition]int64 {
		records := make([]*kgo.Record, n)
		for i := range records {
			records[i] = &kgo.Record{Topic: topic, Key: []byte("a"), Value: fmt.Append(nil, number)}
			number++
		}
		if err := c.raw.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		return map[messages.TopicPartition]int64{{Topic: topic}: int64(number)}
	}
	follow := func(w *watcher, ends map[messages.TopicPartition]int64) {
		t.Helper()
		eventually(t, "all read", func() (bool, error) {
			if err := w.poll(t, 5_000, 20*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			return w.done(ends), nil
		})
	}
	for number < count {
		follow(quick, write(5_000))
	}
	if s := node.ReadStats(); s.Detached != 1 || s.Members != 1 {
		t.Fatalf("the slow shard was not let go, or the quick one was: %+v", s)
	}
	if slow.got != 0 {
		t.Fatal("the slow shard has polled")
	}
	follow(slow, write(1))
	eventually(t, "joined again", func() (bool, error) {
		follow(slow, write(1))
		return node.ReadStats().Members == 2, nil
	})
	ends := write(1)
	follow(quick, ends)
	follow(slow, ends)
	if slow.got != number || quick.got != number {
		t.Errorf("the shards got %d and %d of %d records", slow.got, quick.got, number)
	}
}

// TestSharedReaderLosesNothing lets shards join late, fall behind, be let go,
// catch up, start again from where they were, and go away, while others write.
func TestSharedReaderLosesNothing(t *testing.T) {
	const partitions, shards, rounds, each = 2, 5, 60, 4_000
	_, c := fake(t)
	c = c.shared(t)
	node, topic := c.open("shared"), c.topic("updates", partitions)
	var wg sync.WaitGroup
	ends := make(map[messages.TopicPartition]int64)
	wg.Go(func() {
		number := make(map[string]int)
		for range rounds {
			records := make([]*kgo.Record, each)
			for i := range records {
				p, key := int32(i%partitions), string(rune('a'+i/partitions%watchedKeys))
				id := fmt.Sprintf("%d/%s", p, key)
				records[i] = &kgo.Record{Topic: topic, Partition: p, Key: []byte(key), Value: fmt.Append(nil, number[id])}
				number[id]++
			}
			if err := c.raw.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(5 * time.Millisecond) // spreads the writing over the shards' comings and goings
		}
	})
	for p := range int32(partitions) {
		ends[messages.TopicPartition{Topic: topic, Partition: p}] = rounds * each / partitions
	}
	for i := range shards {
		wg.Go(func() { runWatcher(t, node, i, topic, partitions, ends) })
	}
	wg.Wait()
	stats := node.ReadStats()
	if stats.Joined < shards {
		t.Errorf("the test did not exercise the shared reader: %+v", stats)
	}
	if stats.Members != 0 {
		t.Errorf("%d inputs are still fed after all shards have closed", stats.Members)
	}
}

func runWatcher(t *testing.T, node *kafka.Log, i int, topic string, partitions int32, ends map[messages.TopicPartition]int64) {
	random := rand.New(rand.NewPCG(7, uint64(i)))
	log, err := node.OpenShard(t.Context(), messages.ShardID{Kind: messages.AccountShard, Partition: int32(i)})
	if err != nil {
		t.Error(err)
		return
	}
	defer log.Close()
	w := &watcher{
		log: log, topic: topic, partitions: partitions, modulus: 1 + i%4,
		next: make(map[messages.TopicPartition]int64), expect: make(map[string]int),
	}
	if err := log.Read(w.inputs()); err != nil {
		t.Error(err)
		return
	}
	deadline := time.Now().Add(60 * time.Second)
	for !w.done(ends) {
		if time.Now().After(deadline) {
			t.Errorf("shard %d is still at %v of %v", i, w.next, ends)
			return
		}
		switch random.IntN(60) {
		case 0: // starts again
			if err := log.Read(w.inputs()); err != nil {
				t.Error(err)
				return
			}
		case 1: // is busy with something else
			time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		}
		if err := w.poll(t, 1+random.IntN(2_000), 20*time.Millisecond); err != nil {
			t.Errorf("shard %d: %v", i, err)
			return
		}
	}
	var want int
	for k := range watchedKeys {
		if k%w.modulus == 0 {
			want += int(ends[messages.TopicPartition{Topic: topic}]) * int(partitions) / watchedKeys
		}
	}
	if w.got != want {
		t.Errorf("shard %d got %d records, want %d", i, w.got, want)
	}
}
