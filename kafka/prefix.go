package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/velox-trading/velox/messages"
)

// PrefixHeldError says that another cluster of Velox uses the group id prefix.
// Two clusters on one would take partitions from each other and fence each
// other's shards.
type PrefixHeldError struct{ Prefix, Holder, Wanted string }

// Error implements error.
func (e *PrefixHeldError) Error() string {
	return fmt.Sprintf("group id prefix %s is held by the cluster %q, and this node is of %q", e.Prefix, e.Holder, e.Wanted)
}

// HoldPrefix claims a group id prefix for a cluster of Velox, by name. The first
// to claim it holds it, for as long as the cluster keeps a group's offsets
// (offsets.retention.minutes, a week by default) after the last claim, so a
// running node claims it now and then. For the holder's nodes it does nothing
// else; for others the error is a *PrefixHeldError.
//
// The claim is the metadata of an offset that the group <prefix>-cluster, which
// has no members, commits for partition 0 of market-data-ticks.
func (a *Admin) HoldPrefix(ctx context.Context, prefix, cluster string) error {
	// On a cluster that has just been made, the topic of group offsets has yet to come.
	return patiently(ctx, func() error { return a.holdPrefix(ctx, prefix, cluster) })
}

func (a *Admin) holdPrefix(ctx context.Context, prefix, cluster string) error {
	group := prefix + "-cluster"
	for range 2 { // claim, then see whether another claimed it in the same moment
		holder, err := a.prefixHolder(ctx, group)
		if err != nil {
			return fmt.Errorf("group %s: %w", group, err)
		}
		if holder != "" && holder != cluster {
			return &PrefixHeldError{Prefix: prefix, Holder: holder, Wanted: cluster}
		}
		offsets := make(kadm.Offsets)
		offsets.Add(kadm.Offset{Topic: messages.TopicTicks, LeaderEpoch: -1, Metadata: cluster})
		answer, err := a.admin.CommitOffsets(ctx, group, offsets)
		if err == nil {
			err = answer.Error()
		}
		if err != nil {
			return fmt.Errorf("group %s: claim it for the cluster %q: %w", group, cluster, err)
		}
	}
	return nil
}

// prefixHolder gives the name of the cluster that holds a prefix, empty when
// none does.
func (a *Admin) prefixHolder(ctx context.Context, group string) (string, error) {
	answer, err := a.admin.FetchOffsets(ctx, group)
	if errors.Is(err, kerr.GroupIDNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	o, ok := answer.Lookup(messages.TopicTicks, 0)
	if !ok {
		return "", nil
	}
	return o.Metadata, o.Err
}
