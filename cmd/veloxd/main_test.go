package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
)

func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = execute(t.Context(), args, nil, &out, &err)
	return code, out.String(), err.String()
}

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"version":            {[]string{"version"}, 0, ""},
		"help":               {[]string{"--help"}, 0, ""},
		"unknown command":    {[]string{"topcs"}, 2, `veloxd knows no command or argument "topcs"; did you mean topics?`},
		"unknown flag":       {[]string{"run", "--nonsense"}, 2, "unknown flag: --nonsense"},
		"extra argument":     {[]string{"broker", "now"}, 2, `veloxd broker knows no command or argument "now"`},
		"wrong setting":      {[]string{"run", "--http-address", "x"}, 2, "flag --http-address: http.address"},
		"set without value":  {[]string{"run", "--set", "log.level"}, 2, "want PATH=VALUE"},
		"replay of nothing":  {[]string{"replay"}, 2, "replay wants at least one file"},
		"replay speed":       {[]string{"replay", "--speed", "fast", "x.csv"}, 2, `--speed "fast": want`},
		"demo and no demo":   {[]string{"run", "--demo", "--no-demo"}, 2, "want one of them"},
		"missing file":       {[]string{"config", "check", "--config", "none.yaml"}, 2, "none.yaml: no such file"},
		"right":              {[]string{"config", "check"}, 0, ""},
		"wrong":              {[]string{"config", "check", "--set", "revision=0"}, 2, "want 1 or more"},
		"wrong, as JSON":     {[]string{"config", "check", "--set", "revision=0", "--json"}, 2, ""},
		"no configuration":   {[]string{"config", "check", "--config", "../../configs/calendars.yaml"}, 2, "the setting calendars.file names it"},
		"topics' profile":    {[]string{"config", "check", "--set", "topics.profile=none"}, 2, `topics have no profile "none"`},
		"no history":         {[]string{"config", "check", "--set", "history.directory=none"}, 2, "history.directory (flag --set): open none: no such file or directory"},
		"settings":           {[]string{"config", "show"}, 0, ""},
		"a group of nothing": {[]string{"topics"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := call(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.stderr) || (c.stderr == "") != (stderr == "") {
				t.Errorf("%q gives %d and %q, want %d and %q", c.args, code, stderr, c.code, c.stderr)
			}
		})
	}
}

type codedError struct{}

func (codedError) Error() string { return "coded" }
func (codedError) ExitCode() int { return 7 }

func TestExitCodeOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{errors.New("plain"), 1},
		{fmt.Errorf("wrapped: %w", codedError{}), 7},
		{fmt.Errorf("wrapped: %w", &configs.Error{}), 2},
		{&usageError{codedError{}}, 7},
		{&silentError{1}, 1},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v has exit code %d, want %d", c.err, got, c.want)
		}
	}
}

func TestJSONForScripts(t *testing.T) {
	code, out, _ := call(t, "config", "check", "--json", "--set", "kafka.acks=1", "--set", "revision=0")
	var result struct {
		OK       bool
		Problems []configs.Problem
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != 2 || result.OK || len(result.Problems) != 2 {
		t.Errorf("gives %d and %s (%v)", code, out, err)
	}
	_, out, _ = call(t, "config", "check", "--json")
	if strings.TrimSpace(out) != "{\n  \"ok\": true,\n  \"problems\": [],\n  \"warnings\": []\n}" {
		t.Errorf("a right configuration gives %s", out)
	}
	var build map[string]string
	_, out, _ = call(t, "version", "--json")
	if err := json.Unmarshal([]byte(out), &build); err != nil || build["go"] == "" || build["time_zones"] == "" {
		t.Errorf("version gives %s (%v)", out, err)
	}
	var settings []configs.Setting
	_, out, _ = call(t, "config", "show", "--json", "--log-level", "debug")
	if err := json.Unmarshal([]byte(out), &settings); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if s.Path == "log.level" && (s.Value != "debug" || s.Where != "flag --log-level") {
			t.Errorf("log.level is %+v", s)
		}
	}
}

// TestCommandsWithoutSettings: those that read none have no flags for them in their
// help, and refuse them; all others have them.
func TestCommandsWithoutSettings(t *testing.T) {
	t.Setenv("PATH", "") // chaos would begin
	for _, name := range []string{"chaos", "indicators", "version"} {
		if _, help, _ := call(t, name, "--help"); strings.Contains(help, "--bootstrap-servers") || strings.Contains(help, "Global Flags") || !strings.Contains(help, "--json") {
			t.Errorf("the help of %s:\n%s", name, help)
		}
		code, _, stderr := call(t, name, "--bootstrap-servers", "127.0.0.1:1", "--set", "log.level=debug")
		if want := "veloxd " + name + " reads no settings: --bootstrap-servers, --set would have no effect"; code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s with flags of settings: %d, %q", name, code, stderr)
		}
	}
	if _, help, _ := call(t, "verify", "--help"); !strings.Contains(help, "--bootstrap-servers") {
		t.Errorf("the help of verify:\n%s", help)
	}
}

// TestCheckWarns: rules for faults that nothing arms are right, and told.
func TestCheckWarns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "velox.yaml")
	if err := os.WriteFile(file, []byte("faults:\n  rules:\n    - {point: step, action: panic, nth: 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const told = "faults.rules: nothing arms these rules, for faults.enabled is false: set it to true"
	code, _, stderr := call(t, "config", "check", "--config", file)
	if code != 0 || !strings.HasPrefix(stderr, "warning: velox.yaml:2:3: "+told) {
		t.Errorf("gives %d and %q", code, stderr)
	}
	code, out, _ := call(t, "config", "check", "--config", file, "--json")
	var result struct {
		OK       bool
		Warnings []configs.Problem
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != 0 || !result.OK || len(result.Warnings) != 1 || result.Warnings[0].Path != "faults.rules" {
		t.Errorf("gives %d and %s (%v)", code, out, err)
	}
	if code, _, stderr = call(t, "config", "check", "--config", file, "--set", "faults.enabled=true"); code != 0 || stderr != "" {
		t.Errorf("with faults.enabled it gives %d and %q", code, stderr)
	}
}

// TestEveryCommandIsExplained wants a help with an example from each command.
func TestEveryCommandIsExplained(t *testing.T) {
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Name() == "help" || c.Name() == "completion" {
			return
		}
		if c.Short == "" || !strings.Contains(c.Example, "veloxd") {
			t.Errorf("%s has no help with an example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(nil))
}

func TestParseSpeed(t *testing.T) {
	for text, want := range map[string]float64{"1x": 1, "10x": 10, "0.5x": 0.5, "max": 0} {
		if got, err := parseSpeed(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "10", "-1x", "0x", "NaNx", "Infx", "1e9x", "MAX"} {
		if got, err := parseSpeed(text); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

// waiting is what the test binary does in place of its tests when asked to be a
// program that waits for signals.
const waiting = "VELOX_TEST_WAIT"

func TestMain(m *testing.M) {
	if os.Getenv(waiting) != "" {
		ctx, stop := untilSignal(context.Background(), os.Stderr)
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("draining")
		if os.Getenv(waiting) == "once" {
			stop()
			os.Exit(0)
		}
		select {}
	}
	os.Exit(m.Run())
}

func TestSignals(t *testing.T) {
	for _, c := range []struct {
		mode    string
		signals []syscall.Signal
		code    int
	}{
		{"once", []syscall.Signal{syscall.SIGINT}, 0},
		{"once", []syscall.Signal{syscall.SIGTERM}, 0},
		{"twice", []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}, exitInterrupted},
	} {
		self, err := filepath.Abs(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), waiting+"="+c.mode)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for _, s := range c.signals {
			if !lines.Scan() { // "ready", then "draining"
				t.Fatalf("%s ended early", c.mode)
			}
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
		}
		for lines.Scan() {
		}
		_ = cmd.Wait() // the code is looked at below
		if got := cmd.ProcessState.ExitCode(); got != c.code {
			t.Errorf("%v of a program that drains %s give exit code %d, want %d", c.signals, c.mode, got, c.code)
		}
	}
}
