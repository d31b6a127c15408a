package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// openWith restores the shard and points it at its inputs.
func (s *shard) openWith(ctx context.Context) error {
	s.config.Observer.ShardState(s.id, "restoring", nil)
	if s.config.guarantee(s.id.Kind) == AtLeastOnce {
		s.log.Emit(nil) // its producer is ready when the opening is told
	}
	if err := s.countPartitions(ctx); err != nil {
		return err
	}
	var r *restored
	err := s.insist(ctx, func() (err error) {
		if r, err = s.readState(ctx); err != nil {
			return err
		}
		return s.checkState(r)
	})
	if err != nil {
		return err
	}
	if r, err = s.claim(ctx, r); err != nil {
		return err
	}
	if r.record == nil {
		return s.begin(ctx)
	}
	return s.resume(ctx, r.record, r.parts)
}

// checkState refuses state that is another prefix's, or that lacks its shard record.
func (s *shard) checkState(r *restored) error {
	switch holder := r.holder(); holder {
	case "", s.config.Prefix, s.config.AdoptPrefix:
	default:
		return s.config.heldBy(s.id, holder)
	}
	if r.record == nil && len(r.parts) > 0 {
		return &RefusedError{Shard: s.id, Why: fmt.Sprintf("its state topic %s/%d holds %d entities but no shard record; restore the topic or empty it",
			messages.StateTopic(s.id.Kind), s.id.Partition, len(r.parts))}
	}
	return nil
}

// countPartitions learns the partition counts of the input topics, of the updates for who
// writes them, and of the shard's state topic. Those that differ from what the shard was
// opened with before are refused, and so is a shard whose state has no partition.
func (s *shard) countPartitions(ctx context.Context) error {
	inputs, state := s.kind.topics(), s.id.State()
	topics := []string{state.Topic}
	for _, t := range inputs {
		topics = append(topics, t.topic)
	}
	if s.id.Kind == messages.SymbolShard {
		topics = append(topics, messages.TopicUpdates)
	}
	counts, err := s.partitionCounts(ctx, topics...)
	if err != nil {
		return err
	}
	s.states = counts[state.Topic]
	if s.states <= state.Partition {
		return &RefusedError{Shard: s.id, Why: fmt.Sprintf("its state has no place: topic %s has %d partitions, and %s, whose partitions are the shards, has %d; "+
			"they must be the same: a topic in use can't grow yet, so make the larger one anew", state.Topic, s.states, inputs[0].topic, counts[inputs[0].topic])}
	}
	delete(counts, state.Topic) // by itself it may change: nothing is placed among its partitions
	s.counts = counts
	return s.memory.keepCounts(s.id, counts)
}

// partitionCounts gives topics' partition counts, or refuses without one of them: not at
// once, for a broker that has just started may not know of any yet.
func (s *shard) partitionCounts(ctx context.Context, topics ...string) (map[string]int32, error) {
	var counts map[string]int32
	err := s.insist(ctx, func() (err error) {
		counts, err = s.config.Log.PartitionCounts(ctx, topics...)
		if errors.Is(err, messages.ErrNoTopic) {
			return &RefusedError{Shard: s.id, Why: fmt.Sprintf("%v; create it with `veloxd topics apply`", err)}
		}
		if err != nil {
			return fmt.Errorf("shard %s: %w", s.id, err)
		}
		return nil
	})
	return counts, err
}

// restored is what a shard's partition of its state topic holds.
type restored struct {
	record *veloxpb.ShardState // nil: the shard is new
	parts  map[string]*veloxpb.EntityState
	claims claims
	writer string // the prefix of who has written the shard record
}

// readState reads the shard's partition of its state topic. Of each key only the last
// record is decoded: until the topic is compacted it holds many before that.
func (s *shard) readState(ctx context.Context) (*restored, error) {
	if err := s.config.Fault.at("restore", s.id.String()); err != nil {
		return nil, err
	}
	out := &restored{}
	last := make(map[string]*messages.Record)
	err := s.log.Restore(ctx, func(r *messages.Record) error {
		key := string(r.Key)
		if out.claims.take(r) {
			return nil
		}
		if r.Value == nil {
			delete(last, key)
		} else {
			last[key] = r
		}
		return nil
	})
	if err == nil {
		err = out.decode(last, s.id)
	}
	if err != nil {
		return nil, fmt.Errorf("shard %s: restore: %w", s.id, err)
	}
	return out, nil
}

// decode takes in the last record of each key.
func (r *restored) decode(last map[string]*messages.Record, id messages.ShardID) error {
	own := shardKey(id)
	r.parts = make(map[string]*veloxpb.EntityState, len(last))
	for key, record := range last {
		if key == own {
			r.record, r.writer = &veloxpb.ShardState{}, prefixOf(record, id)
			if err := checkVersion(record, proto.Unmarshal(record.Value, r.record), r.record.GetVersion); err != nil {
				return err
			}
			continue
		}
		e := &veloxpb.EntityState{}
		r.parts[key] = e
		if err := checkVersion(record, proto.Unmarshal(record.Value, e), e.GetVersion); err != nil {
			return err
		}
	}
	return nil
}

func checkVersion(r *messages.Record, err error, version func() uint32) error {
	if err != nil {
		return fmt.Errorf("state record %s/%d/%d, key %q: %w", r.Topic, r.Partition, r.Offset, r.Key, err)
	}
	if v := version(); v != stateVersion {
		return fmt.Errorf("state record %s/%d/%d, key %q: version %d, this build reads version %d",
			r.Topic, r.Partition, r.Offset, r.Key, v, stateVersion)
	}
	return nil
}

// begin resolves once where a new shard starts and commits that frontier before
// anything is read. The partitions are counted again behind that: another shard that
// opens with more of them has seen the commit, or they are seen here.
func (s *shard) begin(ctx context.Context) error {
	if err := s.agree(ctx); err != nil {
		return err
	}
	s.frontier = make(frontier)
	for _, t := range s.kind.topics() {
		ranges, err := s.log.Offsets(ctx, s.partitions(t)...)
		if err != nil {
			return fmt.Errorf("shard %s: offsets of %s: %w", s.id, t.topic, err)
		}
		if t.cache {
			s.startCaches(ranges)
			continue
		}
		for tp, r := range ranges {
			if t.fromStart || s.config.Earliest {
				s.frontier[tp] = r.Start
			} else {
				s.frontier[tp] = r.End
			}
		}
	}
	if err := s.beginBehindOpenings(ctx); err != nil {
		return err
	}
	s.succeed(0)
	if err := s.commit(ctx, s.newEpoch(), nil); err != nil {
		return err
	}
	if err := s.countPartitions(ctx); err != nil {
		return err
	}
	if s.announces() {
		s.announce()
		if err := s.flushOpening(ctx); err != nil {
			return err
		}
	}
	return s.readAll()
}

// beginBehindOpenings makes the openings known that stand where a new shard doesn't read.
// One that begins at the end of the updates begins at the end that they are known for.
func (s *shard) beginBehindOpenings(ctx context.Context) error {
	behind := false
	for tp, next := range s.frontier {
		behind = behind || tp.Topic == messages.TopicUpdates && next > 0
	}
	if !behind {
		return nil
	}
	ends, err := s.learnOpenings(ctx)
	if err == nil && !s.config.Earliest {
		s.frontier.move(ends)
	}
	return err
}

// resume takes up the saved state and reads again from the safe frontier.
func (s *shard) resume(ctx context.Context, record *veloxpb.ShardState, parts map[string]*veloxpb.EntityState) error {
	if err := madeWith(s.id, record, s.id, s.counts); err != nil {
		return err
	}
	s.tellSettings(record)
	s.timers = record.Timers
	s.committed = frontierFrom(record.Frontier)
	s.frontier = frontierFrom(record.SafeFrontier)
	s.kind.restored(clocksFrom(record.SafeClocks))
	s.kind.commitClocks(clocksFrom(record.Clocks))
	s.kind.knowOpenings(openingsFrom(record.Openings))
	s.succeed(record.Opening)
	repeats := s.config.guarantee(s.id.Kind) == AtLeastOnce
	if repeats {
		// What leaves outside of transactions mustn't come of an old state, which only a
		// commit finds out. Not once losses were looked for: that they are known is
		// committed with what comes of them.
		s.replaying = !s.reached(s.committed)
		if err := s.commit(ctx, s.newEpoch(), nil); err != nil {
			return err
		}
	} else {
		// The owner before may have ended before he did, and there may be nothing to commit.
		s.group.Publish(s.id, s.committed.clone())
	}
	if s.announces() {
		s.announce()
	}
	if err := s.loadParts(parts); err != nil {
		return err
	}
	lost, err := s.findLoss(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(lost, func(l loss) bool { return l.tp.Topic == messages.TopicUpdates }) {
		if _, err := s.learnOpenings(ctx); err != nil {
			return err
		}
	}
	s.replaying = !s.reached(s.committed)
	if !s.replaying {
		s.endReplay()
	}
	if repeats {
		s.catchUp = s.committed // until the ends are known
	}
	if err := s.spawnAll(ctx); err != nil {
		return err
	}
	if repeats {
		if err := s.findCatchUp(ctx); err != nil {
			return err
		}
	}
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	return s.reportLoss(ctx, lost)
}

// findCatchUp learns how far the shard catches up. Updates since the last commit may be
// out already, an earlier owner's until the opening's record, which is waited for. They
// are of ticks below these ends, and are made again with the same bytes before anything
// else can change what comes out.
func (s *shard) findCatchUp(ctx context.Context) error {
	if err := s.flushOpening(ctx); err != nil {
		return err
	}
	ends, err := s.ends(ctx, func(t inputTopic) bool { return !t.later && !t.cache })
	if err != nil {
		return err
	}
	if s.catchUp = ends; !s.reached(ends) {
		return nil
	}
	s.catchUp = nil
	return s.readAll()
}

// takeOver tells the entities that have to know of the new owner, and commits what
// comes of it, before anything is read: what they do from here on, they do as his. What
// is read again after it has caused nothing that anybody has seen.
func (s *shard) takeOver(ctx context.Context) error {
	ep := s.newEpoch()
	s.kind.takeOver(ep)
	if len(ep.order) == 0 {
		return nil
	}
	if err := s.step(ctx, ep); err != nil {
		return err
	}
	return s.finish(ctx, ep)
}

// tellSettings says when the settings are not those that the state was made
// with: symbols that are there keep the timeframes and indicators they have, and
// updates that are made again after a crash may have other bytes than before.
func (s *shard) tellSettings(record *veloxpb.ShardState) {
	if now := s.kind.settings(); record.Settings != now {
		s.config.Logger.Warn("the settings of symbols have changed since this state was written; symbols keep what they have, and updates "+
			"that were out after the last checkpoint may come again with other values", "shard", s.id.String(), "was", record.Settings, "is", now)
	}
}

func (s *shard) loadParts(states map[string]*veloxpb.EntityState) error {
	keys := make([]string, 0, len(states))
	for k := range states {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		e := states[k]
		owner := s.kind.handleKey(e.Part, e.Key, e.Payload)
		h := s.handle(owner)
		h.cell.base = append(h.cell.base, part{name: e.Part, key: e.Key, payload: e.Payload})
		if e.Part == mainPart(s.id.Kind) {
			h.skip = frontierFrom(e.Frontier)
		}
		sum := fnv.New64a()
		_, _ = sum.Write(e.Payload)
		if h.written == nil {
			h.written = make(map[string]uint64, 1)
		}
		h.written[e.Part+"/"+e.Key] = sum.Sum64()
	}
	return nil
}

// spawnAll makes the actors of all restored entities, and asks each for what
// the shard must know of it. What is read whoever the entities are is on its way
// meanwhile.
func (s *shard) spawnAll(ctx context.Context) error {
	ep := s.newEpoch()
	handles := make([]*handle, 0, len(s.handles))
	for _, h := range s.handles {
		handles = append(handles, h)
	}
	slices.SortFunc(handles, func(a, b *handle) int { return cmp.Compare(a.key, b.key) })
	for _, h := range handles {
		ep.group(h)
	}
	if !s.kind.selects() {
		if err := s.readAll(); err != nil {
			return err
		}
	}
	if err := s.stepQuietly(ctx, ep); err != nil {
		return err
	}
	s.launch(ep)
	if !s.kind.selects() {
		return nil
	}
	return s.readAll()
}

// stepQuietly steps entities without inputs: nothing changes, they only tell
// their notes.
func (s *shard) stepQuietly(ctx context.Context, ep *epoch) error {
	if err := s.step(ctx, ep); err != nil {
		return err
	}
	for h := range s.handles {
		s.clean(s.handles[h])
	}
	return nil
}

func (s *shard) endReplay() {
	s.replaying = false
	for _, h := range s.handles {
		h.skip = nil
	}
	s.kind.settled()
}
