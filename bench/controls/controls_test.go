package main

import (
	"os"
	"testing"
)

// TestChangesFit: every change is of a text that its file has once, so that no
// control breaks nothing.
func TestChangesFit(t *testing.T) {
	t.Chdir("../..")
	for _, l := range laws {
		overlay, err := l.overlay(t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", l.name, err)
			continue
		}
		if _, err := os.Stat(overlay); err != nil {
			t.Errorf("%s: %v", l.name, err)
		}
	}
}

// TestChecks finds the names of checks in what a simulation says.
func TestChecks(t *testing.T) {
	got := checks("  FAIL same outputs 470 looked at, 1 found: x\n  FAIL venue  5 looked at, 1 found: y\nthe cluster doesn't settle: z")
	if len(got) != 3 || got[0] != "same outputs" || got[1] != "venue" || got[2] != "not settling" {
		t.Errorf("%q", got)
	}
}
