package actors

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// The topics have the same names for every prefix, and only shards of one prefix fence
// each other. So a shard's state says under which prefix it is kept, and no other opens
// it. The word is a claim: a record with a key of its own for each prefix, in the shard's
// partition of its state topic, of which the first one counts. Who finds none writes his
// own and reads again. A restore waits for every transaction that began below where it
// ends, so of two that claim a new shard at once both see which came first.

// claimPart is the part of state that claims are.
const claimPart = "prefix"

// claims are the prefixes that claim a shard, first come first.
type claims []string

// take takes in a record of a claim, and tells whether it was one.
func (c *claims) take(r *messages.Record) bool {
	prefix, ok := strings.CutPrefix(string(r.Key), messages.ClaimKey)
	if !ok {
		return false
	}
	*c = slices.DeleteFunc(*c, func(p string) bool { return p == prefix })
	if r.Value != nil {
		*c = append(*c, prefix)
	}
	return true
}

// holder gives the prefix that the state is kept under, empty for none. State of before
// there were claims names its writer.
func (r *restored) holder() string {
	if len(r.claims) > 0 {
		return r.claims[0]
	}
	return r.writer
}

// prefixOf gives the prefix in a record's velox-writer.
func prefixOf(r *messages.Record, id messages.ShardID) string {
	writer, _ := r.Header(messages.HeaderWriter)
	return strings.TrimSuffix(string(writer), fmt.Sprintf("/%s/%d", id.Kind, id.Partition))
}

// claim makes sure that the shard's state, of which checkState allows that, is kept under
// this node's prefix, or refuses when another one was faster. It gives what was restored,
// which may have been read again.
func (s *shard) claim(ctx context.Context, r *restored) (*restored, error) {
	own := s.config.Prefix
	holder := r.holder()
	switch {
	case len(r.claims) > 0 && holder == own:
		return r, nil
	case holder == "" || holder == own:
		return s.claimWith(ctx, nil)
	}
	s.config.Logger.Warn("the shard's state goes over to another prefix", "shard", s.id.String(), "from", holder, "to", own)
	return s.claimWith(ctx, r.claims)
}

// claimWith claims the shard, in place of others, and reads again who was first.
func (s *shard) claimWith(ctx context.Context, others claims) (*restored, error) {
	value, err := proto.Marshal(&veloxpb.EntityState{Version: stateVersion, Part: claimPart, Key: s.config.Prefix})
	if err != nil {
		return nil, fmt.Errorf("shard %s: encode its claim: %w", s.id, err)
	}
	records := []messages.Out{s.stateOut(messages.ClaimKey+s.config.Prefix, value)}
	for _, p := range others {
		if p != s.config.Prefix {
			records = append(records, s.stateOut(messages.ClaimKey+p, nil))
		}
	}
	if err := s.log.Commit(ctx, records); err != nil {
		return nil, fmt.Errorf("shard %s: claim it for the prefix %s: %w", s.id, s.config.Prefix, err)
	}
	r, err := s.readState(ctx)
	if err != nil {
		return nil, err
	}
	if holder := r.holder(); holder != s.config.Prefix {
		if err := s.log.Commit(ctx, []messages.Out{s.stateOut(messages.ClaimKey+s.config.Prefix, nil)}); err != nil {
			return nil, fmt.Errorf("shard %s: take the claim for the prefix %s back: %w", s.id, s.config.Prefix, err)
		}
		return nil, s.config.heldBy(s.id, holder)
	}
	return r, nil
}

// CheckState reads a range of a shard's state and refuses, with a *RefusedError, when it
// is kept under another prefix than c's, or the one that c adopts, or was made with other
// partition counts than topics have now. It is for who wants to know before a shard opens,
// and uses only the log and the prefixes of c. known is false when the range names no
// prefix.
func (c *Config) CheckState(ctx context.Context, id messages.ShardID, state messages.OffsetRange) (known bool, err error) {
	r, own := &restored{}, shardKey(id)
	var last *messages.Record
	tp := id.State()
	err = c.Log.Scan(ctx, map[messages.TopicPartition]messages.OffsetRange{tp: state}, func(record *messages.Record) error {
		if !r.claims.take(record) && string(record.Key) == own && record.Value != nil {
			last, r.writer = record, prefixOf(record, id)
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("shard %s: read its state in %s: %w", id, tp, err)
	}
	switch holder := r.holder(); holder {
	case "":
		return false, nil
	case c.Prefix, c.AdoptPrefix:
		return true, c.checkCounts(ctx, id, last)
	default:
		return true, c.heldBy(id, holder)
	}
}

// heldBy says what to do about another prefix.
func (c *Config) heldBy(id messages.ShardID, holder string) error {
	return &RefusedError{Shard: id, Why: fmt.Sprintf(
		"its state in %s/%d is kept under the group id prefix %q, and this node's is %q: two clusters of Velox on the same topics would both trade every account. "+
			"Give the node that prefix (KAFKA_GROUP_ID_PREFIX), or a Kafka of its own; to change the prefix for good, stop all nodes of %s and start these with node.adopt_prefix: %s",
		messages.StateTopic(id.Kind), id.Partition, holder, c.Prefix, holder, holder)}
}
