package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor/fault"
	"github.com/velox-trading/velox/telemetry"
)

// RunOptions are what Run gets besides the configuration.
type RunOptions struct {
	// Out takes the lines for a person.
	Out    io.Writer
	Logger *slog.Logger
}

// Run runs a node until ctx ends, then drains it and returns nil. Errors carry
// an exit code.
func Run(ctx context.Context, c *configs.Config, o RunOptions) error {
	n, err := startNode(ctx, c, o.Logger)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	n.greet(o.Out)
	feeds, stopFeeds := context.WithCancel(ctx)
	var work sync.WaitGroup
	failed := make(chan error, 2)
	if c.Simulate.Enabled && slices.Contains(c.Node.Roles, "feeds") {
		work.Go(func() {
			if err := guardFeed("simulate", func() error { return n.simulate(feeds, o.Out) }); err != nil && feeds.Err() == nil {
				failed <- err
			}
		})
	}
	if !c.Simulate.Enabled && slices.Contains(c.Node.Roles, "symbols") {
		work.Go(func() { n.missTicks(feeds, sourceWait) })
	}
	work.Go(func() {
		if err := n.keepPrefix(feeds); err != nil {
			failed <- err
		}
	})
	work.Go(func() { n.keepLag(feeds) })
	if c.Node.StatusEvery > 0 {
		work.Go(func() { n.report(feeds, o.Out, c.Node.StatusEvery) })
	}
	select {
	case <-ctx.Done():
	case err = <-n.shards.Failed():
		err = failure(err)
	case err = <-failed:
	}
	stopFeeds()
	work.Wait()
	if err == nil {
		fmt.Fprintln(o.Out, "draining: every shard ends its epoch, writes its state and lets go")
	}
	stopped := n.stop()
	if err == nil && stopped == nil {
		fmt.Fprintln(o.Out, "stopped")
	}
	return errors.Join(err, stopped)
}

// failure gives the exit code of a node that can't go on.
func failure(err error) error {
	if errors.As(err, new(*actors.RefusedError)) {
		return &Error{Code: ExitRefused, Err: err}
	}
	return &Error{Code: ExitFailed, Err: fmt.Errorf("a shard could not be kept running: %w", err)}
}

// guardFeed runs a feed; when it fails, or panics, the node can't go on.
func guardFeed(name string, run func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = exit(ExitFailed, "feed %s panicked: %v\n%s", name, reason, debug.Stack())
		}
	}()
	if err := run(); err != nil {
		return exit(ExitFailed, "feed %s: %w", name, err)
	}
	return nil
}

// node is a running node with everything around its shards.
type node struct {
	config   *configs.Config
	logger   *slog.Logger
	cluster  *cluster
	log      *kafka.Log
	shards   *actors.Node
	groups   []*kafka.Group
	observer *observer
	faults   *fault.Injector // nil: off
	health   *telemetry.Health
	behind   atomic.Int64 // ticks that are still to be taken in here; below 0: unknown
	listener net.Listener
	stopHTTP context.CancelFunc
	serving  sync.WaitGroup
}

func startNode(ctx context.Context, c *configs.Config, logger *slog.Logger) (n *node, err error) {
	n = &node{config: c, logger: logger, health: &telemetry.Health{}}
	n.behind.Store(-1)
	defer func() {
		if err != nil {
			n.closeAll()
		}
	}()
	if n.faults, err = injector(c, logger); err != nil {
		return n, exit(ExitSettings, "faults: %w", err)
	}
	if n.cluster, err = connect(ctx, c, logger); err != nil {
		return n, err
	}
	registry := telemetry.NewRegistry()
	n.observer = newObserver(telemetry.NewMetrics(registry), logger, c.Kafka.GroupIDPrefix)
	settings := n.cluster.settings
	settings.Observer = n.observer
	if n.faults != nil {
		settings.Fault = n.faults.At
	}
	settings.SharedTopics = []string{messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts}
	if n.log, err = kafka.OpenLog(settings); err != nil {
		return n, exit(ExitSettings, "kafka: %w", err)
	}
	if err = n.checkState(ctx); err != nil { // before anything is written
		return n, err
	}
	if err = n.cluster.prepareTopics(ctx, c, logger); err != nil {
		return n, err
	}
	if err = n.holdPrefix(ctx); err != nil {
		return n, err
	}
	if err = openAccounts(ctx, c, n.log); err != nil {
		return n, err
	}
	if err = n.startShards(); err != nil {
		return n, err
	}
	return n, n.serve(telemetry.Pages{Health: n.health, Metrics: registry, Kafka: n.kafkaHealth})
}

func (n *node) startShards() error {
	shards, err := shardSettings(n.config)
	if err != nil {
		return err
	}
	shards.Log, shards.Clock, shards.Observer, shards.Logger = n.log, machine{}, n.observer, n.logger
	if n.faults != nil {
		shards.Fault = n.faults.At
	}
	shards.History = historyOf(n.config, n.observer, n.logger)
	shards.NoCalendar = (&noCalendars{config: n.config, logger: n.logger, told: make(map[string]bool)}).begun
	tellOutdated(n.config, time.Now(), n.logger)
	tellWithoutPrices(n.config, n.logger)
	if n.shards, err = actors.StartNode(shards); err != nil {
		return fmt.Errorf("start the actors: %w", err)
	}
	n.health.Ready("shards", n.ready)
	for _, p := range placements(n.config) {
		if err := n.join(p); err != nil {
			return err
		}
	}
	return nil
}

// machine is the wall clock.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

// placement is a group that places a kind of shard.
type placement struct {
	kind      messages.ShardKind
	topic     string
	group     string
	offsetsIn map[string]string
}

func placements(c *configs.Config) []placement {
	prefix := c.Kafka.GroupIDPrefix
	var out []placement
	if slices.Contains(c.Node.Roles, "symbols") {
		out = append(out, placement{kind: messages.SymbolShard, topic: messages.TopicTicks, group: prefix + groupTicks})
	}
	if slices.Contains(c.Node.Roles, "accounts") {
		out = append(out, placement{
			kind: messages.AccountShard, topic: messages.TopicCommands, group: prefix + groupAccounts,
			offsetsIn: map[string]string{messages.TopicUpdates: prefix + groupIndicator, messages.TopicSignals: prefix + groupSignal},
		})
	}
	return out
}

// join joins the group of one kind of shard.
func (n *node) join(p placement) error {
	h := &handler{node: n, kind: p.kind, joined: make(chan struct{})}
	group, err := n.log.JoinGroup(kafka.GroupConfig{Name: p.group, Topic: p.topic, OffsetsIn: p.offsetsIn}, h)
	if err != nil {
		return exit(ExitKafka, "join group %s: %w", p.group, err)
	}
	h.group = group
	close(h.joined)
	n.groups = append(n.groups, group)
	n.health.Ready("group "+p.group, func(context.Context) error { return group.Err() })
	return nil
}

// handler passes what a group assigns on to the shards.
type handler struct {
	node   *node
	kind   messages.ShardKind
	joined chan struct{} // closed when group is set
	group  *kafka.Group
}

func (h *handler) Assigned(partitions []int32) {
	<-h.joined
	h.node.shards.Assigned(h.group, h.kind, partitions)
}

func (h *handler) Revoked(partitions []int32) {
	ctx, cancel := context.WithTimeout(context.Background(), h.node.config.Node.ShutdownTimeout)
	defer cancel()
	h.node.shards.Revoked(ctx, h.kind, partitions)
}

func (h *handler) Lost(partitions []int32) { h.node.shards.Lost(h.kind, partitions) }

// ready is the check behind /readyz.
func (n *node) ready(ctx context.Context) error {
	for _, g := range n.groups {
		switch {
		case len(g.Assigned()) == 0 && g.Err() != nil:
			return g.Err()
		case !g.Joined():
			return fmt.Errorf("group %s has not given this node its partitions yet", g.Name())
		case len(g.Assigned()) == 0:
			// Nothing yet, or nothing at all? Others let go first of what is to come.
			if err := g.Idle(ctx); err != nil {
				return err
			}
		}
	}
	return n.shards.Ready(ctx)
}

func (n *node) kafkaHealth(ctx context.Context) ([]byte, bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	h := n.cluster.admin.Health(ctx, verify.Topics()...)
	return document(h), h.Healthy()
}

// serve opens the pages of the node.
func (n *node) serve(pages telemetry.Pages) error {
	if n.config.HTTP.Address == "" {
		return nil
	}
	listener, err := telemetry.Listen(n.config.HTTP.Address)
	if err != nil {
		return exit(ExitAddress, "%w", err)
	}
	n.listener = listener
	mux := http.NewServeMux()
	pages.Mount(mux)
	mux.Handle(faultsPath, faultsPage(n.config, n.faults))
	ctx, cancel := context.WithCancel(context.Background())
	n.stopHTTP = cancel
	n.serving.Go(func() {
		if err := telemetry.Serve(ctx, listener, mux, n.logger); err != nil {
			n.logger.Error("http pages", "error", err)
		}
	})
	return nil
}

// stop drains the shards and ends everything.
func (n *node) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), n.config.Node.ShutdownTimeout)
	defer cancel()
	n.faults.Close() // what hangs goes on
	if n.shards != nil {
		n.shards.Leave()
	}
	for _, g := range n.groups {
		g.Close()
	}
	n.groups = nil
	var err error
	if n.shards != nil {
		err = n.shards.Stop(ctx)
	}
	n.shards = nil
	n.closeAll()
	if err != nil {
		return exit(ExitFailed, "stop: %w", err)
	}
	return nil
}

// closeAll ends what was started, in the reverse order, without draining.
func (n *node) closeAll() {
	n.faults.Close()
	for _, g := range n.groups {
		g.Close()
	}
	if n.shards != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := n.shards.Stop(ctx); err != nil {
			n.logger.Error("stop the actors", "error", err)
		}
	}
	if n.stopHTTP != nil {
		n.stopHTTP()
		n.serving.Wait()
	}
	if n.log != nil {
		n.log.Close()
	}
	if n.cluster != nil {
		n.cluster.close()
	}
}
