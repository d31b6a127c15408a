package actors

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor"
)

// kind is what differs between symbol shards and account shards. Its methods are
// called by the shard's own goroutine.
type kind interface {
	// topics lists the inputs.
	topics() []inputTopic
	// wants is the key filter of an input, or nil.
	wants(tp messages.TopicPartition) func(key []byte) bool
	// selects tells whether wants depends on the entities.
	selects() bool
	// prepare may read more before an epoch is routed, up to the epoch's limits, and may
	// hold back what has to wait longer.
	prepare(ctx context.Context, ep *epoch, records []*messages.Record) ([]*messages.Record, error)
	// class: records of different classes are stepped apart, in order.
	class(r *messages.Record) int
	// follows tells whether what becomes of a record hangs on one that was routed before
	// it in the same step, which ends with that one then.
	follows(r *messages.Record) bool
	// route decodes a record and gives it to entities, or puts out what the shard
	// itself has to say of it.
	route(ep *epoch, r *messages.Record)
	// seal is called before a step, after the last record was routed.
	seal(ep *epoch)
	// complete adds to an entity's output what only the shard knows.
	complete(o *output)
	// noted takes in what an entity said after a step.
	noted(ep *epoch, h *handle, note stepNote)
	// savesWithOutput tells whether an entity that put something out for a
	// replayable input has to be saved with it.
	savesWithOutput() bool
	// takeOver is called once, after a restore and before anything is read.
	takeOver(ep *epoch)
	// external is given what came from outside of the log: venue replies, history.
	external(ep *epoch, item any)
	// idle is called when nothing was taken; it may give timer inputs.
	idle(ep *epoch, now time.Time)
	// props gives the actor of an entity.
	props(c *cell) *actor.Props
	clocks() clockState
	// restored sets the clocks at the safe frontier; settled raises them to those
	// of commitClocks, at the committed frontier, once the replay is over.
	restored(safe clockState)
	commitClocks(committed clockState)
	settled()
	// handleKey tells which entity a saved part belongs to.
	handleKey(part, key string, payload []byte) string
	// settings is a digest of what shapes the outputs.
	settings() string
	// openings are those of symbol shards that the kind has come by.
	openings() openings
	// knowOpenings sets what openings gave at the last commit.
	knowOpenings(o openings)
	// committedClocks gives, during a replay, the clocks at the committed frontier
	// or above it.
	committedClocks() clockState
	// launch starts what follows a commit.
	launch(ep *epoch)
	// lose tells the entities of a loss.
	lose(ep *epoch, g gap)
	close()
}

// inputTopic is a topic that a kind of shard reads.
type inputTopic struct {
	topic string
	// partition is the only one that is read, or -1 for all of them.
	partition int32
	// fromStart: a new shard starts at offset 0, whatever the reset setting.
	fromStart bool
	// cache inputs are read from the log's start at every start and have no frontier.
	cache bool
	// control inputs must be taken in before the shard is ready.
	control bool
	// later inputs wait until the shard has caught up after a restore.
	later bool
	// waits: what the cache inputs say decides what becomes of its records.
	waits bool
}

// handle is a shard's view of one entity.
type handle struct {
	key  string
	pid  *actor.PID
	cell *cell
	// since is where the shard stood before the first input that the entity took
	// in after its last checkpoint; nil when it hasn't changed.
	since   *snapshot
	changed time.Time
	// skip: inputs below are already part of the restored state.
	skip frontier
	// written holds a digest of each part as it was last written.
	written map[string]uint64
	// source, dueMs: see stepNote.
	source string
	dueMs  int64
}

// snapshot is a place where the shard stood between two epochs.
type snapshot struct {
	at     frontier
	clocks clockState
	dirty  int
}

// shard runs the epochs of one partition. All of it belongs to one goroutine.
type shard struct {
	config *Config
	id     messages.ShardID
	group  Group
	memory *shardMemory
	kind   kind
	send   func(*actor.PID, any)
	self   *actor.PID

	log messages.ShardLog
	// counts are the partition counts that the shard was opened with: of its inputs, and
	// of the updates for who writes them. states is that of its state topic.
	counts    map[string]int32
	states    int32
	handles   map[string]*handle
	frontier  frontier
	committed frontier // at restore: what was visible before
	// cached is how far the cache inputs were read.
	cached    frontier
	replaying bool
	catchUp   frontier // inputs to reach before "later" inputs are read
	timers    int64
	snapshots map[*snapshot]struct{}
	held      *hold // nil: nothing waits for the caches

	lastSweep time.Time
	// unrecorded: the frontier has moved since the last commit.
	unrecorded   bool
	sweeping     bool
	replayCost   time.Duration
	lastActivity time.Time
	writer       []byte
	// opening is the number of this owner among the shard's; openedAs is its text.
	opening  int64
	openedAs []byte

	warnedPartitioner bool

	inbox     chan any
	wakeMu    sync.Mutex
	wakePoll  context.CancelFunc
	asks      chan *askReady
	waiting   []*askReady
	opened    chan struct{} // closed when the shard is open, and its counts don't change any more
	draining  chan struct{}
	drainOnce sync.Once
}

func newShard(c *Config, id messages.ShardID, g Group, m *shardMemory) *shard {
	s := &shard{
		config: c, id: id, group: g, memory: m,
		handles: make(map[string]*handle), snapshots: make(map[*snapshot]struct{}),
		cached: make(frontier),
		inbox:  make(chan any, 1024), asks: make(chan *askReady, 64), opened: make(chan struct{}), draining: make(chan struct{}),
		writer: fmt.Appendf(nil, "%s/%s/%d", c.Prefix, id.Kind, id.Partition),
	}
	if id.Kind == messages.SymbolShard {
		s.kind = newSymbolKind(s)
	} else {
		s.kind = newAccountKind(s)
	}
	return s
}

// epoch is one round: records taken, inputs given to entities, what came out.
type epoch struct {
	shard   *shard
	start   time.Time
	takes   int
	bytes   int
	groups  map[*handle]*group
	order   []*group
	tracks  *clockTracks
	outputs []output
	next    map[messages.TopicPartition]int64
	before  *snapshot
	clocks  clockState // when the epoch began: routing moves them
	// force: commit even if nothing became visible, in one transaction.
	force bool
	save  map[*handle]struct{}
	fetch []historyWanted
	// effects are calls to venues that follow the commit; committing is when that began,
	// before which nobody can have seen what they are about.
	effects    []venueCall
	committing time.Time
	// ticks and consumed count what was taken, counts and withheld what came of it: to be
	// reported once it is put out.
	ticks    int
	consumed map[string]int
	counts   map[countKey]int
	withheld map[withheldBy]withheld
	// reread: an entity wants inputs that were filtered out so far, so the rest of
	// the records is read again with the new filter.
	reread bool
	// redirected: the shard reads other inputs from the next epoch on.
	redirected bool
	// timed: a timer moved a clock, see strike.
	timed bool
}

// group is the batch of one entity in the making.
type group struct {
	handle *handle
	batch  *batch
	failed []blame // in this step
}

func (s *shard) newEpoch() *epoch {
	return &epoch{
		shard: s, start: s.config.Clock.Now(), clocks: s.kind.clocks(),
		groups: make(map[*handle]*group), save: make(map[*handle]struct{}),
		next: make(map[messages.TopicPartition]int64), consumed: make(map[string]int, 2),
		counts: make(map[countKey]int, 8),
	}
}

// place notes where the shard stood before the epoch.
func (ep *epoch) place() *snapshot {
	if ep.before == nil {
		ep.before = &snapshot{at: ep.shard.frontier.clone(), clocks: ep.clocks}
	}
	return ep.before
}

// input makes the next input, in the order of taking.
func (ep *epoch) input(r *messages.Record, payload any) *input {
	ep.takes++
	in := &input{take: ep.takes, record: r, payload: payload}
	if r != nil {
		in.origin = messages.Origin{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}
		in.again = ep.shard.replaying && ep.shard.committed.below(r.TopicPartition(), r.Offset)
	}
	return in
}

// give hands an input to an entity, which is made if it doesn't exist.
func (ep *epoch) give(key string, in *input) {
	h := ep.shard.handle(key)
	if in.record != nil {
		if ep.shard.replaying && h.skip.below(in.record.TopicPartition(), in.record.Offset) {
			return
		}
	} else {
		ep.force = true
		ep.save[h] = struct{}{}
	}
	g := ep.group(h)
	g.batch.inputs = append(g.batch.inputs, in)
	if ep.shard.memory.isTooLarge(blameOf(key, in)) {
		ep.skip(g, in, reasonTooLarge, "what this input put out was too large for its topic")
	}
}

// group gives the batch of an entity in this step.
func (ep *epoch) group(h *handle) *group {
	g := ep.groups[h]
	if g == nil {
		g = &group{handle: h, batch: &batch{tracks: ep.tracks}}
		ep.groups[h] = g
		ep.order = append(ep.order, g)
	}
	return g
}

// skip makes an entity pass over an input, with a dead letter.
func (ep *epoch) skip(g *group, in *input, reason, detail string) {
	if g.batch.skip == nil {
		g.batch.skip = make(map[int]bool)
	}
	g.batch.skip[in.take] = true
	ep.unused(in, reason, "step "+g.handle.key, detail)
	ep.save[g.handle] = struct{}{}
}

// dead puts out a dead letter, unless that was committed before the restore.
func (ep *epoch) dead(in *input, reason, stage, detail string) {
	o := output{origin: in.origin}
	if !ep.shard.muted(&o) {
		ep.unused(in, reason, stage, detail)
	}
}

// unused puts out the dead letter of an input that an entity or a strategy passes
// over from now on, also in a replay: who had passed over it before was saved behind
// it and isn't given it again, so this one had taken it in.
func (ep *epoch) unused(in *input, reason, stage, detail string) {
	o := deadLetter(in.take, in.origin, in.record, reason, stage, detail)
	if ep.shard.memory.wasRefused(&o.out) {
		o = bareLetter(in.take, in.origin, in.record, reason, stage, detail)
	}
	ep.put(o)
}

// put adds an output to what the epoch puts out.
func (ep *epoch) put(o output) {
	ep.outputs = append(ep.outputs, o)
	if o.reason != "" {
		ep.count(CountDeadLetters, o.reason, 1)
	}
}

// muted tells whether an output was already committed before the restore.
func (s *shard) muted(o *output) bool {
	if !s.replaying || (o.from != "" && s.kind.savesWithOutput()) {
		return false
	}
	return s.committed.below(messages.TopicPartition{Topic: o.origin.Topic, Partition: o.origin.Partition}, o.origin.Offset)
}

func (s *shard) handle(key string) *handle {
	h := s.handles[key]
	if h == nil {
		h = &handle{key: key, cell: &cell{key: key}, dueMs: never}
		s.handles[key] = h
	}
	return h
}

// step lets the entities take in what they were given, and takes their outputs.
func (s *shard) step(ctx context.Context, ep *epoch) error {
	s.kind.seal(ep)
	groups := ep.order
	ep.order, ep.groups = nil, make(map[*handle]*group)
	if err := s.spawnMissing(ctx, groups); err != nil {
		return err
	}
	for len(groups) > 0 {
		barrier := supervisor.NewBarrier[stepped](len(groups))
		for i, g := range groups {
			s.send(g.handle.pid, &stepEntity{batch: g.batch, barrier: barrier, slot: i})
		}
		results, err := barrier.Wait(ctx, s.config.Limits.Step)
		if err != nil {
			return fmt.Errorf("shard %s: step: %w", s.id, err)
		}
		var again []*group
		for i := range results {
			if results[i].failure != "" {
				if err := s.failed(ep, groups[i], &results[i]); err != nil {
					return err
				}
				again = append(again, groups[i])
				continue
			}
			s.took(ep, groups[i], &results[i])
		}
		groups = again
	}
	return nil
}

// took takes in an entity's answer.
func (s *shard) took(ep *epoch, g *group, r *stepped) {
	h := g.handle
	if len(g.failed) > 0 {
		s.memory.forgive(g.failed)
	}
	if h.since == nil {
		h.since, h.changed = ep.place(), ep.start
		h.since.dirty++
		s.snapshots[h.since] = struct{}{}
	}
	if ep.timed {
		ep.save[h] = struct{}{}
	}
	for i := range r.outputs {
		o := &r.outputs[i]
		o.from = h.key
		if s.muted(o) {
			continue
		}
		if s.kind.savesWithOutput() {
			ep.save[h] = struct{}{}
		}
		s.kind.complete(o)
		ep.put(*o)
	}
	if len(r.effects) > 0 {
		ep.effects = append(ep.effects, r.effects...)
		ep.force = true
		ep.save[h] = struct{}{}
	}
	for k, n := range r.counts {
		ep.count(k.counter, k.label, n)
	}
	ep.withhold(h.key, r.withheld)
	if len(r.note.fetch) > 0 {
		ep.fetch = append(ep.fetch, r.note.fetch...)
		ep.force = true
		ep.save[h] = struct{}{}
	}
	s.kind.noted(ep, h, r.note)
}

// failed decides what becomes of an input on which an entity panicked: the first
// time it is stepped again, the second time it is passed over.
func (s *shard) failed(ep *epoch, g *group, r *stepped) error {
	in := r.failed
	if in == nil {
		return fmt.Errorf("shard %s: entity %s failed at no input: %s", s.id, g.handle.key, r.failure)
	}
	if g.batch.skip[in.take] {
		return fmt.Errorf("shard %s: entity %s still fails at %s/%d/%d: %s",
			s.id, g.handle.key, in.origin.Topic, in.origin.Partition, in.origin.Offset, r.failure)
	}
	s.config.Logger.Error("entity failed", "shard", s.id.String(), "entity", g.handle.key,
		"origin", in.origin.String(), "failure", r.failure)
	if r.strategy != "" {
		return s.strategyFailed(ep, g, r)
	}
	b := blameOf(g.handle.key, in)
	g.failed = append(g.failed, b)
	if s.memory.fail(b) >= 2 {
		ep.skip(g, in, reasonFailed, r.failure)
		ep.force = true
		ep.count(CountQuarantined, string(s.id.Kind)+" input", 1)
	}
	return nil
}

// strategyFailed steps an account again whose strategy panicked; the second time
// on the same input, the account quarantines the strategy at that input.
func (s *shard) strategyFailed(ep *epoch, g *group, r *stepped) error {
	in := r.failed
	if slices.Contains(g.batch.quarantine[in.take], r.strategy) {
		return fmt.Errorf("shard %s: strategy %s of %s fails though it is quarantined: %s", s.id, r.strategy, g.handle.key, r.failure)
	}
	b := blameOf(g.handle.key+"\x00"+r.strategy, in)
	g.failed = append(g.failed, b)
	if s.memory.fail(b) >= 2 {
		if g.batch.quarantine == nil {
			g.batch.quarantine = make(map[int][]string)
		}
		g.batch.quarantine[in.take] = append(g.batch.quarantine[in.take], r.strategy)
		ep.unused(in, reasonFailed, "strategy "+r.strategy, r.failure)
		ep.count(CountQuarantined, "strategy", 1)
	}
	return nil
}

func blameOf(entity string, in *input) blame {
	return blame{entity: entity, topic: in.origin.Topic, part: in.origin.Partition, offset: in.origin.Offset}
}

// spawnMissing makes the actors of entities that have none yet.
func (s *shard) spawnMissing(ctx context.Context, groups []*group) error {
	var cells []*cell
	var handles []*handle
	for _, g := range groups {
		if g.handle.pid == nil {
			cells, handles = append(cells, g.handle.cell), append(handles, g.handle)
		}
	}
	if len(cells) == 0 {
		return nil
	}
	reply := make(chan []*actor.PID, 1)
	s.send(s.self, &spawnEntities{of: s, cells: cells, reply: reply})
	select {
	case pids := <-reply:
		for i, h := range handles {
			h.pid = pids[i]
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// arrange puts outputs into the order of taking and numbers them under their
// origin. What the shard itself says of an input comes last: that one entity fails
// must not move the numbers of the others, by which readers know repeats. Places
// are sorted, not outputs: those are large.
func arrange(outputs []output) {
	places := make([]int32, len(outputs))
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortFunc(places, func(i, j int32) int {
		a, b := &outputs[i], &outputs[j]
		if a.take == b.take && (a.from == "") != (b.from == "") {
			return cmp.Compare(len(b.from), len(a.from))
		}
		return cmp.Or(cmp.Compare(a.take, b.take), cmp.Compare(a.from, b.from), cmp.Compare(i, j))
	})
	if !slices.IsSorted(places) {
		before := slices.Clone(outputs)
		for i, place := range places {
			outputs[i] = before[place]
		}
	}
	take, index := -1, int32(0)
	for i := range outputs {
		if outputs[i].take != take {
			take, index = outputs[i].take, 0
		}
		outputs[i].origin.Index = index
		index++
	}
}
