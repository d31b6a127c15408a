package actors

import (
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestDeletedOwners: a shard opens, new or restored, though records of velox-strategies
// were deleted, and knows the owners that are left.
func TestDeletedOwners(t *testing.T) {
	for name, restored := range map[string]bool{"new": false, "restored": true} {
		t.Run(name, func(t *testing.T) {
			o := newOwned(t)
			if restored {
				o.reads(o.keeper)
				o.stops(o.keeper)
			}
			for _, id := range []string{"gone", "gone too", "another"} {
				owner := messages.StrategyOwner{StrategyID: id, UserID: o.far, Number: 1}
				o.cluster.Produce(messages.Out{
					Topic: messages.TopicStrategies, Partition: messages.AnyPartition, Key: []byte(id), Value: messages.AppendStrategyOwner(nil, &owner),
				})
			}
			if err := o.cluster.DeleteRecords(messages.TopicStrategies, 0, 2); err != nil {
				t.Fatal(err)
			}
			deploy := func(id string) {
				o.command(o.near, "deploy "+id, "DEPLOY", map[string]any{"strategy_id": id, "name": id, "symbols": []string{"SYM0"}, "external": true})
			}
			deploy(outside)
			deploy("another") // is refused
			a := o.signals()
			o.reads(o.keeper)
			if restarts := o.seen.get(CountRestarts, "shard"); restarts != 0 {
				t.Errorf("%d restarts", restarts)
			}
			o.want(a+traded, "command 2: COMMAND_REFUSED")
		})
	}
}
