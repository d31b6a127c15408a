package engine

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestProcessThatCantKeepAShardEndsWithSix: a node whose symbols fail at every tick,
// restarts or not, ends by itself with exit code 6, and says why.
func TestProcessThatCantKeepAShardEndsWithSix(t *testing.T) {
	c := onEmbedded(t, "", "topics.profile=long-test")
	file := filepath.Join(t.TempDir(), "failing.yaml")
	text := "processing: {restarts: {shard: {max: 2}}}\n" +
		"simulate: {enabled: true, hours: 0, symbols: 3, ticks_per_second: 100}\n" +
		"faults: {enabled: true, rules: [{point: step, match: AURORA, action: panic, probability: 1}]}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	node := processTelling(t, &told, buildNode(t), file, c)
	ended := make(chan error, 1)
	go func() { ended <- node.Wait() }()
	select {
	case err := <-ended:
		if code := new(exec.ExitError); !errors.As(err, &code) || code.ExitCode() != 6 {
			t.Errorf("the process ends with %v, want exit code 6", err)
		}
	case <-time.After(time.Minute):
		_ = node.Process.Kill()
		t.Errorf("the process doesn't end, and is killed: %v", <-ended)
	}
	for _, want := range []string{"a shard could not be kept running", "injected fault"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the process doesn't say %q, but:\n%s", want, told.String())
		}
	}
}
