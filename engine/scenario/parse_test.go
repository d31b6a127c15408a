package scenario

import (
	"fmt"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "checks nothing",
		"10:00 X 1":                         "checks nothing",
		"hello\nat 10:00":                   `s:1:1: "hello" is no statement`,
		"at 25:00":                          `s:1:4: time "25:00": want HH:MM:SS`,
		"10:00 X 1\nat 10:00\n10:01 X 2":    "s:2:1: at 10:00 checks nothing; want lines below it",
		"at":                                `s:1:1: want "at TIME"`,
		"  order":                           "s:1:3: an indented line belongs to a check",
		"at 10:00\n  oder PLACED":           `s:2:3: "oder" can't be expected: did you mean order? there are signal, order`,
		"at 10:00\n  order PLACED":          "want order EVENT SIDE QUANTITY SYMBOL and then facts",
		"at 10:00\n  signal BUY X quantity": `the fact "quantity" has no value`,
		"10:00 X":                           "s:1:1: want TIME SYMBOL PRICE",
		"10:00 X y":                         `s:1:9: price "y"`,
		"10:00 X 1 x":                       "s:1:1: want TIME SYMBOL PRICE",
		"10:00 X 1 x y":                     `s:1:13: volume "y"`,
		"date 1.1.2024":                     `s:1:6: date "1.1.2024": want YYYY-MM-DD`,
		"date":                              `s:1:1: want "date YYYY-MM-DD"`,
		"zone Mars/Base":                    `s:1:6: zone "Mars/Base": want an IANA time zone`,
		"zone":                              `s:1:1: want "zone NAME"`,
		"exchange":                          `s:1:1: want "exchange NAME"`,
		"every 1min from":                   `s:1:1: want "every DURATION from TIME SYMBOL PRICE... [x VOLUME] [and SYMBOL PRICE...]"`,
		"every soon from 10:00 X 1":         `s:1:7: every "soon": want a duration of 1ms or more`,
		"every 1min from 10 X 1":            `s:1:17: time "10"`,
		"every 1s from 10:00 X 1 and Y":     "s:1:1: want \"every DURATION",
		"every 1s from 10:00 X 1 2 and Y 5": "s:1:1: X has 2 prices and Y has 1, but side by side all want as many: end Y's with 5*2, which holds the price, or give it a line of its own",
		"\nevery 1s from 10:00 X 1*3 and Y 1..2/3 and Z 7 8": "s:2:1: X has 3 prices and Z has 2, but side by side all want as many: end Z's with 8*2,",
		"every 1s from 10:00 X 1 and Y 5 6 x 7":              "s:1:1: Y has 2 prices and X has 1, but side by side all want as many: end X's with 1*2,",
		"every 1s from 10:00 X 1*0":                          `"1*0": want PRICE, PRICE*TIMES or FROM..TO/STEPS`,
		"every 1s from 10:00 X 1..2":                         `"1..2": want PRICE`,
		"every 1s from 10:00 X 1..2/0":                       `"1..2/0": want PRICE`,
		"config: a.yaml\nconfig:\n  x: 1":                    "s:2:1: config: stands here a second time",
		"command 10:00 alice":                                `s:1:1: want "command TIME USER TYPE {data}"`,
		"command 10:00 alice PAUSE {strategy":                "s:1:27: data of the command: want JSON",
		"at 10:00\n  order PLACED BUY 1 X by":                `s:2:24: the fact "by" has no value`,
		"at 10:00\n  order PLACED BUY 1 X cause Y":           `s:2:24: "cause" is no fact of order: there are by, type`,
		"at 10:00\n  candle X 1min none at 10:01":            `s:2:22: "at" is no fact of candle: there are end`,
		"at 10:00\n  candle X 1min 1 2":                      "want candle SYMBOL TIMEFRAME OPEN HIGH LOW CLOSE and then facts",
		"at 10:00\n  candle X 1min none end noon":            `s:2:26: end "noon": want HH:MM:SS`,
		"at 10:00\n  candle X 1min none end 1min":            `s:2:26: end "1min": want HH:MM:SS`,
		"10:00 X 1\nat 09:59":                                "s:2:4: at 09:59 comes before the tick of 2024-01-01 10:00:00 above",
		"at noon":                                            `s:1:4: time "noon"`,
		"restart now":                                        `s:1:9: want "restart" alone`,
		"record x y":                                         `s:1:1: want "record TOPIC KEY VALUE"`,
	} {
		if _, err := Parse("s", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", text, err, want)
		}
	}
}

func TestParse(t *testing.T) {
	f, err := Parse("s", `# words
date 2024-01-02
zone Asia/Kolkata
exchange NSE
source test
config:
  log: {level: warn}

  revision: 2
every 90s from 09:15:00.5 NIFTY 100 101.5 x 7   # two ticks
command  09:20 alice  PAUSE {"strategy_id": "a b"}
record strategy-signals s {"a": 1}
restart
at 09:21
  order PLACED BUY 1 NIFTY type LIMIT
  alert INFO DAILY_LOSS any_number 5
  candle NIFTY 1min none end 09:16
`)
	if err != nil {
		t.Fatal(err)
	}
	if f.Config != "\n\n\n\n\n\n  log: {level: warn}\n\n  revision: 2\n" || len(f.Steps) != 6 {
		t.Fatalf("%q and %d steps", f.Config, len(f.Steps))
	}
	second := f.Steps[1].Tick
	if second.Symbol != "NIFTY" || second.Exchange != "NSE" || second.Source != "test" || second.Price.String() != "101.5" || second.Volume.String() != "7" ||
		second.TimeMs != 1704167190500 || f.Steps[1].Line != 10 {
		t.Errorf("second tick %+v of line %d", second, f.Steps[1].Line)
	}
	if got := string(f.Steps[2].Write.Value); got != `{"command_id":"s/1","user_id":"alice","timestamp":1704167400000,"type":"PAUSE","data":{"strategy_id":"a b"}}` {
		t.Errorf("command %s", got)
	}
	if w := f.Steps[3].Write; w.Topic != "strategy-signals" || string(w.Key) != "s" || string(w.Value) != `{"a": 1}` {
		t.Errorf("record %+v", w)
	}
	if !f.Steps[4].Restart {
		t.Errorf("restart is %+v", f.Steps[4])
	}
	if c := f.Steps[5].Check; c.Time != "09:21" || c.Line != 14 || c.Zone.String() != "Asia/Kolkata" || len(c.Wants) != 3 || c.Wants[0].Line != 15 ||
		c.Wants[2].String() != "candle NIFTY 1min none end 09:16:00" {
		t.Errorf("check %+v", c)
	}
}

func TestEvery(t *testing.T) {
	f, err := Parse("s", "config: ../x.yaml   # a file\nevery 1min from 10:00 A 1 2*2 2..4/4 x 7 and B 10..9/3 8*4\nat 10:10\n  nothing\n")
	if err != nil {
		t.Fatal(err)
	}
	if f.ConfigFile != "../x.yaml" || f.Config != "" {
		t.Errorf("the settings are of %q, %q", f.ConfigFile, f.Config)
	}
	var got []string
	for _, s := range f.Steps[:len(f.Steps)-1] {
		got = append(got, fmt.Sprintf("%d %s %v x %v", s.Tick.TimeMs/60_000%60, s.Tick.Symbol, s.Tick.Price, s.Tick.Volume))
	}
	want := "0 A 1 x 7,0 B 9.66666667 x 1,1 A 2 x 7,1 B 9.33333333 x 1,2 A 2 x 7,2 B 9 x 1,3 A 2.5 x 7,3 B 8 x 1,4 A 3 x 7,4 B 8 x 1,5 A 3.5 x 7,5 B 8 x 1,6 A 4 x 7,6 B 8 x 1"
	if have := strings.Join(got, ","); have != want {
		t.Errorf("gives\n%s\nwant\n%s", have, want)
	}
}

// FuzzParse: no text makes a panic, and what is read has a check.
func FuzzParse(f *testing.F) {
	f.Add("date 2024-01-01\n10:00 X 1 x 2\nat 10:01\n  nothing\n")
	f.Add("config:\n a: 1\nevery 1s from 10:00 X 1 2\nat 10:00\n order PLACED BUY 1 X\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("s", text)
		if err == nil && len(file.Steps) == 0 {
			t.Error("no steps")
		}
	})
}
