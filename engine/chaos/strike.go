package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/chaos"
)

const (
	// patience is how long a fault waits for the cluster to be fit for it, and how long a
	// partition may be without an update.
	patience = 90 * time.Second
	// leastLive nodes are left when one is struck.
	leastLive = 1
)

// storm carries a plan out.
func (r *run) storm(ctx context.Context, plan []chaos.Fault) error {
	began := time.Now()
	for _, f := range plan {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(began.Add(f.At))):
		}
		if err := r.strike(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	return nil
}

func (r *run) strike(ctx context.Context, f chaos.Fault) error {
	switch f.Kind {
	case chaos.KillNode:
		return r.killNode(ctx, f)
	case chaos.StopNode:
		return r.stopNode(ctx, f)
	case chaos.KillBroker:
		return r.killBroker(ctx, f)
	case chaos.CutLink, chaos.SlowLink:
		return r.hurtLink(ctx, f)
	case chaos.Join:
		return r.join(ctx, f)
	case chaos.Leave:
		return r.leave(ctx, f)
	default:
		return r.move(ctx, f)
	}
}

// pick draws one of the live nodes, when there are enough of them.
func (r *run) pick(ctx context.Context, f chaos.Fault, least int) (*node, error) {
	var n *node
	fit := until(ctx, patience, func() bool {
		r.cluster.mu.Lock()
		defer r.cluster.mu.Unlock()
		live := r.cluster.live()
		if len(live) < least {
			return false
		}
		n = live[f.Pick%uint64(len(live))]
		return true
	})
	if !fit {
		return nil, fmt.Errorf("fewer than %d nodes live for %v", least, patience)
	}
	return n, nil
}

func (r *run) killNode(ctx context.Context, f chaos.Fault) error {
	least := leastLive + 1
	if f.Aim == chaos.AfterCheckpoint {
		least++
	}
	n, err := r.pick(ctx, f, least)
	if err != nil {
		return err
	}
	n, owned := r.aim(ctx, n, &f)
	at := r.kill(ctx, n, f)
	if f.Aim == chaos.AfterCheckpoint {
		// The one that has just saved what it took over is killed, too.
		successor := r.successor(ctx, owned, at)
		if successor == nil {
			r.tell("error", "the successor of %s is not known: it is not killed", n)
			return nil // the scorecard has one less
		}
		r.kill(ctx, successor, f)
	}
	return nil
}

// aim gives the node that a fault strikes, and its partitions: n, or another that has
// some. A fault in a commit waits for one, at that node; when none comes, it strikes
// at once, and the scorecard has one less.
func (r *run) aim(ctx context.Context, n *node, f *chaos.Fault) (*node, []int32) {
	n, owned := r.cluster.owner(ctx, n)
	if f.Aim != chaos.InCommit {
		return n, owned
	}
	if !until(ctx, patience, func() bool { return n.gone() || n.inCommit(ctx) }) || n.gone() {
		r.tell("error", "%s does not commit: it is not struck in a commit", n)
		f.Aim = chaos.AtOnce
	}
	return n, owned
}

// owner gives a node that has partitions of ticks, the given one first, and them.
func (c *cluster) owner(ctx context.Context, first *node) (*node, []int32) {
	c.mu.Lock()
	live := c.live()
	c.mu.Unlock()
	for _, n := range append([]*node{first}, live...) {
		if owned := c.partitions(ctx, n); len(owned) > 0 {
			return n, owned
		}
	}
	return first, nil
}

// kill ends a node at once, measures the recovery of its partitions, and starts
// another in its place later.
func (r *run) kill(ctx context.Context, n *node, f chaos.Fault) time.Time {
	owned := r.cluster.partitions(ctx, n)
	r.cluster.mu.Lock()
	n.ending = true
	at := time.Now()
	n.signal(syscall.SIGKILL)
	r.cluster.mu.Unlock()
	<-n.process.Done
	r.struck(f, "%s with %v", n, owned)
	r.recovery(ctx, f, owned, at, time.Now())
	r.later(ctx, f.For, func() {
		if _, err := r.cluster.start(ctx); err != nil && ctx.Err() == nil {
			r.missed("a node in the place of %s: %v", n, err)
		}
	})
	return at
}

// successor waits until one of the partitions of a node that was killed has another
// owner that has saved its state, and gives that one; nil when none does.
func (r *run) successor(ctx context.Context, partitions []int32, killed time.Time) *node {
	p, ok := r.saved(ctx, partitions, killed)
	if !ok {
		return nil
	}
	var n *node
	until(ctx, 30*time.Second, func() bool { n = r.ownerOf(ctx, p); return n != nil })
	return n
}

// saved waits until a shard of some saved its state after a moment, and names it.
func (r *run) saved(ctx context.Context, partitions []int32, after time.Time) (saved int32, ok bool) {
	ok = until(ctx, 30*time.Second, func() bool {
		for _, p := range partitions {
			if r.watch.savedAfter(p, after) {
				saved = p
				return true
			}
		}
		return false
	})
	return saved, ok
}

// ownerOf gives the live node that has a partition of ticks; nil when none is known.
func (r *run) ownerOf(ctx context.Context, partition int32) *node {
	r.cluster.mu.Lock()
	live := r.cluster.live()
	r.cluster.mu.Unlock()
	if len(live) <= leastLive {
		return nil
	}
	for _, n := range live {
		for _, p := range r.cluster.partitions(ctx, n) {
			if p == partition {
				return n
			}
		}
	}
	return nil
}

func (r *run) stopNode(ctx context.Context, f chaos.Fault) error {
	n, err := r.pick(ctx, f, leastLive+1)
	if err != nil {
		return err
	}
	n, owned := r.aim(ctx, n, &f)
	r.cluster.mu.Lock()
	n.stopped, n.slept = true, true
	at := time.Now()
	n.signal(syscall.SIGSTOP) // it has come when this is back
	r.cluster.mu.Unlock()
	r.struck(f, "%s with %v", n, owned)
	r.recovery(ctx, f, owned, at, time.Now())
	r.later(ctx, f.For, func() {
		if f.Aim == chaos.AfterCheckpoint {
			if _, ok := r.saved(ctx, owned, at); !ok {
				r.missed("%s was woken before a successor had made its first checkpoint", n)
			}
		}
		r.cluster.mu.Lock()
		n.stopped = false
		n.signal(syscall.SIGCONT)
		r.cluster.mu.Unlock()
		r.tell("woken", "%s after %.1f s", n, time.Since(at).Seconds())
	})
	return nil
}

func (r *run) killBroker(ctx context.Context, f chaos.Fault) error {
	if !until(ctx, patience, func() bool { return r.cluster.inStep(ctx) }) {
		return fmt.Errorf("the brokers are not in step after %v", patience)
	}
	id, err := r.cluster.target(ctx, f)
	if err != nil {
		return err
	}
	b := r.cluster.kafka.Broker(id)
	if b == nil {
		return fmt.Errorf("no broker is the %s: number %d", f.Aim, id)
	}
	at := time.Now()
	if err := b.Kill(); err != nil {
		return err
	}
	r.struck(f, "broker %d", id)
	all, err := r.cluster.ticks(ctx)
	if err != nil {
		return err
	}
	r.recovery(ctx, f, all, at, at)
	r.later(ctx, f.For, func() {
		if err := b.Start(); err != nil {
			r.missed("%v", err)
			return
		}
		r.tell("started", "broker %d", id)
	})
	return nil
}

// target finds the broker that has a role.
func (c *cluster) target(ctx context.Context, f chaos.Fault) (int32, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch f.Aim {
	case chaos.Controller:
		return c.controller(ctx)
	case chaos.Transactions:
		shard := fmt.Sprintf("%s-%s-%d", c.config.Kafka.GroupIDPrefix, messages.SymbolShard, f.Pick%6)
		found := c.admin.FindTxnCoordinators(ctx, shard)
		return found[shard].NodeID, found[shard].Err
	case chaos.Groups:
		group := c.config.Kafka.GroupIDPrefix + "-market-data-group"
		found := c.admin.FindGroupCoordinators(ctx, group)
		return found[group].NodeID, found[group].Err
	default:
		topics, err := c.admin.ListTopics(ctx, messages.TopicTicks)
		if err != nil {
			return 0, err
		}
		all := topics[messages.TopicTicks].Partitions.Sorted()
		if len(all) == 0 {
			return 0, fmt.Errorf("no partitions of %s", messages.TopicTicks)
		}
		return all[f.Pick%uint64(len(all))].Leader, nil
	}
}

// controller finds the broker that is it: brokers that are a quorum of controllers know
// its leader, and name any of them to those who ask for the controller as of old.
func (c *cluster) controller(ctx context.Context) (int32, error) {
	if c.kafka.WithZooKeeper() {
		told, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, c.client)
		if err != nil {
			return 0, fmt.Errorf("ask for the controller: %w", err)
		}
		return told.ControllerID, nil
	}
	ask := kmsg.NewPtrDescribeQuorumRequest()
	topic, partition := kmsg.NewDescribeQuorumRequestTopic(), kmsg.NewDescribeQuorumRequestTopicPartition()
	topic.Topic, topic.Partitions = "__cluster_metadata", append(topic.Partitions, partition)
	ask.Topics = append(ask.Topics, topic)
	told, err := ask.RequestWith(ctx, c.client)
	if err != nil {
		return 0, fmt.Errorf("ask for the controller: %w", err)
	}
	if len(told.Topics) == 0 || len(told.Topics[0].Partitions) == 0 {
		return 0, errors.New("ask for the controller: the brokers name none")
	}
	return told.Topics[0].Partitions[0].LeaderID, nil
}

func (r *run) hurtLink(ctx context.Context, f chaos.Fault) error {
	n, err := r.pick(ctx, f, leastLive)
	if err != nil {
		return err
	}
	b := int(f.Pick >> 8 % brokerCount)
	l := r.cluster.links[n.place][b]
	var mend func()
	if f.Kind == chaos.CutLink {
		mend = l.sever()
	} else {
		mend = l.slow(time.Duration(50+f.Pick>>16%350) * time.Millisecond)
	}
	r.struck(f, "between %s and broker %d for %.1f s", n, b+1, f.For.Seconds())
	r.later(ctx, f.For, mend)
	return nil
}

func (r *run) join(ctx context.Context, f chaos.Fault) error {
	var n *node
	var err error
	// One that leaves has its place until it is gone.
	if !until(ctx, patience, func() bool { n, err = r.cluster.start(ctx); return err == nil }) {
		return err
	}
	r.struck(f, "%s", n)
	return nil
}

func (r *run) leave(ctx context.Context, f chaos.Fault) error {
	n, err := r.pick(ctx, f, leastLive+1)
	if err != nil {
		return err
	}
	r.cluster.mu.Lock()
	n.ending = true
	n.signal(syscall.SIGTERM)
	r.cluster.mu.Unlock()
	r.struck(f, "%s", n)
	r.later(ctx, 0, func() {
		switch gone := until(ctx, patience, n.gone); {
		case !gone && ctx.Err() == nil:
			r.ended(n)
			n.signal(syscall.SIGKILL)
		case gone && n.process.End() == crashed:
			r.ended(n)
		}
	})
	return nil
}

// How a process ends that stops in order, and one that panics, be it while it drains.
const (
	inOrder = "exit status 0"
	crashed = "exit status 2"
)

// move takes a replica of a partition of any of Velox's topics from its broker, which
// deletes what it has, gives it back, so that all is copied anew, and has another broker
// lead the partition.
func (r *run) move(ctx context.Context, f chaos.Fault) error {
	topics, err := r.cluster.admin.ListTopics(ctx)
	if err != nil {
		return err
	}
	names := topics.Names()
	topic := names[f.Pick%uint64(len(names))]
	all := topics[topic].Partitions.Sorted()
	p := all[f.Pick>>16%uint64(len(all))]
	replicas := append([]int32(nil), p.Replicas...)
	rand.New(rand.NewPCG(f.Pick, 2)).Shuffle(len(replicas), func(i, k int) { replicas[i], replicas[k] = replicas[k], replicas[i] })
	if replicas[0] == p.Leader && len(replicas) > 1 {
		replicas[0], replicas[1] = replicas[1], replicas[0]
	}
	from := "none"
	if last := len(replicas) - 1; last >= leastReplicas {
		if err := r.assign(ctx, topic, p.Partition, replicas[:last]); err != nil {
			return err
		}
		from = fmt.Sprint(replicas[last])
	}
	if err := r.assign(ctx, topic, p.Partition, replicas); err != nil {
		return err
	}
	// A leader that is down, or not in step yet, is not elected.
	elected := func() bool { err = r.cluster.elect(ctx, topic, p.Partition); return err == nil }
	if !until(ctx, patience, elected) {
		return fmt.Errorf("elect broker %d the leader of %s/%d: %w", replicas[0], topic, p.Partition, err)
	}
	r.struck(f, "%s/%d to broker %d, copied anew to broker %s", topic, p.Partition, replicas[0], from)
	return nil
}

// leastReplicas of a partition stay when one is taken away: as many as a write wants.
const leastReplicas = 2

// assign gives a partition its replicas, and waits until no other broker has one.
func (r *run) assign(ctx context.Context, topic string, partition int32, replicas []int32) error {
	var ask kadm.AlterPartitionAssignmentsReq
	ask.Assign(topic, partition, replicas)
	// While a controller is replaced, nobody takes it.
	var err error
	taken := func() bool {
		var asked kadm.AlterPartitionAssignmentsResponses
		if asked, err = r.cluster.admin.AlterPartitionAssignments(ctx, ask); err == nil {
			err = asked.Error()
		}
		return err == nil
	}
	if !until(ctx, patience, taken) {
		return fmt.Errorf("%s/%d to brokers %v: %w", topic, partition, replicas, err)
	}
	done := func() bool {
		var topics kadm.TopicDetails
		if topics, err = r.cluster.admin.ListTopics(ctx, topic); err == nil {
			have := topics[topic].Partitions[partition].Replicas
			if slices.Equal(have, replicas) {
				return true
			}
			err = fmt.Errorf("its replicas are %v", have)
		}
		return false
	}
	if !until(ctx, patience, done) {
		return fmt.Errorf("%s/%d to brokers %v: %w", topic, partition, replicas, err)
	}
	return nil
}

// elect has a partition be led by the first of its replicas.
func (c *cluster) elect(ctx context.Context, topic string, partition int32) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var set kadm.TopicsSet
	set.Add(topic, partition)
	told, err := c.admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, set)
	if err != nil {
		return err
	}
	return elected(told, topic, partition)
}

// elected gives why a partition is not led by the first of its replicas after an
// election; nil when it is, also when it was before.
func elected(told kadm.ElectLeadersResults, topic string, partition int32) error {
	result, ok := told[topic][partition]
	switch {
	case !ok:
		return errors.New("the brokers say nothing of it")
	case errors.Is(result.Err, kerr.ElectionNotNeeded):
		return nil
	}
	return result.Err
}
