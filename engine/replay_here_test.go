package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
)

// here gives the settings of a program that names no cluster, beside a broker.
func here(t *testing.T, address string) *configs.Config {
	t.Helper()
	return settings(t, ownBroker(map[string]string{"broker.address": address, "node.start_timeout": "1s"}))
}

// TestReplayIntoTheNodeHere: without a named cluster, a replay goes to the node that
// runs here, and has nothing to warn of.
func TestReplayIntoTheNodeHere(t *testing.T) {
	n := readyNode(t, settings(t, ownBroker(nil)))
	var out, log bytes.Buffer
	err := Replay(t.Context(), here(t, n.cluster.embedded.Address()), ReplayOptions{
		Files: []string{waves(t, 600)}, JSON: true, Out: &out, Progress: io.Discard, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	var got summary
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &got)
	}
	if err != nil || got.Ticks != 600 || got.Node != nil {
		t.Fatalf("the replay gives %s, %v", out.String(), err)
	}
	if log.Len() > 0 {
		t.Errorf("it warns: %s", log.String())
	}
	if err := takenIn(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if ticks := n.observer.totals().ticks; ticks != 600 {
		t.Errorf("the node has taken in %d ticks of 600", ticks)
	}
}

// TestReplayWithoutNode: what to do is said when no node runs here, and when there is
// a broker that none has worked on.
func TestReplayWithoutNode(t *testing.T) {
	broker, err := startEmbedded(settings(t, ownBroker(nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	for address, want := range map[string]string{
		"127.0.0.1:1":    "the Kafka cluster at 127.0.0.1:1 does not answer",
		broker.Address(): "topics are missing: market-data-ticks",
	} {
		err := Replay(t.Context(), here(t, address), ReplayOptions{
			Files: []string{waves(t, 10)}, Out: io.Discard, Progress: io.Discard, Logger: discard(),
		})
		coded := (*Error)(nil)
		if !errors.As(err, &coded) || coded.Code != ExitKafka || !strings.Contains(err.Error(), want) ||
			!strings.HasSuffix(err.Error(), "; or start a node: `veloxd` runs one, and --node one for this replay alone") {
			t.Errorf("%s gives %v, want %q and how to get a node", address, err, want)
		}
	}
}
