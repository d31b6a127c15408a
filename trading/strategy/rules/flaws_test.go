package rules

import (
	"encoding/hex"
	"testing"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// warmed gives closing candles of X, their values warm by candles of the past, and one of
// them with flaws.
func warmed(count, at int, flaw func(*market.Candle)) []*strategy.Event {
	events := make([]*strategy.Event, count)
	for i := range events {
		ev := closing("X", min5, int64(5*i+5), "10")
		ev.Values = []strategy.Value{{Name: "ATR_3", Value: 1}, {Name: "EMA_40", Value: 9}, {Name: "SMA_3", Value: 9}}
		if i == at {
			flaw(ev.Candle)
		}
		events[i] = ev
	}
	return events
}

func partial(c *market.Candle) { c.Partial = true }
func gap(c *market.Candle)     { c.Gap = true }
func both(c *market.Candle)    { c.Partial, c.Gap = true, true }

// TestPartialCandles: the close of a candle that was followed from the middle on is right,
// and so is what is made of closes; the rest is not until the candle has left it. With a gap
// nothing is. The state is saved and loaded before each event.
func TestPartialCandles(t *testing.T) {
	const all, second, third, fourth, none = "BUY 1|BUY 1|BUY 1|BUY 1|BUY 1", "|BUY 1|BUY 1|BUY 1|BUY 1", "||BUY 1|BUY 1|BUY 1", "|||BUY 1|BUY 1", "||||"
	for _, c := range []struct{ rule, partial, gap string }{
		{"close > EMA_40", all, none},
		{"close > 1", all, second},
		{"close > SMA_3", all, fourth},
		{"cross_above(close, 20) or close > EMA_40", second, none}, // a close before there is none
		{"ATR_3 > 0", "||||BUY 1", "||||BUY 1"},
		{"close > EMA_40 and ATR_3 > 0", "||||BUY 1", none},
		{"high > 1", second, second},
		{"open > 1", second, second},
		{"low > 1", second, second},
		{"volume > 0", second, second},
		{"high[1] > 1", third, third},
		{"close[1] > 1", second, third},
		{"close[3] > 1 and high > 1", fourth, "||||BUY 1"},
		{"highest(high, 3) > 1", fourth, fourth},
		{"highest(close, 3) > 1", third, fourth},
	} {
		spec := Spec{EntryLong: c.rule}
		if got := run(t, spec, warmed(5, 0, partial)...); got != c.partial {
			t.Errorf("%s, partial: %q, want %q", c.rule, got, c.partial)
		}
		for name, flaw := range map[string]func(*market.Candle){"gap": gap, "both": both} {
			if got := run(t, spec, warmed(5, 0, flaw)...); got != c.gap {
				t.Errorf("%s, %s: %q, want %q", c.rule, name, got, c.gap)
			}
		}
		spec.AllowGaps = "true"
		if got, want := run(t, spec, warmed(5, 0, gap)...), run(t, spec, warmed(5, -1, nil)...); got != want {
			t.Errorf("%s, allowed: %q, want %q", c.rule, got, want)
		}
	}
}

// TestPartialAfterALoss: a later candle is partial when inputs were lost, and no candle
// says so whose whole time was lost.
func TestPartialAfterALoss(t *testing.T) {
	if got := run(t, Spec{EntryLong: "close > EMA_40"}, warmed(4, 1, partial)...); got != "BUY 1|||" {
		t.Errorf("%q", got)
	}
	if got := run(t, Spec{EntryLong: "close > SMA_3"}, warmed(6, 1, partial)...); got != "BUY 1||||BUY 1|BUY 1" {
		t.Errorf("%q", got)
	}
	// A gap after the partial one, and a partial one told twice.
	events := warmed(4, 0, partial)
	gap(events[2].Candle)
	if got := run(t, Spec{EntryLong: "close > EMA_40"}, append(events[:1:1], events...)...); got != "BUY 1||BUY 1||" {
		t.Errorf("%q", got)
	}
}

// TestPartialOpenCandle: at every_tick the open candle counts by its closes, too.
func TestPartialOpenCandle(t *testing.T) {
	for rule, want := range map[string]string{"close > 1": "BUY 1|BUY 1|BUY 1|BUY 1|BUY 1", "high > 1": "||BUY 1|BUY 1|BUY 1"} {
		first, closed, next := tick("X", min5, 10, "9"), closing("X", min5, 5, "9"), tick("X", min5, 310, "9")
		partial(first.Candle)
		partial(closed.Candle)
		if got := run(t, Spec{EntryLong: rule, Evaluate: "every_tick"}, first, closed, next, closing("X", min5, 10, "9"), tick("X", min5, 610, "9")); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

// TestSessionsOfPartialCandles: values of whole sessions are tainted as by a gap.
func TestSessionsOfPartialCandles(t *testing.T) {
	for _, rule := range []string{"VWAP > 0", "day_high > 0", "opening_high(10) > 0"} {
		events := warmed(5, 0, partial)
		for _, ev := range events {
			ev.Values = append(ev.Values, strategy.Value{Name: "VWAP", Value: 10})
		}
		if got := run(t, Spec{EntryLong: rule, Session: "12:00-13:00"}, events...); got != "||||" {
			t.Errorf("%s: %q", rule, got)
		}
	}
}

// TestFlawsOfVersion2: a state from before flaws were told apart is read, and its flaws
// count as gaps.
func TestFlawsOfVersion2(t *testing.T) {
	const (
		head = "04020202580080a8d6b907e083b38f9d63000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
			"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000020258000000" +
			"00000002025808356d696e02c0e7b18f9d63c0e7b18f9d63e083b38f9d63"
		sound  = head + "0100e083b38f9d6300020a636c6f7365040000000000002440020000000000002440"
		flawed = head + "00c0e7b18f9d63e083b38f9d6302020a636c6f7365040000000000002440020000000000002440"
	)
	for text, want := range map[string]string{sound: "BUY 1|BUY 1|BUY 1", flawed: "||BUY 1"} {
		state, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(Spec{EntryLong: "close[1] > 1", Evaluate: "every_tick"}, min5)
		if err != nil {
			t.Fatal(err)
		}
		s := p.New("s", []string{"X"})
		if err := s.LoadState(state); err != nil {
			t.Fatal(err)
		}
		if saved := s.AppendState(nil); saved[0] != 2*stateVersion {
			t.Errorf("version %d is saved", saved[0]/2)
		}
		if live := s.(*ruled).series[0].liveFlaw; live != map[string]flaw{sound: unflawed, flawed: noClose}[text] {
			t.Errorf("the open candle has flaw %d", live)
		}
		got := brief(s.Step(tick("X", min5, 320, "10"), &strategy.Book{}))
		for _, minutes := range []int64{10, 15} {
			got += "|" + brief(s.Step(closing("X", min5, minutes, "10"), &strategy.Book{}))
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
		state[0] = 2
		if err := p.New("s", []string{"X"}).LoadState(state); err == nil {
			t.Error("version 1 is read")
		}
	}
}
