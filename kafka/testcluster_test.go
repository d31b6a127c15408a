package kafka_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	kafkatest.CloseShared()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var foreign atomic.Int64

// cluster is a Kafka cluster, real or kfake, as the conformance suite wants it.
type cluster struct {
	t       *testing.T
	servers []string
	raw     *kgo.Client
	admin   *kadm.Client
	// compact is nil where compaction can't be asked for.
	compact func()
	lacks   []logtest.Feature
	liar    *liar
	more    func(*kafka.Config)
}

// newCluster connects to brokers and makes the state topics, unless another test
// of the same cluster has.
func newCluster(t *testing.T, servers []string, opts ...kgo.Opt) *cluster {
	t.Helper()
	raw, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(servers...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(raw.Close)
	c := &cluster{t: t, servers: servers, raw: raw, admin: kadm.NewClient(raw), liar: newLiar()}
	policy := "compact"
	for _, kind := range []messages.ShardKind{messages.SymbolShard, messages.AccountShard} {
		answer, err := c.admin.CreateTopics(t.Context(), logtest.StatePartitions, -1, map[string]*string{"cleanup.policy": &policy}, c.StateTopic(kind))
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Error(); err != nil && answer[c.StateTopic(kind)].ErrMessage != "" && !topicExists(err) {
			t.Fatal(err)
		}
	}
	return c
}

// fake starts a kfake cluster of three brokers for one test.
func fake(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, *cluster) {
	t.Helper()
	k, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SleepOutOfOrder()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	c := newCluster(t, k.ListenAddrs())
	c.compact = k.Compact
	return k, c
}

// withoutSettings answers a question for the settings of topics with an error for each.
func withoutSettings(request kmsg.Request, err *kerr.Error) kmsg.Response {
	answer := request.ResponseKind().(*kmsg.DescribeConfigsResponse)
	for _, r := range request.(*kmsg.DescribeConfigsRequest).Resources {
		one := kmsg.NewDescribeConfigsResponseResource()
		one.ResourceType, one.ResourceName, one.ErrorCode = r.ResourceType, r.ResourceName, err.Code
		answer.Resources = append(answer.Resources, one)
	}
	return answer
}

// config is one of a node of this cluster; tests shorten what they must wait for.
func (c *cluster) config(prefix string) kafka.Config {
	config := kafka.DefaultConfig()
	config.BootstrapServers = c.servers
	config.GroupIDPrefix = prefix
	config.TransactionTimeoutMs = 60_000
	config.Dial = c.liar.dial
	if c.more != nil {
		c.more(&config)
	}
	return config
}

func (c *cluster) open(prefix string) *kafka.Log {
	c.t.Helper()
	l, err := kafka.OpenLog(c.config(prefix))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(l.Close)
	return l
}

func (c *cluster) Log(prefix string) (messages.Log, error) { return c.open(prefix), nil }

func (c *cluster) StateTopic(kind messages.ShardKind) string { return messages.StateTopic(kind) }

func (c *cluster) CreateTopic(ctx context.Context, name string, partitions int32, o logtest.TopicOptions) error {
	configs := map[string]*string{}
	if o.Compacted {
		configs["cleanup.policy"] = kadm.StringPtr("compact")
	}
	if o.MaxRecordBytes > 0 {
		configs["max.message.bytes"] = kadm.StringPtr(fmt.Sprint(o.MaxRecordBytes))
	}
	answer, err := c.admin.CreateTopic(ctx, partitions, -1, configs, name)
	if err != nil {
		return err
	}
	return answer.Err
}

func (c *cluster) Produce(ctx context.Context, records ...messages.Out) ([]int64, error) {
	offsets := make([]int64, len(records))
	for i, r := range kgoRecords(records) {
		if err := c.raw.ProduceSync(ctx, r).FirstErr(); err != nil {
			return nil, err
		}
		offsets[i] = r.Offset
	}
	return offsets, nil
}

func kgoRecords(records []messages.Out) []*kgo.Record {
	var all []*kgo.Record
	for _, r := range records {
		all = append(all, &kgo.Record{Topic: r.Topic, Partition: r.Partition, Key: r.Key, Value: r.Value})
	}
	return all
}

func (c *cluster) Begin(context.Context) (logtest.Transaction, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(c.servers...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.TransactionalID(fmt.Sprintf("foreign-%d-%d", time.Now().UnixNano(), foreign.Add(1))), kgo.TransactionTimeout(time.Minute))
	if err != nil {
		return nil, err
	}
	c.t.Cleanup(client.Close)
	return foreignTransaction{client}, client.BeginTransaction()
}

type foreignTransaction struct{ client *kgo.Client }

func (f foreignTransaction) Produce(ctx context.Context, records ...messages.Out) error {
	return f.client.ProduceSync(ctx, kgoRecords(records)...).FirstErr()
}

func (f foreignTransaction) Commit(ctx context.Context) error {
	return f.client.EndTransaction(ctx, kgo.TryCommit)
}

func (f foreignTransaction) Abort(ctx context.Context) error {
	return f.client.EndTransaction(ctx, kgo.TryAbort)
}

func (c *cluster) AddPartitions(ctx context.Context, topic string, partitions int32) error {
	answer, err := c.admin.UpdatePartitions(ctx, int(partitions), topic)
	if err != nil {
		return err
	}
	return answer.Error()
}

func (c *cluster) DeleteRecords(ctx context.Context, tp messages.TopicPartition, before int64) error {
	var os kadm.Offsets
	os.AddOffset(tp.Topic, tp.Partition, before, -1)
	answer, err := c.admin.DeleteRecords(ctx, os)
	if err != nil {
		return err
	}
	return answer.Error()
}

func (c *cluster) Compact(context.Context, string) error {
	if c.compact == nil {
		return logtest.ErrLacking
	}
	c.compact()
	return nil
}

func (c *cluster) LoseCommitAnswer(_ context.Context, applied bool) error {
	if slices.Contains(c.lacks, logtest.LostAnswers) {
		return logtest.ErrLacking
	}
	c.liar.arm(applied)
	return nil
}

func (c *cluster) Lacks() []logtest.Feature { return c.lacks }

func topicExists(err error) bool { return err != nil && errorIs(err, "TOPIC_ALREADY_EXISTS") }

// on gives the same cluster to another test.
func (c *cluster) on(t *testing.T) *cluster {
	per := *c
	per.t, per.liar = t, newLiar()
	return &per
}

func TestConformanceOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return c.on(t) })
}

// shared gives the cluster to nodes that share every topic's reader.
func (c *cluster) shared(t *testing.T) *cluster {
	per := c.on(t)
	per.more = func(config *kafka.Config) { config.SharedTopics = []string{kafka.AllTopics} }
	return per
}

func TestConformanceOfSharedReadersOnFakeBroker(t *testing.T) {
	_, c := fake(t)
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return c.shared(t) })
}

func seeds(servers []string) kgo.Opt { return kgo.SeedBrokers(servers...) }
