package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
)

// recording is a file of real ticks and what is made of it.
type recording struct {
	file      string
	rows      int
	timeframe string
	length    time.Duration
	grace     time.Duration
	// byExchange names symbols {symbol}.{exchange}.
	byExchange bool
	// onePartition: all ticks are in one, so that the source's clock is that of all
	// symbols, and ticks that came over a slower stream are late.
	onePartition bool
	// guarantee is that of symbols.
	guarantee string
	// traded are symbols that accounts trade.
	traded []string
}

var recordings = map[string]recording{
	"crypto": {
		file: "crypto_binance_20240808.csv.gz", rows: 78_638, timeframe: "1s", length: time.Second, grace: 20 * time.Millisecond,
		byExchange: true, onePartition: true, guarantee: "at_least_once", traded: []string{"BTCUSDT.BINANCE_SPOT", "ETHUSDT.BINANCE_SPOT"},
	},
	"gold": {
		file: "comex_gc_ticks_20131007_09.csv.gz", rows: 157_849, timeframe: "1min", length: time.Minute, grace: time.Second,
		byExchange: true, guarantee: "exactly_once", traded: []string{"GC201312.COMEX"},
	},
	"equities": {
		file: "us_equity_ticks_20131007_11.csv.gz", rows: 2_793_802, timeframe: "1min", length: time.Minute, grace: time.Second,
		guarantee: "at_least_once", traded: []string{"SPY", "BAC", "AIG", "IBM"},
	},
}

// TestReplayOfRecordedTicks: recorded ticks through three brokers and two nodes
// give one update for every tick, the late ones marked, and the candles and
// indicators of an independent recomputation, for every candle; and the orders,
// positions and alerts of accounts that trade on them are consistent.
func TestReplayOfRecordedTicks(t *testing.T) {
	for name, r := range recordings {
		t.Run(name, func(t *testing.T) { replayRecording(t, r) })
	}
}

func replayRecording(t *testing.T, rec recording) {
	file := recorded(t, rec.file)
	c := threeBrokers(t, map[string]string{
		"topics.file": topicsOf(t, rec), "symbols.timeframe": rec.timeframe, "symbols.indicators": everyIndicator, "symbols.close_grace": rec.grace.String(),
		"processing.guarantee.symbol": rec.guarantee,
	})
	c.Accounts = accountsOf(t, rec)
	nodes := []*node{readyNode(t, c), readyNode(t, c)}
	err := Replay(t.Context(), c, ReplayOptions{
		Files: []string{file}, NameByExchange: rec.byExchange, Out: io.Discard, Progress: io.Discard, Logger: discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := recompute(t, c, rec.rows, rec.length, rec.grace)
	got := readUpdates(t, c, rec.rows, want.count)
	for symbol, bars := range want.closed {
		compareCandles(t, symbol, got.closed[symbol], bars)
	}
	if rec.onePartition && len(want.late) == 0 {
		t.Error("no tick is late: the recording shows too little")
	}
	if !slices.Equal(got.late, want.late) {
		t.Errorf("%d late ticks are marked, want %d; the first of each: %.1q, %.1q", len(got.late), len(want.late), got.late, want.late)
	}
	late := int64(0)
	for _, n := range nodes {
		late += n.observer.late.Load()
	}
	if late != int64(len(want.late)) {
		t.Errorf("%d late ticks were counted, want %d", late, len(want.late))
	}
	untilQuiet(t, func() int { return len(committed(t, c, messages.TopicOrders)) })
	books := readBooks(t, c)
	books.check(t)
	t.Logf("%d ticks, %d of them late, %d candles; %d orders, %d fills, %d alerts",
		rec.rows, len(want.late), want.count, len(books.placed), len(books.fills), len(books.alerts))
}

// topicsOf gives a file of topics with the recording's partitions of ticks, and
// as many for the symbols' states.
func topicsOf(t *testing.T, rec recording) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "configs", "topics.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	topics := string(text)
	if rec.onePartition {
		for _, topic := range []string{messages.TopicTicks, messages.StateTopic(messages.SymbolShard)} {
			was, is := fmt.Sprintf("topic: %s\n    partitions: 6\n", topic), fmt.Sprintf("topic: %s\n    partitions: 1\n", topic)
			if !strings.Contains(topics, was) {
				t.Fatalf("topics.yaml has no %q", was)
			}
			topics = strings.Replace(topics, was, is, 1)
		}
	}
	path := filepath.Join(t.TempDir(), "topics.yaml")
	if err := os.WriteFile(path, []byte(topics), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// accountsOf gives accounts that trade on the recording's symbols, one of them
// with a loss limit that it reaches.
func accountsOf(t testing.TB, rec recording) []configs.Account {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for i := range 2 * len(rec.traded) {
		limit := ""
		if i == 0 {
			limit = ", daily_loss: 5"
		}
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 100000000\n    limits: {position_size: 100%s}\n    strategies:\n", i, limit)
		fmt.Fprintf(&b, "      - name: often\n        symbols: [%s]\n        timeframe: %s\n", rec.traded[i%len(rec.traded)], rec.timeframe)
		b.WriteString("        rules: {entry_long: close > EMA_20, exit_long: close < EMA_20, entry_short: RSI_14 < 45, exit_short: RSI_14 > 55, quantity: \"5\"}\n")
	}
	c, err := configs.Parse("accounts.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c.Accounts
}

// updates is what came out of the ticks of a recording.
type updates struct {
	closed map[string][]messages.IndicatorUpdate
	late   []string // as lateTick writes them, sorted
}

// readUpdates reads until there is an update for every tick and every candle.
func readUpdates(t *testing.T, c *configs.Config, ticks, candles int) updates {
	t.Helper()
	out := updates{closed: make(map[string][]messages.IndicatorUpdate)}
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicUpdates, func(r *kgo.Record) bool {
		var u messages.IndicatorUpdate
		if err := messages.DecodeUpdate(r.Value, &u); err != nil {
			t.Fatal(err)
		}
		tick := tickOf(t, r)
		if tick.Closing {
			out.closed[u.Symbol] = append(out.closed[u.Symbol], u)
			candles--
			return ticks == 0 && candles == 0
		}
		ticks--
		if tick.Late {
			price, volume := oracle.MustParseNumber(tick.Price.String()), oracle.MustParseNumber(tick.Volume.String())
			out.late = append(out.late, lateTick(u.Symbol, u.TimeMs, price.String(), volume.String()))
		}
		return ticks == 0 && candles == 0
	})
	slices.Sort(out.late)
	return out
}
