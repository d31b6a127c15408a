package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// onEmbedded starts an embedded broker with the topics, and gives a node's
// configuration on it.
func onEmbedded(t *testing.T, file string, overrides ...string) *configs.Config {
	t.Helper()
	broker, err := kafka.StartEmbedded(kafka.EmbeddedConfig{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	return onTopics(t, file, append([]string{"kafka.bootstrap_servers=" + broker.Address(), "http.address=", "node.status_every=0s"}, overrides...))
}

// kept is a cluster's log, partition by partition: every committed record, and nil
// where a mark or something aborted stands.
type kept map[messages.TopicPartition][]*kgo.Record

// logsOf reads all that stands in the topics of a cluster.
func logsOf(t *testing.T, c *configs.Config) kept {
	t.Helper()
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	out := make(kept)
	for _, topic := range verify.Topics() {
		n, err := log.PartitionCount(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		for p := range n {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			ranges, err := log.Offsets(t.Context(), tp)
			if err != nil {
				t.Fatal(err)
			}
			out[tp] = make([]*kgo.Record, ranges[tp].End)
		}
		for _, r := range committed(t, c, topic) {
			out[messages.TopicPartition{Topic: topic, Partition: r.Partition}][r.Offset] = r
		}
	}
	return out
}

// write writes a log to another cluster, with the same offsets: marks fill the gaps.
func (k kept) write(t *testing.T, c *configs.Config) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	marker, err := log.NewMarker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for tp, records := range k {
		var run []*kgo.Record
		flush := func() {
			if err := client.ProduceSync(t.Context(), run...).FirstErr(); err != nil {
				t.Fatal(err)
			}
			run = nil
		}
		for _, r := range records {
			if r != nil {
				run = append(run, &kgo.Record{
					Topic: tp.Topic, Partition: tp.Partition, Key: r.Key, Value: r.Value, Headers: r.Headers, Timestamp: r.Timestamp,
				})
				continue
			}
			flush()
			if err := marker.Mark(t.Context(), tp); err != nil {
				t.Fatal(err)
			}
		}
		flush()
	}
}

// find gives the place of the n-th record of a topic, partition by partition, whose
// value has a text.
func (k kept) find(t *testing.T, topic, text string, n int) (messages.TopicPartition, int) {
	t.Helper()
	for p := int32(0); ; p++ {
		tp := messages.TopicPartition{Topic: topic, Partition: p}
		records, ok := k[tp]
		if !ok {
			t.Fatalf("no %d records of %s with %q", n, topic, text)
		}
		for offset, r := range records {
			if r == nil || !bytes.Contains(r.Value, []byte(text)) {
				continue
			}
			if n--; n == 0 {
				return tp, offset
			}
		}
	}
}

func (k kept) clone() kept {
	out := maps.Clone(k)
	for tp := range out {
		out[tp] = slices.Clone(out[tp])
	}
	return out
}

// traded gives the log of a cluster in which three accounts have traded, at rest, and
// the configuration of its nodes.
func traded(t *testing.T) (kept, string, []string) {
	t.Helper()
	c, _, file, overrides := tradedOn(t, onEmbedded)
	return logsOf(t, c), file, overrides
}

// tradedOn lets three accounts trade on a cluster, and gives its node, which has taken
// everything in, and the settings.
func tradedOn(t *testing.T, start func(t *testing.T, file string, overrides ...string) *configs.Config) (c *configs.Config, n *node, file string, overrides []string) {
	t.Helper()
	file = manyAccounts(t, 3, []string{"AURORA", "BASALT"})
	ticks := filepath.Join(t.TempDir(), "ticks.csv")
	overrides = []string{
		"symbols.timeframe=5s", "symbols.indicators=EMA_3,RSI_14", "symbols.close_grace=20ms",
		"processing.checkpoint.min=200ms", "processing.checkpoint.max=500ms",
	}
	c = start(t, file, overrides...)
	err := SimulateFile(t.Context(), c, SimulateOptions{
		File: ticks, Symbols: []string{"AURORA", "BASALT"}, Exchange: "SIM", FromMs: 1_704_067_200_000, Days: 1, Seed: 1, TicksPerSecond: 0.02, Out: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	n = readyNode(t, c)
	untilDeployed(t, c, 3)
	if err := Replay(t.Context(), c, ReplayOptions{Files: []string{ticks}, Out: io.Discard, Progress: io.Discard, Logger: discard()}); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, c, func(v *verify.Config) { v.Settled = true }); !r.OK {
		t.Fatal("what has come of the ticks is not as promised")
	}
	return c, n, file, overrides
}

// spoil changes a log and gives the place that must be named; "": another place than
// what it has changed.
type spoil func(t *testing.T, k kept) string

// lose loses the n-th record of a topic that has a text.
func lose(topic, text string, n int) spoil {
	return func(t *testing.T, k kept) string {
		tp, offset := k.find(t, topic, text, n)
		k[tp][offset] = nil
		return ""
	}
}

// double writes it again, at the end.
func double(topic, text string, n int) spoil {
	return func(t *testing.T, k kept) string {
		tp, offset := k.find(t, topic, text, n)
		k[tp] = append(k[tp], k[tp][offset])
		return fmt.Sprintf("%s/%d", tp, len(k[tp])-1)
	}
}

// replace changes its value.
func replace(topic, text string, n int, from, to string) spoil {
	return func(t *testing.T, k kept) string {
		tp, offset := k.find(t, topic, text, n)
		r := *k[tp][offset]
		r.Value = bytes.Replace(r.Value, []byte(from), []byte(to), 1)
		if bytes.Equal(r.Value, k[tp][offset].Value) {
			t.Fatalf("%q has no %q", r.Value, from)
		}
		k[tp][offset] = &r
		return fmt.Sprintf("%s/%d", tp, offset)
	}
}

// elsewhere says that a fault shows at another place.
func elsewhere(s spoil) spoil {
	return func(t *testing.T, k kept) string { s(t, k); return "" }
}

// TestVerifyFindsWhatIsSpoilt spoils the log of a cluster in one place, everything else
// at its offset, and wants it found by the check that is for it, with its place.
func TestVerifyFindsWhatIsSpoilt(t *testing.T) {
	log, file, overrides := traded(t)
	for name, c := range map[string]struct {
		spoil spoil
		check string
	}{
		"nothing":                      {func(*testing.T, kept) string { return "" }, ""},
		"an order placed twice":        {double(messages.TopicOrders, `"PLACED"`, 7), "doubled"},
		"a position told twice":        {double(messages.TopicPositions, `"OPENED"`, 5), "doubled"},
		"a lost signal":                {lose(messages.TopicSignals, `"BUY"`, 6), "whole"},
		"a signal whose order is lost": {lose(messages.TopicOrders, `"PLACED","order":{"transaction_type":"BUY"`, 4), "answers"}, // exits may be of a stop
		"a lost fill":                  {lose(messages.TopicOrders, `"FILLED"`, 9), "positions"},
		"a lost position update":       {lose(messages.TopicPositions, `"CLOSED"`, 3), "positions"},
		"a lost update":                {lose(messages.TopicUpdates, `"AURORA"`, 300), "candles"},
		"a fill of more":               {replace(messages.TopicOrders, `"FILLED"`, 8, `"filled_quantity":0.5`, `"filled_quantity":0.6`), "orders"},
		"a fill at another price":      {elsewhere(replace(messages.TopicOrders, `"FILLED"`, 8, `"average_price":`, `"average_price":1`)), "positions"},
		"a status that can't follow":   {replace(messages.TopicOrders, `"FILLED"`, 8, `"event_type":"FILLED"`, `"event_type":"CANCELLED"`), "orders"},
		"a candle that is wrong":       {replace(messages.TopicUpdates, `"BASALT"`, 100, `"high":`, `"high":1`), "candles"},
		"a record that is broken":      {replace(messages.TopicSignals, `"SELL"`, 2, `"action":"SELL"`, `"action":"LEND"`), "readable"},
	} {
		t.Run(name, func(t *testing.T) {
			there := onEmbedded(t, file, overrides...)
			spoilt := log.clone()
			where := c.spoil(t, spoilt)
			spoilt.write(t, there)
			r := verified(t, there, nil)
			if c.check == "" {
				if !r.OK {
					t.Error("a copy of the log is not as good as the log")
				}
				return
			}
			if !foundAt(r, c.check, where) {
				t.Errorf("%s at %q is not found by %s", name, where, c.check)
			}
		})
	}
}

// foundAt tells whether a check has found something at a place or, when that is "", at
// any record.
func foundAt(r *verify.Report, check, where string) bool {
	for _, result := range r.Results {
		for _, f := range result.First {
			at := f.Where == where || strings.Contains(f.Text, where)
			if where == "" {
				at = strings.Count(f.Where, "/") == 2
			}
			if result.Check == check && at {
				return true
			}
		}
	}
	return false
}

// TestVerifyNamesHangingTransactions: a transaction that its program never ends is
// found on its partition, with its transactional id.
func TestVerifyNamesHangingTransactions(t *testing.T) {
	t.Run("embedded broker", func(t *testing.T) { hangs(t, onEmbedded(t, "")) })
	t.Run("real broker", func(t *testing.T) { hangs(t, onBroker(t, "")) })
}

func hangs(t *testing.T, c *configs.Config) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.TransactionalID("somebody"),
		kgo.TransactionTimeout(10*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	r := &kgo.Record{Topic: messages.TopicAlerts, Partition: 2, Key: []byte("u"), Value: []byte("{}")}
	if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var report verify.Report
	err = Verify(t.Context(), c, VerifyOptions{Timeout: time.Second, JSON: true, Out: &out, Progress: io.Discard, Logger: discard()})
	if coded := new(Error); !errors.As(err, &coded) || coded.Code != ExitFailure {
		t.Errorf("verify gives %v", err)
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	want := fmt.Sprintf("%s/2/%d", messages.TopicAlerts, r.Offset)
	if report.OK || report.Results[0].Found != 1 || report.Results[0].First[0].Where != want ||
		!strings.Contains(report.Results[0].First[0].Text, `"somebody"`) || len(report.Hanging) != 1 || report.Hanging[0].TimeoutSeconds != 600 {
		t.Errorf("%+v, %+v", report.Results[0], report.Hanging)
	}
	if err := client.EndTransaction(context.WithoutCancel(t.Context()), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	if !verified(t, c, nil).OK {
		t.Error("it is ended, and something is still found")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	err = Verify(stopped, c, VerifyOptions{Out: io.Discard, Progress: io.Discard, Logger: discard()})
	if coded := new(Error); !errors.As(err, &coded) || coded.Code != ExitPartial {
		t.Errorf("stopped, verify gives %v", err)
	}
	for tp, records := range logsOf(t, c) {
		state := strings.HasSuffix(tp.Topic, "-state")
		if state && len(records) > 0 {
			t.Errorf("%s has a mark: a replay would take that for a shard that has begun", tp)
		}
		if !state && len(records) == 0 {
			t.Errorf("%s has no mark", tp)
		}
	}
}
