package main

import (
	"strings"
	"testing"
)

// TestVerifyWithoutCluster: what can't be checked has another exit code than what is
// not as promised.
func TestVerifyWithoutCluster(t *testing.T) {
	code, out, stderr := call(t, "verify", "--broker-address", "127.0.0.1:1", "--set", "node.start_timeout=1s")
	if code != 3 || out != "" || !strings.Contains(stderr, "does not answer") {
		t.Errorf("exit code %d, %q, %q", code, out, stderr)
	}
	for _, args := range [][]string{{"--timeout", "-1s"}, {"--timeout", "25h"}, {"orders"}} {
		if code, _, stderr := call(t, append([]string{"verify"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
	code, _, stderr = call(t, "verify", "--set", "processing.guarantee.account=at_least_once")
	if code != 2 || !strings.Contains(stderr, "may repeat") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
