package kafka_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// What Velox guards against in its client, shown with the client alone. A test that
// fails here says that a guard may go; docs/reliability.md lists them.

// bare gives a transactional client of a fake broker with one topic, and a function
// that reads what is committed of it up to a last record, written after all others.
func bare(t *testing.T, more ...kgo.Opt) (client *kgo.Client, visible func() []string) {
	t.Helper()
	const topic = "bare"
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	open := func(opts ...kgo.Opt) *kgo.Client {
		c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(k.ListenAddrs()...), kgo.DefaultProduceTopic(topic))...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	client = open(append(more, kgo.TransactionalID("bare"))...)
	return client, func() []string {
		t.Helper()
		if err := open().ProduceSync(t.Context(), kgo.StringRecord("last")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		reader := open(kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		var got []string
		for !slices.Contains(got, "last") {
			fetches := reader.PollFetches(t.Context())
			if err := fetches.Err(); err != nil {
				t.Fatal(err)
			}
			for _, r := range fetches.Records() {
				got = append(got, string(r.Value))
			}
		}
		return got
	}
}

// TestClientCommitsWhatIsLeft: one of three records fails, and the commit of the two
// others is no error.
func TestClientCommitsWhatIsLeft(t *testing.T) {
	client, visible := bare(t, kgo.ProducerBatchMaxBytes(1_000), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	var failed []error
	for _, text := range []string{"first", strings.Repeat("x", 2_000), "third"} {
		if err := client.ProduceSync(t.Context(), kgo.StringRecord(text)).FirstErr(); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) != 1 || !errors.Is(failed[0], kerr.MessageTooLarge) {
		t.Fatalf("records fail with %v", failed)
	}
	if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Errorf("the commit says %v: the client looks at its records now", err)
	}
	if got := visible(); !slices.Equal(got, []string{"first", "third", "last"}) {
		t.Errorf("visible: %q", got)
	}
}

// TestClientEndsWithoutFlushing: a commit leaves behind what waits in the client.
func TestClientEndsWithoutFlushing(t *testing.T) {
	client, visible := bare(t, kgo.ProducerLinger(time.Minute))
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	client.Produce(t.Context(), kgo.StringRecord("waits"), nil)
	err := client.EndTransaction(t.Context(), kgo.TryCommit)
	if got := visible(); err == nil && !slices.Equal(got, []string{"last"}) {
		t.Errorf("visible after the commit: %q: the client flushes now", got)
	}
	t.Logf("the commit says %v", err)
	if n := client.BufferedProduceRecords(); n != 1 {
		t.Errorf("%d records wait after the commit, want 1", n)
	}
}

// TestClientDropsRevocations: partitions are taken from a transaction session twice
// without a transaction in between, and its callback is told once.
func TestClientDropsRevocations(t *testing.T) {
	const topic, cycles = "taken", 2
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	told := make(chan string, 100)
	callback := func(what string) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, tps map[string][]int32) {
			if len(tps[topic]) > 0 {
				told <- what
			}
		}
	}
	member := func(name string) []kgo.Opt {
		return []kgo.Opt{
			kgo.SeedBrokers(k.ListenAddrs()...), kgo.ConsumerGroup("group"), kgo.ConsumeTopics(topic), kgo.Balancers(kgo.CooperativeStickyBalancer()),
			kgo.HeartbeatInterval(100 * time.Millisecond), kgo.OnPartitionsAssigned(callback(name + " assigned")),
			kgo.OnPartitionsRevoked(callback(name + " revoked")),
		}
	}
	session, err := kgo.NewGroupTransactSession(append(member("first"), kgo.TransactionalID("session"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	revoked := 0
	until := func(want string) {
		t.Helper()
		deadline := time.After(time.Minute)
		for {
			select {
			case got := <-told:
				if got == "first revoked" {
					revoked++
				}
				if got == want {
					return
				}
			case <-deadline:
				t.Fatalf("not %s within a minute", want)
			}
		}
	}
	until("first assigned")
	for range cycles {
		second, err := kgo.NewClient(member("second")...)
		if err != nil {
			t.Fatal(err)
		}
		until("second assigned") // what it gets was taken from the first
		second.Close()
		until("first assigned")
	}
	if revoked != 1 {
		t.Errorf("of %d revocations the session's user was told %d, want 1: the client tells all of them now", cycles, revoked)
	}
}

// watchedRequest is a request that tells when the client looks at it after it was written.
type watchedRequest struct {
	*kmsg.MetadataRequest
	written atomic.Bool
	later   func()
}

func (r *watchedRequest) AppendTo(to []byte) []byte {
	r.written.Store(true)
	return r.MetadataRequest.AppendTo(to)
}

func (r *watchedRequest) IsFlexible() bool {
	if r.written.Load() {
		r.later()
	}
	return r.MetadataRequest.IsFlexible()
}

// TestClientReadsWhatItGaveBack: a request that is cancelled when it was written comes back
// while the client still reads it: who uses it again, as the client itself does when it
// tries again, has a data race.
func TestClientReadsWhatItGaveBack(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	ctx, cancel := context.WithCancel(t.Context())
	back, early := make(chan struct{}), make(chan bool, 10)
	request := &watchedRequest{MetadataRequest: kmsg.NewPtrMetadataRequest(), later: func() {
		cancel()
		select {
		case <-back:
			early <- true
		case <-time.After(10 * time.Second):
			early <- false
		}
	}}
	_, err = client.SeedBrokers()[0].Request(ctx, request)
	close(back)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the request gives %v, want it cancelled", err)
	}
	if !<-early {
		t.Error("the client reads a request no longer when it has given it back")
	}
}
