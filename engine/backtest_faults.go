package engine

import (
	"context"
	"fmt"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/supervisor/fault"
)

// memoryFaults asks for the faults of a shard's log at the points that the Kafka
// log has, so that a rule strikes in a backtest where it would in a node; nil when
// faults are off.
func memoryFaults(f *fault.Injector) memlog.FaultFunc {
	if f == nil {
		return nil
	}
	points := map[memlog.Point]string{
		memlog.PointOpenShard: "open", memlog.PointPoll: "fetch", memlog.PointEmit: "produce",
		memlog.PointCommitWrite: "produce", memlog.PointCommitEnd: "end transaction",
	}
	return func(_ context.Context, call memlog.Call) error {
		point, ok := points[call.Point]
		if !ok || call.After {
			return nil
		}
		if err := f.At(point, call.Shard.String()); err != nil {
			return fmt.Errorf("%w: %w", messages.ErrAborted, err)
		}
		return nil
	}
}
