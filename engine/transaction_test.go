package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
)

// hangingConfig is a configuration whose node hangs in the middle of a commit of
// an account shard, with all its records written and the transaction open. It is one
// of the first after those of the deployments: a busy machine makes few, large ones.
func hangingConfig(t *testing.T, accounts string) string {
	t.Helper()
	text, err := os.ReadFile(accounts)
	if err != nil {
		t.Fatal(err)
	}
	faults := "faults:\n  enabled: true\n  rules: [{point: end transaction, match: account/, action: hang, nth: 30}]\n"
	path := filepath.Join(t.TempDir(), "hanging.yaml")
	if err := os.WriteFile(path, append(text, faults...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// hungTransaction waits until one transaction of an account shard stays open, and
// gives its description.
func hungTransaction(t *testing.T, c *configs.Config) kadm.DescribedTransaction {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	seen := make(map[string]int) // by id and start: how often in a row
	for {
		open, err := admin.ListTransactions(ctx, nil, []string{"Ongoing"})
		if err != nil {
			t.Fatal(err)
		}
		described, err := admin.DescribeTransactions(ctx, open.TransactionalIDs()...)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range described.Sorted() {
			key := d.TxnID + time.UnixMilli(d.StartTimestamp).String()
			seen[key]++
			if d.State == "Ongoing" && strings.Contains(d.TxnID, "account") && seen[key] >= 4 {
				return d
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("no transaction of an account shard stayed open; seen: %v", seen)
		}
	}
}

// TestKillInsideATransaction: a process is killed while a transaction of an
// account shard is open, as the broker says just before. Another process ends it
// and goes on, and all orders and positions are as in a run without a kill.
func TestKillInsideATransaction(t *testing.T) {
	ticks, symbols := simulatedFile(t)
	c := threeBrokers(t, nil)
	file := manyAccounts(t, 20, symbols)
	program := buildNode(t)
	hanging := process(t, program, hangingConfig(t, file), c)
	process(t, program, file, c)
	untilDeployed(t, c, 20)
	replayed := make(chan error, 1)
	go func() {
		replayed <- Replay(t.Context(), c, ReplayOptions{
			Files: []string{ticks}, Speed: 30, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		})
	}()
	open := hungTransaction(t, c)
	if err := hanging.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	t.Logf("killed with %s %s since %v", open.TxnID, open.State, time.UnixMilli(open.StartTimestamp))
	if err := <-replayed; err != nil {
		t.Fatal(err)
	}
	book := &ledger{t: t}
	book.readUntilQuiet(c)
	book.check()
	book.compare(undisturbed(t, file, ticks))
}
