package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/account"
)

// stateOf is the record that a shard would save of a user's new account.
func stateOf(t *testing.T, user, deposit string, version uint32) *kgo.Record {
	t.Helper()
	a := account.New(user)
	c, err := account.ParseCommand("c1", user, 1, account.CmdOpenAccount, []byte(`{"deposit": `+deposit+`}`))
	if err == nil {
		_, err = a.Command(c, account.Cause{Origin: "commands/0/1", TimeMs: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	payload, err := a.SavePart(account.PartAccount)
	if err != nil {
		t.Fatal(err)
	}
	value, err := proto.Marshal(&veloxpb.EntityState{Version: version, Part: "account", Key: user, Payload: payload})
	if err != nil {
		t.Fatal(err)
	}
	return &kgo.Record{Topic: messages.StateTopic(messages.AccountShard), Key: []byte("account/" + user), Value: value}
}

// stateWriter writes records into the topic, in transactions of its own.
func stateWriter(t *testing.T, c *configs.Config) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.TransactionalID("shard"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// begin writes records in a transaction that stays open.
func begin(t *testing.T, client *kgo.Client, records ...*kgo.Record) {
	t.Helper()
	if err := errors.Join(client.BeginTransaction(), client.ProduceSync(t.Context(), records...).FirstErr()); err != nil {
		t.Fatal(err)
	}
}

func commitStates(t *testing.T, client *kgo.Client, records ...*kgo.Record) {
	t.Helper()
	begin(t, client, records...)
	if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
}

// TestShowAccountsBesideAnUnreadableOne: an account that another build has saved keeps no
// other from being shown, and is told of. Names are shown so that they steer no terminal.
func TestShowAccountsBesideAnUnreadableOne(t *testing.T) {
	c := onEmbedded(t, "")
	gone := stateOf(t, "gone", "1", 1)
	tombstone := &kgo.Record{Topic: gone.Topic, Key: gone.Key}
	commitStates(t, stateWriter(t, c), stateOf(t, "ann", "10", 1), stateOf(t, "new", "20", 99), stateOf(t, "\x1b[2J/é", "30", 1), gone, tombstone)

	out, code, err := shown(t, c, true)
	var list []report.Account
	if e := json.Unmarshal([]byte(out), &list); e != nil || len(list) != 2 || list[1].UserID != "ann" || list[0].UserID != "\x1b[2J/é" {
		t.Errorf("the others are shown as %v, %s", e, out)
	}
	if code != ExitFailure || !strings.Contains(err.Error(), `"new" can't be read: `) || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("one that can't be read: %d, %v", code, err)
	}
	if out, code, err := shown(t, c, false, "ann"); code != 0 || err != nil || !strings.HasPrefix(out, "ann: ") {
		t.Errorf("one that has nothing to do with it: %d, %v, %s", code, err, out)
	}
	if _, code, err := shown(t, c, false, "new"); code != ExitFailure || strings.Contains(err.Error(), "there is none") {
		t.Errorf("the one that can't be read: %d, %v", code, err)
	}
	out, code, err = shown(t, c, true, "gone")
	if code != ExitFailure || !strings.Contains(err.Error(), `there is none of "gone"; there are "\x1b[2J/é", "ann"`) || strings.TrimSpace(out) != "[]" {
		t.Errorf("one that was removed: %d, %v, %s", code, err, out)
	}
}

// TestShowAccountsBelowAnOpenTransaction: a transaction that nobody ends holds up nobody
// who looks; what is not shown for it is told.
func TestShowAccountsBelowAnOpenTransaction(t *testing.T) {
	c := onEmbedded(t, "")
	writer := stateWriter(t, c)
	commitStates(t, writer, stateOf(t, "ann", "10", 1))
	begin(t, writer, stateOf(t, "ann", "20", 1))

	var out, logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	began := time.Now()
	if err := ShowAccounts(t.Context(), c, AccountsOptions{Users: []string{"ann"}, Out: &out, Logger: logger}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(out.String(), "equity 10.00") || !strings.Contains(logged.String(), "a transaction is open") || !strings.Contains(logged.String(), "partition=velox-account-state/0") {
		t.Errorf("shown: %s\nlogged: %s", out.String(), logged.String())
	}
}

// TestScanSteadily: a reader that gets nothing says so, and doesn't wait for ever.
func TestScanSteadily(t *testing.T) {
	c := onEmbedded(t, "")
	begin(t, stateWriter(t, c), stateOf(t, "ann", "10", 1))
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	tp := messages.TopicPartition{Topic: messages.StateTopic(messages.AccountShard)}
	err = scanSteadily(t.Context(), log, map[messages.TopicPartition]messages.OffsetRange{tp: {End: 1}}, 300*time.Millisecond, func(*messages.Record) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "nothing came for 300ms") || !strings.Contains(err.Error(), "velox-account-state/0") {
		t.Errorf("a reader that gets nothing ends with %v", err)
	}
}

// TestShowAccountsWithoutTopics: a cluster that never had a node is no puzzle.
func TestShowAccountsWithoutTopics(t *testing.T) {
	broker, err := kafka.StartEmbedded(kafka.EmbeddedConfig{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	c := settings(t, map[string]string{"kafka.bootstrap_servers": broker.Address()})
	if _, code, err := shown(t, c, false); code != ExitKafka || !strings.Contains(err.Error(), "veloxd topics apply") {
		t.Errorf("without topics: %d, %v", code, err)
	}
}
