package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
)

// counter is the smallest shard there is: it writes the numbers from 1, some in
// each commit, together with the last one as its state, and starts again from
// its state after every error.
type counter struct {
	id      messages.ShardID
	topic   string
	state   string
	commits int
	// upTo is how many commits a life ends at; 0 is never. small commits are of one
	// number each.
	upTo  int
	small bool
	// outcomes counts what commits came to.
	outcomes map[string]int
	longest  time.Duration
}

func (k *counter) run(t *testing.T, l *kafka.Log, until context.Context) int {
	last := 0
	for until.Err() == nil {
		var err error
		begun := time.Now()
		if last, err = k.live(l, until); err != nil && until.Err() == nil {
			k.note(err)
			t.Logf("%s after %v: %v", k.id, time.Since(begun).Round(time.Millisecond), err)
		}
	}
	return last
}

func (k *counter) note(err error) {
	switch {
	case errors.Is(err, messages.ErrFenced):
		k.outcomes["fenced"]++
	case errors.Is(err, messages.ErrUnclear):
		k.outcomes["unclear"]++
	case errors.Is(err, messages.ErrAborted):
		k.outcomes["aborted"]++
	default:
		k.outcomes["open or restore"]++
	}
}

// live is one life of the shard.
func (k *counter) live(l *kafka.Log, until context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := l.OpenShard(ctx, k.id)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	last := 0
	err = s.Restore(ctx, func(r *messages.Record) (err error) {
		last, err = strconv.Atoi(string(r.Value))
		return err
	})
	if err != nil {
		return 0, err
	}
	for until.Err() == nil && (k.upTo == 0 || k.commits < k.upTo) {
		n := 1
		if !k.small {
			n += k.commits % 50
		}
		var records []messages.Out
		for i := range n {
			records = append(records, messages.Out{Topic: k.topic, Partition: int32(i % 3), Key: []byte("k"), Value: fmt.Append(nil, last+1+i)})
		}
		records = append(records, messages.Out{Topic: k.state, Partition: k.id.Partition, Key: []byte("last"), Value: fmt.Append(nil, last+n)})
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		begun := time.Now()
		err := s.Commit(ctx, records)
		cancel()
		k.longest = max(k.longest, time.Since(begun))
		if err != nil {
			return last, err
		}
		last += n
		k.commits++
	}
	return last, nil
}

// TestCommitsSurviveBrokerKills kills brokers of three at random points, always
// one at a time, while shards commit. At the end each number that a shard's
// state counts must be there exactly once, in order.
func TestCommitsSurviveBrokerKills(t *testing.T) {
	kafkatest.Long(t)
	const shards, kills = 3, 12
	k := kafkatest.Start(t, kafkatest.Options{Brokers: 3})
	c := newCluster(t, k.BootstrapServers())
	l := c.open("kills")
	until, stop := context.WithCancel(t.Context())
	defer stop()
	var counters []*counter
	var wg sync.WaitGroup
	ends := make([]int, shards)
	for i := range shards {
		kc := &counter{id: nextShard(), topic: c.topic(fmt.Sprint("numbers", i), 3), state: messages.StateTopic(messages.AccountShard), outcomes: make(map[string]int)}
		counters = append(counters, kc)
		wg.Go(func() { ends[i] = kc.run(t, l, until) })
	}
	for n := range kills {
		time.Sleep(2 * time.Second) // lets commits run between two kills
		b := k.Brokers()[n%3]
		if err := b.Kill(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(n%4) * time.Second) // down for a moment, or past its session
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
		c.inSync(3)
	}
	stop()
	wg.Wait()
	for i, kc := range counters {
		t.Logf("%s: %d numbers in %d commits, longest %v; other outcomes: %v", kc.id, ends[i], kc.commits, kc.longest.Round(time.Millisecond), kc.outcomes)
		c.checkNumbers(kc, l)
	}
}

// inSync waits until every partition has that many replicas in step.
func (c *cluster) inSync(n int) {
	c.t.Helper()
	eventually(c.t, "in step", func() (bool, error) {
		topics, err := c.admin.ListTopicsWithInternal(c.t.Context())
		if err != nil {
			return false, err
		}
		behind := 0
		topics.EachPartition(func(p kadm.PartitionDetail) {
			if len(p.ISR) < min(n, len(p.Replicas)) {
				behind++
			}
		})
		return behind == 0, fmt.Errorf("%d partitions are behind", behind)
	})
}

// checkNumbers reads all that a counter wrote and holds it against its state.
func (c *cluster) checkNumbers(k *counter, l *kafka.Log) {
	t := c.t
	s := c.shard(l, k.id)
	last := 0
	if err := s.Restore(t.Context(), func(r *messages.Record) (err error) {
		last, err = strconv.Atoi(string(r.Value))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var tps []messages.TopicPartition
	var inputs []messages.Input
	for p := range int32(3) {
		tps = append(tps, messages.TopicPartition{Topic: k.topic, Partition: p})
		inputs = append(inputs, messages.Input{TopicPartition: tps[p]})
	}
	ranges, err := s.Offsets(t.Context(), tps...)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Read(inputs); err != nil {
		t.Fatal(err)
	}
	seen, newest, next := make(map[int]bool), make(map[int32]int), make(map[messages.TopicPartition]int64)
	eventually(t, "read to the end", func() (bool, error) {
		b, err := s.Poll(t.Context(), 10_000, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			n, _ := strconv.Atoi(string(r.Value))
			if seen[n] {
				t.Errorf("%s: number %d is there twice", k.id, n)
			}
			if n <= newest[r.Partition] {
				t.Errorf("%s: number %d comes after %d", k.id, n, newest[r.Partition])
			}
			seen[n], newest[r.Partition] = true, n
		}
		for tp, at := range b.Next {
			next[tp] = at
		}
		for _, tp := range tps {
			if next[tp] < ranges[tp].End {
				return false, fmt.Errorf("%s at %d of %d", tp, next[tp], ranges[tp].End)
			}
		}
		return true, nil
	})
	for n := 1; n <= last; n++ {
		if !seen[n] {
			t.Errorf("%s: number %d is lost", k.id, n)
		}
	}
	if len(seen) != last || last == 0 {
		t.Errorf("%s: %d numbers are visible, the state says %d", k.id, len(seen), last)
	}
}
