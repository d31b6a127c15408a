package main

import (
	"slices"
	"strings"
	"testing"
)

// TestChangesFit: every change is of a text that its file has once, so that no
// control breaks nothing; and enough seeds are known for every law of the simulation.
func TestChangesFit(t *testing.T) {
	t.Chdir("../..")
	for i := range laws {
		l := &laws[i]
		if _, err := l.overlay(t.TempDir()); err != nil {
			t.Errorf("%s: %v", l.name, err)
		}
		if !l.onKafka() && len(l.seeds) < enough {
			t.Errorf("%s: %d known seeds, want at least %d", l.name, len(l.seeds), enough)
		}
	}
}

const (
	finding = "  FAIL same outputs 470 looked at, 1 found: x\n  FAIL venue  5 looked at, 1 found: y\n"
	hang    = "seed 4: the cluster doesn't settle: after 30m0s z\nagain: go test ./sim/cluster -run TestSimulation -seed 4\n"
)

// TestOnlyFindingsCount: a law is seen when enough seeds have findings. Those that
// hang are told by themselves, and one that fails without either is an error.
func TestOnlyFindingsCount(t *testing.T) {
	var s sight
	for seed := 1; seed <= 9; seed++ {
		if err := s.take(seed, hang, true); err != nil {
			t.Fatal(err)
		}
	}
	if s.seen() {
		t.Errorf("seen by hangs alone: %v", &s)
	}
	for _, seed := range []int{12, 10, 11} {
		if s.seen() {
			t.Errorf("seen by fewer than %d: %v", enough, &s)
		}
		if err := s.take(seed, finding, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.take(13, "  ok   same outputs  5 looked at, 0 found\n", false); err != nil {
		t.Fatal(err)
	}
	want := "findings on 3 of 13 seeds (10 11 12), by same outputs, venue; not counted: 9 that did not settle (1 2 3 4 5 ...)"
	if got := s.String(); !s.seen() || got != want {
		t.Errorf("seen %t: %q, want %q", s.seen(), got, want)
	}
	if err := s.take(14, "panic: something else", true); err == nil || !strings.Contains(err.Error(), "seed 14") {
		t.Errorf("a run that broke off: %v", err)
	}
}

// TestSeenOnBrokers: the tests that failed by an assertion, each by its own name.
func TestSeenOnBrokers(t *testing.T) {
	text := "--- FAIL: TestA (1.00s)\n    --- FAIL: TestA/b (0.10s)\n        --- FAIL: TestA/b/c (0.10s)\n            suite.go:7: got 1\n" +
		"    --- PASS: TestA/d (0.10s)\n--- FAIL: TestAll (0.10s)\n    all_test.go:70: lost\nFAIL\nFAIL\tvelox/kafka\t3s\n"
	v := failures(text)
	if want := []string{"TestA/b/c", "TestAll"}; !v.seen() || !slices.Equal(v.failed, want) || len(v.other) > 0 {
		t.Errorf("%q, want %q; other %q", v.failed, want, v.other)
	}
	v.failed = append(v.failed, "C", "D", "E", "F")
	if got, want := v.String(), "on real Kafka, by TestA/b/c, TestAll, C, D and 2 more tests"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if v = failures("--- PASS: TestA (1.00s)\nok\n"); v.seen() {
		t.Errorf("seen without a failure: %v", v)
	}
}

// TestOtherFailuresDoNotCount: a test that fails because its brokers don't start, by a
// panic or by the end of the time, or that fails when the law is whole, too, shows
// nothing of the law.
func TestOtherFailuresDoNotCount(t *testing.T) {
	for name, text := range map[string]string{
		"no brokers": "--- FAIL: TestA (60.00s)\n    start.go:99: real Kafka did not start\n        context deadline exceeded\nFAIL\n",
		"a panic":    "--- FAIL: TestA (0.10s)\n    suite.go:7: told before\npanic: nil map [recovered, repanicked]\n\ngoroutine 7 [running]:\n\t/velox/kafka/log.go:12 +0x1d\nFAIL\tvelox/kafka\t1s\n",
		"in a part":  "--- FAIL: TestA (0.10s)\n    --- FAIL: TestA/b (0.10s)\npanic: boom\nFAIL\n",
		"no word":    "--- FAIL: TestA (0.10s)\n--- PASS: TestB (0.10s)\n    b_test.go:7: of another\nFAIL\n",
	} {
		if v := failures(text); v.seen() || len(v.other) != 1 || !strings.Contains(v.String(), "no test on real Kafka fails; not counted") {
			t.Errorf("%s: %v", name, v)
		}
	}
	if v := failures("panic: test timed out after 10m0s\n\trunning tests:\n\t\tTestA (10m0s)\nFAIL\tvelox/kafka\t600s\n"); v.seen() {
		t.Errorf("seen by the end of the time: %v", v)
	}
	v := &verdict{failed: []string{"TestA/b", "TestA/c", "TestB", "TestC/a"}}
	if got, want := tops(v.failed), []string{"TestA", "TestB", "TestC"}; !slices.Equal(got, want) {
		t.Errorf("to run again: %q, want %q", got, want)
	}
	v.without(&verdict{failed: []string{"TestA/b", "TestB/x"}, other: []string{"TestC"}})
	if want := []string{"TestA/c"}; !slices.Equal(v.failed, want) || !slices.Equal(v.other, []string{"TestA/b", "TestB", "TestC/a"}) {
		t.Errorf("%q and %q, want %q", v.failed, v.other, want)
	}
}

// TestSeedsToLookAt: the first ones, after those that are known.
func TestSeedsToLookAt(t *testing.T) {
	l := law{seeds: []int{7, 3}}
	if got := l.lookAt(options{seeds: 4}); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Error(got)
	}
	if got := l.lookAt(options{seeds: 4, known: true}); !slices.Equal(got, []int{7, 3, 1, 2}) {
		t.Error(got)
	}
}
