package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
)

// GroupHandler is told which partitions of the group's topic this node has. Its
// methods are called one at a time, and may be called again with partitions
// that were told before: they must be idempotent. Partitions ascend.
type GroupHandler interface {
	// Assigned: start what belongs to these partitions. It should return soon.
	Assigned(partitions []int32)
	// Revoked: the group is about to give these partitions to other nodes, and
	// does so when Revoked returns, or after the rebalance timeout (twice the
	// session timeout). Stop what belongs to them, and commit it.
	Revoked(partitions []int32)
	// Lost: the group has already let these partitions go. Stop what belongs to
	// them; whoever has them now has fenced it or will.
	Lost(partitions []int32)
}

// GroupConfig says which group to join.
type GroupConfig struct {
	// Name is the group, such as velox-trading-accounts-group.
	Name string
	// Topic is the one whose partitions are assigned.
	Topic string
	// OffsetsIn names, for topics besides Topic, the group without members that
	// their offsets are published in.
	OffsetsIn map[string]string
	// PublishEvery is the least time between two publications; default 1 s.
	PublishEvery time.Duration
}

// Group is a membership in a consumer group that only places shards: it fetches
// no records, and its offsets are for tools and lag displays. It is safe for
// concurrent use.
type Group struct {
	log     *Log
	config  GroupConfig
	handler GroupHandler
	client  *kgo.Client
	stop    context.CancelFunc
	work    sync.WaitGroup
	// handling serialises the handler's calls: kgo calls Lost and Revoked of
	// different sessions one at a time, but does not promise it.
	handling sync.Mutex
	calls    commitLock

	publishing sync.Mutex

	mu       sync.Mutex
	joined   bool
	assigned map[int32]bool
	// leaving are revoked, and the handler may still publish where it leaves off.
	leaving map[int32]bool
	// last is the newest offset published or known for each partition of Topic.
	last map[int32]int64
	// due is what is to be published.
	due map[messages.TopicPartition]int64
	err error
	// shards is the number of partitions of Topic; 0 when it is not known yet.
	shards  int32
	counted time.Time // used by publishLoop alone
}

// JoinGroup joins and returns at once; the handler is told what was assigned.
// The members of a group use the cooperative sticky strategy, so that a node
// that comes or goes moves only the partitions that must move.
func (l *Log) JoinGroup(config GroupConfig, handler GroupHandler) (*Group, error) {
	if config.PublishEvery <= 0 {
		config.PublishEvery = time.Second
	}
	g := &Group{
		log: l, config: config, handler: handler, calls: newCommitLock(),
		assigned: make(map[int32]bool), leaving: make(map[int32]bool), last: make(map[int32]int64), due: make(map[messages.TopicPartition]int64),
	}
	session := time.Duration(l.config.SessionTimeoutMs) * time.Millisecond
	client, err := l.config.newClient(
		kgo.ConsumerGroup(config.Name),
		kgo.ConsumeTopics(config.Topic),
		kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.DisableAutoCommit(),
		kgo.SessionTimeout(session),
		kgo.RebalanceTimeout(2*session),
		kgo.HeartbeatInterval(time.Duration(l.config.HeartbeatIntervalMs)*time.Millisecond),
		kgo.OnPartitionsAssigned(g.onAssigned),
		kgo.OnPartitionsRevoked(g.onRevoked),
		kgo.OnPartitionsLost(g.onLost),
	)
	if err != nil {
		return nil, fmt.Errorf("group %s: %w", config.Name, err)
	}
	client.PauseFetchTopics(config.Topic)
	ctx, cancel := context.WithCancel(context.Background())
	g.client, g.stop = client, cancel
	g.work.Go(func() { g.watch(ctx) })
	g.work.Go(func() { g.publishLoop(ctx) })
	return g, nil
}

// Close leaves the group, which revokes everything first, and publishes what is
// due. It must not be called from the handler.
func (g *Group) Close() {
	g.stop()
	g.work.Wait()
	g.client.Close()
}

// Assigned gives the partitions that this node has, ascending.
func (g *Group) Assigned() []int32 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.assigned))
}

// Err gives the newest error of the membership (the group can't be reached, the
// node may not join it), or nil when it works or has not failed yet.
func (g *Group) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *Group) onAssigned(_ context.Context, cl *kgo.Client, added map[string][]int32) {
	cl.PauseFetchPartitions(added)
	g.change(added, true, g.handler.Assigned)
	g.mu.Lock()
	g.joined = true
	g.mu.Unlock()
}

// Name gives the group's name, its prefix included.
func (g *Group) Name() string { return g.config.Name }

// Joined tells whether the group has told this node its partitions, be it none: before
// that, having no partitions means nothing. Those that come from other members are told
// only when these have let them go: see Idle.
func (g *Group) Joined() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.joined
}

// Idle returns nil when there is nothing for this node: the group is at rest, and all
// partitions are its other members'. The error says that some may come yet, or that it
// can't be asked for.
func (g *Group) Idle(ctx context.Context) error {
	all, err := g.log.PartitionCount(ctx, g.config.Topic)
	if err != nil {
		return fmt.Errorf("group %s: %w", g.config.Name, err)
	}
	groups, err := g.log.admin.DescribeGroups(ctx, g.config.Name)
	told := groups[g.config.Name]
	if err = errors.Join(err, told.Err); err != nil {
		return fmt.Errorf("group %s: describe: %w", g.config.Name, err)
	}
	if told.State != "Stable" {
		return fmt.Errorf("group %s is in the state %q and has not given all of its partitions yet", g.config.Name, told.State)
	}
	given := 0
	for i := range told.Members {
		if has, ok := told.Members[i].Assigned.AsConsumer(); ok {
			for _, t := range has.Topics {
				if t.Topic == g.config.Topic {
					given += len(t.Partitions)
				}
			}
		}
	}
	if given < int(all) {
		return fmt.Errorf("group %s has given %d of %d partitions: the others may come to this node", g.config.Name, given, all)
	}
	return nil
}

// onRevoked publishes, as the last of this member, where the handler has left off: else
// tools would see what comes of the last checkpoint as lag for as long as nobody has the
// partition.
func (g *Group) onRevoked(ctx context.Context, _ *kgo.Client, gone map[string][]int32) {
	g.setLeaving(gone, true)
	g.change(gone, false, g.handler.Revoked)
	g.publish(context.WithoutCancel(ctx)) // of a client that closes it may have ended
	g.setLeaving(gone, false)
}

func (g *Group) setLeaving(partitions map[string][]int32, leaving bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range partitions[g.config.Topic] {
		if leaving {
			g.leaving[p] = true
		} else {
			delete(g.leaving, p)
			delete(g.last, p)
			// What the handler notes too late is not published over the next member's.
			delete(g.due, messages.TopicPartition{Topic: g.config.Topic, Partition: p})
		}
	}
}

func (g *Group) onLost(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	g.change(gone, false, g.handler.Lost)
}

func (g *Group) change(partitions map[string][]int32, have bool, tell func([]int32)) {
	ps := slices.Sorted(slices.Values(partitions[g.config.Topic]))
	g.mu.Lock()
	if have {
		g.err = nil // the group works, whether or not there is something for this member
	}
	for _, p := range ps {
		if have {
			g.assigned[p] = true
		} else {
			delete(g.assigned, p)
			delete(g.last, p)
			delete(g.due, messages.TopicPartition{Topic: g.config.Topic, Partition: p})
		}
	}
	g.mu.Unlock()
	if len(ps) == 0 {
		return
	}
	g.handling.Lock()
	defer g.handling.Unlock()
	tell(ps)
}

// watch takes the errors of the membership, which kgo reports where records
// would be. Nothing else comes: all partitions are paused.
func (g *Group) watch(ctx context.Context) {
	for ctx.Err() == nil {
		fetches := g.client.PollFetches(ctx)
		if fetches.IsClientClosed() {
			return
		}
		fetches.EachError(func(_ string, _ int32, err error) {
			if errors.Is(err, context.Canceled) {
				return
			}
			g.mu.Lock()
			g.err = fmt.Errorf("group %s: %w", g.config.Name, err)
			g.mu.Unlock()
		})
	}
}

// Confirm returns nil once the group has accepted an offset commit, sent by this
// call, with this node's current member and generation, and the partition was
// assigned to this node before and after. An error that wraps messages.ErrNotAssigned
// says that it is not; any other that it is not known.
func (g *Group) Confirm(ctx context.Context, partition int32) error {
	if !g.has(partition) {
		return fmt.Errorf("group %s: %s/%d: %w", g.config.Name, g.config.Topic, partition, messages.ErrNotAssigned)
	}
	offset, err := g.known(ctx, partition)
	if err != nil {
		return fmt.Errorf("group %s: confirm %s/%d: %w", g.config.Name, g.config.Topic, partition, err)
	}
	err = g.commit(ctx, map[int32]int64{partition: offset})
	switch {
	case errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.IllegalGeneration), errors.Is(err, kerr.FencedMemberEpoch):
		return fmt.Errorf("group %s: confirm %s/%d: %w: %w", g.config.Name, g.config.Topic, partition, messages.ErrNotAssigned, err)
	case err != nil:
		return fmt.Errorf("group %s: confirm %s/%d: %w", g.config.Name, g.config.Topic, partition, err)
	case !g.has(partition):
		return fmt.Errorf("group %s: %s/%d: %w", g.config.Name, g.config.Topic, partition, messages.ErrNotAssigned)
	}
	return nil
}

func (g *Group) has(partition int32) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.assigned[partition]
}

// known gives an offset that may be committed again without changing what tools
// see: the last one published, or the group's, or the start of the log.
func (g *Group) known(ctx context.Context, partition int32) (int64, error) {
	g.mu.Lock()
	offset, ok := g.last[partition]
	g.mu.Unlock()
	if ok {
		return offset, nil
	}
	committed, err := g.log.admin.FetchOffsets(ctx, g.config.Name)
	if err != nil {
		return 0, err
	}
	if o, ok := committed.Lookup(g.config.Topic, partition); ok && o.Err == nil && o.At >= 0 {
		return o.At, nil
	}
	tp := messages.TopicPartition{Topic: g.config.Topic, Partition: partition}
	ranges, err := g.log.Offsets(ctx, tp)
	return ranges[tp].Start, err
}

// commit sends offsets of the group's topic with the current member and
// generation.
func (g *Group) commit(ctx context.Context, offsets map[int32]int64) error {
	if err := g.calls.lock(ctx); err != nil {
		return err
	}
	defer g.calls.unlock()
	send := map[string]map[int32]kgo.EpochOffset{g.config.Topic: {}}
	for p, o := range offsets {
		send[g.config.Topic][p] = kgo.EpochOffset{Epoch: -1, Offset: o}
	}
	err := errors.New("the group answered nothing")
	g.client.CommitOffsetsSync(ctx, send, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, failed error) {
		err = failed
		if err == nil {
			err = accepted(answer, g.config.Topic, offsets)
		}
	})
	return err
}

// accepted checks that every offset was answered and none was refused.
func accepted(answer *kmsg.OffsetCommitResponse, topic string, offsets map[int32]int64) error {
	answered := 0
	for _, t := range answer.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return err
			}
			if _, ok := offsets[p.Partition]; ok && (t.Topic == topic || t.Topic == "") {
				answered++
			}
		}
	}
	if answered < len(offsets) {
		return fmt.Errorf("the group answered %d of %d offsets", answered, len(offsets))
	}
	return nil
}

// commitLock lets one commit at a time through: kgo cancels an asynchronous
// commit that is under way for a newer one, and waits of callers must end with
// their contexts.
type commitLock chan struct{}

func newCommitLock() commitLock { return make(commitLock, 1) }

func (l commitLock) lock(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l commitLock) unlock() { <-l }
