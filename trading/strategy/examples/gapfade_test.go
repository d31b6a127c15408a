package examples

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
)

func fade(t *testing.T) strategy.Strategy {
	t.Helper()
	s, err := compiled.New("gap-fade", compiled.Place{
		StrategyID: "s", Symbols: []string{"X"}, Timeframe: market.MustParseTimeframe("1hour"),
	}, map[string]string{"gap": "1", "quantity": "5", "trail": "2"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// candle closes an hour of a day from its open to its close.
func candle(day, hour int64, open, close string) *strategy.Event {
	o, c := decimal.MustParse(open), decimal.MustParse(close)
	return &strategy.Event{
		Symbol: "X", Timeframe: market.MustParseTimeframe("1hour"), TimeMs: (day*24+hour)*3_600_000 - 1, Closed: true, Price: c,
		Candle: &market.Candle{Open: o, High: decimal.Max(o, c), Low: decimal.Min(o, c), Close: c},
	}
}

func holds(quantity string) *strategy.Book {
	return &strategy.Book{Holdings: []strategy.Holding{{Symbol: "X", Book: position.Book{Quantity: decimal.MustParse(quantity)}}}}
}

func TestGapFade(t *testing.T) {
	flat := holds("0")
	partial := candle(2, 1, "102", "103")
	partial.Candle.Partial = true
	type step struct {
		ev   *strategy.Event
		book *strategy.Book
		want string
	}
	for name, steps := range map[string][]step{
		"up and back": {
			{candle(1, 24, "99", "100"), flat, ""},
			{candle(2, 1, "102", "103"), flat, "SELL 5 trail 2.06"},
			{candle(2, 1, "102", "103"), flat, ""}, // told twice
			{candle(2, 2, "103", "101"), holds("-5"), ""},
			{candle(2, 3, "101", "100"), holds("-5"), "exit BUY 5"},
			{candle(2, 4, "100", "90"), flat, ""},
		},
		"down and back": {
			{candle(1, 24, "99", "100"), flat, ""},
			{candle(2, 1, "98", "98.5"), flat, "BUY 5 trail 1.97"},
			{candle(2, 2, "98.5", "100.5"), holds("5"), "exit SELL 5"},
		},
		"a small gap":         {{candle(1, 24, "99", "100"), flat, ""}, {candle(2, 1, "100.9", "103"), flat, ""}},
		"no day before":       {{candle(2, 1, "102", "103"), flat, ""}},
		"later in the day":    {{candle(2, 1, "100", "100"), flat, ""}, {candle(2, 2, "102", "103"), flat, ""}},
		"with missing ticks":  {{candle(1, 24, "99", "100"), flat, ""}, {partial, flat, ""}},
		"nothing of its own":  {{candle(2, 1, "102", "103"), holds("5"), ""}, {candle(2, 2, "102", "90"), holds("5"), ""}},
		"of another timeline": {{&strategy.Event{Symbol: "Y", Closed: true}, flat, ""}},
	} {
		s := fade(t)
		for i, c := range steps {
			fresh := fade(t)
			if err := fresh.LoadState(s.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
			s = fresh
			var got []string
			for _, g := range s.Step(c.ev, c.book) {
				text := fmt.Sprintf("%s %v", g.Action, g.Quantity)
				if g.Exit {
					text = "exit " + text
				} else {
					text += fmt.Sprintf(" trail %v", g.TrailingStop)
				}
				got = append(got, text)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("%s, step %d: %q, want %q", name, i, text, c.want)
			}
		}
	}
}

func TestStatesOfOthersAreRefused(t *testing.T) {
	for _, state := range []string{"", "{}", "[]", `[{},{}]`, `[{"close":"x"}]`} {
		if err := fade(t).LoadState([]byte(state)); err == nil {
			t.Errorf("%q is taken", state)
		}
	}
}

func TestNeeds(t *testing.T) {
	if n := fade(t).Needs(); len(n) != 1 || n[0].Symbol != "X" || n[0].Timeframe.String() != "1hour" {
		t.Errorf("%+v", n)
	}
}
