package logtest

import (
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/messages"
)

// placeTests are about topics, partitions and offsets.
var placeTests = []test{
	{"offsets: a position beyond the end", nil, beyondEnd},
	{"offsets: a position before the start", []Feature{DeleteRecords}, beforeStart},
	{"partitions: a topic that does not exist", nil, noTopic},
	{"partitions: added ones", []Feature{AddPartitions}, addedPartitions},
	{"partitions: keys choose as in the Java client", nil, keysChoose},
}

func beyondEnd(f *fixture) {
	tp := f.place()
	f.produce(out(tp, "a"), out(tp, "b"))
	s := f.open(0)
	got := f.outOfRange(s, from(tp, 1000))
	want := messages.OffsetRange{Start: 0, End: 2}
	if got.TopicPartition != tp || got.Requested != 1000 || got.Range != want {
		f.Errorf("got %v, want %s, requested 1000, range %v", got, tp, want)
	}
	// The error spoils nothing: another position can be read at once.
	f.follow(s, 10, from(tp, 0)).expect("a", "b")
}

func beforeStart(f *fixture) {
	tp := f.place()
	for _, v := range []string{"a", "b", "c", "d"} {
		f.produce(out(tp, v))
	}
	s := f.open(0)
	f.ok(f.cluster.DeleteRecords(f.ctx, tp, 2))
	asked, err := f.node().Offsets(f.ctx, tp)
	f.ok(err)
	for who, got := range map[string]messages.OffsetRange{"shard": f.offsets(s, tp)[tp], "node": asked[tp]} {
		if want := (messages.OffsetRange{Start: 2, End: 4}); got != want {
			f.Errorf("to the %s the log holds %v after the deletion, want %v", who, got, want)
		}
	}
	got := f.outOfRange(s, from(tp, 1))
	if got.TopicPartition != tp || got.Requested != 1 || got.Range.Start != 2 {
		f.Errorf("got %v, want %s, requested 1, start 2", got, tp)
	}
	f.follow(s, 10, from(tp, 2)).expect("c", "d")
	f.ok(f.cluster.DeleteRecords(f.ctx, tp, 4))
	w := f.follow(s, 10, from(tp, 4))
	f.produce(out(tp, "e"))
	w.expect("e")
}

func noTopic(f *fixture) {
	node := f.node()
	topic, other := f.topic(5, TopicOptions{}), f.topic(3, TopicOptions{})
	counts, err := node.PartitionCounts(f.ctx, topic, topicName("missing"), other)
	f.wantError(err, messages.ErrNoTopic)
	if len(counts) > 0 {
		f.Errorf("PartitionCounts gives %v beside its error", counts)
	}
	counts, err = node.PartitionCounts(f.ctx, topic, other)
	for errors.Is(err, messages.ErrNoTopic) && f.ctx.Err() == nil { // a broker hears of a new topic soon
		counts, err = node.PartitionCounts(f.ctx, topic, other)
	}
	f.ok(err)
	if len(counts) != 2 || counts[topic] != 5 || counts[other] != 3 {
		f.Errorf("PartitionCounts gives %v, want 5 and 3", counts)
	}
}

func addedPartitions(f *fixture) {
	topic := f.topic(2, TopicOptions{})
	node := f.node()
	s := f.openOn(node, 0)
	old := messages.TopicPartition{Topic: topic, Partition: 1}
	added := messages.TopicPartition{Topic: topic, Partition: 3}
	f.produce(out(old, "a"))
	w := f.follow(s, 10, from(old, 0))
	w.expect("a")
	f.ok(f.cluster.AddPartitions(f.ctx, topic, 4))
	for {
		counts, err := node.PartitionCounts(f.ctx, topic)
		f.ok(err)
		if counts[topic] == 4 {
			break
		}
		if f.ctx.Err() != nil {
			f.Fatalf("PartitionCounts still gives %v, want 4", counts)
		}
		w.poll(100 * time.Millisecond)
	}
	f.ok(s.Commit(f.ctx, []messages.Out{out(old, "b"), out(added, "c")}))
	w.expect("a", "b")
	f.follow(s, 10, from(added, 0)).expect("c")
	if r := f.offsets(s, added)[added]; r.Start != 0 {
		f.Errorf("the added partition starts at %d", r.Start)
	}
}

// javaHashes are murmur2 values that the Java client's own test holds
// (org.apache.kafka.common.utils.UtilsTest.testMurmur2).
var javaHashes = map[string]int32{
	"21":                         -973932308,
	"foobar":                     -790332482,
	"a-little-bit-long-string":   -985981536,
	"a-little-bit-longer-string": -1486304829,
	"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
}

func keysChoose(f *fixture) {
	const partitions = 7
	topic := f.topic(partitions, TopicOptions{})
	s := f.open(0)
	var records []messages.Out
	for key := range javaHashes {
		records = append(records, messages.Out{Topic: topic, Partition: messages.AnyPartition, Key: []byte(key), Value: []byte("by key")})
	}
	explicit := messages.Out{Topic: topic, Partition: 6, Key: []byte("21"), Value: []byte("explicit")}
	f.ok(s.Commit(f.ctx, append(records, explicit)))
	s.Emit(records)
	f.ok(s.Flush(f.ctx))
	var inputs []messages.Input
	for p := range int32(partitions) {
		inputs = append(inputs, from(messages.TopicPartition{Topic: topic, Partition: p}, 0))
	}
	w := f.follow(s, 100, inputs...)
	total := 2*len(records) + 1
	w.until(fmt.Sprint(total, " records"), func() bool { return len(w.records) >= total })
	for _, r := range w.records {
		want := (javaHashes[string(r.Key)] & 0x7fffffff) % partitions
		if string(r.Value) == "explicit" {
			want = 6
		}
		if r.Partition != want {
			f.Errorf("key %q, %s, is in partition %d, want %d", r.Key, r.Value, r.Partition, want)
		}
	}
}
