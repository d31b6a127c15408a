package oracle_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/feeds/simulate"
	"github.com/velox-trading/velox/sim/oracle"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// These tests hold the product's candles and indicators against the oracle's,
// which were written apart from them.

func theirs(t *testing.T, k *market.Tick) oracle.Tick {
	t.Helper()
	price, err := oracle.ParseNumber(k.Price.String())
	if err != nil {
		t.Fatal(err)
	}
	volume, err := oracle.ParseNumber(k.Volume.String())
	if err != nil {
		t.Fatal(err)
	}
	return oracle.Tick{Symbol: k.Symbol, Source: k.Source, TimeMs: k.TimeMs, Price: price, Volume: volume}
}

// randomTicks makes ticks of three symbols and two sources that are late by up to
// some seconds, over a time.
func randomTicks(random *rand.Rand, n int, overMs int64) []market.Tick {
	ticks := make([]market.Tick, n)
	now := overMs - int64(n)*200
	for i := range ticks {
		now += random.Int64N(800)
		symbol := random.IntN(3)
		ticks[i] = market.Tick{
			Symbol: fmt.Sprint("S", symbol), Source: fmt.Sprint("source", symbol/2),
			TimeMs: now - random.Int64N(1+random.Int64N(4000)),
			Price:  decimal.FromUnits(1 + random.Int64N(1_000_000_000)), Volume: decimal.FromUnits(random.Int64N(1_000_000_000)),
		}
	}
	return ticks
}

// build runs the product's builders as a partition's symbols are run: each tick
// moves its source's clock, which all symbols of the source see.
func build(ticks []market.Tick, tf market.Timeframe, grace time.Duration) (closed map[string][]market.Candle, late []int) {
	closed = make(map[string][]market.Candle)
	builders, sources, clocks := map[string]*market.Builder{}, map[string]string{}, map[string]int64{}
	for i := range ticks {
		k := &ticks[i]
		if builders[k.Symbol] == nil {
			builders[k.Symbol], sources[k.Symbol] = market.NewBuilder(tf, market.Always, grace), k.Source
		}
		clocks[k.Source] = max(clocks[k.Source], k.TimeMs)
		for symbol, b := range builders {
			if sources[symbol] == k.Source {
				closed[symbol] = append(closed[symbol], b.Advance(clocks[k.Source])...)
			}
		}
		if builders[k.Symbol].Add(k, clocks[k.Source]) == market.Late {
			late = append(late, i)
		}
	}
	return closed, late
}

func TestProductCandles(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for run := range 140 {
		// The end of a day, of a week and a month, and of a month within a week; an hour, at which
		// those of 5 from midnight on end.
		over := []string{"1970-01-11T00:00:00Z", "2024-04-01T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-29T15:00:00Z"}[run/14%4]
		at, err := time.Parse(time.RFC3339, over)
		if err != nil {
			t.Fatal(err)
		}
		ticks := randomTicks(random, 400, at.UnixMilli())
		tf := market.MustParseTimeframe([]string{
			"1s", "5s", "7s", "1min", "7min", "1day", "1hour", "5hour", "24hour", "1week", "1month", "1440min", "3600s", "8hour",
		}[run%14])
		grace := time.Duration(random.IntN(4)) * 500 * time.Millisecond
		facts := make([]oracle.Tick, len(ticks))
		for i := range ticks {
			facts[i] = theirs(t, &ticks[i])
		}
		want, err := oracle.Make(facts, tf.Duration(), grace)
		if err != nil {
			t.Fatal(err)
		}
		closed, late := build(ticks, tf, grace)
		if !slices.Equal(late, want.Late) {
			t.Fatalf("run %d, %s, grace %s: late %v, the oracle says %v", run, tf, grace, late, want.Late)
		}
		for symbol := range want.BySymbol {
			var a, b []string
			for _, c := range closed[symbol] {
				a = append(a, fmt.Sprint(c.StartMs, c.EndMs, c.Open, c.High, c.Low, c.Close, c.Volume, c.Ticks))
			}
			for _, c := range want.Closed(symbol) {
				b = append(b, fmt.Sprint(c.StartMs, c.EndMs, c.Open, c.High, c.Low, c.Close, c.Volume, len(c.Ticks)))
			}
			if !slices.Equal(a, b) {
				t.Fatalf("run %d, %s, grace %s, %s:\n got %q\nwant %q", run, tf, grace, symbol, a, b)
			}
		}
	}
}

// bars gives candles of the simulated market's first symbol as bars.
func bars(t *testing.T, n int) []oracle.Bar {
	t.Helper()
	m := simulate.NewMarket(simulate.Options{Seed: 8, Symbols: 1, TicksPerSecond: 2}, 0)
	facts := make([]oracle.Tick, n*10)
	for i := range facts {
		var k market.Tick
		m.Next(&k)
		facts[i] = theirs(t, &k)
	}
	candles, err := oracle.Make(facts, 5*time.Second, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var out []oracle.Bar
	for _, c := range candles.Closed(facts[0].Symbol) {
		out = append(out, c.Bar())
	}
	return out
}

func TestProductIndicators(t *testing.T) {
	in := bars(t, 600)
	macd, signal, histogram := oracle.MACD(in, 12, 26, 9)
	upper, middle, lower := oracle.BBANDS(in, 20, 2)
	for name, want := range map[string][]float64{
		"SMA_20": oracle.SMA(in, 20), "SMA_1": oracle.SMA(in, 1), "EMA_20": oracle.EMA(in, 20), "EMA_200": oracle.EMA(in, 200),
		"RSI_14": oracle.RSI(in, 14), "ATR_14": oracle.ATR(in, 14),
		"MACD_12_26_9": macd, "MACD_12_26_9_SIGNAL": signal, "MACD_12_26_9_HIST": histogram,
		"BBANDS_20_2_UPPER": upper, "BBANDS_20_2_MIDDLE": middle, "BBANDS_20_2_LOWER": lower,
	} {
		spec, output, err := indicator.ParseName(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		product := indicator.New(spec)
		out := make([]float64, len(spec.OutputNames()))
		for i, b := range in {
			bar := indicator.Bar{StartMs: int64(i), Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, Volume: b.Volume}
			peeked := product.Peek(bar, out)
			ahead := out[output]
			product.Update(bar)
			warm := product.Last(out)
			if warm == math.IsNaN(want[i]) || peeked != warm || warm && ahead != out[output] {
				t.Fatalf("%s, bar %d: warm %v with %v, peeked %v with %v; the oracle says %v", name, i, warm, out[output], peeked, ahead, want[i])
			}
			if warm && math.Abs(out[output]-want[i]) > 1e-9*max(1, math.Abs(want[i])) {
				t.Fatalf("%s, bar %d: %.17g, the oracle says %.17g", name, i, out[output], want[i])
			}
		}
	}
}
