package kafka_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/kafka/kafkatest"
)

// shipped reads configs/topics.yaml.
func shipped(t *testing.T) kafka.TopicSet {
	t.Helper()
	text, err := os.ReadFile("../configs/topics.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var set kafka.TopicSet
	if err := yaml.UnmarshalWithOptions(text, &set, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestShippedTopicsAreTheContract(t *testing.T) {
	set := shipped(t)
	if bad := set.Validate(); len(bad) > 0 {
		t.Fatal(bad)
	}
	lz4 := func(name string, partitions int32, retentionMs, segmentMs int64) kafka.Topic {
		return kafka.Topic{
			Name: name, Partitions: partitions, ReplicationFactor: 3, RetentionMs: retentionMs, CleanupPolicy: "delete",
			SegmentMs: segmentMs, CompressionType: "lz4", MinInSyncReplicas: 2,
		}
	}
	contract := []kafka.Topic{
		lz4("market-data-ticks", 6, 3_600_000, 1_000),
		lz4("indicator-updates", 4, 7_200_000, 5_000),
		lz4("strategy-signals", 4, 86_400_000, 10_000),
		lz4("order-events", 6, 604_800_000, 15_000),
		lz4("position-updates", 4, 604_800_000, 15_000),
		lz4("risk-alerts", 3, 2_592_000_000, 30_000),
	}
	for i, want := range contract {
		if got := set.Topics[i]; !same(got, want) {
			t.Errorf("topic %d is %+v, want %+v", i, got, want)
		}
	}
	long, err := set.With("long-test")
	if err != nil {
		t.Fatal(err)
	}
	if long[0].SegmentMs <= set.Topics[0].SegmentMs || long[0].RetentionMs != set.Topics[0].RetentionMs {
		t.Errorf("profile long-test gives %+v", long[0])
	}
	if _, err := set.With("none-such"); err == nil || !strings.Contains(err.Error(), "long-test") {
		t.Errorf("an unknown profile gives %v", err)
	}
}

// same compares topics without further settings.
func same(a, b kafka.Topic) bool {
	aText, _ := json.Marshal(a)
	bText, _ := json.Marshal(b)
	return string(aText) == string(bText)
}

func TestTopicSetsThatAreWrong(t *testing.T) {
	good := kafka.Topic{Name: "a", Partitions: 1, ReplicationFactor: 1}
	change := func(f func(*kafka.Topic)) kafka.TopicSet {
		c := good
		f(&c)
		return kafka.TopicSet{Topics: []kafka.Topic{c}}
	}
	for want, set := range map[string]kafka.TopicSet{
		"at least one topic":                       {},
		"want a name":                              change(func(t *kafka.Topic) { t.Name = "" }),
		"given twice":                              {Topics: []kafka.Topic{good, good}},
		"partitions: a: 0: want at least 1":        change(func(t *kafka.Topic) { t.Partitions = 0 }),
		"replication_factor: a: 0":                 change(func(t *kafka.Topic) { t.ReplicationFactor = 0 }),
		"at most the replication factor":           change(func(t *kafka.Topic) { t.MinInSyncReplicas = 2 }),
		"-2: want -1":                              change(func(t *kafka.Topic) { t.RetentionMs = -2 }),
		`cleanup_policy: a: "keep"`:                change(func(t *kafka.Topic) { t.CleanupPolicy = "keep" }),
		`changes topic "b", which is none of them`: {Topics: []kafka.Topic{good}, Profiles: map[string][]kafka.Topic{"p": {{Name: "b"}}}},
	} {
		want = strings.Replace(want, "none of them", "none of the topics", 1)
		bad := set.Validate()
		if len(bad) != 1 || !strings.Contains(bad[0].Error(), want) {
			t.Errorf("want one error with %q, got %v", want, bad)
		}
	}
}

func admin(t *testing.T, servers []string) *kafka.Admin {
	t.Helper()
	config := kafka.DefaultConfig()
	config.BootstrapServers = servers
	a, err := kafka.OpenAdmin(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func testApply(t *testing.T, servers []string, brokers int16) {
	set, a := shipped(t), admin(t, servers)
	absent, err := a.DescribeTopics(t.Context(), set.Topics)
	if err != nil || !absent[0].Missing {
		t.Fatalf("before: %+v, %v", absent, err)
	}
	for round := range 2 {
		reports, err := a.ApplyTopics(t.Context(), set.Topics)
		if err != nil || kafka.TopicErrors(reports) != nil {
			t.Fatalf("round %d: %v, %v", round, err, kafka.TopicErrors(reports))
		}
		for i, r := range reports {
			if r.Name != set.Topics[i].Name || r.Created != (round == 0) || r.Missing || r.Partitions != set.Topics[i].Partitions {
				t.Errorf("round %d: %+v", round, r)
			}
			var settings []string
			for _, d := range r.Drift {
				settings = append(settings, d.Setting)
			}
			var want []string
			if brokers < 3 {
				want = []string{"replication_factor", "min.insync.replicas"}
			}
			if !slices.Equal(settings, want) || r.Replicas != min(3, brokers) {
				t.Errorf("round %d: %s has %d replicas and drift %v, want %v", round, r.Name, r.Replicas, r.Drift, want)
			}
		}
	}
	// Somebody else's topic of that name is left alone, and shown.
	other := set.Topics[0]
	other.Partitions, other.RetentionMs, other.Settings = 12, 5, map[string]string{"max.message.bytes": "5000"}
	reports, err := a.ApplyTopics(t.Context(), []kafka.Topic{other})
	if err != nil || kafka.TopicErrors(reports) != nil {
		t.Fatal(err, reports)
	}
	var found []string
	for _, d := range reports[0].Drift {
		found = append(found, d.String())
	}
	for _, want := range []string{"partitions is 6, want 12", "retention.ms is 3600000, want 5", "max.message.bytes is "} {
		if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("drift %v lacks %q", found, want)
		}
	}
	h := a.Health(t.Context())
	text, err := json.Marshal(h)
	if err != nil || !h.Healthy() || h.Brokers != int(brokers) || h.Topics < len(set.Topics) {
		t.Errorf("health is %s, %v", text, err)
	}
}

func TestTopicsOnFakeBroker(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	testApply(t, k.ListenAddrs(), 1)
}

func TestTopicsOnKafka(t *testing.T) {
	testApply(t, kafkatest.Start(t, kafkatest.Options{}).BootstrapServers(), 1)
}

// TestHealthIsOfOwnTopics: a partition without a leader makes the cluster unhealthy for
// who works with its topic, and for nobody else.
func TestHealthIsOfOwnTopics(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "own", "foreign"))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	k.ControlKey(int16(kmsg.Metadata), func(request kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		answer := request.ResponseKind().(*kmsg.MetadataResponse)
		host, port, _ := strings.Cut(k.ListenAddrs()[0], ":")
		broker := kmsg.NewMetadataResponseBroker()
		number, _ := strconv.Atoi(port)
		broker.Host, broker.Port = host, int32(number)
		answer.Brokers = append(answer.Brokers, broker)
		for name, leader := range map[string]int32{"own": 0, "foreign": -1} {
			topic, partition := kmsg.NewMetadataResponseTopic(), kmsg.NewMetadataResponseTopicPartition()
			partition.Leader = leader
			if leader < 0 {
				partition.ErrorCode = kerr.LeaderNotAvailable.Code
			}
			topic.Topic, topic.Partitions = &name, append(topic.Partitions, partition)
			answer.Topics = append(answer.Topics, topic)
		}
		return answer, nil, true
	})
	a := admin(t, k.ListenAddrs())
	if h := a.Health(t.Context(), "own", "not made yet"); !h.Healthy() || h.Topics != 2 {
		t.Errorf("to who works with its own topics the cluster is %+v", h)
	}
	if h := a.Health(t.Context(), "own", "foreign"); h.Healthy() || !strings.Contains(h.Error, "foreign/0 has no leader") {
		t.Errorf("to who works with the other topic the cluster is %+v", h)
	}
}

func TestHealthWithoutCluster(t *testing.T) {
	a := admin(t, []string{"127.0.0.1:1"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	text, err := json.Marshal(a.Health(ctx))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got["status"] != "unhealthy" || got["error"] == "" || got["timestamp"] == nil || len(got) != 3 {
		t.Errorf("health is %s", text)
	}
}

func TestEmbeddedBrokerSurvivesRestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	config := kafka.EmbeddedConfig{Address: "127.0.0.1:0", DataDir: dir}
	e, err := kafka.StartEmbedded(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kafka.StartEmbedded(config); err == nil || !strings.Contains(err.Error(), "used by another running broker") {
		t.Errorf("a second broker on the directory gives %v", err)
	}
	_, err = kafka.StartEmbedded(kafka.EmbeddedConfig{Address: e.Address()})
	if taken := new(kafka.AddressTakenError); !errors.As(err, &taken) || !strings.Contains(err.Error(), e.Address()) {
		t.Errorf("a taken port gives %v", err)
	}
	set := shipped(t)
	first := func(address string) kafka.TopicReport {
		reports, err := admin(t, []string{address}).ApplyTopics(t.Context(), set.Topics[:1])
		if err != nil || kafka.TopicErrors(reports) != nil {
			t.Fatal(err, reports)
		}
		return reports[0]
	}
	if r := first(e.Address()); !r.Created {
		t.Errorf("before the restart: %+v", r)
	}
	e.Close()
	again, err := kafka.StartEmbedded(config)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if r := first(again.Address()); r.Created || r.Missing {
		t.Errorf("after the restart: %+v", r)
	}
}

func TestEmbeddedBrokerRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]kafka.EmbeddedConfig{
		"want host:port":                {Address: "9092"},
		"name the host":                 {Address: "0.0.0.0:9092"},
		"data directory can't be made":  {Address: "127.0.0.1:0", DataDir: filepath.Join(file, "data")},
		"data directory":                {Address: "127.0.0.1:0", DataDir: file},
		"name the host that clients di": {Address: ":9092"},
	} {
		e, err := kafka.StartEmbedded(config)
		if err == nil {
			e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v gives %v, want %q", config, err, want)
		}
	}
}

// TestCreatedTopicsSpread: a broker that is asked for the settings of a topic that
// another has just made may not know it yet; that is waited for, beyond the few times that the client itself asks again.
func TestCreatedTopicsSpread(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	asked := 0
	k.ControlKey(int16(kmsg.DescribeConfigs), func(request kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if asked++; asked > 8 {
			return nil, nil, false
		}
		return withoutSettings(request, kerr.UnknownTopicOrPartition), nil, true
	})
	config := kafka.DefaultConfig()
	config.BootstrapServers = k.ListenAddrs()
	admin, err := kafka.OpenAdmin(config)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	reports, err := admin.ApplyTopics(t.Context(), []kafka.Topic{{Name: "made", Partitions: 1, ReplicationFactor: 1}})
	if err == nil {
		err = kafka.TopicErrors(reports)
	}
	if err != nil || !reports[0].Created || asked < 9 {
		t.Errorf("asked %d times: %+v, %v", asked, reports, err)
	}
}
