package verify

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// groups are those that shards publish their places in, by what follows the prefix.
var groups = map[string]struct {
	topic string
	kind  messages.ShardKind
}{
	"-market-data-group": {messages.TopicTicks, messages.SymbolShard}, "-accounts-group": {messages.TopicCommands, messages.AccountShard},
	"-indicator-group": {messages.TopicUpdates, messages.AccountShard}, "-signal-group": {messages.TopicSignals, messages.AccountShard},
}

// published gives the offsets that the groups show, by shard; nil when there are none.
func (v *verification) published(ctx context.Context) (map[messages.ShardID]map[messages.TopicPartition]int64, error) {
	accounts, err := v.log.PartitionCount(ctx, messages.TopicCommands)
	if err != nil {
		return nil, err
	}
	var out map[messages.ShardID]map[messages.TopicPartition]int64
	for group, g := range groups {
		offsets, err := v.log.GroupOffsets(ctx, v.Kafka.GroupIDPrefix+group)
		if err != nil {
			return nil, err
		}
		for tp, next := range offsets {
			if tp.Topic != g.topic {
				continue
			}
			id := messages.ShardID{Kind: g.kind, Partition: tp.Partition}
			if g.kind == messages.AccountShard {
				id.Partition %= accounts
			}
			if out == nil {
				out = make(map[messages.ShardID]map[messages.TopicPartition]int64)
			}
			if out[id] == nil {
				out[id] = make(map[messages.TopicPartition]int64)
			}
			out[id][tp] = next
		}
	}
	return out, nil
}

// publishing is how long a node that has just begun may take to publish something.
const publishing = 5 * time.Second

// appears tells whether something is published after all: by nodes that have just begun.
func (v *verification) appears(ctx context.Context) (bool, error) {
	if run, err := v.running(ctx); err != nil || !run {
		return false, err
	}
	for deadline := time.Now().Add(publishing); ; {
		out, err := v.published(ctx)
		if err != nil || len(out) > 0 || time.Now().After(deadline) {
			return len(out) > 0, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// others tells that the shards' states are kept under other prefixes than the nodes' that
// this verification asks for: what its groups show then is of before, if there is any.
func (v *verification) others(prefixes []string, log *view, report *check.Report) {
	v.find(report, "%d shards have a state, which is kept under %s: is kafka.group_id_prefix that of the nodes?", len(log.shards), strings.Join(prefixes, ", "))
}

// unpublished tells what it means that shards have a state, and no group an offset.
func (v *verification) unpublished(ctx context.Context, log *view, report *check.Report) error {
	var names []string
	for group := range groups {
		names = append(names, v.Kafka.GroupIDPrefix+group)
	}
	slices.Sort(names)
	held := ""
	if len(log.claims) > 0 {
		run, err := v.running(ctx)
		if err != nil {
			return err
		}
		if !run { // groups without members are forgotten in time, and are in no copy of the topics
			v.leaveOut("published offsets: none of the groups %s has any, and none has members; the cluster forgets them "+
				"offsets.retention.minutes after the last node has stopped", strings.Join(names, ", "))
			return nil
		}
		held = " Nodes run, and publish nothing: do they have the right to?"
	}
	v.find(report, "none of the groups %s has an offset, and %d shards have a state: is kafka.group_id_prefix that of the nodes?%s",
		strings.Join(names, ", "), len(log.shards), held)
	return nil
}

// find adds a finding of the prefix to the check of frontiers.
func (v *verification) find(report *check.Report, format string, args ...any) {
	for _, result := range report.Results {
		if result.Check == "frontiers" {
			result.Find(v.Kafka.GroupIDPrefix, format, args...)
		}
	}
	report.OK = false
}

// running tells whether nodes run: the groups that place shards have members.
func (v *verification) running(ctx context.Context) (bool, error) {
	for _, group := range []string{"-market-data-group", "-accounts-group"} {
		n, err := v.log.GroupMembers(ctx, v.Kafka.GroupIDPrefix+group)
		if n > 0 || err != nil {
			return n > 0, err
		}
	}
	return false, nil
}
