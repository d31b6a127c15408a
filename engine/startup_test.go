package engine

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
)

// refuses starts a node that must not start: its error has the exit code and says
// all of the texts.
func refuses(t *testing.T, c *configs.Config, code int, texts ...string) {
	t.Helper()
	n, err := startNode(t.Context(), c, discard())
	if err == nil {
		_ = n.stop()
		t.Fatal("the node started")
	}
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("%v: want exit code %d", err, code)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%v\ndoesn't say %q", err, text)
		}
	}
}

// TestStartsThatFail: what is wrong at the start is said with what to do.
func TestStartsThatFail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	embedded := map[string]string{"broker.address": "127.0.0.1:0", "http.address": "", "broker.data_dir": filepath.Join(file, "data")}
	refuses(t, settings(t, embedded), ExitAddress, file, "--data-dir")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	refuses(t, settings(t, map[string]string{"broker.address": taken.Addr().String(), "http.address": ""}), ExitAddress,
		taken.Addr().String(), "--broker-address")
	refuses(t, settings(t, map[string]string{"broker.address": "127.0.0.1:0", "http.address": taken.Addr().String()}), ExitAddress,
		taken.Addr().String(), "--http-address")
}

// TestClustersThatDontAnswer: nobody listens, a name that doesn't exist, and a
// listener that isn't Kafka.
func TestClustersThatDontAnswer(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	for _, address := range []string{gone.Addr().String(), "no-such-host.invalid:9092", other.Addr().String()} {
		c := settings(t, map[string]string{"kafka.bootstrap_servers": address, "http.address": "", "node.start_timeout": "1s"})
		refuses(t, c, ExitKafka, address, "does not answer", "--bootstrap-servers")
	}
}

// TestPrefixOfAnotherCluster: a node doesn't start on a group id prefix that
// another cluster of Velox holds.
func TestPrefixOfAnotherCluster(t *testing.T) {
	c := onBroker(t, "")
	readyNode(t, c)
	c.Node.Cluster = "staging"
	refuses(t, c, ExitRefused, "velox-trading", `"velox"`, `"staging"`, "node.cluster", "a Kafka of its own")
}

// TestOneKafkaHasOnePrefix: topics have no prefix, so a second cluster of Velox with a
// prefix of its own would trade every account once more, and none would fence the other:
// it is refused, and the first goes on. Who adopts the state takes it over for good.
func TestOneKafkaHasOnePrefix(t *testing.T) {
	file := manyAccounts(t, 3, []string{"AURORA", "BASALT"})
	c := onBroker(t, file)
	first, err := startNode(t.Context(), c, discard())
	if err != nil {
		t.Fatal(err)
	}
	untilDeployed(t, c, 3)
	other := *c
	other.Kafka.GroupIDPrefix, other.Node.Cluster = "second", "second"
	held := func(c *configs.Config, words ...string) {
		t.Helper()
		err := Run(t.Context(), c, RunOptions{Out: io.Discard, Logger: discard()})
		var e *Error
		if !errors.As(err, &e) || e.Code != ExitRefused {
			t.Fatalf("%v: want exit code %d", err, ExitRefused)
		}
		for _, word := range append(words, "KAFKA_GROUP_ID_PREFIX", "node.adopt_prefix") {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%v\ndoesn't say %q", err, word)
			}
		}
	}
	held(&other, `"velox-trading"`, `"second"`)
	if err := first.ready(t.Context()); err != nil {
		t.Errorf("the first: %v", err)
	}
	if err := first.stop(); err != nil {
		t.Error(err)
	}
	other.Node.AdoptPrefix = c.Kafka.GroupIDPrefix
	readyNode(t, &other)
	held(c, `"velox-trading"`, `"second"`)
}

// TestClustersThatLackSomething: a missing topic, and a state of other partitions
// than the topic has, stop a node with what to do.
func TestClustersThatLackSomething(t *testing.T) {
	cluster := kafkatest.Start(t, kafkatest.Options{Brokers: 1})
	c := settings(t, map[string]string{
		"kafka.bootstrap_servers": strings.Join(cluster.BootstrapServers(), ","), "http.address": "", "topics.profile": "long-test",
	})
	refuses(t, c, ExitKafka, messages.TopicTicks, "veloxd topics apply")

	if err := TopicsApply(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.BootstrapServers()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	if _, err := admin.CreatePartitions(t.Context(), 1, messages.TopicTicks); err != nil {
		t.Fatal(err)
	}
	refuses(t, c, ExitKafka, messages.TopicTicks, "7 partitions", messages.StateTopic(messages.SymbolShard), "6")
}
