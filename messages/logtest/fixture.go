package logtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// shortWait is how long the suite watches something that must not happen. It
// proves little by itself; each such test ends with a proof.
const shortWait = 150 * time.Millisecond

// names makes topics and prefixes of one process differ; started makes them
// differ between processes that use one broker.
var (
	names   atomic.Int64
	started = time.Now().UnixNano()
)

func topicName(what string) string {
	return fmt.Sprintf("logtest-%s-%x-%d", what, started, names.Add(1))
}

// fixture is what one test of the suite works with.
type fixture struct {
	*testing.T
	ctx     context.Context
	cluster Cluster
	prefix  string
	number  int
}

func newFixture(ctx context.Context, t *testing.T, c Cluster, number int) *fixture {
	if 2*number+1 >= StatePartitions {
		t.Fatalf("test %d has no state partition: raise StatePartitions", number)
	}
	return &fixture{T: t, ctx: ctx, cluster: c, prefix: topicName("node"), number: number}
}

// ok ends the test on an error.
func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// shard gives one of the two shards that belong to this test.
func (f *fixture) shard(i int) messages.ShardID {
	return messages.ShardID{Kind: messages.SymbolShard, Partition: int32(2*f.number + i)}
}

func (f *fixture) node() messages.Log {
	f.Helper()
	l, err := f.cluster.Log(f.prefix)
	f.ok(err)
	return l
}

// open opens a shard on a node of its own; the test's end closes it.
func (f *fixture) open(i int) messages.ShardLog {
	f.Helper()
	return f.openOn(f.node(), i)
}

func (f *fixture) openOn(l messages.Log, i int) messages.ShardLog {
	f.Helper()
	s, err := l.OpenShard(f.ctx, f.shard(i))
	f.ok(err)
	f.Cleanup(s.Close)
	return s
}

func (f *fixture) topic(partitions int32, options TopicOptions) string {
	f.Helper()
	name := topicName("topic")
	f.ok(f.cluster.CreateTopic(f.ctx, name, partitions, options))
	return name
}

// place is a topic of one partition.
func (f *fixture) place() messages.TopicPartition {
	f.Helper()
	return messages.TopicPartition{Topic: f.topic(1, TopicOptions{})}
}

func (f *fixture) produce(records ...messages.Out) []int64 {
	f.Helper()
	offsets, err := f.cluster.Produce(f.ctx, records...)
	f.ok(err)
	if len(offsets) != len(records) {
		f.Fatalf("Cluster.Produce gave %d offsets for %d records", len(offsets), len(records))
	}
	return offsets
}

// foreign opens a transaction of another writer and writes to it.
func (f *fixture) foreign(records ...messages.Out) Transaction {
	f.Helper()
	txn, err := f.cluster.Begin(f.ctx)
	f.ok(err)
	f.ok(txn.Produce(f.ctx, records...))
	return txn
}

// out is a record with the text as key and value.
func out(tp messages.TopicPartition, text string) messages.Out {
	return messages.Out{Topic: tp.Topic, Partition: tp.Partition, Key: []byte(text), Value: []byte(text)}
}

// state is a record for the shard's partition of its state topic; an empty value
// is a tombstone. Keys are the test's own, so that the suite can run again on a
// broker that it ran on before.
func (f *fixture) state(i int, key, value string) messages.Out {
	id := f.shard(i)
	o := messages.Out{Topic: f.cluster.StateTopic(id.Kind), Partition: id.Partition, Key: []byte(f.prefix + "/" + key)}
	if value != "" {
		o.Value = []byte(value)
	}
	return o
}

// restored gives "key=value" of what Restore gives of this test, in order; a
// tombstone is "key-".
func (f *fixture) restored(s messages.ShardLog) []string {
	f.Helper()
	got, err := f.restore(f.ctx, s)
	f.ok(err)
	return got
}

func (f *fixture) restore(ctx context.Context, s messages.ShardLog) ([]string, error) {
	var got []string
	err := s.Restore(ctx, func(r *messages.Record) error {
		key, own := strings.CutPrefix(string(r.Key), f.prefix+"/")
		switch {
		case !own:
		case r.Value == nil:
			got = append(got, key+"-")
		default:
			got = append(got, key+"="+string(r.Value))
		}
		return nil
	})
	return got, err
}

// final folds restored records to the state that they leave.
func final(records []string) map[string]string {
	state := make(map[string]string)
	for _, r := range records {
		for i := range r {
			if r[i] == '=' {
				state[r[:i]] = r[i+1:]
				break
			}
			if r[i] == '-' && i == len(r)-1 {
				delete(state, r[:i])
			}
		}
	}
	return state
}

func (f *fixture) read(s messages.ShardLog, inputs ...messages.Input) {
	f.Helper()
	f.ok(s.Read(inputs))
}

func from(tp messages.TopicPartition, offset int64) messages.Input {
	return messages.Input{TopicPartition: tp, From: offset}
}

// follower collects what polls bring and checks what holds for every batch.
type follower struct {
	*fixture
	log     messages.ShardLog
	limit   int
	next    map[messages.TopicPartition]int64
	records []*messages.Record
}

// follow reads inputs from where they say.
func (f *fixture) follow(s messages.ShardLog, limit int, inputs ...messages.Input) *follower {
	f.Helper()
	f.read(s, inputs...)
	next := make(map[messages.TopicPartition]int64)
	for _, in := range inputs {
		next[in.TopicPartition] = in.From
	}
	return &follower{fixture: f, log: s, limit: limit, next: next}
}

// poll takes one batch and checks it: records ascend, none lies outside of what
// Next says was taken, and no input goes back.
func (w *follower) poll(wait time.Duration) {
	w.Helper()
	b, err := w.log.Poll(w.ctx, w.limit, wait)
	w.ok(err)
	if len(b.Records) > w.limit {
		w.Fatalf("a poll of at most %d brought %d records", w.limit, len(b.Records))
	}
	low := make(map[messages.TopicPartition]int64)
	for tp, at := range w.next {
		low[tp] = at
	}
	for _, r := range b.Records {
		tp := r.TopicPartition()
		at, reads := low[tp]
		next, moved := b.Next[tp]
		if !reads || !moved || r.Offset < at || r.Offset >= next {
			w.Fatalf("record %s/%d: input read %v from %d, Next %d (moved %v)", tp, r.Offset, reads, at, next, moved)
		}
		low[tp] = r.Offset + 1
	}
	for tp, next := range b.Next {
		if at, reads := w.next[tp]; !reads || next < at {
			w.Fatalf("Next of %s went from %d to %d (input %v)", tp, at, next, reads)
		}
		w.next[tp] = next
	}
	w.records = append(w.records, b.Records...)
}

// until polls until the condition holds or the test's deadline has passed.
func (w *follower) until(what string, holds func() bool) {
	w.Helper()
	for !holds() {
		if w.ctx.Err() != nil {
			w.Fatalf("after %s still not %s; got %d records, %q at first, next %v", Deadline, what, len(w.records), few(w.values()), w.next)
		}
		w.poll(time.Second)
	}
}

// values gives the values of all records so far.
func (w *follower) values() []string {
	got := make([]string, len(w.records))
	for i, r := range w.records {
		got[i] = string(r.Value)
	}
	return got
}

// expect polls until there are as many records as values wanted, and compares.
func (w *follower) expect(want ...string) {
	w.Helper()
	w.until(fmt.Sprintf("%d records", len(want)), func() bool { return len(w.records) >= len(want) })
	if got := w.values(); !slices.Equal(got, want) {
		i := 0
		for i < len(got) && i < len(want) && got[i] == want[i] {
			i++
		}
		w.Fatalf("read %d records, want %d; from record %d on read %q, want %q", len(got), len(want), i, few(got[i:]), few(want[i:]))
	}
}

// few cuts a list to what fits a message.
func few(values []string) []string { return values[:min(len(values), 8)] }

// reaches polls until every input stands at its high watermark.
func (w *follower) reaches(ends map[messages.TopicPartition]messages.OffsetRange) {
	w.Helper()
	w.until("at the high watermark", func() bool {
		for tp, r := range ends {
			if w.next[tp] < r.End {
				return false
			}
		}
		return true
	})
}

func (f *fixture) offsets(s messages.ShardLog, tps ...messages.TopicPartition) map[messages.TopicPartition]messages.OffsetRange {
	f.Helper()
	got, err := s.Offsets(f.ctx, tps...)
	f.ok(err)
	if len(got) != len(tps) {
		f.Fatalf("Offsets gave %d partitions for %d", len(got), len(tps))
	}
	return got
}

// wantError checks an error's kind.
func (f *fixture) wantError(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("got error %v, want one that is %q", err, want)
	}
}
