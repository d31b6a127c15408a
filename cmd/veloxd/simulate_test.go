package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExampleStrategiesRun: the lines in the header of each example strategy do, one
// after the other, as they stand, and trades come of them.
func TestExampleStrategiesRun(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(repository + "/configs/strategies/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(filepath.Join(repository, "configs"), "configs"); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines, out := 0, ""
		for line := range strings.SplitSeq(string(text), "\n") {
			rest, ours := strings.CutPrefix(line, "#   go run ./cmd/veloxd ")
			if !ours {
				continue
			}
			lines++
			code, stdout, stderr := call(t, shellWords(rest)...)
			if code != 0 {
				t.Fatalf("%s: %s gives %d: %s", filepath.Base(file), rest, code, stderr)
			}
			out = stdout
		}
		if lines != 2 || !strings.Contains(out, " signals, ") || strings.Contains(out, "\n0 signals") || strings.Contains(out, " 0 fills") {
			t.Errorf("%s: %d lines, the last of which gives\n%s", filepath.Base(file), lines, out)
		}
	}
}

// TestSimulateIsTheSameEachTime, packed or not, and only in the sessions.
func TestSimulateIsTheSameEachTime(t *testing.T) {
	t.Chdir(t.TempDir())
	var texts [][]byte
	for _, name := range []string{"a.csv", "b.csv"} {
		code, out, stderr := call(t, "simulate", "--exchange", "NSE", "--symbols", "A,B", "--days", "1", "--ticks-per-second", "0.1", name)
		if code != 0 || !strings.Contains(out, " ticks of A, B on NSE in "+name) {
			t.Fatalf("gives %d: %s%s", code, out, stderr)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Error("two files of the same flags differ")
	}
	lines := strings.Split(strings.TrimSpace(string(texts[0])), "\n")
	first, last := strings.Split(lines[1], ","), strings.Split(lines[len(lines)-1], ",")
	// 09:15 to 15:30 in India on 1 January 2024.
	if len(lines) < 2_000 || len(first) != 5 || first[1] != "NSE" || first[2] < "1704080700000" || last[2] >= "1704103200000" {
		t.Errorf("%d lines from %v to %v", len(lines), first, last)
	}
}

// TestExchangesWithoutCalendar: simulate and backtest say that such an exchange trades
// round the clock, and nothing of one that has a calendar.
func TestExchangesWithoutCalendar(t *testing.T) {
	t.Chdir(t.TempDir())
	const always = " has no calendar: its sessions are days of UTC, round the clock; calendars.file can give it one\n"
	config := "accounts:\n  - {user_id: ann, deposit: 10000, strategies: [{name: s, symbols: [A], timeframe: 1min, rules: {entry_long: close > 0}}]}\n"
	if err := os.WriteFile("mine.yaml", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for exchange, want := range map[string]string{
		"SIM": "\nSIM" + always, "nse": "\nnse has no calendar: did you mean NSE? its sessions are days", "NSE": "", "BINANCE": "",
	} {
		for _, args := range [][]string{
			{"simulate", "--exchange", exchange, "--symbols", "A", "--days", "1", "--ticks-per-second", "0.01", "a.csv"},
			{"backtest", "--config", "mine.yaml", "a.csv"},
		} {
			code, out, stderr := call(t, args...)
			if code != 0 || !strings.Contains(out, want) || (want == "") == strings.Contains(out, "calendar") {
				t.Errorf("%q on %s gives %d, %q and %q, want %q", args[0], exchange, code, out, stderr, want)
			}
		}
	}
}

func TestSimulateMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for want, args := range map[string][]string{
		"wants one file":                  {"simulate"},
		`--symbols "A,": want names`:      {"simulate", "--symbols", "A,", "x.csv"},
		`--exchange "": want a name`:      {"simulate", "--exchange", "", "x.csv"},
		"--from: want a day":              {"simulate", "--from", "", "x.csv"},
		`--from "soon": want a time`:      {"simulate", "--from", "soon", "x.csv"},
		"--days 0: want 1 to 3650":        {"simulate", "--days", "0", "x.csv"},
		"--ticks-per-second 0: want":      {"simulate", "--ticks-per-second", "0", "x.csv"},
		"are more than 1e+09 ticks":       {"simulate", "--ticks-per-second", "100000", "x.csv"},
		"NSE has no session in 1 days":    {"simulate", "--exchange", "NSE", "--from", "2024-01-06", "--days", "1", "x.csv"},
		"none/x.csv: no such file or dir": {"simulate", "none/x.csv"},
	} {
		code, out, stderr := call(t, args...)
		if code == 0 || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("%q gives %d, %q and %q", args, code, out, stderr)
		}
	}
	if left, err := filepath.Glob("*"); err != nil || len(left) != 0 {
		t.Errorf("%q is left over, %v", left, err)
	}
}
