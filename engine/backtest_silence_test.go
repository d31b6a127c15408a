package engine

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/trading/strategy"
)

// TestBacktestTellsWhyNothingTraded: whatever keeps a strategy from its first entry is
// in the text and the JSON, with numbers.
func TestBacktestTellsWhyNothingTraded(t *testing.T) {
	file := waves(t, 20_000)
	for name, c := range map[string]struct{ symbol, rules, want string }{
		"cold":           {"WAVE", "{entry_long: close > SMA_250}", "0 signals: 199 entries withheld while values were cold (SMA_250 at 10s needs 250 candles, had 199)"},
		"outside":        {"WAVE", `{entry_long: close > 0, windows: "01:00-02:00"}`, "0 signals: 199 entries withheld outside the windows"},
		"cold, and then": {"WAVE", "{entry_long: SMA_150 < 0}", "0 signals: 149 entries withheld while values were cold (SMA_150 at 10s needs 150 candles, had 149); no entry rule was true at 50 other decisions"},
		"never":          {"WAVE", "{entry_long: close > 1000}", "0 signals: no entry rule was true at any of 199 decisions"},
		"exits only":     {"WAVE", `{entry_long: "false", exit: close > 0}`, "0 signals: no entry rule was true at any of 199 decisions"},
		"external":       {"WAVE", "", "0 signals: ann s, without rules for entries, may not tell why; no entry rule was asked: rules on_close are when a candle of their strategy's timeframe closes"},
	} {
		config, rules := settings(t, nil), ", external: true"
		if c.rules != "" {
			rules = ", rules: " + c.rules
		}
		config.Accounts = parseAccounts(t, "accounts:\n  - user_id: ann\n    deposit: 10000\n    strategies:\n      - {name: s, symbols: ["+c.symbol+"], timeframe: 10s"+rules+"}\n")
		o := wavesOptions(t, file)
		var out bytes.Buffer
		o.Out = &out
		if err := Backtest(t.Context(), config, o); err != nil {
			t.Fatal(err)
		}
		doc, _ := readReport(t, o.JSON)
		if doc.Silence != c.want || !strings.Contains(out.String(), "\n"+c.want+"\n") {
			t.Errorf("%s: %q, want %q", name, doc.Silence, c.want)
		}
	}
}

// TestSymbolsThatAreLeftOut: symbols that the files have and the flags leave out are not
// said to be missing.
func TestSymbolsThatAreLeftOut(t *testing.T) {
	o := wavesOptions(t, waves(t, 2_000))
	o.Symbols = []string{"FLAT"}
	c := settings(t, nil)
	c.Accounts = parseAccounts(t, "accounts:\n  - user_id: ann\n    deposit: 10000\n    strategies:\n      - {name: s, symbols: [FLAT, WAVE, TCS], timeframe: 10s, rules: {entry_long: close > 1000}}\n")
	if err := Backtest(t.Context(), c, o); err != nil {
		t.Fatal(err)
	}
	want := "0 signals: no ticks of TCS, which ann trades, in the data; the data has FLAT, WAVE; " +
		"all ticks of WAVE, which ann trades, are left out by --symbols, --from or --to; no entry rule was true at any of 19 decisions"
	if doc, _ := readReport(t, o.JSON); doc.Silence != want {
		t.Errorf("%q, want %q", doc.Silence, want)
	}
}

// TestBacktestCountsWithheld: with signals, what was withheld beside them is counted
// by strategy, symbol and reason.
func TestBacktestCountsWithheld(t *testing.T) {
	o := wavesOptions(t, waves(t, 20_000))
	if err := Backtest(t.Context(), wavesConfig(t), o); err != nil {
		t.Fatal(err)
	}
	doc, _ := readReport(t, o.JSON)
	if doc.Silence != "" || doc.Counts.Signals == 0 {
		t.Errorf("%d signals, %q", doc.Counts.Signals, doc.Silence)
	}
	found := make(map[string]report.Withheld)
	sum := int64(0)
	for _, w := range doc.Withheld {
		found[w.Strategy+" "+w.Reason] = w
		if w.What == entryKind {
			sum += w.Count
		}
	}
	cold := found["swing COLD"]
	if cold.Account != "ann" || cold.Symbol != "WAVE" || cold.What != entryKind || cold.Count != 2 || cold.Detail != "EMA_3 at 10s needs 3 candles, had 2" {
		t.Errorf("%+v", cold)
	}
	if found["swing IN_POSITION"].Count == 0 || doc.Counts.EntriesWithheld["COLD"] != 4 {
		t.Errorf("%+v of %+v", doc.Counts, doc.Withheld)
	}
	if doc.Counts.Decisions != 3*199 || sum >= doc.Counts.Decisions {
		t.Errorf("%d withheld of %d decisions", sum, doc.Counts.Decisions)
	}
}

// TestWithheldLog: a strategy that withholds at every tick has one line a minute.
func TestWithheldLog(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(1_700_000_000, 0)
	l := withheldLog{logger: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), now: func() time.Time { return now }}
	cold := strategy.Withheld{Symbol: "X", Reason: strategy.WithheldCold, Value: "EMA_9", Needs: 9, Had: 1}
	for range 200 { // two minutes
		l.add("ann", "s", &cold, 3)
		now = now.Add(600 * time.Millisecond)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "count=3") || !strings.Contains(lines[1], "count=300") ||
		!strings.Contains(lines[1], `account=ann strategy=s symbol=X what=ENTRY reason=COLD detail="EMA_9 needs 9 candles, had 1"`) {
		t.Errorf("%q", lines)
	}
	out.Reset()
	quiet := withheldLog{logger: slog.New(slog.NewTextHandler(&out, nil)), now: time.Now}
	if quiet.add("ann", "s", &cold, 1); out.Len() > 0 || len(quiet.known) > 0 {
		t.Errorf("at level info: %q", out.String())
	}
}

// TestWithheldLabels: what a compiled strategy makes up adds no series.
func TestWithheldLabels(t *testing.T) {
	for want, w := range map[string]strategy.Withheld{
		"ENTRY/COLD": {Reason: strategy.WithheldCold}, "EXIT/GAP": {Reason: strategy.WithheldGap, Exit: true}, "ENTRY/OTHER": {Reason: "MOON"},
	} {
		if got := withheldLabels(&w); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestWithheldWords: the number of one reason is told once, those of several each, the
// most frequent first.
func TestWithheldWords(t *testing.T) {
	row := func(what, reason string, n int64, detail string) report.Withheld {
		return report.Withheld{What: what, Reason: reason, Count: n, Detail: detail}
	}
	rows := []report.Withheld{
		row("ENTRY", "COLD", 1, "EMA_3 needs 3 candles, had 1"), row("ENTRY", "COLD", 4, "EMA_9 needs 9 candles, had 8"), row("ENTRY", "COOL_DOWN", 6, ""),
		row("EXIT", "GAP", 1, ""),
	}
	for _, c := range []struct {
		rows []report.Withheld
		kind string
		want string
	}{
		{rows, entryKind, "11 entries withheld: 6 in the cool-down, 5 while values were cold (EMA_9 needs 9 candles, had 8)"},
		{rows, exitKind, "1 exit withheld on candles that lack ticks"},
		{rows[:1], entryKind, "1 entry withheld while values were cold (EMA_3 needs 3 candles, had 1)"},
		{[]report.Withheld{row("ENTRY", "MOON", 2, "")}, entryKind, "2 entries withheld for MOON"},
		{rows[:3], exitKind, ""},
	} {
		if got := withheldWords(c.rows, c.kind); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
