package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// buildNode makes the program that the test runs as separate processes.
func buildNode(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "veloxd")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/veloxd").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// process runs a node on the test's cluster, with accounts from a file.
func process(t *testing.T, program, file string, c *configs.Config) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, "run", "--config", file, "--no-demo", "--quiet", "--http-address", "127.0.0.1:0",
		"--bootstrap-servers", strings.Join(c.Kafka.BootstrapServers, ","),
		"--set", "symbols.timeframe=5s", "--set", "symbols.indicators=EMA_3",
		"--set", "kafka.session_timeout_ms=6000", "--set", "kafka.heartbeat_interval_ms=1000", "--set", "topics.profile=long-test")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _, _ = cmd.Process.Wait() })
	return cmd
}

// manyAccounts writes a configuration of n accounts that trade often on one
// symbol each.
func manyAccounts(t *testing.T, n int, symbols []string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 100000000\n    strategies:\n      - name: often\n        symbols: [%s]\n        timeframe: 5s\n", i, symbols[i%len(symbols)])
		b.WriteString("        rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: \"0.5\", evaluate: every_tick}\n")
	}
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKillsInTheMiddleOfAReplay: three processes share the work; one is killed
// and one is stopped in the middle of a replay. At the end no order is placed
// twice or filled without a place, and every position is the fold of its fills.
func TestKillsInTheMiddleOfAReplay(t *testing.T) {
	ticks := recorded(t, "crypto_binance_20240808.csv.gz")
	c := threeBrokers(t, nil)
	file := manyAccounts(t, 20, []string{"BTCUSDT.BINANCE_SPOT", "ETHUSDT.BINANCE_SPOT"})
	program := buildNode(t)
	nodes := []*exec.Cmd{process(t, program, file, c), process(t, program, file, c), process(t, program, file, c)}
	replayed := make(chan error, 1)
	go func() {
		replayed <- Replay(t.Context(), c, ReplayOptions{
			Files: []string{ticks}, Speed: 30, NameByExchange: true, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		})
	}()
	orders := 0
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicOrders, func(*kgo.Record) bool { orders++; return orders > 300 })
	if err := nodes[0].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicOrders, func(*kgo.Record) bool { orders++; return orders > 1500 })
	if err := nodes[1].Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := nodes[1].Wait(); err != nil {
		t.Errorf("the node that was asked to stop: %v", err)
	}
	if err := <-replayed; err != nil {
		t.Fatal(err)
	}
	book := &ledger{t: t}
	book.readUntilQuiet(c)
	book.check()
}

// ledger folds order events and compares them with the positions.
type ledger struct {
	t      *testing.T
	placed map[string]int
	filled map[string]decimal.Decimal // by order, cumulative
	sides  map[string]decimal.Decimal // signed fills by strategy and symbol
	orders int
	net    map[string]decimal.Decimal // by user and symbol, from position updates
}

// readUntilQuiet reads the topics again until two readings, further apart than
// the session of a node that is gone, are equal.
func (l *ledger) readUntilQuiet(c *configs.Config) {
	l.t.Helper()
	last := -1
	deadline := time.Now().Add(2 * time.Minute)
	for {
		n := l.read(c)
		if n == last {
			return
		}
		last = n
		if time.Now().After(deadline) {
			l.t.Fatal("orders still come two minutes after the replay")
		}
		<-time.After(8 * time.Second)
	}
}

func (l *ledger) read(c *configs.Config) int {
	l.t.Helper()
	l.placed, l.filled, l.sides = make(map[string]int), make(map[string]decimal.Decimal), make(map[string]decimal.Decimal)
	l.net, l.orders = make(map[string]decimal.Decimal), 0
	n := 0
	for _, r := range committed(l.t, c, messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			l.t.Fatal(err)
		}
		l.order(&e)
		n++
	}
	for _, r := range committed(l.t, c, messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			l.t.Fatal(err)
		}
		l.net[p.UserID+" "+p.Symbol] = p.Position.Quantity
		n++
	}
	return n
}

func (l *ledger) order(e *messages.OrderEvent) {
	switch e.EventType {
	case "PLACED":
		l.placed[e.OrderID]++
		l.orders++
	case "FILLED":
		more := e.Execution.FilledQuantity.Sub(l.filled[e.OrderID])
		if more.Sign() <= 0 {
			l.t.Errorf("order %s is filled twice", e.OrderID)
		}
		l.filled[e.OrderID] = e.Execution.FilledQuantity
		if e.Order.TransactionType == "SELL" {
			more = more.Neg()
		}
		key := e.StrategyID + " " + e.Symbol
		l.sides[key] = l.sides[key].Add(more)
	}
}

func (l *ledger) check() {
	l.t.Helper()
	if l.orders < 1000 {
		l.t.Errorf("only %d orders: the run shows too little", l.orders)
	}
	for id, n := range l.placed {
		if n != 1 {
			l.t.Errorf("order %s was placed %d times", id, n)
		}
	}
	for id := range l.filled {
		if l.placed[id] == 0 {
			l.t.Errorf("order %s was filled but never placed", id)
		}
	}
	fills, positions := decimal.Decimal{}, decimal.Decimal{}
	for _, q := range l.sides {
		fills = fills.Add(q)
	}
	for _, q := range l.net {
		positions = positions.Add(q)
	}
	if fills != positions {
		l.t.Errorf("fills come to %v, positions to %v", fills, positions)
	}
	l.t.Logf("%d orders, %d filled, positions %v", l.orders, len(l.filled), positions)
}

// committed reads what is committed of a topic now.
func committed(t *testing.T, c *configs.Config, topic string) []*kgo.Record {
	t.Helper()
	log, err := kafka.OpenLog(kafkaSettings(c, c.Kafka.BootstrapServers, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	n, err := log.PartitionCount(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	tps := make([]messages.TopicPartition, n)
	for p := range tps {
		tps[p] = messages.TopicPartition{Topic: topic, Partition: int32(p)}
	}
	ranges, err := log.Offsets(t.Context(), tps...)
	if err != nil {
		t.Fatal(err)
	}
	left := make(map[int32]int64)
	for tp, r := range ranges {
		if r.End > r.Start {
			left[tp.Partition] = r.End
		}
	}
	return readUpTo(t, c.Kafka.BootstrapServers, topic, left)
}

// readUpTo reads partitions to the given ends, control records included, for the
// last record of a partition is a transaction's marker.
func readUpTo(t *testing.T, bootstrap []string, topic string, left map[int32]int64) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...), kgo.ConsumeTopics(topic), kgo.KeepControlRecords(),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out []*kgo.Record
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			t.Fatalf("%s: %v; not read yet: %v", topic, err, left)
		}
		for _, r := range fetches.Records() {
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
			if end, ok := left[r.Partition]; ok && r.Offset+1 >= end {
				delete(left, r.Partition)
			}
		}
	}
	return out
}
