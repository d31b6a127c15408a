package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
)

// outcome is what came out of a run: the values of orders, positions, alerts and
// signals by topic and key of their owner, each in the order of the log.
type outcome map[string][]string

// Owners are ordered among themselves in a topic of several partitions; ids that
// derive from places in the log are left out where places differ.
func (o outcome) note(t *testing.T, topic string, r *messages.Record, withIDs bool) {
	t.Helper()
	switch topic {
	case messages.TopicOrders:
		e, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		if !withIDs {
			e.OrderID = ""
		}
		o[topic+" "+e.StrategyID] = append(o[topic+" "+e.StrategyID], string(messages.AppendOrderEvent(nil, &e)))
	case messages.TopicPositions:
		p, err := messages.DecodePositionRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		o[topic+" "+p.UserID] = append(o[topic+" "+p.UserID], string(messages.AppendPosition(nil, &p)))
	case messages.TopicAlerts:
		a, err := messages.DecodeAlertRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		if !withIDs {
			a.AlertID = ""
		}
		o[topic+" "+a.UserID] = append(o[topic+" "+a.UserID], string(messages.AppendAlert(nil, &a)))
	case messages.TopicSignals:
		g, err := messages.DecodeSignalRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		if g.IsRequest() {
			return // at the time of its command, which a backtest gives the first tick's
		}
		o[topic+" "+g.StrategyID] = append(o[topic+" "+g.StrategyID], string(messages.AppendSignal(nil, &g)))
	}
}

// sorted puts what lies in several partitions into one order.
func (o outcome) sorted() outcome {
	for _, lines := range o {
		slices.Sort(lines)
	}
	return o
}

func (o outcome) compare(t *testing.T, want outcome) {
	t.Helper()
	if len(o) != len(want) || len(want) == 0 {
		t.Errorf("events of %d owners, want %d", len(o), len(want))
	}
	for owner, lines := range want {
		got := o[owner]
		at := 0
		for at < min(len(got), len(lines)) && got[at] == lines[at] {
			at++
		}
		if at < max(len(got), len(lines)) {
			t.Errorf("%s: %d events, want %d; the first that differ:\n%s\n%s", owner, len(got), len(lines),
				strings.Join(got[at:min(at+1, len(got))], ""), strings.Join(lines[at:min(at+1, len(lines))], ""))
		}
	}
}

// count gives the number of events of a topic whose text holds a part.
func (o outcome) count(topic, part string) int {
	n := 0
	for owner, lines := range o {
		for _, l := range lines {
			if strings.HasPrefix(owner, topic+" ") && strings.Contains(l, part) {
				n++
			}
		}
	}
	return n
}

// wantWork fails when a run shows too little.
func (o outcome) wantWork(t *testing.T) {
	t.Helper()
	placed, filled, critical := o.count(messages.TopicOrders, `"PLACED"`), o.count(messages.TopicOrders, `"FILLED"`), o.count(messages.TopicAlerts, `"CRITICAL"`)
	if placed < 1_000 || filled < 900 || critical == 0 {
		t.Errorf("%d orders, %d fills, %d critical alerts: the run shows too little", placed, filled, critical)
	}
	t.Logf("%d orders, %d fills, %d critical alerts", placed, filled, critical)
}

// runBacktest gives what comes out of a backtest.
func runBacktest(t *testing.T, c *configs.Config, partitions Partitions, withIDs bool, file string) outcome {
	t.Helper()
	out := make(outcome)
	err := Backtest(t.Context(), c, BacktestOptions{
		Files: []string{file}, NameByExchange: true, Partitions: partitions, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		seen: func(r *messages.Record) { out.note(t, r.Topic, r, withIDs) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var crypto = []string{"BTCUSDT.BINANCE_SPOT", "ETHUSDT.BINANCE_SPOT", "BTCUSDT.BINANCE_USDM", "ETHUSDT.BINANCE_USDM"}

// anySymbols are accounts that trade several symbols each, with several
// strategies, one of them with a loss limit that it reaches.
func anySymbols(t *testing.T) []configs.Account {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for i := range 4 {
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 10000000\n    limits: {position_size: 20%s}\n    strategies:\n", i, []string{"", ", daily_loss: 8"}[i%2])
		fmt.Fprintf(&b, "      - name: often\n        symbols: [%s]\n        timeframe: 5s\n", strings.Join(crypto, ", "))
		b.WriteString("        rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: \"0.5\", evaluate: every_tick}\n")
		fmt.Fprintf(&b, "      - name: both\n        symbols: [%s]\n        timeframe: 1s\n", crypto[i])
		b.WriteString("        rules: {entry_long: close > EMA_20, exit_long: close < EMA_20, entry_short: RSI_14 < 45, exit_short: RSI_14 > 55, quantity: \"3\"}\n")
	}
	return parseAccounts(t, b.String())
}

// oneSymbol are accounts that trade one symbol each.
func oneSymbol(t *testing.T) []configs.Account {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for i := range 8 {
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 10000000\n    limits: {position_size: 20%s}\n    strategies:\n", i, []string{"", ", daily_loss: 0.5"}[i/4])
		fmt.Fprintf(&b, "      - name: often\n        symbols: [%s]\n        timeframe: 1s\n", crypto[i%4])
		side := []string{"long", "short"}[i/4]
		fmt.Fprintf(&b, "        rules: {entry_%s: close > EMA_3, exit_%s: close < EMA_3, quantity: \"0.5\", evaluate: every_tick}\n", side, side)
	}
	return parseAccounts(t, b.String())
}

func parseAccounts(t *testing.T, text string) []configs.Account {
	t.Helper()
	c, err := configs.Parse("accounts.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c.Accounts
}

// oneOfEach gives a file of topics with one partition each.
func oneOfEach(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "configs", "topics.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "topics.yaml")
	if err := os.WriteFile(path, regexp.MustCompile(`partitions: \d+`).ReplaceAll(text, []byte("partitions: 1")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBacktestIsDeterministic: with one partition a topic, wherever epochs are
// cut and in whatever format records are, everything comes out the same, ids
// included; with the seed's partitions, all but ids for accounts of one symbol.
func TestBacktestIsDeterministic(t *testing.T) {
	file := recorded(t, "crypto_binance_20240808.csv.gz")
	for name, c := range map[string]struct {
		partitions Partitions
		accounts   func(*testing.T) []configs.Account
	}{
		"one partition":     {OnePartition, anySymbols},
		"seed's partitions": {SeedPartitions, oneSymbol},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(overrides map[string]string) outcome {
				config := settings(t, overrides)
				config.Accounts = c.accounts(t)
				out := runBacktest(t, config, c.partitions, c.partitions == OnePartition, file)
				if c.partitions == SeedPartitions {
					return out.sorted()
				}
				return out
			}
			want := run(nil)
			want.wantWork(t)
			for cut, overrides := range cuts {
				t.Log(cut)
				run(overrides).compare(t, want)
			}
		})
	}
}
