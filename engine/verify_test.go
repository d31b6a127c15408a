package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/messages"
)

// verified verifies a cluster and gives the report.
func verified(t *testing.T, c *configs.Config, change func(*verify.Config)) *verify.Report {
	t.Helper()
	v := VerifyConfig(c)
	if change != nil {
		change(&v)
	}
	r, err := verify.Run(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", text.String())
	return r
}

// TestVerifyHealthyCluster: nothing is found in a cluster that trades, while two nodes
// run and after, and every check has looked at something.
func TestVerifyHealthyCluster(t *testing.T) {
	ticks, symbols := simulatedFile(t)
	file := manyAccounts(t, 12, symbols)
	c := onBroker(t, file, "symbols.timeframe=1s", "symbols.close_grace=20ms", "symbols.indicators=EMA_3,RSI_14",
		"processing.checkpoint.min=1s", "processing.checkpoint.max=2s")
	readyNode(t, c)
	readyNode(t, c)
	replayed := make(chan error, 1)
	go func() {
		replayed <- Replay(t.Context(), c, ReplayOptions{
			Files: []string{ticks}, Speed: 120, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		})
	}()
	running, rounds := true, 0
	for running {
		select {
		case err := <-replayed:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
			rounds++
			if r := verified(t, c, nil); !r.OK {
				t.Fatal("while the nodes run")
			}
		}
	}
	t.Logf("%d verifications while the nodes ran", rounds)
	r := verified(t, c, func(v *verify.Config) { v.Settled = true })
	if !r.OK {
		t.Error("after")
	}
	for _, result := range r.Results {
		if result.Looked == 0 {
			t.Errorf("%s has looked at nothing", result.Check)
		}
	}
	where := placeAgain(t, c)
	if r := verified(t, c, nil); !foundAt(r, "doubled", where) {
		t.Errorf("the order that was placed again at %s is not found", where)
	}
}

// TestVerifyOfNothing: topics without a record break no promise, and the report says
// that most checks have shown nothing.
func TestVerifyOfNothing(t *testing.T) {
	c := onEmbedded(t, "")
	var out bytes.Buffer
	if err := Verify(t.Context(), c, VerifyOptions{Out: &out, Progress: io.Discard, Logger: discard()}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"ok   transactions", "--   orders       nothing to check: ", "no transaction hangs; the topics hold no record"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// TestReplayEnough: a replay that is to end writes all that it has sent, counts just
// that, and is no error.
func TestReplayEnough(t *testing.T) {
	c := onEmbedded(t, "")
	readyNode(t, c)
	file := filepath.Join(t.TempDir(), "ticks.csv")
	text := "symbol,exchange,timestamp_ms,price,volume\nA,X,1000,5,1\nB,X,1000,6,1\nA,X,86400000,7,1\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	enough, replayed := make(chan struct{}), make(chan error, 1)
	var out bytes.Buffer
	go func() {
		replayed <- Replay(t.Context(), c, ReplayOptions{
			Files: []string{file}, Speed: 1, Enough: enough, JSON: true, Out: &out, Progress: io.Discard, Logger: discard(),
		})
	}()
	n := 0
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicTicks, func(*kgo.Record) bool { n++; return n == 2 })
	close(enough)
	if err := <-replayed; err != nil {
		t.Fatal(err)
	}
	var s summary
	if err := json.Unmarshal(out.Bytes(), &s); err != nil || s.Ticks != 2 {
		t.Errorf("%v: %s", err, out.String())
	}
	if n := len(committed(t, c, messages.TopicTicks)); n != 2 {
		t.Errorf("%d ticks are written", n)
	}
}

// placeAgain writes an order's first event a second time, as its shard would, and
// gives the place.
func placeAgain(t *testing.T, c *configs.Config) string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	was := committed(t, c, messages.TopicOrders)[0]
	again := &kgo.Record{Topic: was.Topic, Partition: was.Partition, Key: was.Key, Value: was.Value, Headers: was.Headers}
	if err := client.ProduceSync(t.Context(), again).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s/%d/%d", again.Topic, again.Partition, again.Offset)
}

// TestVerifyReadsPastItsMarks: what a busy partition has at the place where a mark was
// to come doesn't count as the mark, behind which a reader must get.
func TestVerifyReadsPastItsMarks(t *testing.T) {
	c := onEmbedded(t, "")
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.TransactionalID("somebody"),
		kgo.TransactionTimeout(10*time.Second), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	write := func() {
		r := &kgo.Record{Topic: messages.TopicAlerts, Partition: 2, Key: []byte("u"), Value: []byte("{}")}
		if err := errors.Join(client.BeginTransaction(), client.ProduceSync(t.Context(), r).FirstErr()); err != nil {
			t.Fatal(err)
		}
	}
	began := false
	r := verified(t, c, func(v *verify.Config) {
		v.Timeout = time.Second
		v.Progress = func(p verify.Progress) {
			if p.Doing != "marks" || began {
				return
			}
			began = true
			write()
			if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
				t.Fatal(err)
			}
			write() // and stays open, so that nobody gets to the mark behind it
		}
	})
	if !began || !foundAt(r, "transactions", "marks") {
		t.Error("a mark that no reader gets to is not found")
	}
}
