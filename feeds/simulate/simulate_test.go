package simulate

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/feeds/pace"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

func take(m *Market, n int) []market.Tick {
	ticks := make([]market.Tick, n)
	for i := range ticks {
		m.Next(&ticks[i])
	}
	return ticks
}

// TestSameSeedSameMarket: the start moves only the times, another seed gives
// other prices.
func TestSameSeedSameMarket(t *testing.T) {
	a, b := take(NewMarket(Options{Seed: 5}, 1000), 5000), take(NewMarket(Options{Seed: 5}, 1000), 5000)
	if !slices.Equal(a, b) {
		t.Error("the same seed gives different ticks")
	}
	later, other := take(NewMarket(Options{Seed: 5}, 8000), 5000), take(NewMarket(Options{Seed: 6}, 1000), 5000)
	same := 0
	for i := range a {
		if later[i].TimeMs != a[i].TimeMs+7000 || later[i].Price != a[i].Price || later[i].Volume != a[i].Volume || later[i].Symbol != a[i].Symbol {
			t.Fatalf("tick %d is %+v from another start, was %+v", i, later[i], a[i])
		}
		if other[i].Price == a[i].Price {
			same++
		}
	}
	if same > 100 {
		t.Errorf("%d of 5000 prices are equal under another seed", same)
	}
}

// TestGolden pins the market of seed 1, which examples and demos rely on. The sum
// changes only on purpose.
func TestGolden(t *testing.T) {
	sum := fnv.New64a()
	for _, k := range take(NewMarket(Options{Seed: 1}, 0), 100_000) {
		fmt.Fprintln(sum, k.Symbol, k.TimeMs, k.Price, k.Volume)
	}
	if got, want := fmt.Sprintf("%x", sum.Sum64()), "1ff71895d7cd9364"; got != want {
		t.Errorf("the first 100,000 ticks sum to %s, want %s", got, want)
	}
}

// TestPlausible looks at six hours of trade.
func TestPlausible(t *testing.T) {
	const n = 40 * 86_400 / 4 // six hours
	startMs := int64(1_700_000_000_000)
	m := NewMarket(Options{Seed: 3}, startMs)
	var tick market.Tick
	previous := startMs
	counts, last, first := map[string]int{}, map[string]float64{}, map[string]float64{}
	low, high := map[string]float64{}, map[string]float64{}
	for i := range n {
		m.Next(&tick)
		if tick.TimeMs < previous || tick.TimeMs <= startMs {
			t.Fatalf("tick %d goes back from %d to %d", i, previous, tick.TimeMs)
		}
		previous = tick.TimeMs
		if tick.Exchange != "SIM" || tick.Source != "simulate-3" || tick.Type != "trade" {
			t.Fatalf("tick %d is %+v", i, tick)
		}
		if tick.Price.Sign() <= 0 || tick.Volume.Sign() <= 0 || tick.Price.RoundTo(TickSize) != tick.Price {
			t.Fatalf("tick %d has price %s and volume %s", i, tick.Price, tick.Volume)
		}
		if tick.Low.Greater(tick.Price) || tick.High.Less(tick.Price) || tick.Open.IsZero() {
			t.Fatalf("tick %d at %s is outside of its day: %+v", i, tick.Price, tick)
		}
		s, p := tick.Symbol, tick.Price.Float64()
		if before, ok := last[s]; ok && math.Abs(p-before) > 0.02*before+0.15 {
			t.Fatalf("tick %d: %s jumps from %v to %v", i, s, before, p)
		}
		if counts[s] == 0 {
			first[s], low[s], high[s] = p, p, p
		}
		counts[s]++
		last[s], low[s], high[s] = p, min(low[s], p), max(high[s], p)
	}
	if rate := float64(n) * 1000 / float64(previous-startMs); math.Abs(rate-40) > 0.5 {
		t.Errorf("%.2f ticks a second, want 40", rate)
	}
	if len(counts) != 20 || counts["AURORA"] < 5*counts["TUNDRA"] || counts["TUNDRA"] < n/80 {
		t.Errorf("ticks a symbol: %v", counts)
	}
	for s := range counts {
		if width := (high[s] - low[s]) / first[s]; width < 0.005 || width > 0.5 {
			t.Errorf("%s moves by %.1f %% in six hours", s, 100*width)
		}
	}
}

// TestStaysPlausibleForLong: months of trade, and rates at the bounds of what can
// be set.
func TestStaysPlausibleForLong(t *testing.T) {
	for _, rate := range []float64{0.001, 0.05, 40, 1e6} {
		m := NewMarket(Options{Seed: 4, Symbols: 3, TicksPerSecond: rate}, 0)
		bases := map[string]float64{}
		for _, s := range m.symbols {
			bases[s.name] = s.base
		}
		for i, k := range take(m, 200_000) {
			if p, base := k.Price.Float64(), bases[k.Symbol]; p < base/4-0.1 || p > 4*base+0.1 {
				t.Fatalf("rate %v, tick %d: %s at %v, base %v", rate, i, k.Symbol, p, base)
			}
		}
	}
}

func TestSymbols(t *testing.T) {
	names := Symbols(100)
	if names[0] != "AURORA" || names[19] != "TUNDRA" || names[20] != "AURORA2" || names[99] != "TUNDRA5" {
		t.Errorf("names are %q", names)
	}
	if slices.Sort(names); len(slices.Compact(names)) != 100 {
		t.Error("names are not unique")
	}
}

func TestDays(t *testing.T) {
	m := NewMarket(Options{Seed: 1, Symbols: 1, TicksPerSecond: 0.001}, 0)
	var lastOfDay, open decimal.Decimal
	day, previous := int64(0), market.Tick{}
	for i, k := range take(m, 1000) {
		if d := k.TimeMs / dayMs; i == 0 || d != day {
			lastOfDay, open, day = previous.Price, k.Price, d
		}
		if k.Close != lastOfDay || k.Open != open {
			t.Fatalf("tick %d: close %s and open %s, want %s and %s", i, k.Close, k.Open, lastOfDay, open)
		}
		previous = k
	}
	if day < 5 {
		t.Errorf("the ticks cover only %d days", day)
	}
}

// keep keeps ticks and the time of their sending, and stops after some.
type keep struct {
	now   *time.Time
	stop  int
	ticks []market.Tick
	late  []time.Duration
}

var errFull = errors.New("full")

func (k *keep) Send(_ context.Context, t *market.Tick) error {
	if len(k.ticks) == k.stop {
		return errFull
	}
	k.ticks = append(k.ticks, *t)
	k.late = append(k.late, k.now.Sub(time.UnixMilli(t.TimeMs)))
	return nil
}

// TestFeed: the past comes at once, then each tick at its time.
func TestFeed(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	sleeps := 0
	clock := pace.Clock{
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			sleeps++
			now = now.Add(d)
			return nil
		},
	}
	begun := now
	f := NewFeed(Options{Seed: 9}, now.UnixMilli(), time.Hour, clock)
	sink := &keep{now: &now, stop: 40 * 3600 * 11 / 10}
	err := f.Run(t.Context(), sink)
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "simulate: tick 158401,") || f.Sent() != int64(sink.stop) {
		t.Errorf("ended with %v after %d ticks", err, f.Sent())
	}
	select {
	case <-f.Live():
	default:
		t.Error("the feed is not live")
	}
	past := 0
	for i, k := range sink.ticks {
		switch {
		case k.TimeMs <= begun.UnixMilli():
			past++
		case sink.late[i] < 0 || sink.late[i] >= time.Millisecond:
			t.Fatalf("tick %d is sent %s after its time", i, sink.late[i])
		}
	}
	if past < 143_000 || past > 145_000 || sleeps == 0 {
		t.Errorf("%d ticks of the past hour, want about 144,000; %d sleeps", past, sleeps)
	}
	if first := sink.ticks[0].TimeMs; first < begun.Add(-time.Hour).UnixMilli() || first > begun.Add(-time.Hour).UnixMilli()+1000 {
		t.Errorf("the first tick is at %d", first)
	}
}

func TestFeedEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := NewFeed(Options{TicksPerSecond: 0.001}, time.Now().UnixMilli(), 0, pace.Clock{})
	now := time.Now()
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx, &keep{now: &now}) }()
	<-f.Live()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func BenchmarkNext(b *testing.B) {
	m := NewMarket(Options{}, 0)
	var t market.Tick
	b.ReportAllocs()
	for b.Loop() {
		m.Next(&t)
	}
}
