package memlog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// world is a cluster under random commits, takeovers, faults, deletions and
// compaction, all from one seed, and what readers were told.
type world struct {
	*testing.T
	*Cluster
	random  *rand.Rand
	owners  []messages.ShardLog
	commits map[string]error // value -> what Commit said
	reader  messages.ShardLog
	next    map[messages.TopicPartition]int64
	read    map[messages.TopicPartition][]string
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		T: t, random: rand.New(rand.NewPCG(seed, 1)), commits: make(map[string]error),
		next: make(map[messages.TopicPartition]int64), read: make(map[messages.TopicPartition][]string),
	}
	w.Cluster = newCluster(t, Options{Fault: w.fault})
	w.owners = make([]messages.ShardLog, 2)
	for i := range w.owners {
		w.open(i)
	}
	r, err := w.Log().OpenShard(t.Context(), messages.ShardID{Kind: messages.AccountShard})
	if err != nil {
		t.Fatal(err)
	}
	w.reader = r
	var inputs []messages.Input
	for _, topic := range []string{"out", "velox-symbol-state"} {
		for p := range int32(2) {
			inputs = append(inputs, messages.Input{TopicPartition: messages.TopicPartition{Topic: topic, Partition: p}})
		}
	}
	if err := r.Read(inputs); err != nil {
		t.Fatal(err)
	}
	return w
}

var errRandom = errors.New("random fault")

// fault strikes commits at each of their points, in each way.
func (w *world) fault(_ context.Context, call Call) error {
	switch call.Point {
	case PointCommitBegin, PointCommitWrite, PointCommitEnd:
		if w.random.IntN(12) == 0 {
			return []error{errRandom, fmt.Errorf("%w: %w", messages.ErrUnclear, errRandom), ErrLeftOpen}[w.random.IntN(3)]
		}
	}
	return nil
}

func (w *world) open(i int) {
	l, err := w.Log().OpenShard(w.Context(), messages.ShardID{Kind: messages.SymbolShard, Partition: int32(i)})
	if err != nil {
		w.Fatal(err)
	}
	w.owners[i] = l
}

// commit writes one value to a state partition and, several times, to outputs.
func (w *world) commit(i, n int) {
	value := fmt.Sprint("c", n)
	records := []messages.Out{{Topic: "velox-symbol-state", Partition: int32(i), Key: []byte("k"), Value: []byte(value)}}
	for range w.random.IntN(4) {
		records = append(records, text("out", int32(w.random.IntN(2)), value))
	}
	err := w.owners[i].Commit(w.Context(), records)
	w.commits[value] = err
	if err != nil {
		w.open(i)
		if w.random.IntN(2) == 0 {
			w.open(i) // takes over at once again
		}
	}
}

func (w *world) poll() {
	b, err := w.reader.Poll(w.Context(), 1+w.random.IntN(7), 0)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range b.Records {
		w.read[r.TopicPartition()] = append(w.read[r.TopicPartition()], fmt.Sprintf("%d:%s", r.Offset, r.Value))
	}
	for tp, next := range b.Next {
		if next <= w.next[tp] {
			w.Fatalf("Next of %s goes from %d to %d", tp, w.next[tp], next)
		}
		w.next[tp] = next
	}
}

// check holds what was read against what is there and what committers were told.
func (w *world) check() {
	for tp, next := range w.next {
		if end := w.EndOffset(tp.Topic, tp.Partition); next != end {
			w.Errorf("%s was read to %d and ends at %d", tp, next, end)
		}
	}
	states := make(map[string]bool)
	for _, r := range w.AllRecords("velox-symbol-state") {
		states[string(r.Value)] = true
	}
	for p := range int32(2) {
		tp := messages.TopicPartition{Topic: "out", Partition: p}
		if got, want := w.read[tp], values(w.Records("out", p)); !slices.Equal(got, want) {
			w.Errorf("%s was read as %q and holds %q", tp, got, want)
		}
		for _, r := range w.Records("out", p) {
			if !states[string(r.Value)] {
				w.Errorf("output %s is visible without its state", r.Value)
			}
		}
	}
	for value, err := range w.commits {
		if errors.Is(err, messages.ErrUnclear) {
			continue
		}
		if states[value] != (err == nil) {
			w.Errorf("commit %s: told %v, visible %v", value, err, states[value])
		}
	}
}

func TestRandomRuns(t *testing.T) {
	for seed := range uint64(200) {
		w := newWorld(t, seed)
		for n := range 60 {
			w.commit(w.random.IntN(2), n)
			for w.random.IntN(2) == 0 {
				w.poll()
			}
		}
		for i := range w.owners {
			w.open(i) // ends what was left open
		}
		for range 400 {
			w.poll()
		}
		w.check()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestRandomRestores: what a shard restores is its state after the last visible
// commit, compacted or not, and equal seeds give equal logs.
func TestRandomRestores(t *testing.T) {
	for seed := range uint64(50) {
		var logs [2][]string
		for k := range logs {
			w := newWorld(t, seed)
			for n := range 60 {
				w.commit(w.random.IntN(2), n)
				// The draw is made in both runs, so that they go alike.
				if w.random.IntN(10) == 0 && k == 1 {
					if err := w.Compact("velox-symbol-state", true); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i := range w.owners {
				w.open(i)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				last := ""
				err := w.owners[i].Restore(ctx, func(r *messages.Record) error {
					last = fmt.Sprintf("%d:%s", r.Offset, r.Value)
					return nil
				})
				cancel()
				if err != nil {
					t.Fatal(err)
				}
				logs[k] = append(logs[k], last)
			}
			logs[k] = append(logs[k], values(w.AllRecords("out"))...)
		}
		if !slices.Equal(logs[0], logs[1]) {
			t.Fatalf("seed %d: without compaction %q, with it %q", seed, logs[0], logs[1])
		}
	}
}
