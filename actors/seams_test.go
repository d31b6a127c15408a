package actors

import (
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestHistoryOfBeforeAReplay: past candles that come when a replay has begun the
// symbol afresh are not its past.
func TestHistoryOfBeforeAReplay(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.History = &pastCandles{asked: make(chan string, 10)}
	m := newSymbol("SYM0", &c)
	step := func(payload any, clockMs int64) stepNote {
		return m.step(&batch{inputs: []*input{{payload: payload, clockMs: clockMs}}}, &outbox{})
	}
	live := walk(24, 1, 1, "feed")[0]
	wanted := step(live, live.TimeMs).fetch[0]
	replayed := *live
	replayed.Source = "replay-1"
	step(&replayed, replayed.TimeMs)
	candles, err := c.History.Candles(t.Context(), wanted.symbol, wanted.exchange, wanted.timeframe, 50, wanted.beforeMs)
	if err != nil {
		t.Fatal(err)
	}
	step(&historyLoaded{historyWanted: wanted, candles: candles}, replayed.TimeMs)
	if n := len(m.frames[0].bars); n != 0 {
		t.Errorf("the replay has %d candles of this machine's files", n)
	}
}

// TestAmendingDoesNotRepeatHistory: a late tick of a candle that history has given
// is late; it makes no second candle of the same time.
func TestAmendingDoesNotRepeatHistory(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Symbols.Amend = 10 * time.Minute
	f := &frame{timeframe: market.MustParseTimeframe("1min"), periods: 50}
	f.open(&c, "")
	price := decimal.FromInt(1)
	const startMs = int64(1_704_672_000_000)
	add := func(ms, clockMs int64) market.Placement {
		return f.builder.Add(&market.Tick{TimeMs: ms, Price: price, Volume: price}, clockMs)
	}
	add(startMs+60_500, startMs+60_500)
	f.prepend([]market.Candle{{StartMs: startMs, EndMs: startMs + 60_000, Open: price, High: price, Low: price, Close: price, Volume: price}})
	if placed := add(startMs+59_900, startMs+61_500); placed != market.Late {
		t.Errorf("placed %d", placed)
	}
}

// TestStrategyStateOfAnotherVersion: an account outlives a state of its strategy
// that this build can't read.
func TestStrategyStateOfAnotherVersion(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	m := newAccountMachine("u", &c, nil)
	if err := m.load(nil); err != nil {
		t.Fatal(err)
	}
	var box outbox
	for i, what := range []account.Command{
		{Type: account.CmdOpenAccount, Data: &account.OpenAccount{}},
		{Type: account.CmdDeploy, Data: &account.Deploy{StrategyID: "s", Name: "s", Symbols: []string{"X"}, Rules: account.RuleTexts{"entry_long": "close > 1"}}},
	} {
		what.ID, what.UserID = string(rune('a'+i)), "u"
		events, err := m.account.Command(what, account.Cause{Origin: what.ID, TimeMs: 1})
		if err != nil {
			t.Fatal(err)
		}
		box.in = &input{}
		m.emit(events, &box)
	}
	parts := m.save()
	i := slices.IndexFunc(parts, func(p part) bool { return p.name == partStrategy })
	want := slices.Clone(parts[i].payload)
	parts[i].payload = []byte("\x01 of long ago")
	again := newAccountMachine("u", &c, nil)
	if err := again.load(parts); err != nil {
		t.Fatal(err)
	}
	if got := again.panel.states([]string{"s"})[0]; !slices.Equal(got, want) {
		t.Errorf("the strategy has not started afresh: %q", got)
	}
}

// TestTickHeadersOfOthersAreBounded: no number of others is larger than the
// account's arithmetic is made for.
func TestTickHeadersOfOthersAreBounded(t *testing.T) {
	for _, header := range []string{"1000000000000000000000000/1/5", "1/1000000000000000000000000/5"} {
		r := &messages.Record{
			Topic: messages.TopicUpdates, Key: []byte("X"),
			Value:   messages.AppendUpdate(nil, &messages.IndicatorUpdate{Symbol: "X", Timeframe: "5min", TimeMs: 5}),
			Headers: []messages.Header{{Key: messages.HeaderTick, Value: []byte(header)}},
		}
		if err := new(accountUpdate).read(r); err == nil {
			t.Errorf("%s is taken", header)
		}
	}
}
