package main

import (
	"strings"
	"testing"
)

// TestChaosFlags: what can't be done is refused before anything starts.
func TestChaosFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"--node-kills -1":          "--node-kills -1: want 0 to 10000",
		"--length 48h":             "--length 48h0m0s: want 0s to 24h",
		"--length 0s --measures 0": "nothing is left to do",
		"--symbols 0":              "--symbols 0: want 1 to 100000",
		"--rate 0":                 "--rate 0: want 1 to 100000",
	} {
		code, _, stderr := call(t, append([]string{"chaos"}, strings.Fields(flags)...)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d, %s, want 2 and %q", flags, code, stderr, want)
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
