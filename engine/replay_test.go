package engine

import (
	"context"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorded is a file of real ticks beside the repository; without it the tests
// that need it are left out.
func recorded(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recorded market data at %s", path)
	}
	return path
}

func settings(t *testing.T, overrides map[string]string) *configs.Config {
	t.Helper()
	s := configs.Sources{Demo: configs.DemoOff}
	for path, value := range overrides {
		s.Flags = append(s.Flags, configs.Override{Path: path, Value: value, Flag: "--set"})
	}
	c, err := configs.Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// readTopic reads a topic committed, partition by partition, until enough says so.
func readTopic(t *testing.T, bootstrap []string, topic string, enough func(*kgo.Record) bool) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...), kgo.ConsumeTopics(topic),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		fetches := client.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			t.Fatalf("%s: not all that was to come came: %v", topic, err)
		}
		for _, r := range fetches.Records() {
			if enough(r) {
				return
			}
		}
	}
}

// cluster of three brokers, with the topics, and the settings of a node on it.
func threeBrokers(t *testing.T, overrides map[string]string) *configs.Config {
	t.Helper()
	kafka := kafkatest.Start(t, kafkatest.Options{Brokers: 3})
	all := map[string]string{
		"kafka.bootstrap_servers": strings.Join(kafka.BootstrapServers(), ","), "http.address": "",
		"topics.profile": "long-test", "node.status_every": "0s", "kafka.session_timeout_ms": "6000", "kafka.heartbeat_interval_ms": "1000",
	}
	for k, v := range overrides {
		all[k] = v
	}
	c := settings(t, all)
	if err := TopicsApply(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	return c
}

const everyIndicator = "SMA_20,EMA_20,RSI_14,MACD_12_26_9,MACD_12_26_9_SIGNAL,ATR_14,BBANDS_20_2_UPPER,BBANDS_20_2_MIDDLE,BBANDS_20_2_LOWER"

// TestReplayOfRecordedTicks: recorded ticks through three brokers and two nodes
// give the candles and indicators of an independent recomputation, for every
// candle, and one update for every tick.
func TestReplayOfRecordedTicks(t *testing.T) {
	file := recorded(t, "crypto_binance_20240808.csv.gz")
	c := threeBrokers(t, map[string]string{"symbols.timeframe": "5s", "symbols.indicators": everyIndicator})
	var nodes []*node
	for range 2 {
		n, err := startNode(t.Context(), c, discard())
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n)
	}
	err := Replay(t.Context(), c, ReplayOptions{
		Files: []string{file}, NameByExchange: true, Out: io.Discard, Progress: io.Discard, Logger: discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	const rows = 78_638
	want, late := recompute(t, c, rows, 5*time.Second)
	closed := make(map[string][]messages.IndicatorUpdate)
	ticks, candles := 0, 0
	for _, bars := range want {
		candles += len(bars)
	}
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicUpdates, func(r *kgo.Record) bool {
		var u messages.IndicatorUpdate
		if err := messages.DecodeUpdate(r.Value, &u); err != nil {
			t.Fatal(err)
		}
		if isClosing(t, r) {
			closed[u.Symbol] = append(closed[u.Symbol], u)
			candles--
		} else {
			ticks++
		}
		return ticks == rows && candles == 0
	})
	for symbol, bars := range want {
		compareCandles(t, symbol, closed[symbol], bars)
	}
	counted := int64(0)
	for _, n := range nodes {
		counted += n.observer.late.Load()
		if err := n.stop(); err != nil {
			t.Error(err)
		}
	}
	if counted != int64(late) {
		t.Errorf("%d late ticks were counted, want %d", counted, late)
	}
	t.Logf("%d ticks, %d of them late", rows, late)
}

func isClosing(t *testing.T, r *kgo.Record) bool {
	for _, h := range r.Headers {
		if h.Key == messages.HeaderTick {
			_, _, closing, err := messages.ParseTickHeader(h.Value)
			if err != nil {
				t.Fatal(err)
			}
			return closing
		}
	}
	t.Fatalf("update %s/%d/%d has no header %s", r.Topic, r.Partition, r.Offset, messages.HeaderTick)
	return false
}

// recompute makes the candles from the ticks as they lie in their partitions.
func recompute(t *testing.T, c *configs.Config, rows int, length time.Duration) (map[string][]oracle.Candle, int) {
	t.Helper()
	byPartition := make(map[int32][]oracle.Tick)
	n := 0
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicTicks, func(r *kgo.Record) bool {
		tick, err := oracle.ParseTick(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		byPartition[r.Partition] = append(byPartition[r.Partition], tick)
		n++
		return n == rows
	})
	out, late := make(map[string][]oracle.Candle), 0
	for _, ticks := range byPartition {
		made, err := oracle.Make(ticks, length, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for symbol := range made.BySymbol {
			out[symbol] = made.Closed(symbol)
		}
		late += len(made.Late)
	}
	return out, late
}

func compareCandles(t *testing.T, symbol string, got []messages.IndicatorUpdate, want []oracle.Candle) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d closed candles, want %d", symbol, len(got), len(want))
		return
	}
	bars := make([]oracle.Bar, len(want))
	for i, c := range want {
		bars[i] = c.Bar()
		f := got[i].Forming
		if got[i].TimeMs != c.EndMs-1 || f.Open.String() != c.Open.String() || f.High.String() != c.High.String() ||
			f.Low.String() != c.Low.String() || f.Close.String() != c.Close.String() || f.Volume.String() != c.Volume.String() {
			t.Errorf("%s, candle %d: %+v, want %+v", symbol, i, got[i], c)
			return
		}
	}
	line, signal, _ := oracle.MACD(bars, 12, 26, 9)
	upper, middle, lower := oracle.BBANDS(bars, 20, 2)
	for name, values := range map[string][]float64{
		"SMA_20": oracle.SMA(bars, 20), "EMA_20": oracle.EMA(bars, 20), "RSI_14": oracle.RSI(bars, 14), "ATR_14": oracle.ATR(bars, 14),
		"MACD_12_26_9": line, "MACD_12_26_9_SIGNAL": signal,
		"BBANDS_20_2_UPPER": upper, "BBANDS_20_2_MIDDLE": middle, "BBANDS_20_2_LOWER": lower,
	} {
		for i := range got {
			compareValue(t, symbol, name, &got[i], values[i])
		}
	}
}

// compareValue holds one value to the oracle's; NaN means that it is not warm.
func compareValue(t *testing.T, symbol, name string, u *messages.IndicatorUpdate, want float64) {
	t.Helper()
	i := slices.IndexFunc(u.Indicators, func(v messages.IndicatorValue) bool { return v.Name == name })
	switch {
	case i < 0 && math.IsNaN(want):
	case i < 0 || math.IsNaN(want):
		t.Errorf("%s at %d: %s is there: %v, want %v", symbol, u.TimeMs, name, i >= 0, want)
	default:
		// A difference of averages is as exact as the averages are, which are of the
		// size of the price.
		allowed := max(1e-9*math.Abs(want), 1e-14*u.Forming.Close.Float64())
		if got := u.Indicators[i].Value; math.Abs(got-want) > allowed {
			t.Errorf("%s at %d: %s is %v, want %v", symbol, u.TimeMs, name, got, want)
		}
	}
}
