package actors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// many makes a request for as many averages as a timeframe takes, of the most candles.
func many(symbol string) *messages.Signal {
	s := &messages.Signal{StrategyID: "s", Symbol: symbol, TimeMs: baseMs, Action: messages.Hold, Timeframe: "1s", Periods: maxPeriods}
	for i := range maxIndicators {
		s.RequestIndicators = append(s.RequestIndicators, fmt.Sprint("SMA_", maxPeriods-i))
	}
	return s
}

// TestSymbolBytes: a symbol's state is never larger than what is reckoned of it, whatever
// was asked for and came.
func TestSymbolBytes(t *testing.T) {
	kinds := indicator.Kinds()
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 5))
		k := newKit(t, nil)
		c := k.config()
		if seed%2 > 0 {
			c.Symbols.Amend = time.Duration(1+r.IntN(30)) * time.Second
		}
		m := newSymbol("SYM0", &c)
		step := func(payload any, clockMs int64) {
			tracks := &clockTracks{bySource: map[string][]clockStep{m.source: {{ms: clockMs, by: &input{take: 1, record: &messages.Record{}}}}}}
			m.step(&batch{tracks: tracks, inputs: []*input{{take: 1, record: &messages.Record{}, payload: payload, clockMs: clockMs}}}, &outbox{})
		}
		for i := range 6 {
			names := make([]string, r.IntN(20))
			for j := range names {
				outputs := kinds[r.IntN(len(kinds))].Example().OutputNames()
				names[j] = outputs[r.IntN(len(outputs))]
			}
			step(&request{timeframe: []string{"1s", "2s", "1min", "1day"}[i%4], periods: r.IntN(60), indicators: names}, 0)
		}
		nowMs, largest := baseMs, decimal.MustParse("92233720368.54775807")
		for i := range 1000 {
			nowMs += r.Int64N(1500)
			tick := &market.Tick{Symbol: "SYM0", Exchange: "SIM", TimeMs: nowMs - r.Int64N(5000), Source: strings.Repeat("s", 1000), Price: decimal.FromInt(1 + r.Int64N(100)), Volume: largest}
			step(tick, nowMs)
			if i%50 > 0 {
				continue
			}
			if size, most := len(m.save()[0].payload), m.bytes(); size > most {
				t.Fatalf("seed %d, tick %d: %d bytes, reckoned are %d", seed, i, size, most)
			}
			for _, f := range m.frames { // by itself, beside which indicators have room to hide
				state := f.state()
				state.Indicators, state.Settled, state.Outputs = nil, nil, nil
				if size, most := proto.Size(state), c.Symbols.frameBytes(f.timeframe, f.periods); size > most {
					t.Fatalf("seed %d, tick %d: the candles of %s have %d bytes, reckoned are %d", seed, i, f.timeframe, size, most)
				}
			}
		}
		if len(m.frames[0].bars) < 10 {
			t.Errorf("seed %d: only %d candles", seed, len(m.frames[0].bars))
		}
	}
}

// TestSymbolRoom: what has no room in a symbol's record is refused, the rest is done, and
// what is there stays: also of a state that is larger than the bound.
func TestSymbolRoom(t *testing.T) {
	c := newKit(t, nil).config()
	step := func(m *symbol, r *request) (refused []string) {
		box := &outbox{}
		m.step(&batch{inputs: []*input{{take: 1, payload: r}}}, box)
		for i := range box.outputs {
			d, err := messages.DecodeDeadLetter(box.outputs[i].out.Value)
			if err != nil || d.Reason != reasonBadIndicator {
				t.Errorf("%+v, %v", d, err)
			}
			refused = append(refused, d.Error)
		}
		return refused
	}
	large := many("SYM0")
	all := &request{timeframe: large.Timeframe, periods: large.Periods, indicators: large.RequestIndicators}
	m := newSymbol("SYM0", &c)
	if refused := step(m, all); len(refused) != 1 || !strings.Contains(refused[0], "no room") || !strings.Contains(refused[0], "1s") {
		t.Errorf("of %d indicators are refused: %q", len(all.indicators), refused)
	}
	if n := m.bytes(); n > maxSymbolBytes || len(m.frames[0].meters) == 0 {
		t.Errorf("%d bytes are reckoned of %d indicators", n, len(m.frames[0].meters))
	}
	more := &request{timeframe: "1min", periods: maxPeriods, indicators: []string{"EMA_5"}}
	for i := range 12 {
		if refused := step(m, &request{timeframe: fmt.Sprint(2+i, "s"), periods: maxPeriods}); len(refused) > 1 {
			t.Errorf("%d dead letters", len(refused))
		}
	}
	if refused := step(m, more); len(refused) != 1 || len(m.frames) > 12 || m.bytes() > maxSymbolBytes {
		t.Errorf("%d timeframes, %d bytes, refused: %q", len(m.frames), m.bytes(), refused)
	}

	// As it was before there was a bound.
	for _, name := range all.indicators {
		if err := m.frames[0].addIndicator(name); err != nil {
			t.Fatal(err)
		}
	}
	old := newSymbol("SYM0", &c)
	if err := old.load(m.save()); err != nil || old.bytes() <= maxSymbolBytes {
		t.Fatalf("%d bytes: %v", old.bytes(), err)
	}
	if refused := step(old, all); len(refused) > 0 {
		t.Errorf("what is there is refused: %q", refused)
	}
	for _, r := range []*request{more, {timeframe: "1s", indicators: []string{"EMA_5"}}} {
		if refused := step(old, r); len(refused) != 1 {
			t.Errorf("%+v: refused: %q", r, refused)
		}
	}
}

// TestLargeRequest: a request with no room in its symbol's record has a dead letter, and the
// symbols of the shard are saved as ever.
func TestLargeRequest(t *testing.T) {
	k := newKitWith(t, nil, map[string]int{messages.StateTopic(messages.SymbolShard): 8 << 20})
	k.signal(many("SYM0"))
	c := k.config()
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(node)
	for i := range int64(40) {
		for _, symbol := range []string{"SYM0", "SYM1"} {
			k.tick(&market.Tick{Symbol: symbol, Exchange: "SIM", TimeMs: baseMs + i*60_000, Source: "feed", Price: decimal.FromInt(100 + i)})
		}
	}
	k.until("the ticks are taken in", func() bool { return k.seen.tookTicks(k.cluster) })
	k.stop(node)
	if n := k.total(messages.TopicDeadLetters); n != 1 {
		t.Errorf("%d dead letters", n)
	}
	for _, symbol := range []string{"SYM0", "SYM1"} {
		if k.savedBars(&c, symbol) == 0 {
			t.Errorf("%s is not saved", symbol)
		}
	}
}

// TestSymbolSizes holds the sizes of one bar and of one candle against the longest there
// can be.
func TestSymbolSizes(t *testing.T) {
	longest := decimal.MustParse("-7" + strings.Repeat("9", 29) + ".99999999")
	c := market.OpenCandle{OpenTimeMs: -1, CloseTimeMs: -1}
	c.StartMs, c.EndMs, c.Ticks, c.Gap, c.Partial, c.Amended = -1, -1, -1, true, true, true
	c.Open, c.High, c.Low, c.Close, c.Volume = longest, longest, longest, longest, longest
	if n := proto.Size(&veloxpb.TimeframeState{Open: []*veloxpb.OpenCandle{openCandle(&c)}}); n > candleBytes {
		t.Errorf("a candle has %d bytes, reckoned are %d", n, candleBytes)
	}
	f := &frame{timeframe: market.MustParseTimeframe("1440min"), periods: maxPeriods, asked: true, emittedMs: -1}
	head := proto.Size(f.state()) + 8 // the lengths of the lists
	f.bars = slices.Repeat([]indicator.Bar{{StartMs: -1, Open: 1, High: 1, Low: 1, Close: 1, Volume: 1, SessionMs: -1}}, 1000)
	if n := proto.Size(f.state()); n > head+len(f.bars)*barBytes || head > frameHeadBytes {
		t.Errorf("%d bars have %d bytes, reckoned are %d and %d", len(f.bars), n, head, len(f.bars)*barBytes)
	}
}
