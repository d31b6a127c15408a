package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/supervisor"
)

// stateVersion is the version of the state records that this code writes and
// reads.
const stateVersion = 1

// finish moves the frontier on, puts an epoch's outputs out, and then tells of it.
func (s *shard) finish(ctx context.Context, ep *epoch) error {
	moved := len(ep.next) > 0
	s.frontier.move(ep.next)
	s.unrecorded = s.unrecorded || moved
	arrange(ep.outputs)
	s.replayCost += s.since(ep.start)
	if err := s.putOut(ctx, ep); err != nil {
		return err
	}
	// Not before: who sees that an input was taken in may look for what came of it.
	s.count(ep, moved)
	return nil
}

// putOut puts an epoch's outputs where its guarantee wants them.
func (s *shard) putOut(ctx context.Context, ep *epoch) error {
	if s.config.guarantee(s.id.Kind) == AtLeastOnce {
		return s.putOutAtLeastOnce(ctx, ep)
	}
	if len(ep.outputs) == 0 && !ep.force && !s.sweepDue(ep) {
		return nil
	}
	return s.commit(ctx, ep, ep.outputs)
}

// putOutAtLeastOnce lets replayable outputs leave at once, unless something that can't
// be replayed was taken in with their inputs: what they hold then is nobody's before it
// is committed. The frontier moves only with a state commit, which everything else
// waits for.
func (s *shard) putOutAtLeastOnce(ctx context.Context, ep *epoch) error {
	var loose []messages.Out
	var firm []output
	for i := range ep.outputs {
		if ep.force || ep.outputs[i].firm {
			firm = append(firm, ep.outputs[i])
		} else {
			loose = append(loose, s.record(&ep.outputs[i]))
		}
	}
	if len(loose) > 0 {
		s.log.Emit(loose)
		s.config.Observer.Time(TimeTickToUpdate, "", s.since(ep.start))
	}
	if len(firm) == 0 && !ep.force && !s.sweepDue(ep) {
		return nil
	}
	return s.commit(ctx, ep, firm)
}

// record gives an output its partition and its headers.
func (s *shard) record(o *output) messages.Out {
	out := o.out
	s.place(&out)
	contentType := messages.ContentTypeJSON
	if s.config.Protobuf && o.schema != schemaDeadLetter && o.schema != schemaStrategy {
		contentType = messages.ContentTypeProtobuf
	}
	if o.schema == schemaPassedOn {
		return out
	}
	headers := make([]messages.Header, 0, 5+len(out.Headers))
	headers = append(headers,
		messages.Header{Key: messages.HeaderWriter, Value: s.writer},
		messages.Header{Key: messages.HeaderOrigin, Value: o.origin.Append(make([]byte, 0, 48))},
		messages.Header{Key: messages.HeaderSchema, Value: []byte(o.schema)},
		messages.Header{Key: messages.HeaderContentType, Value: []byte(contentType)},
	)
	if o.schema == schemaUpdate && s.openedAs != nil {
		headers = append(headers, messages.Header{Key: messages.HeaderOpening, Value: s.openedAs})
	}
	out.Headers = append(headers, out.Headers...)
	return out
}

// commit writes outputs, the state they leave behind and the frontier in one
// transaction. After an error the shard is thrown away.
func (s *shard) commit(ctx context.Context, ep *epoch, outputs []output) error {
	start := s.config.Clock.Now()
	s.pickSweep(ep)
	saved, stateRecords, err := s.save(ctx, ep)
	if err != nil {
		return err
	}
	records := make([]messages.Out, 0, len(outputs)+len(stateRecords)+1)
	for i := range outputs {
		records = append(records, s.record(&outputs[i]))
	}
	records = append(records, stateRecords...)
	record, err := s.shardRecord(saved)
	if err != nil {
		return err
	}
	records = append(records, record)
	ep.committing = s.config.Clock.Now()
	err = s.transact(ctx, records)
	s.config.Observer.Count(CountCommits, string(s.id.Kind)+"/"+commitResult(err), 1)
	if err != nil {
		return s.blameTooLarge(fmt.Errorf("shard %s: commit: %w", s.id, err), outputs, records)
	}
	s.config.Observer.Time(TimeCommit, string(s.id.Kind), s.since(start))
	s.observeOrders(outputs)
	s.unrecorded = false
	for h := range saved {
		s.clean(h)
	}
	if len(s.snapshots) == 0 {
		s.replayCost = 0
	}
	at := s.frontier.clone()
	if s.replaying {
		at.raise(s.committed)
	}
	s.group.Publish(s.id, at)
	s.launch(ep)
	return nil
}

// observeOrders measures the way from ticks to the orders that were just
// committed.
func (s *shard) observeOrders(outputs []output) {
	for i := range outputs {
		if ms := outputs[i].tickMs; ms > 0 {
			s.config.Observer.Time(TimeTickToOrder, "", s.since(time.UnixMilli(ms)))
		}
	}
}

func (s *shard) transact(ctx context.Context, records []messages.Out) error {
	if err := s.config.Fault.at("commit", s.id.String()); err != nil {
		return err
	}
	if s.config.guarantee(s.id.Kind) == AtLeastOnce {
		if err := s.log.Flush(ctx); err != nil {
			return err
		}
	}
	return s.log.Commit(ctx, records)
}

func commitResult(err error) string {
	switch {
	case err == nil:
		return "committed"
	case errors.Is(err, messages.ErrFenced):
		return "fenced"
	case errors.Is(err, messages.ErrUnclear):
		return "unclear"
	default:
		return "aborted"
	}
}

// blameTooLarge remembers whose output was too large, so that its input is
// passed over after the restore. It gives the error on: a state that is too large stays
// so after a restore, and nothing can be committed without it, so that one is refused.
func (s *shard) blameTooLarge(err error, outputs []output, records []messages.Out) error {
	var large *messages.TooLargeError
	switch {
	case !errors.As(err, &large):
	case large.Emitted != nil:
		s.blameEmitted(large.Emitted)
	case large.Index >= len(outputs):
		return &RefusedError{Shard: s.id, Why: fmt.Sprintf(
			"the state of %.100q has %d bytes, more than its topic %s takes; raise the topic's max_message_bytes with `veloxd topics apply`",
			records[large.Index].Key, large.Bytes, large.Topic)}
	case outputs[large.Index].from == "":
		s.memory.noteRefused(&outputs[large.Index].out)
	default:
		o := &outputs[large.Index]
		s.memory.noteTooLarge(blame{o.from, o.origin.Topic, o.origin.Partition, o.origin.Offset})
	}
	return err
}

// blameEmitted is for an update that left before the commit: its headers say what
// caused it, and its key is the symbol that made it.
func (s *shard) blameEmitted(out *messages.Out) {
	for _, h := range out.Headers {
		if h.Key != messages.HeaderOrigin {
			continue
		}
		if o, err := messages.ParseOrigin(string(h.Value)); err == nil {
			s.memory.noteTooLarge(blame{string(out.Key), o.Topic, o.Partition, o.Offset})
		}
	}
}

// clean notes that an entity's state is in the log.
func (s *shard) clean(h *handle) {
	if h.since == nil {
		return
	}
	if h.since.dirty--; h.since.dirty == 0 {
		delete(s.snapshots, h.since)
	}
	h.since = nil
}

// sweepDue tells whether changed entities are to be checkpointed now: when replay
// would take too long, but not too often; and always after Max. Then the frontier
// alone is written, too, when it has moved past inputs that changed nothing: a
// shard that passes over what nobody wants would otherwise, restored much later,
// find it deleted and call it lost.
func (s *shard) sweepDue(ep *epoch) bool {
	if s.sweeping {
		return true
	}
	if s.replaying {
		return false
	}
	age := ep.start.Sub(s.lastSweep)
	if len(s.snapshots) == 0 {
		due := s.unrecorded && age >= s.config.Checkpoint.Max
		if due {
			s.lastSweep = ep.start
		}
		return due
	}
	if age >= s.config.Checkpoint.Max || (age >= s.config.Checkpoint.Min && s.replayCost >= s.config.Checkpoint.Replay) {
		s.sweeping, s.lastSweep = true, ep.start
	}
	return s.sweeping
}

// pickSweep adds the longest changed entities to what an epoch saves.
func (s *shard) pickSweep(ep *epoch) {
	if !s.sweeping {
		return
	}
	var due []*handle
	for _, h := range s.handles {
		if h.since != nil && !h.changed.After(s.lastSweep) {
			due = append(due, h)
		}
	}
	slices.SortFunc(due, func(a, b *handle) int {
		return cmp.Or(a.changed.Compare(b.changed), cmp.Compare(a.key, b.key))
	})
	if len(due) <= s.config.Checkpoint.Batch {
		s.sweeping = false
	} else {
		due = due[:s.config.Checkpoint.Batch]
	}
	for _, h := range due {
		ep.save[h] = struct{}{}
	}
}

// save asks the entities to be saved for their state and makes its records.
func (s *shard) save(ctx context.Context, ep *epoch) (map[*handle]struct{}, []messages.Out, error) {
	handles := make([]*handle, 0, len(ep.save))
	for h := range ep.save {
		if h.pid != nil {
			handles = append(handles, h)
		}
	}
	slices.SortFunc(handles, func(a, b *handle) int { return cmp.Compare(a.key, b.key) })
	barrier := supervisor.NewBarrier[saved](len(handles))
	for i, h := range handles {
		s.send(h.pid, &saveEntity{barrier: barrier, slot: i})
	}
	answers, err := barrier.Wait(ctx, s.config.Limits.Step)
	if err != nil {
		return nil, nil, fmt.Errorf("shard %s: save: %w", s.id, err)
	}
	reached, clocks := s.frontier.proto(), s.kind.clocks().proto()
	written := make(map[*handle]struct{}, len(handles))
	var records []messages.Out
	for i, h := range handles {
		if answers[i].failure != "" {
			return nil, nil, fmt.Errorf("shard %s: save %s: %s", s.id, h.key, answers[i].failure)
		}
		written[h] = struct{}{}
		at := reached
		if s.replaying { // what it has passed over is part of its state
			ahead := s.frontier.clone()
			ahead.raise(h.skip)
			at = ahead.proto()
		}
		if records, err = s.partRecords(records, h, answers[i].parts, at, clocks); err != nil {
			return nil, nil, err
		}
	}
	s.config.Observer.Count(CountCheckpointed, string(s.id.Kind), len(handles))
	return written, records, nil
}

// mainPart is the part that is always written, for it carries the frontier.
func mainPart(k messages.ShardKind) string { return string(k) }

// partRecords appends the records of an entity's parts that changed, and
// tombstones for parts that are no more.
func (s *shard) partRecords(records []messages.Out, h *handle, parts []part, at []*veloxpb.Position, clocks []*veloxpb.SourceClock) ([]messages.Out, error) {
	present := make(map[string]bool, len(parts))
	for _, p := range parts {
		present[p.name+"/"+p.key] = true
		out, ok, err := s.partRecord(h, p, at, clocks)
		if err != nil {
			return nil, err
		}
		if ok {
			records = append(records, out)
		}
	}
	for _, id := range sortedKeys(h.written) {
		if !present[id] {
			delete(h.written, id)
			records = append(records, s.stateOut(id, nil))
		}
	}
	return records, nil
}

// partRecord makes the record of one part, unless it is as it was last written.
func (s *shard) partRecord(h *handle, p part, at []*veloxpb.Position, clocks []*veloxpb.SourceClock) (messages.Out, bool, error) {
	id := p.name + "/" + p.key
	sum := fnv.New64a()
	_, _ = sum.Write(p.payload)
	digest := sum.Sum64()
	old, known := h.written[id]
	if p.name != mainPart(s.id.Kind) && known && old == digest {
		return messages.Out{}, false, nil
	}
	if h.written == nil {
		h.written = make(map[string]uint64, 1)
	}
	h.written[id] = digest
	value, err := proto.Marshal(&veloxpb.EntityState{
		Version: stateVersion, Part: p.name, Key: p.key, Frontier: at, Clocks: clocks, Payload: p.payload,
	})
	if err != nil {
		return messages.Out{}, false, fmt.Errorf("shard %s: encode %s: %w", s.id, id, err)
	}
	return s.stateOut(id, value), true, nil
}

func (s *shard) stateOut(key string, value []byte) messages.Out {
	return messages.Out{
		Topic: messages.StateTopic(s.id.Kind), Partition: s.id.Partition, Key: []byte(key), Value: value,
		Headers: []messages.Header{{Key: messages.HeaderWriter, Value: s.writer}},
	}
}

// shardRecord makes the shard record. The safe frontier is where the oldest
// change stands that is not in the log after this commit.
func (s *shard) shardRecord(saved map[*handle]struct{}) (messages.Out, error) {
	cleaned := make(map[*snapshot]int, len(saved))
	for h := range saved {
		if h.since != nil {
			cleaned[h.since]++
		}
	}
	safe, clocks := s.frontier.clone(), s.kind.clocks()
	for snap := range s.snapshots {
		if snap.dirty > cleaned[snap] {
			safe.lower(snap.at)
			clocks = clocks.older(snap.clocks)
		}
	}
	at, now := s.frontier, s.kind.clocks()
	if s.replaying {
		// What was committed stays so: the entities that were saved then, and what
		// was put out, are ahead of the replay.
		at, now = at.clone(), s.kind.committedClocks()
		at.raise(s.committed)
	}
	seen := s.kind.openings()
	seen.forget(safe)
	value, err := proto.Marshal(&veloxpb.ShardState{
		Version: stateVersion, Frontier: at.proto(), SafeFrontier: safe.proto(),
		Clocks: now.proto(), SafeClocks: clocks.proto(), Timers: s.timers,
		PartitionCounts: s.countsProto(), Settings: s.kind.settings(),
		Opening: s.opening, Openings: seen.proto(),
	})
	if err != nil {
		return messages.Out{}, fmt.Errorf("shard %s: encode shard record: %w", s.id, err)
	}
	return s.stateOut(shardKey(s.id), value), nil
}

func (s *shard) countsProto() []*veloxpb.PartitionCount {
	out := make([]*veloxpb.PartitionCount, 0, len(s.counts))
	for topic, n := range s.counts {
		out = append(out, &veloxpb.PartitionCount{Topic: topic, Partitions: n})
	}
	slices.SortFunc(out, func(a, b *veloxpb.PartitionCount) int { return cmp.Compare(a.Topic, b.Topic) })
	return out
}

func shardKey(id messages.ShardID) string { return "shard/" + id.String() }

// checkpoint commits everything that changed, so that the next owner has little
// to replay.
func (s *shard) checkpoint(ctx context.Context) error {
	ep := s.newEpoch()
	for _, h := range s.handles {
		if h.since != nil {
			ep.save[h] = struct{}{}
		}
	}
	return s.commit(ctx, ep, nil)
}
