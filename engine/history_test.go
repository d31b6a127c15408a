package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/feeds/history"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// ownBroker gives the settings of a node with a broker of its own.
func ownBroker(more map[string]string) map[string]string {
	all := map[string]string{"broker.address": "127.0.0.1:0", "http.address": "", "node.status_every": "0s"}
	for path, value := range more {
		all[path] = value
	}
	return all
}

func counted(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.Counter.GetValue()
}

// pastOf writes 60 candles of 5 minutes that end before a time, and gives their
// closes.
func pastOf(t *testing.T, dir string, beforeMs int64) (closes []float64) {
	t.Helper()
	const length = 300_000
	end := beforeMs / length * length
	text := history.Header + "\n"
	for i := range int64(60) {
		price := 100 + float64(i*i%17)
		closes = append(closes, price)
		text += fmt.Sprintf("X,SIM,5min,%d,%v,%v,%v,%v,1.5\n", end-(60-i)*length, price, price+1, price-1, price)
	}
	for name, text := range map[string]string{"x.csv": text, "broken.csv": history.Header + "\nX,SIM,5min,never,1,1,1,1,1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return closes
}

// TestPastCandlesWarmIndicators: with a directory of history, the indicators of a
// new symbol are warm at once and have the past in them; a broken file beside is
// counted and stops nothing.
func TestPastCandlesWarmIndicators(t *testing.T) {
	dir := t.TempDir()
	now := time.Now().UnixMilli()/300_000*300_000 + 1 // far from the candle's end
	closes := pastOf(t, dir, now)
	n := readyNode(t, settings(t, ownBroker(map[string]string{"history.directory": dir, "symbols.timeframe": "5min", "symbols.indicators": "EMA_20,RSI_14"})))
	producer, err := n.log.NewProducer()
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	feed := &tickWriter{producer: producer}
	ctx, stop := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	defer sending.Wait()
	defer stop()
	sending.Go(func() { // the first tick asks for the past, a later one has it
		for i := int64(0); ctx.Err() == nil; i++ {
			tick := market.Tick{Symbol: "X", Exchange: "SIM", TimeMs: now + i, Price: decimal.FromInt(123), Volume: decimal.FromInt(1), Source: "feed"}
			if err := feed.Send(ctx, &tick); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	})
	want := make(map[string]float64)
	for _, name := range []string{"EMA_20", "RSI_14"} {
		spec, _, err := indicator.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		x, out := indicator.New(spec), []float64{0}
		for _, price := range closes {
			x.Update(indicator.Bar{Open: price, High: price + 1, Low: price - 1, Close: price, Volume: 1.5})
		}
		if !x.Peek(indicator.Bar{Open: 123, High: 123, Low: 123, Close: 123, Volume: 1}, out) {
			t.Fatalf("%s is not warm", name)
		}
		want[name] = out[0]
	}
	readTopic(t, n.cluster.settings.BootstrapServers, messages.TopicUpdates, func(r *kgo.Record) bool {
		var u messages.IndicatorUpdate
		if err := messages.DecodeUpdate(r.Value, &u); err != nil {
			t.Fatal(err)
		}
		for _, v := range u.Indicators {
			if v.Value != want[v.Name] {
				t.Errorf("%s is %v, with the past in it %v", v.Name, v.Value, want[v.Name])
			}
		}
		return len(u.Indicators) == 2
	})
	if got := counted(t, n.observer.metrics.HistoryCandles); got != 60 {
		t.Errorf("%v past candles are counted, want 60", got)
	}
	if got := counted(t, n.observer.metrics.HistoryErrors); got != 1 {
		t.Errorf("%v errors of history are counted, want the broken file", got)
	}
}

// TestNoDirectoryOfHistory: a directory that isn't there is counted, and the symbol
// warms up by itself.
func TestNoDirectoryOfHistory(t *testing.T) {
	n := readyNode(t, settings(t, ownBroker(map[string]string{"history.directory": filepath.Join(t.TempDir(), "nowhere")})))
	producer, err := n.log.NewProducer()
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	tick := market.Tick{Symbol: "X", Exchange: "SIM", TimeMs: time.Now().UnixMilli(), Price: decimal.FromInt(1), Source: "feed"}
	if err := (&tickWriter{producer: producer}).Send(t.Context(), &tick); err != nil {
		t.Fatal(err)
	}
	readTopic(t, n.cluster.settings.BootstrapServers, messages.TopicUpdates, func(*kgo.Record) bool { return true })
	for deadline := time.Now().Add(20 * time.Second); counted(t, n.observer.metrics.HistoryErrors) != 1; {
		if time.Now().After(deadline) {
			t.Fatal("the error of history is not counted")
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
		}
	}
}

// TestOutdatedCalendarsAreTold: a node says whose holidays it doesn't know, unless
// its market is simulated.
func TestOutdatedCalendarsAreTold(t *testing.T) {
	for _, c := range []struct {
		day      string
		simulate string
		want     string
	}{{"2026-06-01", "false", "[MCX]"}, {"2025-06-01", "false", ""}, {"2026-06-01", "true", ""}} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		tellOutdated(settings(t, map[string]string{"simulate.enabled": c.simulate}), day, slog.New(slog.NewTextHandler(&log, nil)))
		if (log.Len() > 0) != (c.want != "") || !strings.Contains(log.String(), c.want) {
			t.Errorf("on %s, simulated %s: %q", c.day, c.simulate, log.String())
		}
	}
}

// TestSimulatedSymbolsByExchange: the simulated market names its symbols as set.
func TestSimulatedSymbolsByExchange(t *testing.T) {
	n := readyNode(t, settings(t, ownBroker(map[string]string{
		"simulate.enabled": "true", "simulate.hours": "0.01", "simulate.symbols": "3", "simulate.name_by_exchange": "true",
	})))
	ctx, stop := context.WithCancel(t.Context())
	var feeding sync.WaitGroup
	defer feeding.Wait()
	defer stop()
	feeding.Go(func() {
		if err := n.simulate(ctx, io.Discard); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	seen := 0
	readTopic(t, n.cluster.settings.BootstrapServers, messages.TopicTicks, func(r *kgo.Record) bool {
		var tick market.Tick
		if err := messages.DecodeTick(r.Value, &tick, messages.NewInterner()); err != nil || tick.Symbol != string(r.Key) ||
			tick.Exchange != "SIM" || !strings.HasSuffix(tick.Symbol, ".SIM") {
			t.Errorf("%s: %s, %v", r.Key, r.Value, err)
		}
		seen++
		return seen == 20
	})
}

// TestReplayByExchange: a file with one symbol on two exchanges: by its name alone,
// the ticks of the second are dead letters; named by exchange, they are two.
func TestReplayByExchange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.csv")
	text := replay.Header + "\n"
	for i := range 20 {
		text += fmt.Sprintf("BTC,%s,%d,%d,0.5\n", []string{"SPOT", "PERP"}[i%2], 1704067200000+i*100, 100+i)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for byExchange, want := range map[bool]made{false: {Updates: 10, DeadLetters: 10, Reasons: map[string]int64{"EXCHANGE_MISMATCH": 10}}, true: {Updates: 20}} {
		var out strings.Builder
		err := Replay(t.Context(), settings(t, ownBroker(nil)), ReplayOptions{
			Files: []string{file}, NameByExchange: byExchange, Node: true, JSON: true, Out: &out, Progress: io.Discard, Logger: discard(),
		})
		var got summary
		if err == nil {
			err = json.Unmarshal([]byte(out.String()), &got)
		}
		if err != nil || got.Node == nil || !reflect.DeepEqual(*got.Node, want) || got.Ticks != 20 {
			t.Errorf("by exchange %v: %s, %v", byExchange, out.String(), err)
		}
	}
}
