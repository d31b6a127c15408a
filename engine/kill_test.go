package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
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
func process(t *testing.T, program, file string, c *configs.Config, more ...string) *exec.Cmd {
	t.Helper()
	return processTelling(t, os.Stderr, program, file, c, more...)
}

// processTelling does so, and writes what the node says to stderr.
func processTelling(t *testing.T, stderr io.Writer, program, file string, c *configs.Config, more ...string) *exec.Cmd {
	t.Helper()
	args := append([]string{
		"run", "--config", file, "--no-demo", "--quiet", "--http-address", "127.0.0.1:0",
		"--bootstrap-servers", strings.Join(c.Kafka.BootstrapServers, ","),
		"--set", "symbols.timeframe=5s", "--set", "symbols.indicators=EMA_3",
		"--set", "kafka.session_timeout_ms=6000", "--set", "kafka.heartbeat_interval_ms=1000", "--set", "topics.profile=long-test",
	}, more...)
	cmd := exec.Command(program, args...)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _, _ = cmd.Process.Wait() })
	return cmd
}

// manyAccounts writes a configuration of n accounts that trade often on one
// symbol each, every other one with a stop and a target.
func manyAccounts(t *testing.T, n int, symbols []string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 100000000\n    strategies:\n      - name: often\n        symbols: [%s]\n        timeframe: 5s\n", i, symbols[i%len(symbols)])
		b.WriteString("        rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: \"0.5\", evaluate: every_tick")
		if i%2 == 1 {
			b.WriteString(", stoploss: close * 0.999, target: close * 1.001")
		}
		b.WriteString("}\n")
	}
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// untilDeployed waits until n strategies are deployed: their accounts' shards have
// resolved where they begin to read then, so that they miss nothing of what follows.
func untilDeployed(t *testing.T, c *configs.Config, n int) {
	t.Helper()
	deployed := make(map[string]bool)
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicStrategies, func(r *kgo.Record) bool {
		deployed[string(r.Key)] = true
		return len(deployed) == n
	})
}

// TestKillsInTheMiddleOfAReplay: three processes share the work; one is killed
// and one is stopped in the middle of a replay. At the end no order is placed
// twice or filled without a place, every position is the fold of its fills, and
// all is as in a run without kills.
func TestKillsInTheMiddleOfAReplay(t *testing.T) {
	for _, guarantee := range []string{"exactly_once", "at_least_once"} {
		t.Run(guarantee+" symbols", func(t *testing.T) { killsInTheMiddle(t, guarantee) })
	}
}

func killsInTheMiddle(t *testing.T, guarantee string) {
	ticks, symbols := simulatedFile(t)
	c := threeBrokers(t, nil)
	file := manyAccounts(t, 20, symbols)
	program := buildNode(t)
	var nodes []*exec.Cmd
	for range 3 {
		nodes = append(nodes, process(t, program, file, c, "--set", "processing.guarantee.symbol="+guarantee))
	}
	untilDeployed(t, c, 20)
	replayed := make(chan error, 1)
	go func() {
		replayed <- Replay(t.Context(), c, ReplayOptions{
			Files: []string{ticks}, Speed: 30, Out: io.Discard, Progress: io.Discard, Logger: discard(),
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
	book.compare(undisturbed(t, file, ticks))
	checkUpdates(t, c, simulatedTicks, guarantee == "exactly_once")
}

// checkUpdates: every tick has an update; of several with one origin, which only
// at-least-once symbols may give, all have the same bytes.
func checkUpdates(t *testing.T, c *configs.Config, ticks int, once bool) {
	t.Helper()
	values := make(map[string]string)
	byTicks, repeats := 0, 0
	for _, r := range committed(t, c, messages.TopicUpdates) {
		if string(r.Key) == messages.OpeningSymbol {
			continue
		}
		origin := string(headerOf(t, r, messages.HeaderOrigin))
		first, again := values[origin]
		switch {
		case again && (once || first != string(r.Value)):
			t.Fatalf("two updates of origin %s:\n%s\n%s", origin, first, r.Value)
		case again:
			repeats++
		default:
			values[origin] = string(r.Value)
			if !tickOf(t, r).Closing {
				byTicks++
			}
		}
	}
	if byTicks != ticks {
		t.Errorf("%d ticks have an update, want %d", byTicks, ticks)
	}
	t.Logf("%d updates of ticks, %d repeats", byTicks, repeats)
}

// undisturbed is the same run in one process, without a kill.
func undisturbed(t *testing.T, file, ticks string) *ledger {
	t.Helper()
	c := onBroker(t, file, "symbols.timeframe=5s", "symbols.indicators=EMA_3")
	readyNode(t, c)
	err := Replay(t.Context(), c, ReplayOptions{
		Files: []string{ticks}, Out: io.Discard, Progress: io.Discard, Logger: discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	book := &ledger{t: t}
	book.readUntilQuiet(c)
	book.check()
	return book
}

// ledger folds order events and compares them with the positions.
type ledger struct {
	t      *testing.T
	placed map[string]int
	filled map[string]decimal.Decimal // by order, cumulative
	sides  map[string]decimal.Decimal // signed fills by strategy and symbol
	orders int
	net    map[string]decimal.Decimal // by user and symbol, from position updates
	// events are all order events and position updates but their ids, sorted by
	// strategy or user.
	events map[string][]string
}

// readUntilQuiet reads the topics again until two readings, further apart than
// the session of a node that is gone, are equal.
func (l *ledger) readUntilQuiet(c *configs.Config) {
	l.t.Helper()
	untilQuiet(l.t, func() int { return l.read(c) })
}

// untilQuiet counts again and again until the count stays for longer than the
// session of a node that is gone.
func untilQuiet(t *testing.T, count func() int) {
	t.Helper()
	last := -1
	deadline := time.Now().Add(2 * time.Minute)
	for {
		n := count()
		if n == last {
			return
		}
		last = n
		if time.Now().After(deadline) {
			t.Fatal("orders still come two minutes after the replay")
		}
		<-time.After(8 * time.Second)
	}
}

func (l *ledger) read(c *configs.Config) int {
	l.t.Helper()
	l.placed, l.filled, l.sides = make(map[string]int), make(map[string]decimal.Decimal), make(map[string]decimal.Decimal)
	l.net, l.orders, l.events = make(map[string]decimal.Decimal), 0, make(map[string][]string)
	n := 0
	for _, r := range committed(l.t, c, messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			l.t.Fatal(err)
		}
		l.order(&e)
		e.OrderID = ""
		l.events[e.StrategyID] = append(l.events[e.StrategyID], string(messages.AppendOrderEvent(nil, &e)))
		n++
	}
	for _, r := range committed(l.t, c, messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			l.t.Fatal(err)
		}
		l.net[p.UserID+" "+p.Symbol] = p.Position.Quantity
		p.PositionID = ""
		l.events[p.UserID] = append(l.events[p.UserID], string(messages.AppendPosition(nil, &p)))
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
	for key, quantity := range l.net {
		user, symbol, _ := strings.Cut(key, " ")
		if fills := l.sides[ident.Derive(user, "often")+" "+symbol]; fills != quantity {
			l.t.Errorf("%s holds %v of %s, its fills come to %v", user, quantity, symbol, fills)
		}
	}
	if len(l.net) != len(l.sides) {
		l.t.Errorf("%d positions of %d strategies with fills", len(l.net), len(l.sides))
	}
	l.t.Logf("%d orders, %d filled, %d accounts", l.orders, len(l.filled), len(l.net))
}

// compare holds the events of a run against those of another: the same, whatever
// was killed in between, but for ids, offsets and headers.
func (l *ledger) compare(other *ledger) {
	l.t.Helper()
	if len(l.events) != len(other.events) {
		l.t.Errorf("events of %d strategies and users, without kills of %d", len(l.events), len(other.events))
	}
	for owner, want := range other.events {
		got := l.events[owner]
		slices.Sort(got) // a strategy's orders lie in several partitions
		slices.Sort(want)
		if slices.Equal(got, want) {
			continue
		}
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		l.t.Errorf("%s: %d events, without kills %d; the first that differ:\n%s\n%s", owner, len(got), len(want),
			strings.Join(got[at:min(at+1, len(got))], ""), strings.Join(want[at:min(at+1, len(want))], ""))
	}
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
