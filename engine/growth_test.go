package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// growing is the shards of a node on a broker, which look often at partition counts.
type growing struct {
	t        *testing.T
	config   *configs.Config
	settings actors.Config
	admin    *kadm.Client
	shards   *actors.Node
	// partitions are those of the topics whose partitions are shards.
	partitions map[messages.ShardKind]int32
}

func newGrowing(t *testing.T) *growing {
	t.Helper()
	c := onEmbedded(t, "")
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	g := &growing{t: t, config: c, admin: kadm.NewClient(client), partitions: make(map[messages.ShardKind]int32)}
	for kind, topic := range homeTopics {
		n, err := log.PartitionCount(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		g.partitions[kind] = n
	}
	g.settings = growingSettings(t, c)
	g.settings.Log = log
	g.shards = g.start()
	return g
}

func growingSettings(t *testing.T, c *configs.Config) actors.Config {
	t.Helper()
	settings, err := shardSettings(c)
	if err != nil {
		t.Fatal(err)
	}
	settings.Clock, settings.Observer, settings.Logger, settings.CompareCounts = machine{}, newPrompter(), discard(), 100*time.Millisecond
	return settings
}

// start starts all shards that the topics had at first.
func (g *growing) start() *actors.Node {
	g.t.Helper()
	shards, err := actors.StartNode(g.settings)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		if err := shards.Stop(g.t.Context()); err != nil && g.t.Context().Err() == nil {
			g.t.Error(err)
		}
	})
	for kind, n := range g.partitions {
		shards.Assigned(alone{}, kind, upTo(n))
	}
	return shards
}

// grow adds partitions to topics.
func (g *growing) grow(more int, topics ...string) {
	g.t.Helper()
	answers, err := g.admin.CreatePartitions(g.t.Context(), more, topics...)
	if err == nil {
		err = answers.Error()
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// refused waits until a node ends with exit code 5 and a text that has all of the words.
func (g *growing) refused(shards *actors.Node, words ...string) {
	g.t.Helper()
	select {
	case err := <-shards.Failed():
		err = failure(err)
		if coded := new(Error); !errors.As(err, &coded) || coded.Code != ExitRefused {
			g.t.Errorf("%v: want exit code %d", err, ExitRefused)
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				g.t.Errorf("%v\ndoesn't say %q", err, word)
			}
		}
	case <-time.After(30 * time.Second):
		g.t.Fatal("the node runs on")
	}
}

// TestPartitionsAddedWhileANodeRuns: on brokers, a partition more of any topic that shards
// read ends the node with exit code 5.
func TestPartitionsAddedWhileANodeRuns(t *testing.T) {
	for _, topic := range []string{
		messages.TopicTicks, messages.TopicCommands, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts, messages.TopicStrategies,
	} {
		t.Run(topic, func(t *testing.T) {
			g := newGrowing(t)
			if err := g.shards.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			before, err := g.settings.Log.PartitionCounts(t.Context(), topic)
			if err != nil {
				t.Fatal(err)
			}
			g.grow(1, topic)
			g.refused(g.shards, topic, fmt.Sprint("has ", before[topic]+1, " partitions"), fmt.Sprint("opened with ", before[topic]))
		})
	}
}

// TestNodeThatComesAfterGrowth: a node that starts when topics have grown ends with exit
// code 5 before it has given its accounts' commands, which would go to shards that nobody
// has.
func TestNodeThatComesAfterGrowth(t *testing.T) {
	g := newGrowing(t)
	if err := g.shards.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.grow(2, messages.TopicCommands, messages.StateTopic(messages.AccountShard))
	late, err := configs.Load(configs.Sources{Demo: configs.DemoOff, File: manyAccounts(t, 3, []string{"AURORA"})})
	if err != nil {
		t.Fatal(err)
	}
	late.Kafka.BootstrapServers, late.HTTP.Address = g.config.Kafka.BootstrapServers, ""
	refuses(t, late, ExitRefused, messages.TopicCommands, "has 8 partitions", "was made with 6", "KAFKA_GROUP_ID_PREFIX")
	if n := len(committed(t, late, messages.TopicCommands)); n > 0 {
		t.Errorf("it has given %d commands", n)
	}
}

// TestShardsAddedWhileANodeRuns: a shard that a group assigns for an added partition opens
// nowhere: neither where its state has a place, nor where it has none.
func TestShardsAddedWhileANodeRuns(t *testing.T) {
	for name, c := range map[string]struct {
		grown []string
		words []string
	}{
		"with states":    {[]string{messages.TopicCommands, messages.StateTopic(messages.AccountShard)}, []string{"the state of shard account/0 was made with"}},
		"without states": {[]string{messages.TopicCommands}, []string{"its state has no place", messages.StateTopic(messages.AccountShard)}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGrowing(t)
			if err := g.shards.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			added := g.partitions[messages.AccountShard]
			g.grow(2, c.grown...)
			g.partitions = nil
			g.settings.CompareCounts = time.Hour
			other := g.start()
			other.Assigned(alone{}, messages.AccountShard, []int32{added})
			g.refused(other, append(c.words, messages.TopicCommands)...)
		})
	}
}
