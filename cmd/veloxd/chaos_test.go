package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/velox-trading/velox/engine"
)

// TestChaosFlags: what can't be done is refused before anything starts.
func TestChaosFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"--node-kills -1":          "--node-kills -1: want 0 to 10000",
		"--length 48h":             "--length 48h0m0s: want 0s to 24h",
		"--length 0s --measures 0": "nothing is left to do",
		"--symbols 0":              "--symbols 0: want 1 to 100000",
		"--rate 0":                 "--rate 0: want 1 to 100000",
		"--session-timeout 5s":     "--session-timeout 5s: want 6s",
		"--session-timeout 2m":     "--session-timeout 2m0s: want 6s",
		"--session-timeout 30s":    "--session-timeout 30s: want at most 20s, or --length 0s",
		"--heartbeat-interval 3s":  "--heartbeat-interval 3s: want 100ms to a third",
		"--heartbeat-interval 1ms": "--heartbeat-interval 1ms: want 100ms to a third",
	} {
		code, _, stderr := call(t, append([]string{"chaos"}, strings.Fields(flags)...)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d, %s, want 2 and %q", flags, code, stderr, want)
		}
	}
}

// TestChaosHelp: the help and the page name every exit code that there is, the page's
// commands are taken, and the help has every flag.
func TestChaosHelp(t *testing.T) {
	_, help, _ := call(t, "chaos", "--help")
	page, err := os.ReadFile("../../docs/chaos.md")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, exits, _ := strings.Cut(help, "Exits 0 ")
	_, codes, _ := strings.Cut(string(page), "Exit codes: 0 ")
	for _, code := range []int{exitFailure, exitUsage, int(engine.ExitKafka)} {
		if word := fmt.Sprint(code, " "); !strings.Contains(exits, word) || !strings.Contains(codes, ", "+word) {
			t.Errorf("the help or the page doesn't name exit code %d", code)
		}
	}
	known := make(map[string]bool)
	chaosCommand().Flags().VisitAll(func(f *pflag.Flag) {
		known["--"+f.Name] = true
		if !strings.Contains(help, "--"+f.Name+" ") {
			t.Errorf("the help doesn't have --%s", f.Name)
		}
	})
	lines := append(strings.Split(help+string(page), "\n"), regexp.MustCompile(`(?m)^(CHAOS|RECOVERY) \?= .*$`).FindAllString(string(makefile), -1)...)
	for _, line := range lines {
		_, command, ok := strings.Cut(line, "veloxd chaos ")
		if !ok && !strings.Contains(line, " ?= ") {
			continue
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(command+line, -1) {
			if !known[flag] {
				t.Errorf("%q: chaos has no flag %s", line, flag)
			}
		}
	}
}

// TestChaosWithoutKafka: it says what is missing, and what is wanted instead.
func TestChaosWithoutKafka(t *testing.T) {
	t.Setenv("PATH", "")
	code, _, stderr := call(t, "chaos", "--dir", t.TempDir())
	if code != 3 || !strings.Contains(stderr, "java is not installed: brokers need version 17 or newer") {
		t.Errorf("without java: %d, %s", code, stderr)
	}
}
