package chaos

import (
	"context"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/kafka/brokers"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/chaos"
)

// brokerCount is how many there are.
const brokerCount = 3

// cluster is the brokers, the nodes and the links between them.
type cluster struct {
	run    *run
	kafka  *brokers.Cluster
	links  [chaos.MaxNodes][brokerCount]*link
	client *kgo.Client
	admin  *kadm.Client
	config *configs.Config
	file   string // the nodes' configuration

	mu    sync.Mutex
	nodes map[int]*node // by place
	owned map[int][]int32
}

func (r *run) startCluster(ctx context.Context) (*cluster, error) {
	c := &cluster{run: r, nodes: make(map[int]*node), owned: make(map[int][]int32)}
	var err error
	c.kafka, err = brokers.Run(ctx, brokers.Options{
		Brokers: brokerCount, Home: r.KafkaHome, Version: r.KafkaVersion, Dir: filepath.Join(r.Dir, "kafka"), Listeners: chaos.MaxNodes, Advertise: c.advertise,
		// A listener's threads are its own, and there are six.
		BrokerSettings: map[string]string{"num.network.threads": "1"},
	})
	if err != nil {
		return c, err
	}
	c.client, err = kgo.NewClient(kgo.SeedBrokers(c.kafka.BootstrapServers()...), kgo.AlwaysRetryEOF(), kgo.DisableClientMetrics(), kgo.MetadataMinAge(250*time.Millisecond))
	if err != nil {
		return c, err
	}
	c.admin = kadm.NewClient(c.client)
	return c, nil
}

func (c *cluster) advertise(broker, place int, address string) (string, error) {
	l, err := openLink(host(place), address)
	if err != nil {
		return "", err
	}
	c.links[place][broker] = l
	return l.address(), nil
}

func (c *cluster) close() {
	c.mu.Lock()
	nodes := slices.Collect(maps.Values(c.nodes)) // also those that are stopped, which nobody wakes any more
	for _, n := range nodes {
		n.ending = true
		n.signal(syscall.SIGKILL)
	}
	c.mu.Unlock()
	for _, n := range nodes {
		<-n.process.Done
	}
	if c.client != nil {
		c.client.Close()
	}
	if c.kafka != nil {
		c.kafka.Close()
	}
	for _, of := range c.links {
		for _, l := range of {
			if l != nil {
				_ = l.close() // it only stops listening
			}
		}
	}
}

// live gives the nodes that run and are not stopped, by place. The caller has c.mu.
func (c *cluster) live() []*node {
	var out []*node
	for place := range chaos.MaxNodes {
		if n := c.nodes[place]; n != nil && !n.stopped && !n.ending && !n.gone() {
			out = append(out, n)
		}
	}
	return out
}

// start runs a node in a free place and looks after it: one that ends by itself is
// told, and replaced.
func (c *cluster) start(ctx context.Context) (*node, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err // close has been, or comes: it kills those that are there
	}
	for place := range chaos.MaxNodes {
		if n := c.nodes[place]; n == nil || n.gone() {
			return c.startAt(ctx, place)
		}
	}
	return nil, fmt.Errorf("all %d places have a node", chaos.MaxNodes)
}

func (c *cluster) startAt(ctx context.Context, place int) (*node, error) {
	addresses := make([]string, brokerCount)
	for b, l := range c.links[place] {
		addresses[b] = l.address()
	}
	n, err := startNode(c.run.Program, c.run.Dir, place, c.file, "--bootstrap-servers", strings.Join(addresses, ","))
	if err != nil {
		return nil, err
	}
	c.nodes[place] = n
	c.run.background.Go(func() { c.mourn(ctx, n) })
	return n, nil
}

// mourn waits for a node's end.
func (c *cluster) mourn(ctx context.Context, n *node) {
	<-n.process.Done
	c.mu.Lock()
	asked := n.ending
	c.mu.Unlock()
	if asked || ctx.Err() != nil {
		return
	}
	c.run.ended(n)
	if _, err := c.start(ctx); err != nil && ctx.Err() == nil {
		c.run.missed("a node in the place of %s: %v", n, err)
	}
}

// partitions gives the partitions of ticks that the group has given to a node; while
// it rebalances, those that it had.
func (c *cluster) partitions(ctx context.Context, n *node) []int32 {
	_ = c.placed(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.owned[n.place])
}

// placed asks the group for what each node has, and tells whether it is at rest, with
// something for every live node and nothing for others.
func (c *cluster) placed(ctx context.Context) bool {
	group := c.config.Kafka.GroupIDPrefix + "-market-data-group"
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	groups, err := c.admin.DescribeGroups(ctx, group)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || groups[group].State != "Stable" {
		return false
	}
	clear(c.owned)
	for _, m := range groups[group].Members {
		place := placeOf(m.ClientHost)
		if assigned, ok := m.Assigned.AsConsumer(); ok && place >= 0 {
			for _, t := range assigned.Topics {
				c.owned[place] = append(c.owned[place], t.Partitions...)
			}
		}
	}
	live := c.live()
	for _, n := range live {
		if len(c.owned[n.place]) == 0 {
			return false
		}
	}
	return len(c.owned) == len(live) && len(groups[group].Members) == len(live)
}

// placeOf tells the place of a node by the address that brokers saw; -1 for others.
func placeOf(address string) int {
	for place := range chaos.MaxNodes {
		if ip := net.ParseIP(strings.TrimPrefix(address, "/")); ip != nil && ip.Equal(host(place)) {
			return place
		}
	}
	return -1
}

// inStep tells whether every broker runs and every partition has all its replicas.
func (c *cluster) inStep(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, b := range c.kafka.Brokers() {
		if !b.Running() {
			return false
		}
	}
	topics, err := c.admin.ListTopicsWithInternal(ctx)
	if err != nil {
		return false
	}
	for _, t := range topics {
		for _, p := range t.Partitions {
			if p.Err != nil || len(p.ISR) < len(p.Replicas) {
				return false
			}
		}
	}
	return len(topics) > 0
}

// ticks gives how many partitions of ticks there are.
func (c *cluster) ticks(ctx context.Context) ([]int32, error) {
	topics, err := c.admin.ListTopics(ctx, messages.TopicTicks)
	if err != nil {
		return nil, err
	}
	return topics[messages.TopicTicks].Partitions.Numbers(), nil
}

// keepAll has the brokers delete nothing for its age: what is checked at the end of a
// long run goes back to its beginning.
func (c *cluster) keepAll(ctx context.Context) error {
	forever := "-1"
	done, err := c.admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &forever}}, verify.Topics()...)
	if err != nil {
		return fmt.Errorf("keep what is written: %w", err)
	}
	for _, topic := range done {
		if topic.Err != nil {
			return fmt.Errorf("keep what is written to %s: %w", topic.Name, topic.Err)
		}
	}
	return nil
}
