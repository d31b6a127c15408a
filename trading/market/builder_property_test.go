package market

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// arrival is a tick with the clock at which it comes.
type arrival struct {
	tick    Tick
	clockMs int64
}

// withClocks gives ticks their clocks: the highest tick time so far.
func withClocks(ticks []Tick) []arrival {
	stream := make([]arrival, len(ticks))
	clock := int64(0)
	for i, t := range ticks {
		clock = max(clock, t.TimeMs)
		stream[i] = arrival{t, clock}
	}
	return stream
}

// run gives all candles of a stream and how many ticks were not placed. between
// is called before each tick and may replace the builder.
func run(b *Builder, stream []arrival, between func(i int, b *Builder) *Builder) (closed []Candle, late, off int) {
	for i := range stream {
		if between != nil {
			b = between(i, b)
		}
		closed = append(closed, b.Advance(stream[i].clockMs)...)
		switch b.Add(&stream[i].tick, stream[i].clockMs) {
		case Late:
			late++
		case OffSession:
			off++
		}
	}
	return append(closed, b.Advance(NeverMs)...), late, off
}

// model makes the candles by their definition: all ticks that were not late are
// kept, and a candle is looked up in them.
func model(tf Timeframe, c Calendar, graceMs int64, stream []arrival) (closed []Candle, late, off int) {
	type period struct{ start, end int64 }
	kept := make(map[period][]Tick)
	var order []period
	for _, a := range stream {
		s, ok := c.SessionAt(a.tick.TimeMs)
		if !ok {
			off++
			continue
		}
		p := period{s.OpenMs, s.CloseMs}
		if tf.SpansSessions() {
			whole, _ := c.PeriodAt(a.tick.TimeMs, tf)
			p = period{whole.OpenMs, whole.CloseMs}
		} else {
			step := tf.Duration().Milliseconds()
			for p.end = p.start + step; p.end <= a.tick.TimeMs; p.end += step {
				p.start = p.end
			}
			p.end = min(p.end, s.CloseMs)
		}
		if p.end+graceMs <= a.clockMs {
			late++
			continue
		}
		if kept[p] == nil {
			order = append(order, p)
		}
		kept[p] = append(kept[p], a.tick)
	}
	slices.SortFunc(order, func(a, b period) int { return int(a.start - b.start) })
	for i, p := range order {
		ticks := kept[p]
		candle := Candle{StartMs: p.start, EndMs: p.end, High: ticks[0].Price, Low: ticks[0].Price, Ticks: int64(len(ticks)), Partial: i == 0}
		for _, t := range ticks {
			candle.High, candle.Low = decimal.Max(candle.High, t.Price), decimal.Min(candle.Low, t.Price)
			candle.Volume = candle.Volume.Add(t.Volume)
		}
		slices.SortStableFunc(ticks, func(a, b Tick) int { return int(a.TimeMs - b.TimeMs) })
		candle.Open, candle.Close = ticks[0].Price, ticks[len(ticks)-1].Price
		closed = append(closed, candle)
	}
	return closed, late, off
}

// walk gives ticks around a session's edge with times that mostly grow and go
// back by at most backMs.
func walk(r *rand.Rand, n int, backMs int64) []Tick {
	ticks := make([]Tick, n)
	clock := int64(nseOpenMs) - 5000
	if r.IntN(2) == 0 {
		clock += (6*time.Hour + 15*time.Minute).Milliseconds() - 60_000
	}
	for i := range ticks {
		switch r.IntN(50) {
		case 0:
			clock += r.Int64N(3_600_000)
		default:
			clock += r.Int64N(800)
		}
		ticks[i] = Tick{
			TimeMs: clock - r.Int64N(backMs+1)/10*10, Price: decimal.FromUnits(r.Int64N(1_000_000) * 5_000_000), Volume: decimal.FromUnits(r.Int64N(1000) * 1_000_000),
		}
	}
	return ticks
}

var propertyTimeframes = []string{"1s", "7s", "1min", "5min", "7min", "1hour", "1day", "1week", "1month"}

func randomSetting(t *testing.T, r *rand.Rand) (Timeframe, Calendar, time.Duration) {
	t.Helper()
	calendars := testCalendars(t)
	calendar := calendars[[]string{"always", "nse", "nse", "comex", "tse", "mcx", "kolkata"}[r.IntN(7)]]
	grace := []time.Duration{0, time.Second, 5 * time.Second}[r.IntN(3)]
	return MustParseTimeframe(propertyTimeframes[r.IntN(len(propertyTimeframes))]), calendar, grace
}

func TestBuilderAgainstModel(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		tf, calendar, grace := randomSetting(t, r)
		stream := withClocks(walk(r, 300, 3000))
		got, late, off := run(NewBuilder(tf, calendar, grace), stream, nil)
		want, wantLate, wantOff := model(tf, calendar, grace.Milliseconds(), stream)
		if !slices.Equal(got, want) || late != wantLate || off != wantOff {
			t.Fatalf("seed %d, %v, grace %v: %d late, %d off, want %d, %d\n%+v\nwant\n%+v", seed, tf, grace, late, off, wantLate, wantOff, got, want)
		}
	}
}

// TestAnyOrderWithinGrace: ticks of different times that come in another order,
// none of them late, give the same candles.
func TestAnyOrderWithinGrace(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 2))
		tf, calendar, _ := randomSetting(t, r)
		const grace = 5 * time.Second
		ticks := walk(r, 300, 0)
		for i := range ticks { // times apart, so that there are no ties
			ticks[i].TimeMs = ticks[i].TimeMs/1000*1000 + int64(i)
		}
		slices.SortFunc(ticks, func(a, b Tick) int { return int(a.TimeMs - b.TimeMs) })
		want, late, _ := run(NewBuilder(tf, calendar, grace), withClocks(ticks), nil)
		// A tick that comes after a later one by less than the grace is never late.
		shuffled := slices.Clone(ticks)
		delay := make(map[int64]int64, len(ticks))
		for _, tick := range ticks {
			delay[tick.TimeMs] = tick.TimeMs + r.Int64N(grace.Milliseconds())
		}
		slices.SortStableFunc(shuffled, func(a, b Tick) int { return int(delay[a.TimeMs] - delay[b.TimeMs]) })
		got, lateToo, _ := run(NewBuilder(tf, calendar, grace), withClocks(shuffled), nil)
		if late != 0 || lateToo != 0 || !slices.Equal(got, want) {
			t.Fatalf("seed %d, %v: %d late\n%+v\nwant\n%+v", seed, tf, lateToo, got, want)
		}
	}
}

// stored is a builder that has been saved as bytes and read back.
func stored(t *testing.T, b *Builder) *Builder {
	t.Helper()
	data, err := json.Marshal(b.State())
	if err != nil {
		t.Fatal(err)
	}
	var state BuilderState
	if err := json.Unmarshal(data, &state); err != nil {
		t.Fatal(err)
	}
	return RestoreBuilder(b.timeframe, b.calendar, time.Duration(b.graceMs)*time.Millisecond, state)
}

// TestRestoreAndCuts: a builder that is stored and read back at any points, and
// whose clock is told more often than needed, gives the same candles.
func TestRestoreAndCuts(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		tf, calendar, grace := randomSetting(t, r)
		stream := withClocks(walk(r, 200, 3000))
		want, wantLate, _ := run(NewBuilder(tf, calendar, grace), stream, nil)
		var early []Candle
		got, late, _ := run(NewBuilder(tf, calendar, grace), stream, func(i int, b *Builder) *Builder {
			if r.IntN(3) == 0 {
				b = stored(t, b)
			}
			if i > 0 && r.IntN(3) == 0 {
				early = append(early, b.Advance(stream[i-1].clockMs+r.Int64N(stream[i].clockMs-stream[i-1].clockMs+1))...)
			}
			return b
		})
		got = append(got, early...)
		slices.SortFunc(got, func(a, b Candle) int { return int(a.StartMs - b.StartMs) })
		if late != wantLate || !slices.Equal(got, want) {
			t.Fatalf("seed %d, %v, grace %v: %d late, want %d\n%+v\nwant\n%+v", seed, tf, grace, late, wantLate, got, want)
		}
	}
}

// TestStateIsCopied: a state doesn't change with the builder it was taken from.
func TestStateIsCopied(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("1min"), Always, time.Second)
	b.Add(&Tick{TimeMs: 1000, Price: decimal.FromInt(1)}, 1000)
	state := b.State()
	before := state
	before.Open = slices.Clone(state.Open)
	restored := RestoreBuilder(b.timeframe, b.calendar, time.Second, state)
	for _, x := range []*Builder{b, restored} {
		x.Add(&Tick{TimeMs: 2000, Price: decimal.FromInt(2)}, 2000)
		x.MarkGap()
	}
	if !reflect.DeepEqual(state, before) {
		t.Errorf("the state has changed to %+v", state)
	}
}

// FuzzBuilder: any stream of ticks gives the model's candles, whatever is stored
// and read back on the way. Each tick is 4 bytes: a step of time, how far back it
// comes from, its price, and whether to store before it.
func FuzzBuilder(f *testing.F) {
	f.Add([]byte{0, 1, 0, 10, 0, 100, 3, 20, 1, 200, 250, 30, 0}, uint8(0))
	f.Add([]byte{1, 255, 1, 10, 0, 255, 255, 20, 0, 255, 0, 1, 1}, uint8(5))
	f.Fuzz(func(t *testing.T, data []byte, setting uint8) {
		tf := MustParseTimeframe(propertyTimeframes[int(setting)%len(propertyTimeframes)])
		calendar, grace := Always, time.Duration(setting>>4)*500*time.Millisecond
		switch setting >> 2 & 3 {
		case 1:
			calendar = NSE()
		case 2:
			calendar = testCalendars(t)["tse"]
		case 3:
			calendar = testCalendars(t)["comex"]
		}
		var ticks []Tick
		var store []bool
		clock := int64(nseOpenMs) - 2000
		for ; len(data) >= 4 && len(ticks) < 500; data = data[4:] {
			clock += int64(data[0]) * int64(data[0])
			ticks = append(ticks, Tick{TimeMs: clock - int64(data[1])*20, Price: decimal.FromInt(int64(data[2])), Volume: decimal.FromInt(int64(data[3]))})
			store = append(store, data[3]&1 == 1)
		}
		stream := withClocks(ticks)
		got, late, off := run(NewBuilder(tf, calendar, grace), stream, func(i int, b *Builder) *Builder {
			if store[i] {
				return stored(t, b)
			}
			return b
		})
		want, wantLate, wantOff := model(tf, calendar, grace.Milliseconds(), stream)
		if !slices.Equal(got, want) || late != wantLate || off != wantOff {
			t.Fatalf("%v, grace %v: %d late, %d off, want %d, %d\n%+v\nwant\n%+v", tf, grace, late, off, wantLate, wantOff, got, want)
		}
	})
}
