package engine

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/engine/scenario"
)

// scenarioGroups are the beginnings of scenarios' names; docs/scenarios.md lists them.
var scenarioGroups = []string{
	"candle", "session", "indicator", "pattern", "strategy", "order", "paper", "position", "instrument", "risk", "account", "dead_letter",
}

// TestScenarios runs every scenario of testdata: what a trader is promised, in
// files that he can read. Each is of a group, says first, in plain words, what holds,
// and holds however it is run.
func TestScenarios(t *testing.T) {
	files, err := scenarioFiles([]string{"testdata/scenarios"})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 60 {
		t.Errorf("there are %d scenarios, want 60 or more", len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".scenario")
		if !slices.ContainsFunc(scenarioGroups, func(g string) bool { return strings.HasPrefix(name, g+"_") }) {
			t.Errorf("the name of %s begins with none of %v", name, scenarioGroups)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# ") {
			t.Errorf("%s does not begin with a comment that says what holds", name)
		}
		for way, w := range map[string]scenarioWay{
			"as it is": {}, "one by one": {oneByOne: true}, "restarts": {restarts: true}, "protobuf": {protobuf: true},
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				bad, err := runScenario(t.Context(), path, string(text), discard(), w)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range bad {
					t.Error(p)
				}
			})
		}
	}
}

// buysOnce is a scenario's beginning: an account that buys one at the third close.
const buysOnce = `
config:
  accounts:
    - user_id: alice
      deposit: 100000
      strategies:
        - {strategy_id: s, name: s, symbols: [X], timeframe: 1min, rules: {entry_long: close >= 102, stoploss: "90"}}
every 30s from 10:00:01 X 100*2 101*2 102*2 103*2 x 0.5
`

// TestScenariosThatFail: what differs is told with its line, what was wanted and
// what there is, and nothing that happened is passed over.
func TestScenariosThatFail(t *testing.T) {
	const (
		signal = "signal BUY X by s quantity 1 price 102 stoploss 90 confidence 1"
		placed = "order PLACED BUY 1 X by s type MARKET status PENDING"
		filled = "order FILLED BUY 1 X by s type MARKET filled 1 at 103 status FILLED"
		opened = "position OPENED X of alice quantity 1 at 103 now 103 open 0 made 0"
		all    = "at 10:04\n  signal BUY X\n  order PLACED BUY 1 X\n  order FILLED BUY 1 X\n  position OPENED X\n"
	)
	for name, c := range map[string]struct {
		text string
		want []scenario.Problem
	}{
		"holds": {all, nil},
		"nothing": {"at 10:04\n  nothing", []scenario.Problem{
			{Line: 9, At: "10:04", Why: "not expected", Have: signal},
			{Line: 9, At: "10:04", Why: "not expected", Have: placed},
			{Line: 9, At: "10:04", Why: "not expected", Have: filled},
			{Line: 9, At: "10:04", Why: "not expected", Have: opened},
		}},
		"did not happen": {all + "  alert CRITICAL DAILY_LOSS", []scenario.Problem{
			{Line: 14, At: "10:04", Why: "did not happen", Want: "alert CRITICAL DAILY_LOSS"},
		}},
		"one is left out": {"at 10:04\n  signal BUY X\n  order FILLED BUY 1 X at 103.00\n  position OPENED X", []scenario.Problem{
			{Line: 9, At: "10:04", Why: "not expected", Have: placed},
		}},
		"one too many": {"at 10:04\n  signal BUY X\n  order PLACED BUY 1 X\n  order CANCELLED BUY 1 X\n  order FILLED BUY 1 X\n  position OPENED X", []scenario.Problem{
			{Line: 12, At: "10:04", Why: "did not happen", Want: "order CANCELLED BUY 1 X"},
		}},
		"another fact": {strings.Replace(all, "PLACED BUY 1 X", "PLACED BUY 1 X type LIMIT", 1), []scenario.Problem{
			{Line: 11, At: "10:04", Why: "type is MARKET", Want: "order PLACED BUY 1 X type LIMIT", Have: placed},
		}},
		"a fact that is not there": {strings.Replace(all, "PLACED BUY 1 X", "PLACED BUY 1 X price 7", 1), []scenario.Problem{
			{Line: 11, At: "10:04", Why: "it has no price", Want: "order PLACED BUY 1 X price 7", Have: placed},
		}},
		"another head": {strings.Replace(all, "signal BUY", "signal SELL", 1), []scenario.Problem{
			{Line: 10, At: "10:04", Why: "BUY is not SELL", Want: "signal SELL X", Have: signal},
		}},
		"candles": {all + "  candle X 1min 1 2 3 4\n  candle X 1min none\n  candle X 1min none end 10:07:00\n  candle X 1min 100 100 100 100 end 10:01:00\n  candle X 1min 1 1 1 1 end 10:07:00", []scenario.Problem{
			{Line: 14, At: "10:04", Why: "102 is not 1", Want: "candle X 1min 1 2 3 4", Have: "candle X 1min 102 102 102 102 volume 1 end 10:03:00 quality complete"},
			{Line: 15, At: "10:04", Why: "there is one", Want: "candle X 1min none", Have: "candle X 1min 102 102 102 102 volume 1 end 10:03:00 quality complete"},
			{Line: 18, At: "10:04", Why: "no candle has closed with that end", Want: "candle X 1min 1 1 1 1 end 10:07:00"},
		}},
		"candles that are none": {all + "  candle X 1day 1 2 3 4", []scenario.Problem{
			{Line: 14, At: "10:04", Why: "no candle has closed", Want: "candle X 1day 1 2 3 4"},
		}},
		"a position that was never held": {"10:04 Y 1\nat 10:04\n  position MODIFIED Y\n" + strings.SplitN(all, "\n", 2)[1], []scenario.Problem{
			{Line: 11, At: "10:04", Why: "no position was told of", Want: "position MODIFIED Y"},
		}},
		"positions": {all + "  position MODIFIED X of alice now 103\n  position MODIFIED X now 1", []scenario.Problem{
			{Line: 15, At: "10:04", Why: "now is 103", Want: "position MODIFIED X now 1", Have: opened},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, err := RunScenario(t.Context(), name, buysOnce+c.text, discard())
			if err != nil || !slices.Equal(bad, c.want) {
				t.Errorf("gives %v\n%v\nwant\n%v", err, bad, c.want)
			}
		})
	}
}

// TestIndicatorsThatAreNotThere: one that has no value yet is told from one that nobody
// asks for.
func TestIndicatorsThatAreNotThere(t *testing.T) {
	const all = "at 10:04\n  signal BUY X\n  order PLACED BUY 1 X\n  order FILLED BUY 1 X\n  position OPENED X\n"
	notThere := []scenario.Problem{
		{Line: 14, At: "10:04", Why: "it has no value yet", Want: "indicator X 5min EMA_20 5"},
		{Line: 15, At: "10:04", Why: "there was no update", Want: "indicator X 7min EMA_20 none"},
		{
			Line: 17, At: "10:04", Want: "indicator X 1min EMA_9 5",
			Why: "no strategy and no setting asks for EMA_9 of X at 1min, so it is not computed: use it in a strategy, or name it under config: in symbols.indicators with symbols.timeframe: 1min",
		},
		{
			Line: 18, At: "10:04", Want: "indicator X 5min BBANDS_20_2_UPPER 5",
			Why: "no strategy and no setting asks for BBANDS_20_2_UPPER of X at 5min, so it is not computed: use it in a strategy, or name it under config: in symbols.indicators",
		},
	}
	text := buysOnce + all + "  indicator X 5min EMA_20 5\n  indicator X 7min EMA_20 none\n  indicator X 1min EMA_20 none\n  indicator X 1min EMA_9 5\n  indicator X 5min BBANDS_20_2_UPPER 5"
	bad, err := RunScenario(t.Context(), "s", text, discard())
	if err != nil || !slices.Equal(bad, notThere) {
		t.Errorf("gives %v\n%v\nwant\n%v", err, bad, notThere)
	}
}

// TestScenariosThatCannotRun: faults of the text are told with their line.
func TestScenariosThatCannotRun(t *testing.T) {
	for text, want := range map[string]string{
		"at 10:00\n  nothing":                                                                                      "s: has no ticks",
		"config:\n  none: 1\n10:00 X 1\nat 10:00\n  nothing":                                                       "none: unknown key",
		"10:00 X 1\nrecord none k v\nat 10:00\n  nothing":                                                          `s:2:8: there is no topic "none": there are market-data-ticks, `,
		"config:\n  none: 1\n10:00 X 1\nat 10:00\n  order FILED BUY 1 X\n":                                         "s: 2 mistakes\n  s:2:3: none: unknown key: ",
		"config:\n  accounts: [{user_id: alice, deposit: 1}]\n10:00 X 1\nat 10:00\n  position OPENED X of alcie\n": `s:5:24: of "alcie": did you mean alice? no account here is this user's`,
		"10:00 X 1\ncommand 10:00 alice ORDER {\"cancel\": \"$order1\"}\nat 10:00\n  nothing":                      "s:2: $order1: 0 orders were told of so far",
	} {
		_, err := RunScenario(t.Context(), "s", text, discard())
		if coded := (*Error)(nil); strings.Contains(want, ":5:") && (!errors.As(err, &coded) || coded.Code != ExitSettings) {
			t.Errorf("%q gives %v, want the code %d", text, err, ExitSettings)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", text, err, want)
		}
	}
}

// TestScenarioPage: the page's example holds, what it prints when one line of it is
// wrong is what is printed, and it lists every group.
func TestScenarioPage(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```\n")
	if len(parts) < 3 {
		t.Fatal("the page has no example")
	}
	example := parts[1]
	dir := t.TempDir()
	t.Chdir(dir)
	for name, c := range map[string]struct{ text, want string }{
		"holds.scenario": {example, "ok    holds.scenario\n1 passed, 0 failed\n"},
		"cross.scenario": {strings.Replace(example, "NIFTY at 105.5\n  position", "NIFTY at 104\n  position", 1), parts[2]},
	} {
		if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		code, err := Scenarios(t.Context(), ScenarioOptions{
			Paths: []string{name}, Out: &out, Log: io.Discard, Logger: func(io.Writer) *slog.Logger { return discard() },
		})
		printed := "    " + strings.ReplaceAll(strings.TrimSpace(out.String()), "\n", "\n    ") + "\n"
		if c.text == example && (code != 0 || out.String() != c.want) || c.text != example && (code != ExitFailed || !strings.Contains(c.want, printed)) {
			t.Errorf("%s prints, %d, %v\n%s", name, code, err, out.String())
		}
	}
	for _, g := range scenarioGroups {
		if !strings.Contains(string(page), "| `"+g+"_*` |") {
			t.Errorf("the page does not list %s", g)
		}
	}
}
