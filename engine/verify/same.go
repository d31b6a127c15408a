package verify

import (
	"context"
	"fmt"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/sim/check"
)

// Same holds what nodes have made on one cluster against what they made of the same
// inputs on another, undisturbed one. Both must have settled. Only accounts of which
// every symbol is in one partition of ticks and one of updates can be compared:
// leaveOut names the others.
func Same(ctx context.Context, got, want Config, leaveOut func(user string) bool) ([]*check.Result, error) {
	var subjects [2]*check.Subject
	for i, c := range []Config{got, want} {
		log, err := kafka.OpenLog(c.Kafka)
		if err != nil {
			return nil, err
		}
		defer log.Close()
		subjects[i] = &check.Subject{View: newView(ctx, log, c.timeout()), Settled: true, Live: true, Keep: manyFindings}
	}
	outputs, states, err := check.Same(subjects[0], subjects[1], leaveOut)
	if err != nil {
		return nil, fmt.Errorf("compare with an undisturbed run: %w", err)
	}
	return []*check.Result{outputs, states}, nil
}
