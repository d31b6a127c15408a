package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenarioCommand: what holds, what differs and what can't be read have codes
// of their own, and one bad file doesn't keep the others from running.
func TestScenarioCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const one = "config:\n  symbols: {timeframe: 1min}\n10:00:30 X 100\n10:01:01 X 101\nat 10:01:01\n  candle X 1min "
	holds := write("holds.scenario", one+"100 100 100 100\n")
	differs := write("differs.scenario", one+"100 105 100 100\n")
	wrong := write("wrong.scenario", "at noon\n")
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"holds":    {[]string{holds}, 0, "ok    " + holds + "\n1 passed, 0 failed\n", ""},
		"differs":  {[]string{differs}, 6, "FAIL  " + differs + "\n  line 6, at 10:01:01: 100 is not 105\n    want  candle X 1min 100 105 100 100\n    have  candle X 1min 100 100 100 100 volume 1 end 10:01:00 quality partial\n0 passed, 1 failed\n", ""},
		"wrong":    {[]string{wrong, holds}, 2, "FAIL  " + wrong + "\n  " + wrong + ":1:4: time \"noon\": want HH:MM:SS", ""},
		"a folder": {[]string{dir}, 2, "1 passed, 2 failed\n", ""},
		"missing":  {[]string{filepath.Join(dir, "none.scenario")}, 7, "", "no such file"},
		"empty":    {[]string{t.TempDir()}, 7, "", "has no *.scenario files"},
		"none":     {nil, 2, "", "test wants at least one file"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, stderr := call(t, append([]string{"test"}, c.args...)...)
			if code != c.code || !strings.Contains(out, c.stdout) || !strings.Contains(stderr, c.stderr) || (c.stderr == "") != (stderr == "") {
				t.Errorf("gives %d, %q and %q", code, out, stderr)
			}
		})
	}

	code, out, _ := call(t, "test", "--json", dir)
	var result struct {
		OK             bool
		Passed, Failed int
		Scenarios      []struct {
			File, Error string
			OK          bool
			Problems    []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != 2 || result.OK || result.Passed != 1 || result.Failed != 2 || len(result.Scenarios) != 3 {
		t.Fatalf("%d, %v: %s", code, err, out)
	}
	if s := result.Scenarios[0]; s.File != differs || s.OK || len(s.Problems) != 1 || s.Problems[0]["why"] != "100 is not 105" || s.Problems[0]["line"] != 6.0 {
		t.Errorf("differs is told as %+v", s)
	}
	if s := result.Scenarios[2]; s.OK || !strings.Contains(s.Error, "noon") {
		t.Errorf("wrong is told as %+v", s)
	}
}

// TestScenarioFlags: a scenario's settings stand in it, so flags that would set others
// are refused.
func TestScenarioFlags(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.scenario")
	if err := os.WriteFile(path, []byte("10:00:30 X 100\nat 10:00:30\n  indicator X 5min EMA_20 none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args    []string
		refused string
	}{
		{[]string{"--config", "mine.yaml"}, "--config would have no effect: a scenario's settings stand in it, at config:"},
		{[]string{"--set", "symbols.emit=1s", "--data-dir", "x"}, "--data-dir, --set symbols.emit=1s would have no effect"},
		{[]string{"--set", "log.level=error", "--log-format", "json"}, ""},
	} {
		code, _, stderr := call(t, append([]string{"test", path}, c.args...)...)
		if (code == 2) != (c.refused != "") || !strings.Contains(stderr, c.refused) || c.refused == "" && (code != 0 || stderr != "") {
			t.Errorf("%q gives %d and %q", c.args, code, stderr)
		}
	}
}

// TestScenarioLogs: what the shards log is shown of scenarios that fail, and of all
// with --verbose.
func TestScenarioLogs(t *testing.T) {
	const refused = "command refused"
	text := "10:00:30 X 100\ncommand 10:00 alice DEPOSIT {\"amount\": 5}\nat 10:01\n  letter COMMAND_REFUSED reason ACCOUNT_NOT_OPEN\n"
	for name, c := range map[string]struct {
		text string
		args []string
		logs bool
	}{
		"passes":          {text, nil, false},
		"passes, verbose": {text, []string{"--verbose"}, true},
		"fails":           {text + "  nothing\n  alert INFO SYSTEM\n", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.scenario")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, stderr := call(t, append([]string{"test", path}, c.args...)...)
			if (code == 0) != (name != "fails") || strings.Contains(stderr, refused) != c.logs {
				t.Errorf("gives %d, %s\nand logs %q", code, out, stderr)
			}
		})
	}
}
