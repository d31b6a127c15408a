package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// waves writes a file of n ticks of WAVE and FLAT, ten a second together, of which
// WAVE rises and falls every 400 s.
func waves(t *testing.T, n int, more ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("symbol,exchange,timestamp_ms,price,volume\n")
	for i := range n {
		ms := 1_700_000_000_000 + int64(i)*100
		if i%2 == 0 {
			fmt.Fprintf(&b, "WAVE,X,%d,%.2f,1\n", ms, 100+5*math.Sin(float64(i)/4000*2*math.Pi))
		} else {
			fmt.Fprintf(&b, "FLAT,X,%d,50,2\n", ms)
		}
	}
	for _, line := range more {
		b.WriteString(line + "\n")
	}
	path := filepath.Join(t.TempDir(), "waves.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wavesConfig(t *testing.T) *configs.Config {
	t.Helper()
	c := settings(t, nil)
	c.Accounts = parseAccounts(t, `accounts:
  - user_id: ann
    deposit: 10000
    strategies:
      - {name: swing, symbols: [WAVE], timeframe: 10s, rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: "10"}}
      - {name: idle, symbols: [FLAT], timeframe: 10s, rules: {entry_long: close > 60, exit_long: close < 40, quantity: "1"}}
  - user_id: bob
    deposit: 5000
    limits: {daily_loss: 10}
    strategies:
      - {name: contrary, symbols: [WAVE], timeframe: 10s, rules: {entry_short: close > EMA_3, exit_short: close < EMA_3, quantity: "3"}}
`)
	return c
}

func wavesOptions(t *testing.T, file string) BacktestOptions {
	t.Helper()
	return BacktestOptions{
		Files: []string{file}, Partitions: OnePartition, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		JSON: filepath.Join(t.TempDir(), "report.json"), HTML: filepath.Join(t.TempDir(), "report.html"),
	}
}

func readReport(t *testing.T, path string) (report.Backtest, string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc report.Backtest
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return doc, string(text)
}

// TestBacktestReport: the report fits together, and the same run gives the same
// bytes.
func TestBacktestReport(t *testing.T) {
	file := waves(t, 20_000)
	var texts []string
	var doc report.Backtest
	for range 2 {
		o := wavesOptions(t, file)
		if err := os.WriteFile(o.JSON, []byte(strings.Repeat("an older and longer report", 100_000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Backtest(t.Context(), wavesConfig(t), o); err != nil {
			t.Fatal(err)
		}
		var text string
		doc, text = readReport(t, o.JSON)
		page, err := os.ReadFile(o.HTML)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text, string(page))
	}
	if texts[0] != texts[2] || texts[1] != texts[3] {
		t.Error("the same backtest gives another report")
	}
	f := doc.Total.Figures
	if doc.Schema != report.Schema || doc.Partial != "" || doc.Input.Ticks != 20_000 || doc.Input.FirstMs != 1_700_000_000_000 || doc.Input.LastMs != 1_700_001_999_900 {
		t.Errorf("%s, partial %q, input %+v", doc.Schema, doc.Partial, doc.Input)
	}
	if len(doc.Accounts) != 2 || len(doc.Strategies) != 3 || len(doc.Symbols) != 2 || len(doc.Warnings) != 0 {
		t.Errorf("%d accounts, %d strategies, %d symbols, warnings %q", len(doc.Accounts), len(doc.Strategies), len(doc.Symbols), doc.Warnings)
	}
	var net, accounts decimal.Decimal
	for _, trade := range doc.Trades {
		net = net.Add(trade.Net)
	}
	for _, a := range doc.Accounts {
		accounts = accounts.Add(a.Figures.Net)
	}
	if f.Trades < 5 || f.Trades != len(doc.RoundTrips) || net != f.Realized || f.Net != f.Realized.Add(f.Unrealized) || accounts != f.Net || f.Equity != f.Capital.Add(f.Net) || f.Capital != decimal.FromInt(15_000) {
		t.Errorf("%d trades come to %v, the accounts to %v: %+v", len(doc.RoundTrips), net, accounts, f)
	}
	if swing, contrary := doc.Strategies[1].Figures, doc.Strategies[2].Figures; swing.Net.Sign() <= 0 || contrary.Net.Sign() >= 0 {
		t.Errorf("with the waves %v, against them %v", swing.Net, contrary.Net)
	}
	listsFit(t, &doc)
	if doc.Counts.Alerts["DAILY_LOSS CRITICAL"] != 1 || len(doc.Counts.Rejected) == 0 {
		t.Errorf("counts %+v", doc.Counts)
	}
}

// listsFit holds the lists of what happened against the counts and figures.
func listsFit(t *testing.T, doc *report.Backtest) {
	t.Helper()
	var fees, traded decimal.Decimal
	for i, f := range doc.Fills {
		fees, traded = fees.Add(f.Fees), traded.Add(f.Value)
		if f.Quantity.Mul(f.Price) != f.Value || f.Side != "BUY" && f.Side != "SELL" || f.OrderID == "" || f.Account == "" || f.Strategy == "" || f.Symbol != "WAVE" || i > 0 && f.TimeMs < doc.Fills[i-1].TimeMs {
			t.Errorf("fill %d: %+v", i, f)
		}
	}
	if total := &doc.Total.Figures; len(doc.Fills) != total.Fills || fees != total.Fees || traded != total.Traded {
		t.Errorf("%d fills of %v with fees of %v, the figures have %d of %v with %v", len(doc.Fills), traded, fees, total.Fills, total.Traded, total.Fees)
	}
	alerts, rejected := make(map[string]int64), make(map[string]int64)
	for _, a := range doc.Alerts {
		alerts[a.Type+" "+a.Severity]++
		if a.Account != "bob" || a.TimeMs < doc.Input.FirstMs || a.Message == "" {
			t.Errorf("alert %+v", a)
		}
	}
	for _, o := range doc.Rejected {
		rejected[o.Reason]++
		if o.Account != "bob" || o.Strategy != "contrary" || o.Symbol != "WAVE" || o.Side != "SELL" || o.Quantity != decimal.FromInt(3) || o.OrderID == "" {
			t.Errorf("rejected %+v", o)
		}
	}
	if !maps.Equal(alerts, doc.Counts.Alerts) || !maps.Equal(rejected, doc.Counts.Rejected) || doc.LeftOut != (report.LeftOut{}) {
		t.Errorf("alerts %v, rejected %v, left out %+v: the counts are %v and %v", alerts, rejected, doc.LeftOut, doc.Counts.Alerts, doc.Counts.Rejected)
	}
}

// TestBacktestEnds: every way to end has its exit code, its words, and either a
// report on what was run or none.
func TestBacktestEnds(t *testing.T) {
	good := waves(t, 2_000)
	for name, c := range map[string]struct {
		change  func(*configs.Config, *BacktestOptions)
		code    int
		want    string
		partial string // in the report; "none" for no report
	}{
		"no accounts": {func(c *configs.Config, _ *BacktestOptions) { c.Accounts = nil }, ExitSettings, "give --config FILE with accounts", "none"},
		"no file":     {func(_ *configs.Config, o *BacktestOptions) { o.Files = []string{"missing.csv"} }, ExitInput, "missing.csv: no such file", "none"},
		"no place for the report": {
			func(_ *configs.Config, o *BacktestOptions) { o.JSON = filepath.Join(t.TempDir(), "none", "r.json") }, ExitSettings, "--json: open", "none",
		},
		"no ticks left": {func(_ *configs.Config, o *BacktestOptions) { o.ToMs = 5 }, ExitInput, "look at --from, --to and --symbols", "none"},
		"a broken line": {
			func(_ *configs.Config, o *BacktestOptions) { o.Files = []string{waves(t, 2_000, "WAVE,X,oops,1,1")} }, ExitInput, ":2002: timestamp_ms", ":2002: timestamp_ms",
		},
		"states that don't fit": {
			func(c *configs.Config, o *BacktestOptions) {
				o.Partitions, c.Topics.Profile = SeedPartitions, "no such"
			}, ExitSettings, `no profile "no such"`, "none",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config, o := wavesConfig(t), wavesOptions(t, good)
			c.change(config, &o)
			err := Backtest(t.Context(), config, o)
			var coded *Error
			if !errors.As(err, &coded) || coded.Code != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want code %d and %q", err, c.code, c.want)
			}
			if c.partial == "none" {
				if text, err := os.ReadFile(o.HTML); err == nil && len(text) > 0 {
					t.Error("there is a report")
				}
				return
			}
			if doc, _ := readReport(t, o.JSON); !strings.Contains(doc.Partial, c.partial) || doc.Input.Ticks != 2_000 {
				t.Errorf("partial %q, %d ticks", doc.Partial, doc.Input.Ticks)
			}
		})
	}
}

// TestBacktestStopped: Ctrl-C in the middle leaves a report on what was run, that
// says so, and a code of its own.
func TestBacktestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := wavesOptions(t, waves(t, 400_000))
	o.seen = func(*messages.Record) { cancel() }
	var out strings.Builder
	o.Out = &out
	err := Backtest(ctx, wavesConfig(t), o)
	var coded *Error
	if !errors.As(err, &coded) || coded.Code != ExitPartial {
		t.Fatalf("got %v, want code %d", err, ExitPartial)
	}
	doc, _ := readReport(t, o.JSON)
	if doc.Input.Ticks == 0 || doc.Input.Ticks >= 400_000 || !strings.Contains(doc.Partial, "as asked") || !strings.HasPrefix(out.String(), "PARTIAL: stopped after ") {
		t.Errorf("%d ticks, partial %q, text %.100q", doc.Input.Ticks, doc.Partial, out.String())
	}
}

// TestBacktestBounds: --from, --to and --symbols choose the ticks, and what is
// missed is told.
func TestBacktestBounds(t *testing.T) {
	o := wavesOptions(t, waves(t, 2_000))
	o.FromMs, o.ToMs, o.Symbols = 1_700_000_010_000, 1_700_000_050_000, []string{"WAVE", "NONE"}
	if err := Backtest(t.Context(), wavesConfig(t), o); err != nil {
		t.Fatal(err)
	}
	doc, _ := readReport(t, o.JSON)
	if doc.Input.Ticks != 200 || doc.Input.FirstMs != o.FromMs || doc.Input.LastMs != o.ToMs-200 {
		t.Errorf("input %+v", doc.Input)
	}
	if all := strings.Join(doc.Warnings, "; "); !strings.Contains(all, "no tick was run of FLAT, which ann trades") || !strings.Contains(all, "of NONE, which --symbols names") {
		t.Errorf("warnings %q", all)
	}
}

// TestBacktestAfterFaults: shards that fail and restore from what the log has kept
// come to the same orders.
func TestBacktestAfterFaults(t *testing.T) {
	file := waves(t, 30_000)
	want, whole := make(outcome), wavesOptions(t, file)
	whole.seen = func(r *messages.Record) { want.note(t, r.Topic, r, false) }
	if err := Backtest(t.Context(), wavesConfig(t), whole); err != nil {
		t.Fatal(err)
	}
	c := wavesConfig(t)
	c.Faults = configs.Faults{Enabled: true, Seed: 1, Rules: []configs.FaultRule{
		// An early one: a fast run makes few commits.
		{Point: "commit", Match: "account/0", Action: "error", Nth: 4},
		{Point: "decode", Match: "symbol/0", Action: "error", Nth: 12_000},
		{Point: "step", Match: "ann", Action: "panic", Nth: 5},
	}}
	got, logged := make(outcome), &strings.Builder{}
	o := wavesOptions(t, file)
	o.Logger = slog.New(slog.NewTextHandler(logged, nil))
	o.seen = func(r *messages.Record) { got.note(t, r.Topic, r, false) }
	if err := Backtest(t.Context(), c, o); err != nil {
		t.Fatal(err)
	}
	got.compare(t, want)
	if shards := strings.Count(logged.String(), "shard failed"); shards != 2 || !strings.Contains(logged.String(), "entity restarted") {
		t.Errorf("%d shards failed, want 2, and an account; the log:\n%s", shards, logged)
	}
}

// TestBacktestIsBounded: whatever is fed, the log holds no more than it may; with
// many partitions most shards have nothing to do but to pass over what others want.
func TestBacktestIsBounded(t *testing.T) {
	for _, partitions := range []Partitions{OnePartition, SeedPartitions} {
		t.Run(string(partitions), func(t *testing.T) { bounded(t, partitions) })
	}
}

func bounded(t *testing.T, partitions Partitions) {
	c := wavesConfig(t)
	n, err := startMemoryNode(t.Context(), c, partitions, 1_700_000_000_000, discard(), func(*messages.Record) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	n.limits = memoryLimits{inFlight: 2_000, retained: 8_000}
	most, states := int64(0), 0
	for i := range int64(25_000) {
		tick := market.Tick{Symbol: "WAVE", Exchange: "X", Type: "trade", TimeMs: 1_700_000_000_000 + 100*i, Price: decimal.FromInt(100 + i%7), Volume: decimal.FromInt(1), Source: "replay-backtest"}
		if err := n.send(t.Context(), &tick); err != nil {
			t.Fatal(err)
		}
		if i%tickBatch == 0 {
			most = max(most, n.kept())
			states = max(states, len(n.cluster.AllRecords(messages.StateTopic(messages.AccountShard))))
		}
	}
	if err := n.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, topic := range outputTopics {
		if held := len(n.cluster.AllRecords(topic)); held > 4_000*int(n.cluster.Partitions(topic)) {
			t.Errorf("%s holds %d records", topic, held)
		}
	}
	// The updates of the ticks in flight come on top: here two a tick.
	if limit := n.limits.retained + 2*n.limits.inFlight; most > limit || most == 0 || states > 3*compactEvery {
		t.Errorf("at most %d ticks and updates were held, want %d; %d records of state", most, limit, states)
	}
	if err := n.stop(c.Node.ShutdownTimeout); err != nil {
		t.Error(err)
	}
}
