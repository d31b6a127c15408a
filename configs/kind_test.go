package configs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readAs gives what is told of a text that is read as a kind of file.
func readAs(t *testing.T, as, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	switch as {
	case "configuration":
		_, err = Load(Sources{File: file})
	case "calendars":
		_, err = Load(Sources{Demo: DemoOff, Flags: []Override{{Path: "calendars.file", Value: file, Flag: "--set"}}})
	case "topics":
		var topics topicFile
		err = (&Config{Topics: Topics{File: file}}).DecodeTopics(&topics)
	}
	var wrong *Error
	if err != nil && !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	if wrong == nil {
		return ""
	}
	var told []string
	for _, p := range wrong.Problems {
		told = append(told, p.String())
	}
	return strings.Join(told, "\n")
}

// TestFilesOfAnotherKind: of a file that is read as what it is not, it is told what it
// is and where it belongs, and nothing else.
func TestFilesOfAnotherKind(t *testing.T) {
	const hours = "HKEX:\n  zone: Asia/Hong_Kong\n  sesions: []\nXETR: &x {aliases: [A]}\nY: *x\n"
	for _, c := range []struct{ as, text, is, belongs string }{
		{"configuration", string(shippedCalendars), "a file of calendars", "calendars.file"},
		{"configuration", hours, "a file of calendars", "calendars.file"},
		{"configuration", "NSE: {holidays: [\"2026-01-26\"]}", "a file of calendars", "calendars.file"},
		{"configuration", string(shippedTopics), "a file of topics", "topics.file"},
		{"configuration", "topics:\n  - {topic: a, partitions: many}\n", "a file of topics", "topics.file"},
		{"configuration", "symbol,exchange,timestamp_ms,price,volume\nA,X,1,2,3\n", "a file of ticks", "veloxd replay"},
		{"configuration", "symbol,exchange,timeframe,start_ms,open,high,low,close,volume\r\n", "a file of candles", "history.directory"},
		{"calendars", string(shippedDemo), "a configuration", "--config"},
		{"calendars", string(shippedTopics), "a file of topics", "topics.file"},
		{"topics", string(shippedDefaults), "a configuration", "--config"},
		{"topics", "topics: {profile: x}", "a configuration", "--config"},
		{"topics", hours, "a file of calendars", "calendars.file"},
	} {
		told := readAs(t, c.as, "mine.yaml", c.text)
		if !strings.HasPrefix(told, "mine.yaml: this is "+c.is+", not ") || !strings.Contains(told, c.belongs) || strings.Contains(told, "\n") {
			t.Errorf("%.40q as %s gives\n%s\nwant that it is %s, and %s", c.text, c.as, told, c.is, c.belongs)
		}
	}
	if told := readAs(t, "configuration", "mine.scenario", "10:00:00 INFY 100\nat 10:00:00\n"); told != "mine.scenario: this is a scenario, not a configuration: `veloxd test` runs it" {
		t.Errorf("a scenario as configuration gives\n%s", told)
	}
}

// TestMistakesAreNoOtherKind: what is wrong in a file of the right kind is told one by one.
func TestMistakesAreNoOtherKind(t *testing.T) {
	for _, c := range []struct{ as, text, want string }{
		{"configuration", "kafak: {zone: UTC}\nlog: {}\n", "did you mean kafka?"},
		{"configuration", "topics: [a]\nlog: {level: info}\n", "topics: want a mapping"},
		{"configuration", "profiles: {}\n", "profiles: unknown key"},
		{"configuration", "calendar: {file: x.yaml}\n", "did you mean calendars?"},
		{"configuration", "{}", ""},
		{"calendars", "X: {sesions: []}", "did you mean sessions?"},
		{"topics", "topic: []", "did you mean topics?"},
	} {
		if told := readAs(t, c.as, "mine.yaml", c.text); !strings.Contains(told, c.want) || strings.Contains(told, "this is") {
			t.Errorf("%q as %s gives\n%s\nwant %s", c.text, c.as, told, c.want)
		}
	}
}
