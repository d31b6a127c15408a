package engine

import (
	"cmp"
	"context"
	"fmt"
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

// marketData is the folder of recorded real ticks; docs/testing.md tells of it.
func marketData() string {
	return cmp.Or(os.Getenv("VELOX_TEST_DATA"), filepath.Join("..", "..", "shared", "data"))
}

// recorded is a file of real ticks; without it the tests
// that need it are left out.
func recorded(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(marketData(), name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recorded market data at %s: set VELOX_TEST_DATA", path)
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
	for {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		fetches := client.PollFetches(ctx)
		err := ctx.Err()
		cancel()
		if err != nil {
			t.Fatalf("%s: nothing came for a minute, and not all that was to come had come", topic)
		}
		for _, r := range fetches.Records() {
			if string(r.Key) != messages.OpeningSymbol && enough(r) {
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

// tickOf gives what an update says of the tick that caused it.
func tickOf(t *testing.T, r *kgo.Record) messages.TickHeader {
	t.Helper()
	tick, err := messages.ParseTickHeader(headerOf(t, r, messages.HeaderTick))
	if err != nil {
		t.Fatal(err)
	}
	return tick
}

// headerOf gives a header that the record must have.
func headerOf(t *testing.T, r *kgo.Record, key string) []byte {
	t.Helper()
	i := slices.IndexFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == key })
	if i < 0 {
		t.Fatalf("record %s/%d/%d has no header %s", r.Topic, r.Partition, r.Offset, key)
	}
	return r.Headers[i].Value
}

// recomputation is what the oracle makes of the ticks as they lie in their
// partitions.
type recomputation struct {
	closed map[string][]oracle.Candle
	count  int // of all closed candles
	// late are the late ticks, as lateTick writes them, sorted.
	late []string
}

// lateTick names a late tick by what its update tells of it.
func lateTick(symbol string, timeMs int64, price, volume string) string {
	return fmt.Sprintf("%s %d %s %s", symbol, timeMs, price, volume)
}

func recompute(t *testing.T, c *configs.Config, rows int, length, grace time.Duration) recomputation {
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
	out := recomputation{closed: make(map[string][]oracle.Candle)}
	for _, ticks := range byPartition {
		made, err := oracle.Make(ticks, length, grace)
		if err != nil {
			t.Fatal(err)
		}
		for symbol := range made.BySymbol {
			out.closed[symbol] = made.Closed(symbol)
			out.count += len(out.closed[symbol])
		}
		for _, i := range made.Late {
			k := ticks[i]
			out.late = append(out.late, lateTick(k.Symbol, k.TimeMs, k.Price.String(), k.Volume.String()))
		}
	}
	slices.Sort(out.late)
	return out
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
