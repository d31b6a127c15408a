package actors

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// amending is a configuration with short candles that late ticks may amend.
func (k *kit) amending() Config {
	c := k.config()
	c.Symbols.Timeframe, c.Symbols.Amend, c.Symbols.Periods = market.MustParseTimeframe("5s"), time.Minute, 8
	return c
}

// punctual gives ticks in the order of their times, which differ, and at the end
// one of each symbol that comes after all candles are final.
func punctual(seed uint64, symbols, n int) []*market.Tick {
	ticks := walk(seed, symbols, n, "feed")
	slices.SortStableFunc(ticks, func(a, b *market.Tick) int { return int(a.TimeMs - b.TimeMs) })
	for i := 1; i < n; i++ {
		ticks[i].TimeMs = max(ticks[i].TimeMs, ticks[i-1].TimeMs+1)
	}
	last := ticks[n-1].TimeMs
	for i, t := range walk(seed+1, 1, symbols, "feed") {
		t.Symbol, t.TimeMs = "SYM"+string(rune('0'+i)), last+120_000+int64(i)
		ticks = append(ticks, t)
	}
	return ticks
}

// delayed lets some ticks come up to 20 places late, which is some 20 seconds.
func delayed(ticks []*market.Tick, symbols int) []*market.Tick {
	r := rand.New(rand.NewPCG(9, 9))
	place := make(map[*market.Tick]int, len(ticks))
	for i, t := range ticks {
		place[t] = 2 * i
		if i >= 50 && i < len(ticks)-symbols-30 && r.IntN(10) == 0 {
			place[t] += 2*r.IntN(20) + 1
		}
	}
	out := slices.Clone(ticks)
	slices.SortStableFunc(out, func(a, b *market.Tick) int { return place[a] - place[b] })
	return out
}

// taken runs ticks and gives the updates.
func (k *kit) taken(c Config, ticks []*market.Tick) map[string][]string {
	k.t.Helper()
	for _, t := range ticks {
		k.tick(t)
	}
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == len(ticks) })
	k.stop(node)
	return k.updates()
}

// closings gives each symbol's candles by their last millisecond, as they were
// published last, and its very last update.
func closings(t *testing.T, updates map[string][]string) (candles map[string]map[int64]messages.OHLCV, last map[string]string) {
	t.Helper()
	candles, last = make(map[string]map[int64]messages.OHLCV), make(map[string]string)
	for symbol, all := range updates {
		candles[symbol] = make(map[int64]messages.OHLCV)
		for _, text := range all {
			_, value, _ := strings.Cut(text, " ")
			var u messages.IndicatorUpdate
			if err := messages.DecodeUpdate([]byte(value), &u); err != nil {
				t.Fatal(err)
			}
			if u.TimeMs%5000 == 4999 && u.Forming != nil && !slices.ContainsFunc(u.Indicators, func(v messages.IndicatorValue) bool { return v.Realtime }) {
				f := *u.Forming
				f.Quality = market.Complete // which candle was first depends on what came first
				candles[symbol][u.TimeMs] = f
			}
			last[symbol], _, _ = strings.Cut(value, `,"forming_candle"`)
		}
	}
	return candles, last
}

// TestAmendingIsAsIfInTime: with ticks that come late within the bound, the candles
// that were published last are those of the same ticks in time, and so are the
// indicators, to the last bit.
func TestAmendingIsAsIfInTime(t *testing.T) {
	const symbols, n = 4, 2000
	ticks := punctual(31, symbols, n)
	inTime := newKit(t, nil)
	want, wantLast := closings(t, inTime.taken(inTime.amending(), ticks))
	late := newKit(t, nil)
	got, gotLast := closings(t, late.taken(late.amending(), delayed(ticks, symbols)))
	for symbol := range want {
		if !maps.Equal(got[symbol], want[symbol]) || len(want[symbol]) < 100 {
			t.Errorf("%s: %d candles differ from the %d in time", symbol, len(got[symbol]), len(want[symbol]))
		}
		if gotLast[symbol] != wantLast[symbol] || !strings.Contains(wantLast[symbol], "RSI_3") {
			t.Errorf("%s ends with\n%s\nin time with\n%s", symbol, gotLast[symbol], wantLast[symbol])
		}
	}
	if a := late.seen.get(CountAmended, "5s"); a < 50 || a != late.seen.get(CountLateTicks, "5s") {
		t.Errorf("%d candles amended, %d late ticks", a, late.seen.get(CountLateTicks, "5s"))
	}
	if a := inTime.seen.get(CountAmended, "5s"); a != 0 {
		t.Errorf("%d candles amended of ticks in time", a)
	}
	off := newKit(t, nil)
	c := off.amending()
	c.Symbols.Amend = 0
	off.taken(c, delayed(ticks, symbols))
	if off.seen.get(CountAmended, "5s") != 0 || off.seen.get(CountLateTicks, "5s") == 0 {
		t.Errorf("without the setting: %s", off.seen.all())
	}
}

// TestAmendingAfterAbruptMoves: amended candles, too, have the same bytes wherever
// batches are cut and shards are abandoned and taken up.
func TestAmendingAfterAbruptMoves(t *testing.T) {
	const symbols = 4
	ticks := delayed(punctual(32, symbols, 1500), symbols)
	whole := newKit(t, nil)
	c := whole.amending()
	c.Limits = EpochLimits{PollRecords: 100_000, Records: 100_000}
	want := whole.taken(c, ticks)
	k := newKit(t, nil)
	nodes := []*Node{k.start(k.amending()), k.start(k.amending())}
	for i, tick := range ticks {
		if i%250 == 0 {
			nodes[i/250%2].Lost(messages.SymbolShard, allTicks)
			nodes[(i/250+1)%2].Assigned(&member{}, messages.SymbolShard, allTicks)
		}
		k.tick(tick)
	}
	total := 0
	for _, u := range want {
		total += len(u)
	}
	k.until("all updates", func() bool {
		have := 0
		for _, u := range k.updates() {
			have += len(u)
		}
		return have >= total
	})
	for _, node := range nodes {
		k.stop(node)
	}
	compare(t, k.updates(), want)
}

// TestQualityOnTheWire: the first candle says that it is partial, later ones are
// complete and say nothing, and a change of source leaves a gap.
func TestQualityOnTheWire(t *testing.T) {
	k := newKit(t, nil)
	tick := func(ms int64, source string) *market.Tick {
		return &market.Tick{Symbol: "SYM0", Exchange: "SIM", TimeMs: baseMs + ms, Price: decimal.FromInt(100), Volume: decimal.FromInt(1), Source: source}
	}
	k.taken(k.config(), []*market.Tick{
		tick(0, "a"), tick(61_000, "a"), tick(122_000, "a"), tick(123_000, "b"), tick(124_000, "a"), tick(125_000, "b"), tick(155_000, "b"), tick(190_000, "b"),
	})
	var got []string
	for _, r := range k.all(messages.TopicUpdates) {
		var u messages.IndicatorUpdate
		if err := messages.DecodeUpdate(r.Value, &u); err != nil {
			t.Fatal(err)
		}
		if u.Forming.Quality == market.Complete && strings.Contains(string(r.Value), "quality") {
			t.Errorf("a complete candle says so: %s", r.Value)
		}
		var a accountUpdate
		if err := a.read(r); err != nil || a.event.Candle.Quality() != u.Forming.Quality || a.event.Candle.Tainted() != u.Forming.Quality.Tainted() {
			t.Errorf("a strategy sees %+v, %v", a.event.Candle, err)
		}
		got = append(got, u.Forming.Quality.String())
	}
	want := []string{
		"partial", "partial", "complete", // the first candle, its close, the second
		"complete", "complete", "complete", // its close, the third, of a
		"partial+gap",             // b has taken over at 155 s
		"partial+gap", "complete", // its close, the fourth
	}
	if !slices.Equal(got, want) {
		t.Errorf("qualities %q, want %q", got, want)
	}
}

// TestStrategiesDontStepOnAmendedCandles: they have acted on the close.
func TestStrategiesDontStepOnAmendedCandles(t *testing.T) {
	for quality, stepped := range map[market.Quality]bool{market.Complete: true, market.Partial: true, market.Amended: false, market.Partial | market.Amended: false} {
		u := messages.IndicatorUpdate{Symbol: "X", Timeframe: "1min", TimeMs: baseMs, Forming: &messages.OHLCV{Close: decimal.FromInt(1), Quality: quality}}
		r := &messages.Record{Topic: messages.TopicUpdates, Key: []byte("X"), Value: messages.AppendUpdate(nil, &u)}
		r.Headers = []messages.Header{{Key: messages.HeaderTick, Value: messages.TickHeader{Price: decimal.FromInt(1), Closing: true}.Append(nil)}}
		var a accountUpdate
		if err := a.read(r); err != nil || !a.event.Closed {
			t.Fatalf("%v: %+v, %v", quality, a, err)
		}
		if a.strategiesStep() != stepped {
			t.Errorf("%v: strategies step %v", quality, !stepped)
		}
	}
}
