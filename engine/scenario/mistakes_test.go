package scenario

import (
	"errors"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ticked is the beginning of a scenario that has ticks of NIFTY, and a check.
const ticked = "10:00 NIFTY 1\nat 10:01\n  "

// TestMisspelt: a word that can never come is a mistake of the file, with its place
// and with what was probably meant.
func TestMisspelt(t *testing.T) {
	for line, want := range map[string]string{
		"signal BUYS NIFTY":                                  `3:10: action "BUYS": did you mean BUY? want one of BUY, SELL, HOLD`,
		"signal BUY NIFTI":                                   `3:14: symbol "NIFTI": did you mean NIFTY? no tick of the file is of this symbol; they are of NIFTY`,
		"signal BUY NIFTY quantity ten":                      `3:29: quantity "ten": want a number, such as 10 or 101.5`,
		"signal BUY NIFTY confidence high":                   `3:31: confidence "high": want a number`,
		"signal BUY NIFTY validity DAYS":                     `3:29: validity "DAYS": did you mean DAY? want one of DAY, IOC`,
		"signal BUY NIFTY cancel yes":                        `3:27: cancel "yes": want true`,
		"order FILED BUY 10 NIFTY":                           `3:9: event "FILED": did you mean FILLED? want one of PLACED, FILLED, CANCELLED, REJECTED`,
		"order filled BUY 10 NIFTY":                          `3:9: event "filled": did you mean FILLED?`,
		"order FILLED SELLL 10 NIFTY":                        `3:16: side "SELLL": did you mean SELL? want one of BUY, SELL`,
		"order FILLED BUY ten NIFTY":                         `3:20: quantity "ten": want a number`,
		"order FILLED BUY 1e1 NIFTY":                         `3:20: quantity "1e1": want a number`,
		"order PLACED BUY 1 NIFTY type MARKTE":               `3:33: type "MARKTE": did you mean MARKET? want one of MARKET, LIMIT, SL, SL-M`,
		"order PLACED BUY 1 NIFTY status TRIGGERPENDING":     `3:35: status "TRIGGERPENDING": did you mean TRIGGER_PENDING? want one of PENDING, OPEN`,
		"order REJECTED BUY 1 NIFTY reason LOTSIZE":          `3:37: reason "LOTSIZE": did you mean LOT_SIZE? docs/orders.md has the reasons`,
		"order FILLED BUY 1 NIFTY at 1,5":                    `3:31: at "1,5": want a number`,
		"position OPEND NIFTY":                               `3:12: event "OPEND": did you mean OPENED? want one of OPENED, MODIFIED, CLOSED`,
		"position MODIFIED NIFTI":                            `3:21: symbol "NIFTI": did you mean NIFTY?`,
		"position OPENED NIFTY made much":                    `3:30: made "much": want a number`,
		"alert CRITCAL DAILY_LOSS":                           `3:9: severity "CRITCAL": did you mean CRITICAL? want one of INFO, WARNING, ERROR, CRITICAL`,
		"alert CRITICAL DAILYLOSS":                           `3:18: type "DAILYLOSS": did you mean DAILY_LOSS? want one of DAILY_LOSS, DRAWDOWN, POSITION_SIZE, MARGIN, SYSTEM`,
		"letter UNCLAMED":                                    `3:10: reason "UNCLAMED": did you mean UNCLAIMED? want one of MALFORMED_JSON`,
		"letter COMMAND_REFUSED reason NO_SUCH_ODER":         `3:33: reason "NO_SUCH_ODER": did you mean NO_SUCH_ORDER?`,
		"letter UNCLAIMED topic order-event":                 `3:26: topic "order-event": did you mean order-events?`,
		"letter UNCLAIMED stage decoded":                     `3:26: stage "decoded": did you mean decode?`,
		"candle NIFTI 1min none":                             `3:10: symbol "NIFTI": did you mean NIFTY?`,
		"candle NIFTY 1mn none":                              `3:16: timeframe "1mn": did you mean 1min? want 1s to 3600s`,
		"candle NIFTY 1min 1 2 3 x":                          `3:27: close "x": want a number`,
		"candle NIFTY 1min 1 2 3 4 volume some":              `3:36: volume "some": want a number`,
		"candle NIFTY 1min 1 2 3 4 quality partal":           `3:37: quality "partal": did you mean partial? want complete, or partial`,
		"candle NIFTY 1min none volume 1":                    `3:26: "volume" is no fact of candle: there are end`,
		"indicator NIFTY 1mn EMA_3 1":                        `3:19: timeframe "1mn": did you mean 1min?`,
		"indicator NIFTY 1min EMA_0 1":                       `3:24: name "EMA_0": periods of EMA_0 is "0"; want a whole number from 1`,
		"indicator NIFTY 1min EMAA_3 1":                      `3:24: name "EMAA_3": no indicator "EMAA_3": did you mean EMA_3?`,
		"indicator NIFTY 1min EMA_3 nothing":                 `3:30: value "nothing": want a number with the digits that count, such as 101.83, or none`,
		"indicator NIFTY 1min EMA_3 NaN":                     `3:30: value "NaN": want a number`,
		"indicator NIFTY 1min EMA_3 1 volume 2":              `3:32: "volume" is no fact of indicator: there are none`,
		"nothing else":                                       `3:11: "nothing else": want nothing alone`,
		"order PLACED BUY 1 NIFTY typ MARKET":                `3:28: "typ" is no fact of order: did you mean type? there are by`,
		"order PLACED BUY 1 NIFTY price 1 type SL price 2.5": `3:28: the fact "price" is given twice`,
	} {
		_, err := Parse("s", ticked+line)
		if wrong := (*Mistakes)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "s:"+want) {
			t.Errorf("%s gives %v, want %q", line, err, want)
		}
	}
}

// TestAllMistakes: all of them are told, once each and in the order of the lines; what
// follows from one is not told as another.
func TestAllMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"10:00 NIFTY 1\nat 10:01\n  order FILED BYE ten NIFTY type LIMT\n10:02 NIFTY x x y\nevry 1min from 10:03 TCS 1 2\nat 10:09\n  candle TCS 1mn none\n  oder X\nat 10:10\n": "s: 10 mistakes" +
			"\n  s:3:9: event \"FILED\"" + "\n  s:3:15: side \"BYE\"" + "\n  s:3:19: quantity \"ten\"" + "\n  s:3:34: type \"LIMT\"" +
			"\n  s:4:13: price \"x\"" + "\n  s:4:17: volume \"y\"" + "\n  s:5:1: \"evry 1min from 10:03 TCS 1 2\" is no statement: did you mean every?" +
			"\n  s:7:14: timeframe \"1mn\"" + "\n  s:8:3: \"oder\"" + "\n  s:9:1: at 10:10 checks nothing",
		"confg:\n  a: 1\n  b: 2\n10:00 X 1\nat 10:00\n  nothing": "s:1:1: \"confg:\" is no statement: did you mean config:?",
		"10:00 X 1\nat noon\n  order PLACED BUY 1 X\n":           "s:2:4: time \"noon\"",
		"at 10:00\n  order PLACED BUY 1 X":                       "s: has no ticks",
	} {
		_, err := Parse("s", text)
		if err == nil {
			t.Errorf("%q is right", text)
			continue
		}
		told, wants := strings.Split(err.Error(), "\n"), strings.Split(want, "\n")
		if len(told) != len(wants) || !slices.EqualFunc(told, wants, strings.HasPrefix) {
			t.Errorf("%q gives\n%v\nwant\n%v", text, err, want)
		}
	}
}

// TestManyMistakes: a file that is no scenario doesn't flood the terminal.
func TestManyMistakes(t *testing.T) {
	_, err := Parse("s", strings.Repeat("hello\n", 500))
	if lines := strings.Split(fmt.Sprint(err), "\n"); len(lines) != mostTold+2 || lines[0] != "s: 500 mistakes" || lines[len(lines)-1] != "  and 400 more" {
		t.Errorf("gives %d lines, the first %q, the last %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// TestBroughtAlong: what a command or a record of others brings along may be expected.
func TestBroughtAlong(t *testing.T) {
	for _, text := range []string{
		`command 10:00 bob ORDER {"symbol": "TCS", "side": "HOLD"}` + "\nat 10:01\n  order REJECTED HOLD 1 TCS by user\n  position OPENED TCS of bob",
		`record risk-alerts bob {"alert_type": "WEATHER", "message": "it rains"}` + "\nat 10:01\n  alert INFO WEATHER of bob message it_rains",
		`record order-events x {"order": {"reason": "no mood"}}` + "\nat 10:01\n  order CANCELLED BUY 1 NIFTY reason no_mood",
	} {
		if _, err := Parse("s", "10:00 NIFTY 1\n"+text); err != nil {
			t.Errorf("%s gives %v", text, err)
		}
	}
}

// TestNames: users, strategies and topics are held against those of the settings, and
// against what commands bring along.
func TestNames(t *testing.T) {
	f, err := Parse("s", `10:00 NIFTY 1
command 10:00 carol DEPLOY {"strategy_id": "late"}
record strategy-signal x {}
at 10:01
  signal BUY NIFTY by cros
  signal BUY NIFTY by late
  order PLACED BUY 1 NIFTY by user
  order PLACED BUY 1 NIFTY by 0b6c1c3e-5d57-5a3c-8a54-0123456789ab
  position OPENED NIFTY of alcie
  position OPENED NIFTY of carol
`)
	if err != nil {
		t.Fatal(err)
	}
	bad := Mistakes{Name: "s", List: f.CheckNames(Names{Users: []string{"alice"}, Strategies: map[string]string{"cross": "cross"}, Topics: []string{"strategy-signals"}})}
	bad.Sort()
	const want = `s: 3 mistakes
  s:3:8: there is no topic "strategy-signal": did you mean strategy-signals? there are strategy-signals
  s:5:23: by "cros": did you mean cross? no strategy here is called so; there are cross, user, risk
  s:9:28: of "alcie": did you mean alice? no account here is this user's; there are accounts of alice`
	if bad.Error() != want {
		t.Errorf("gives\n%v\nwant\n%v", bad.Error(), want)
	}
}

// TestListsAreWhole: the lists of words have all that the sources can give.
func TestListsAreWhole(t *testing.T) {
	for folder, c := range map[string]struct {
		prefix string // of constants
		call   string // or the first argument of calls
		list   []string
	}{
		"../../trading/order":   {prefix: "Reason", list: reasons},
		"../../messages":        {prefix: "Reason", list: letters},
		"../../actors":          {prefix: "reason", list: letters},
		"../../trading/account": {call: "refused", list: slices.Concat(refusals, reasons)},
	} {
		found := 0
		for _, text := range textsOf(t, folder, c.prefix, c.call) {
			if found++; !slices.Contains(c.list, text) {
				t.Errorf("%s gives %s, which is not in the list", folder, text)
			}
		}
		if found < 6 {
			t.Errorf("%s: %d found: the test sees nothing", folder, found)
		}
	}
	if len(orderEvents.list)+len(statuses.list)+len(severities.list)+len(alertTypes.list) != 4+8+4+5 {
		t.Error("the short lists have changed: look at their sources")
	}
}

// textsOf gives the texts of a package's constants of a prefix, or of the first
// arguments of calls of a function.
func textsOf(t *testing.T, folder, prefix, call string) []string {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sources in %s: %v", folder, err)
	}
	var texts []string
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			texts = append(texts, text)
		}
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := goparser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if prefix != "" && len(n.Values) == 1 && strings.HasPrefix(n.Names[0].Name, prefix) {
					take(n.Values[0])
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && call != "" && f.Name == call {
					take(n.Args[0])
				}
			}
			return true
		})
	}
	return texts
}
