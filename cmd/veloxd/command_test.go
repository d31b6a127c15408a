package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/account"
)

// shellWords splits a line as a shell would, without variables and escapes.
func shellWords(line string) []string {
	var words []string
	word, quote, started := "", rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, started = r, true
		case quote == 0 && r == ' ':
			if started {
				words = append(words, word)
			}
			word, started = "", false
		default:
			word, started = word+string(r), true
		}
	}
	return words
}

// TestCommandExamples: the examples of command, halt and resume pass the checks, and
// there is one for every type.
func TestCommandExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("limits.json", []byte(`{"daily_loss": 2000}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, name := range []string{"command", "halt", "resume"} {
		cmd, _, err := newRoot(nil).Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			line, _, _ = strings.Cut(line, " | ")
			args := shellWords(strings.TrimSpace(line))[1:]
			if name == "command" {
				types = append(types, args[2])
			}
			if code, out, stderr := call(t, append(args, "--check")...); code != 0 || !strings.Contains(strings.ReplaceAll(out, `"`, " "), " checked") {
				t.Errorf("%s gives %d: %s%s", line, code, out, stderr)
			}
		}
	}
	for _, want := range account.CommandTypes() {
		if !slices.Contains(types, want) {
			t.Errorf("no example of %s", want)
		}
	}
}

// TestCommandMistakes: what is wrong with a command line is said before anything is
// asked of a cluster.
func TestCommandMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		stderr string
	}{
		"nothing":       {[]string{"command"}, "wants USER, TYPE"},
		"no type":       {[]string{"command", "alice"}, "wants USER, TYPE"},
		"too many":      {[]string{"command", "alice", "HALT", "{}", "{}"}, "wants USER, TYPE"},
		"type":          {[]string{"command", "alice", "halts"}, "did you mean HALT?"},
		"no JSON":       {[]string{"command", "alice", "DEPOSIT", "5,0"}, "the data of DEPOSIT is no JSON"},
		"missing file":  {[]string{"command", "alice", "DEPOSIT", "@none.json"}, "none.json: no such file"},
		"missing data":  {[]string{"command", "alice", "DEPOSIT"}, "DEPOSIT needs data"},
		"unknown field": {[]string{"command", "alice", "SET_LIMITS", `{"daily_los": 5}`}, "data.daily_los: unknown field: did you mean daily_loss?"},
		"no user":       {[]string{"command", "", "HALT"}, "user_id"},
		"negative wait": {[]string{"command", "alice", "HALT", "--wait", "-1s"}, "--wait -1s: want 0s or more"},
		"halt nobody":   {[]string{"halt"}, "halt wants one USER"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, out, stderr := call(t, c.args...); code != 2 || out != "" || !strings.Contains(stderr, c.stderr) {
				t.Errorf("gives %d, %q and %q", code, out, stderr)
			}
		})
	}
}

func TestCommandData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data.json")
	if err := os.WriteFile(file, []byte(" {\"a\": 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind           account.CommandType
		argument, want string
	}{
		{account.CmdHalt, `{"reason": "x"}`, `{"reason": "x"}`},
		{account.CmdHalt, "-", `{"b": 2}`},
		{account.CmdHalt, "@" + file, `{"a": 1}`},
		{account.CmdPause, "dip", `{"name":"dip"}`},
		{account.CmdRemove, ` {"strategy_id": "s"}`, `{"strategy_id": "s"}`},
		{account.CmdResumeStrategy, "-", `{"b": 2}`},
	} {
		got, err := commandData(strings.NewReader(`{"b": 2}`+"\n"), c.kind, c.argument)
		if err != nil || string(got) != c.want {
			t.Errorf("%s %s is %s, %v", c.kind, c.argument, got, err)
		}
	}
}
