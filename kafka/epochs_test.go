package kafka_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
)

var soakFlag = flag.Int("soak", 0, "how many transactions TestSoakOnKafka runs under one transactional id")

// reopen is after how many transactions a shard is opened anew. Before
// transaction.version 2 only opening raises the epoch.
const reopen = 10

// TestEpochWrapOnKafka: a shard's producer epoch comes to its end, and 1,000
// transactions go on across it under another producer id. None is lost or doubled,
// and who had the shard before the wrap stays fenced after it.
func TestEpochWrapOnKafka(t *testing.T) { wrap(t, real(t, 1), 1_000) }

// TestEpochWrapOnFakeBroker: the same on the broker in memory.
func TestEpochWrapOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	wrap(t, c, 100)
}

// TestFakeBrokerHidesConcurrency: the broker in memory gives a producer id at once
// while its transaction is open. Kafka ends that transaction first, and answers
// CONCURRENT_TRANSACTIONS until it has: what waits for that shows on real brokers alone.
func TestFakeBrokerHidesConcurrency(t *testing.T) {
	_, c := fake(t)
	s := newSeries(c, "open")
	client, err := kgo.NewClient(seeds(c.servers), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID(s.name))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: s.counter.topic, Value: []byte("open")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if state := s.producer().State; state != "Ongoing" {
		t.Fatalf("the transaction is %s, want it open", state)
	}
	if err := kerr.ErrorForCode(s.ask().ErrorCode); err != nil {
		t.Errorf("the broker in memory says %v now: docs/reliability.md tells that it doesn't", err)
	}
}

func wrap(t *testing.T, c *cluster, transactions int) {
	s := newSeries(c, "wrap")
	before := s.raise(math.MaxInt16 - 40)
	old := c.shard(s.log, s.counter.id)
	s.transactions(transactions)
	after := s.producer()
	if after.ProducerID == before.ProducerID || after.ProducerEpoch >= before.ProducerEpoch {
		t.Errorf("the epoch hasn't come to its end: producer %d epoch %d, then %d epoch %d",
			before.ProducerID, before.ProducerEpoch, after.ProducerID, after.ProducerEpoch)
	}
	err := old.Commit(t.Context(), []messages.Out{value(s.counter.topic, "of before the wrap")})
	if !errors.Is(err, messages.ErrFenced) {
		t.Errorf("a commit by the owner of before the wrap gives %v", err)
	}
	last := c.shard(s.log, s.counter.id)
	c.shard(s.log, s.counter.id)
	if err := last.Commit(t.Context(), []messages.Out{value(s.counter.topic, "of after the wrap")}); !errors.Is(err, messages.ErrFenced) {
		t.Errorf("a commit by the owner of after the wrap, with a newer one, gives %v", err)
	}
	c.checkNumbers(s.counter, s.log)
	t.Logf("producer %d epoch %d, then, after %d commits, %d epoch %d",
		before.ProducerID, before.ProducerEpoch, s.counter.commits, after.ProducerID, after.ProducerEpoch)
}

// TestSoakOnKafka runs as many transactions under one transactional id as -soak says.
func TestSoakOnKafka(t *testing.T) {
	if *soakFlag == 0 {
		t.Skip("left out: `make soak` runs it")
	}
	kafkatest.Long(t)
	c := real(t, 1)
	s := newSeries(c, "soak")
	ids, begun := make(map[int64]bool), time.Now()
	for left := *soakFlag; left > 0; left -= 1_000 {
		s.transactions(min(left, 1_000))
		ids[s.producer().ProducerID] = true
		if s.counter.commits%10_000 == 0 {
			t.Logf("%d commits after %v", s.counter.commits, time.Since(begun).Round(time.Second))
		}
	}
	c.checkNumbers(s.counter, s.log)
	if t.Failed() {
		return
	}
	version, _ := c.version()
	t.Logf("Kafka %s: %d transactions in %v under %d producer ids: 0 lost, 0 doubled",
		version, s.counter.commits, time.Since(begun).Round(time.Second), len(ids))
}

// series is one shard that commits numbers under one transactional id.
type series struct {
	c       *cluster
	log     *kafka.Log
	counter *counter
	name    string
}

func newSeries(c *cluster, what string) *series {
	id, prefix := nextShard(), "node-"+c.t.Name()
	config := c.config(prefix)
	return &series{
		c: c, log: c.open(prefix), name: config.TransactionalID(string(id.Kind), id.Partition),
		counter: &counter{
			id: id, topic: c.topic(what, 3), state: messages.StateTopic(messages.AccountShard),
			small: true,
		},
	}
}

// transactions commits n times, with the shard opened anew every now and then.
func (s *series) transactions(n int) {
	s.c.t.Helper()
	end := s.counter.commits + n
	for s.counter.commits < end && s.c.t.Context().Err() == nil {
		s.counter.upTo = min(s.counter.commits+reopen, end)
		if _, err := s.counter.live(s.log, s.c.t.Context()); err != nil {
			s.c.t.Errorf("after %d commits: %v", s.counter.commits, err)
			return
		}
	}
}

// raise asks for the shard's producer id until its epoch is that high.
func (s *series) raise(epoch int16) *kmsg.InitProducerIDResponse {
	s.c.t.Helper()
	var last *kmsg.InitProducerIDResponse
	for last == nil || last.ProducerEpoch < epoch {
		answer := s.ask()
		switch err := kerr.ErrorForCode(answer.ErrorCode); {
		case errors.Is(err, kerr.ConcurrentTransactions):
		case err != nil:
			s.c.t.Fatalf("producer id of %s: %v", s.name, err)
		default:
			last = answer
		}
	}
	return last
}

// ask asks once for the shard's producer id.
func (s *series) ask() *kmsg.InitProducerIDResponse {
	s.c.t.Helper()
	ask := kmsg.NewPtrInitProducerIDRequest()
	ask.TransactionalID, ask.TransactionTimeoutMillis = &s.name, 60_000
	answer, err := ask.RequestWith(s.c.t.Context(), s.c.raw)
	if err != nil {
		s.c.t.Fatalf("producer id of %s: %v", s.name, err)
	}
	return answer
}

// producer describes who has the transactional id.
func (s *series) producer() kadm.DescribedTransaction {
	s.c.t.Helper()
	ctx, cancel := context.WithTimeout(s.c.t.Context(), time.Minute)
	defer cancel()
	answer, err := s.c.admin.DescribeTransactions(ctx, s.name)
	if err != nil {
		s.c.t.Fatal(err)
	}
	d := answer[s.name]
	if d.Err != nil {
		s.c.t.Fatal(fmt.Errorf("describe %s: %w", s.name, d.Err))
	}
	return d
}
