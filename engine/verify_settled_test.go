package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// TestVerifySettledOfNothing: where nothing was ever written there is nothing to be taken
// in, and nothing to wait for.
func TestVerifySettledOfNothing(t *testing.T) {
	c := onEmbedded(t, "")
	if r := settled(t, c); !r.OK {
		t.Error("topics without a record are not settled")
	}
}

// settled verifies a cluster that must not have to be waited for.
func settled(t *testing.T, c *configs.Config) *verify.Report {
	t.Helper()
	return verified(t, c, func(v *verify.Config) { v.Settled, v.Settling = true, time.Second })
}

// TestVerifySettledAfterAStop: nodes that were stopped leave a cluster that has settled,
// however often it is verified, and whatever retention deletes of it then: marks, too.
// Nodes that start again miss nothing.
func TestVerifySettledAfterAStop(t *testing.T) {
	c, n, _, _ := tradedOn(t, onEmbedded)
	stopNode(t, n)
	for _, when := range []string{"after the stop", "behind marks"} {
		if r := settled(t, c); !r.OK {
			t.Error(when)
		}
	}
	deleteAll(t, c, messages.TopicTicks, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts)
	if r := settled(t, c); !r.OK {
		t.Error("when all is deleted, marks, too")
	}
	readyNode(t, c)
	if r := settled(t, c); !r.OK {
		t.Error("when a node has started again")
	}
	for _, r := range committed(t, c, messages.TopicAlerts) {
		if strings.Contains(string(r.Value), "LOST_INPUTS") {
			t.Errorf("marks that are deleted count as lost inputs: %s", r.Value)
		}
	}
}

// TestVerifyFindsWhatWasDeletedBeforeItWasTakenIn: marks are no loss, and a record is.
func TestVerifyFindsWhatWasDeletedBeforeItWasTakenIn(t *testing.T) {
	c, n, _, _ := tradedOn(t, onEmbedded)
	stopNode(t, n)
	tick := committed(t, c, messages.TopicTicks)[0]
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	late := &kgo.Record{Topic: tick.Topic, Partition: tick.Partition, Key: tick.Key, Value: tick.Value}
	if err := client.ProduceSync(t.Context(), late).FirstErr(); err != nil {
		t.Fatal(err)
	}
	settled(t, c) // marks it
	deleteAll(t, c, messages.TopicTicks)
	if r := settled(t, c); r.OK || !foundAt(r, "frontiers", messages.ShardID{Kind: messages.SymbolShard, Partition: tick.Partition}.String()) {
		t.Error("a tick that nobody has taken in is deleted, and that is not found")
	}
}

// TestVerifySettledWhileTicksCome: a log that somebody writes to has not settled, which
// breaks no promise and can't be checked; the error says who has to stop.
func TestVerifySettledWhileTicksCome(t *testing.T) {
	c, n, _, _ := tradedOn(t, onEmbedded)
	stopNode(t, n)
	tick := committed(t, c, messages.TopicTicks)[0]
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	came := false
	v := VerifyConfig(c)
	v.Settled = true
	v.Progress = func(p verify.Progress) {
		if came || p.Doing == "transactions" || p.Doing == "marks" {
			return
		}
		came = true
		r := &kgo.Record{Topic: tick.Topic, Partition: tick.Partition, Key: tick.Key, Value: tick.Value}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Error(err)
		}
	}
	r, err := verify.Run(t.Context(), v)
	want := fmt.Sprintf("%s/%d has grown by 1 record", tick.Topic, tick.Partition)
	if !came || err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "without --settled") {
		t.Errorf("want an error that says %q: %v, %+v", want, err, r)
	}
}

// TestVerifySettledReadsThroughACommit: while nodes run, a commit that is read in part is
// read again, also when everything is to be taken in.
func TestVerifySettledReadsThroughACommit(t *testing.T) {
	broker, start := onFake(t)
	c, _, _, _ := tradedOn(t, start)
	topic := messages.StateTopic(messages.AccountShard)
	saved, ahead := lastOfAnAccount(t, c, topic)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.TransactionalID("committing"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	write := func(value []byte) error {
		return client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Partition: saved.Partition, Key: saved.Key, Value: value}).FirstErr()
	}
	var half, whole atomic.Bool
	v := VerifyConfig(c)
	v.Settled, v.ReadOnly = true, true
	v.Progress = func(p verify.Progress) {
		if half.Load() || p.Doing == "transactions" {
			return
		}
		if err := errors.Join(client.BeginTransaction(), write(ahead)); err != nil {
			t.Fatal(err)
		}
		half.Store(true)
	}
	id := topicID(t, c, topic)
	broker.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		fetched := func(f kmsg.FetchRequestTopic) bool {
			return (f.Topic == topic || f.TopicID == id) && slices.ContainsFunc(f.Partitions, func(p kmsg.FetchRequestTopicPartition) bool { return p.Partition == saved.Partition })
		}
		if !half.Load() || !slices.ContainsFunc(req.(*kmsg.FetchRequest).Topics, fetched) || whole.Swap(true) {
			broker.KeepControl()
			return nil, nil, false
		}
		broker.SleepControl(func() { // the reading has asked for the end
			if err := errors.Join(write(saved.Value), client.EndTransaction(t.Context(), kgo.TryCommit)); err != nil {
				t.Error(err)
			}
		})
		return nil, nil, false
	})
	r, err := verify.Run(t.Context(), v)
	if !whole.Load() {
		t.Fatal("no commit was read through")
	}
	if err != nil || !r.OK {
		t.Errorf("half of a commit is found to be wrong: %v", err)
		text := &strings.Builder{}
		if r != nil && r.WriteText(text) == nil {
			t.Log(text)
		}
	}
}

// lastOfAnAccount gives what is saved of an account, and what would be if it held more.
func lastOfAnAccount(t *testing.T, c *configs.Config, topic string) (saved *kgo.Record, ahead []byte) {
	t.Helper()
	for _, r := range committed(t, c, topic) {
		first := saved == nil && strings.HasPrefix(string(r.Key), "account/")
		if first || saved != nil && r.Partition == saved.Partition && string(r.Key) == string(saved.Key) && r.Offset > saved.Offset {
			saved = r
		}
	}
	if saved == nil {
		t.Fatal("no account has a state")
	}
	e := &veloxpb.EntityState{}
	if err := proto.Unmarshal(saved.Value, e); err != nil {
		t.Fatal(err)
	}
	e.Payload = bytes.Replace(e.Payload, []byte(`"symbols":[`), []byte(`"symbols":[{"name":"AHEAD","net":{"quantity":5}},`), 1)
	ahead, err := proto.Marshal(e)
	if err != nil || bytes.Equal(ahead, saved.Value) {
		t.Fatalf("the state is not changed: %v", err)
	}
	return saved, ahead
}

// stopNode stops a node before its test ends.
func stopNode(t *testing.T, n *node) {
	t.Helper()
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
}

// deleteAll deletes all that topics hold, as retention does in time.
func deleteAll(t *testing.T, c *configs.Config, topics ...string) {
	t.Helper()
	admin := adminOf(t, c)
	ends, err := admin.ListEndOffsets(t.Context(), topics...)
	if err != nil {
		t.Fatal(err)
	}
	deleted, err := admin.DeleteRecords(t.Context(), ends.Offsets())
	if err = errors.Join(err, deleted.Error()); err != nil {
		t.Fatal(err)
	}
}

func adminOf(t *testing.T, c *configs.Config) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return kadm.NewClient(client)
}

// onFake gives a broker whose requests a test can get hold of, and what prepares it.
func onFake(t *testing.T) (*kfake.Cluster, func(t *testing.T, file string, overrides ...string) *configs.Config) {
	t.Helper()
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	return broker, func(t *testing.T, file string, overrides ...string) *configs.Config {
		return onTopics(t, file, append([]string{"kafka.bootstrap_servers=" + strings.Join(broker.ListenAddrs(), ","), "http.address=", "node.status_every=0s"}, overrides...))
	}
}

func topicID(t *testing.T, c *configs.Config, topic string) kadm.TopicID {
	t.Helper()
	topics, err := adminOf(t, c).ListTopics(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return topics[topic].ID
}

// TestVerifyWithAnotherPrefix: the offsets of groups that don't exist agree with nothing.
func TestVerifyWithAnotherPrefix(t *testing.T) {
	c, _, _, _ := tradedOn(t, onEmbedded)
	other := *c
	other.Kafka.GroupIDPrefix = "another"
	r := verified(t, &other, nil)
	if r.OK || !foundAt(r, "frontiers", "kafka.group_id_prefix") {
		t.Error("offsets of another prefix are found as good as the cluster's own")
	}
}

// TestVerifyWithAPrefixThatHoldsNothing: that a prefix once claimed the shards, and let them
// go to another, makes it no more that of the nodes, whatever its groups still show.
func TestVerifyWithAPrefixThatHoldsNothing(t *testing.T) {
	c, n, _, _ := tradedOn(t, onEmbedded)
	stopNode(t, n)
	adopted := *c
	adopted.Kafka.GroupIDPrefix, adopted.Node.AdoptPrefix = "adopter", c.Kafka.GroupIDPrefix
	stopNode(t, readyNode(t, &adopted))
	if r := verified(t, &adopted, nil); !r.OK {
		t.Error("the shards' own prefix")
	}
	for _, groups := range []string{"left", "forgotten"} {
		if groups == "forgotten" {
			forget(t, c)
		}
		if r := verified(t, c, nil); r.OK || !foundAt(r, "frontiers", c.Kafka.GroupIDPrefix) {
			t.Errorf("the prefix of before, whose groups are %s, is as good as that of the nodes: %q", groups, r.LeftOut)
		}
	}
}

// forget deletes the groups of a prefix, as the cluster does in time.
func forget(t *testing.T, c *configs.Config) {
	t.Helper()
	admin := adminOf(t, c)
	groups, err := admin.ListGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own := slices.DeleteFunc(groups.Groups(), func(g string) bool { return !strings.HasPrefix(g, c.Kafka.GroupIDPrefix+"-") })
	if len(own) == 0 {
		t.Fatalf("no groups of %s", c.Kafka.GroupIDPrefix)
	}
	deleted, err := admin.DeleteGroups(t.Context(), own...)
	if err = errors.Join(err, deleted.Error()); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyWhileRetentionDeletes: what is deleted between the question where a partition
// begins and its reading counts as deleted, and ends nothing.
func TestVerifyWhileRetentionDeletes(t *testing.T) {
	broker, start := onFake(t)
	c, n, _, _ := tradedOn(t, start)
	stopNode(t, n)
	const most = 100 // records of a partition that are deleted
	admin := adminOf(t, c)
	updates, id := messages.TopicUpdates, topicID(t, c, messages.TopicUpdates)
	deleted := false
	broker.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		// From the beginning: a last fetch of the node that was stopped may come now.
		fetched := func(f kmsg.FetchRequestTopic) bool {
			return (f.Topic == updates || f.TopicID == id) &&
				slices.ContainsFunc(f.Partitions, func(p kmsg.FetchRequestTopicPartition) bool { return p.FetchOffset == 0 })
		}
		if deleted || !slices.ContainsFunc(req.(*kmsg.FetchRequest).Topics, fetched) {
			broker.KeepControl()
			return nil, nil, false
		}
		deleted = true
		broker.SleepControl(func() {
			ends, err := admin.ListEndOffsets(t.Context(), updates)
			before := make(kadm.Offsets)
			ends.Each(func(o kadm.ListedOffset) { before.AddOffset(o.Topic, o.Partition, min(most, o.Offset), -1) })
			answer, err2 := admin.DeleteRecords(t.Context(), before)
			if err = errors.Join(err, err2, answer.Error()); err != nil {
				t.Error(err)
			}
		})
		return nil, nil, false
	})
	r := verified(t, c, func(v *verify.Config) { v.ReadOnly = true }) // marks are fetched, too
	if !deleted || !r.OK {
		t.Error("what is deleted while it is read counts as lost")
	}
	if !slices.ContainsFunc(r.LeftOut, func(s string) bool {
		return strings.Contains(s, messages.TopicUpdates) && strings.Contains(s, "below offset")
	}) {
		t.Errorf("the report does not tell of it: %q", r.LeftOut)
	}
}

// TestVerifyEndsAtATransactionThatBeginsMeanwhile: one that is left open while the topics
// are read is found on its partition, in time.
func TestVerifyEndsAtATransactionThatBeginsMeanwhile(t *testing.T) {
	c := onEmbedded(t, "")
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.TransactionalID("somebody"),
		kgo.TransactionTimeout(10*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	began := false
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	v := VerifyConfig(c)
	v.Timeout = time.Second
	v.Progress = func(p verify.Progress) {
		if began || p.Doing == "transactions" || p.Doing == "marks" {
			return
		}
		began = true
		r := &kgo.Record{Topic: messages.TopicAlerts, Partition: 2, Key: []byte("u"), Value: []byte("{}")}
		if err := errors.Join(client.BeginTransaction(), client.ProduceSync(ctx, r).FirstErr()); err != nil {
			t.Fatal(err)
		}
	}
	r, err := verify.Run(ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	if !began || !foundAt(r, "transactions", "") || len(r.Hanging) != 1 || r.Hanging[0].TransactionalID != "somebody" {
		t.Errorf("%+v, %+v", r.Results, r.Hanging)
	}
}
