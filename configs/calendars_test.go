package configs

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// withCalendars loads the defaults with a file of calendars over the shipped ones.
func withCalendars(t *testing.T, text string) (*Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(Sources{Demo: DemoOff, Flags: []Override{{Path: "calendars.file", Value: file, Flag: "--set"}}})
}

func atTime(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

// TestShippedCalendars holds the shipped hours against days that are known.
func TestShippedCalendars(t *testing.T) {
	cfg, err := Load(Sources{Demo: DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	calendars := cfg.MarketCalendars()
	for _, c := range []struct {
		exchange, at string
		session      string // "" off session, else its end
	}{
		{"NSE", "2024-01-26T12:00:00+05:30", ""},
		{"NSE", "2024-01-25T15:29:59+05:30", "2024-01-25T15:30:00+05:30"},
		{"NFO", "2024-11-01T12:00:00+05:30", ""}, // Diwali has an evening only
		{"BSE", "2024-11-01T18:30:00+05:30", "2024-11-01T19:00:00+05:30"},
		{"NSE", "2025-10-21T13:45:00+05:30", "2025-10-21T14:45:00+05:30"},
		{"NSE", "2024-03-02T09:30:00+05:30", "2024-03-02T10:00:00+05:30"}, // a Saturday with two sessions
		{"NSE", "2024-03-02T10:30:00+05:30", ""},
		{"NSE", "2024-03-02T12:00:00+05:30", "2024-03-02T12:30:00+05:30"},
		{"NSE", "2026-02-01T12:00:00+05:30", "2026-02-01T15:30:00+05:30"}, // a Sunday
		{"NSE", "2030-01-01T12:00:00+05:30", "2030-01-01T15:30:00+05:30"}, // beyond what is known
		{"MCX", "2025-07-01T23:00:00+05:30", "2025-07-01T23:30:00+05:30"},
		{"MCX", "2025-12-01T23:00:00+05:30", "2025-12-01T23:55:00+05:30"},
		{"MCX", "2025-05-01T12:00:00+05:30", ""},
		{"MCX", "2025-05-01T17:00:00+05:30", "2025-05-01T23:30:00+05:30"},
		{"NYSE", "2024-03-11T13:30:00Z", "2024-03-11T20:00:00Z"}, // the Monday of summer time
		{"NASDAQ", "2024-11-29T12:59:59-05:00", "2024-11-29T13:00:00-05:00"},
		{"NASDAQ", "2024-11-29T13:00:00-05:00", ""},
		{"NYSE", "2025-01-09T12:00:00-05:00", ""},
		{"COMEX", "2024-06-09T18:00:00-04:00", "2024-06-10T17:00:00-04:00"},
		{"COMEX", "2024-06-10T17:30:00-04:00", ""},
		{"COMEX", "2024-03-28T19:00:00-04:00", ""}, // the evening before Good Friday
		{"CME", "2024-12-24T19:00:00-05:00", ""},
		{"CME", "2024-12-25T18:00:00-05:00", "2024-12-26T17:00:00-05:00"},
		{"COMEX", "2013-10-08T17:14:59-04:00", "2013-10-08T17:15:00-04:00"},
		{"BINANCE", "2024-12-25T18:00:00Z", "2024-12-26T00:00:00Z"},
		{"24x7", "2024-12-25T18:00:00Z", "2024-12-26T00:00:00Z"},
		{"SIM", "2024-12-25T18:00:00Z", "2024-12-26T00:00:00Z"},
	} {
		s, ok := calendars.For(c.exchange).SessionAt(atTime(t, c.at))
		switch {
		case ok != (c.session != ""):
			t.Errorf("%s at %s: in a session %v", c.exchange, c.at, ok)
		case ok && s.CloseMs != atTime(t, c.session):
			t.Errorf("%s at %s: the session ends %v", c.exchange, c.at, time.UnixMilli(s.CloseMs).UTC())
		}
	}
	if old := cfg.OutdatedCalendars(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)); !slices.Equal(old, []string{"MCX"}) {
		t.Errorf("at the end of 2026, %v are not known", old)
	}
	if old := cfg.OutdatedCalendars(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); !slices.Contains(old, "NSE") || !slices.Contains(old, "NFO") || slices.Contains(old, "24x7") {
		t.Errorf("in 2027, %v are not known", old)
	}
}

// TestShippedDaysAreWeekdays: a holiday on a weekend cancels nothing: it is a typing
// error.
func TestShippedDaysAreWeekdays(t *testing.T) {
	var file calendarFile
	d := newDecoder("calendars.yaml")
	if d.decode(shippedCalendars, &file); len(d.problems) > 0 {
		t.Fatal(d.problems)
	}
	for name, x := range file {
		if !slices.IsSorted(x.Holidays) {
			t.Errorf("%s: holidays are not in order", name)
		}
		for _, h := range x.Holidays {
			if d := dateOr(h).Weekday(); d == time.Saturday || d == time.Sunday {
				t.Errorf("%s: the holiday %s is a %v", name, h, d)
			}
		}
	}
}

// TestOwnCalendars: a file is laid over the shipped calendars, key by key.
func TestOwnCalendars(t *testing.T) {
	cfg, err := withCalendars(t, `
HKEX:
  zone: Asia/Hong_Kong
  sessions: [{open: "09:30", close: "12:00"}, {open: "13:00", close: "16:00"}]
NSE:
  holidays: ["2024-01-25"]
NFO:
  zone: Asia/Kolkata
  sessions: [{open: "09:00", close: "17:00"}]
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		exchange, at string
		open         bool
	}{
		{"HKEX", "2024-06-05T12:30:00+08:00", false},
		{"HKEX", "2024-06-05T13:30:00+08:00", true},
		{"NSE", "2024-01-25T12:00:00+05:30", false},
		{"NSE", "2024-01-26T12:00:00+05:30", true}, // the list is replaced
		{"NSE", "2024-11-01T18:30:00+05:30", true}, // special days are kept
		{"NFO", "2024-01-25T16:30:00+05:30", true},
		{"BSE", "2024-01-25T12:00:00+05:30", false}, // an entry counts before an alias
	} {
		if _, ok := cfg.MarketCalendars().For(c.exchange).SessionAt(atTime(t, c.at)); ok != c.open {
			t.Errorf("%s at %s: in a session %v", c.exchange, c.at, ok)
		}
	}
	if shipped, err := Load(Sources{Demo: DemoOff}); err != nil || shipped.MarketCalendars().Fingerprint() == cfg.MarketCalendars().Fingerprint() {
		t.Errorf("other calendars have the same fingerprint, %v", err)
	}
}

// TestBadCalendarFiles: each fault is told with its line, its path, and what is
// allowed.
func TestBadCalendarFiles(t *testing.T) {
	const x = "X:\n  zone: UTC\n"
	for want, text := range map[string]string{
		`mine.yaml:3:21: X.sessions[0].open: "9.15": did you mean 09:15? want a time of day in quotes, such as "09:15"`: x + "  sessions: [{open: \"9.15\", close: \"10:00\"}]\n",
		`mine.yaml:3:14: X.sessions[0].close: must be given`:                                                            x + "  sessions: [{open: \"09:15\"}]\n",
		`mine.yaml:1:1: X.zone: must be given`:                                                                          "X:\n  sessions: [{open: \"09:15\", close: \"10:00\"}]\n",
		`mine.yaml:1:11: X.zone: "Asia/Kolkatta": want an IANA time zone`:                                               "X: {zone: Asia/Kolkatta, sessions: [{open: \"09:15\", close: \"10:00\"}]}\n",
		`mine.yaml:1:1: X.sessions: must be given: want a list`:                                                         x,
		`mine.yaml:3:57: X.sessions[0].weekdays[0]: "mon": want one of monday, tuesday`:                                 x + "  sessions: [{open: \"09:15\", close: \"10:00\", weekdays: [mon]}]\n",
		`mine.yaml:3:30: X.sessions[0].closes: unknown key: did you mean close?`:                                        x + "  sessions: [{open: \"09:15\", closes: \"10:00\"}]\n",
		`mine.yaml:3:47: X.sessions[1]: 09:30 to 11:00 overlaps sessions[0], which is 09:00 to 10:00`:                   x + "  sessions: [{open: \"09:00\", close: \"10:00\"}, {open: \"09:30\", close: \"11:00\"}]\n",
		`mine.yaml:4:14: X.holidays[0]: "26.1.2026": want a date in quotes, such as "2026-01-26"`:                       x + "  sessions: [{open: \"09:00\", close: \"10:00\"}]\n  holidays: [26.1.2026]\n",
		`mine.yaml:4:28: X.holidays[1]: 2026-01-26 is given twice`:                                                      x + "  sessions: [{open: \"09:00\", close: \"10:00\"}]\n  holidays: [\"2026-01-26\", \"2026-01-26\"]\n",
		`mine.yaml:4:13: X.special[0].sessions: must be given`:                                                          x + "  sessions: [{open: \"09:00\", close: \"10:00\"}]\n  special: [{date: \"2026-01-26\"}]\n",
		`mine.yaml:4:13: X.aliases[0]: "NASDAQ": is an alias of NYSE already`:                                           x + "  sessions: [{open: \"09:00\", close: \"10:00\"}]\n  aliases: [NASDAQ]\n",
		`mine.yaml:2:13: NSE.sessions: "09:15-15:30": want a list`:                                                      "NSE:\n  sessions: 09:15-15:30\n",
		`" ": want an exchange's name`:                                                                                  "\" \": {zone: UTC, sessions: [{open: \"09:00\", close: \"10:00\"}]}\n",
		`want a mapping of keys to values`:                                                                              "[NSE]\n",
		`want one of monday`:                                                                                            "24x7: {sessions: [{open: \"00:00\", close: \"24:00\", weekdays: [all]}]}\n",
	} {
		_, err := withCalendars(t, text)
		var wrong *Error
		if !errors.As(err, &wrong) || !strings.Contains(strings.ReplaceAll(err.Error(), "\n", " "), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	_, err := withCalendars(t, "X: {zone: Mars, sessions: [{open: \"1\", close: \"2\"}]}\nY: {sesions: []}\n")
	var wrong *Error
	if !errors.As(err, &wrong) || len(wrong.Problems) != 5 {
		t.Errorf("five things are wrong: %v", err)
	}
	_, err = Load(Sources{Demo: DemoOff, Flags: []Override{{Path: "calendars.file", Value: "/nowhere/x.yaml", Flag: "--set"}, {Path: "log.level", Value: "loud", Flag: "--set"}}})
	if !errors.As(err, &wrong) || len(wrong.Problems) != 2 || wrong.Problems[1].Path != "calendars.file" {
		t.Errorf("a file that isn't there gives %v", err)
	}
}

// TestAllCalendarMistakes: what can't be read doesn't hide what is wrong with the rest, and
// all comes in the order of the lines.
func TestAllCalendarMistakes(t *testing.T) {
	_, err := withCalendars(t, `X:
  zone: Asia/Hong_Kongg
  aliases: [NASDAQ]
  sessions:
    - {open: "9:30", close: "12:00"}
    - {open: "11:00", close: "16:00"}
    - {open: "11:00", close: "11:30", weekdays: [mondy]}
    - {open: "15:00", close: "17:00"}
  holidays: ["2026-12-25", "2026-12-25", 5]
  special:
    - {date: "2026-12-24", sessions: [{open: "09:00", close: "12:00"}, {open: "11:00", close: "13:00"}]}
    - {date: "2026-12-25", sessions: [{open: "09:00", close: "12:00"}]}
    - {date: "24.12.2026", sessions: [{open: "09:00", close: "12:00"}]}
`)
	var told []string
	if wrong := (*Error)(nil); errors.As(err, &wrong) {
		for _, p := range wrong.Problems {
			told = append(told, p.String())
		}
	}
	for i, want := range []string{
		`mine.yaml:2:9: X.zone: "Asia/Hong_Kongg": want an IANA time zone`,
		`mine.yaml:3:13: X.aliases[0]: "NASDAQ": is an alias of NYSE already`,
		`mine.yaml:5:14: X.sessions[0].open: "9:30": did you mean 09:30? want a time of day in quotes, such as "09:15"`,
		`mine.yaml:7:50: X.sessions[2].weekdays[0]: "mondy": did you mean monday?`,
		`mine.yaml:8:7: X.sessions[3]: 15:00 to 17:00 overlaps sessions[1], which is 11:00 to 16:00`,
		`mine.yaml:9:28: X.holidays[1]: 2026-12-25 is given twice`,
		`mine.yaml:9:42: X.holidays[2]: "5": want a date in quotes`,
		`mine.yaml:11:28: X.special[0].sessions: 11:00 to 13:00 overlaps 09:00 to 12:00`,
		`mine.yaml:12:14: X.special[1].date: 2026-12-25 is given twice`,
		`mine.yaml:13:14: X.special[2].date: "24.12.2026": want a date in quotes`,
	} {
		if i >= len(told) || !strings.HasPrefix(told[i], want) {
			t.Errorf("%d: want %s", i, want)
		}
	}
	if len(told) != 10 {
		t.Errorf("told are\n%s", strings.Join(told, "\n"))
	}
}

// FuzzCalendars: any text gives calendars or an error, never both.
func FuzzCalendars(f *testing.F) {
	f.Add("NSE: {holidays: [\"2024-01-25\"], aliases: [NFO]}")
	f.Add("X: {zone: UTC, sessions: [{open: \"22:00\", close: \"21:00\"}], special: [{date: \"2024-01-01\", sessions: [{open: \"00:00\", close: \"24:00\"}]}]}")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "mine.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l := newLoader()
		l.config.Calendars.File = file
		problems := l.readCalendars()
		if len(problems) > 0 {
			return
		}
		for name, c := range l.config.calendars {
			if s, _ := c.SessionAt(1704080700000); s.OpenMs > 1704080700000 || s.CloseMs <= 1704080700000 {
				t.Errorf("%s: a time is not in its own stretch %v", name, s)
			}
		}
		if _, ok := l.config.calendars["NSE"]; !ok {
			t.Error("NSE is gone")
		}
	})
}
