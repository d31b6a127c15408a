package engine

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// TestFeedReadFault: a feed that fails ends the node, and the error says where.
func TestFeedReadFault(t *testing.T) {
	c := settings(t, map[string]string{
		"broker.address": "127.0.0.1:0", "http.address": "", "node.status_every": "0s",
		"simulate.enabled": "true", "simulate.hours": "0.01", "simulate.symbols": "3",
	})
	c.Faults = configs.Faults{Enabled: true, Seed: 1, Rules: []configs.FaultRule{{Point: "feed read", Action: "error", Nth: 5}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := Run(ctx, c, RunOptions{Out: io.Discard, Logger: discard()})
	if injected := (*fault.Injected)(nil); !errors.As(err, &injected) || injected.Point != "feed read" || !strings.Contains(err.Error(), "tick 5") {
		t.Errorf("the node ended with %v, want the fault of its feed at tick 5", err)
	}
}
