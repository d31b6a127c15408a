package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/supervisor/fault"
)

// memoryNode is a whole node on an in-memory log: the shards of all partitions,
// what came out of them, and the care for the log's size.
type memoryNode struct {
	cluster  *memlog.Cluster
	settings actors.Config
	shards   *actors.Node
	tally    *tally
	// taken is told of every record of the topics that tell what came of the ticks,
	// partition by partition in the log's order.
	taken   func(*messages.Record) error
	outputs []string // these topics
	// read is how far each output and state topic was read, and compacted how far
	// state was when it was compacted last.
	read, compacted map[messages.TopicPartition]int64
	// safe is where each shard would read again from after a restart.
	safe map[messages.ShardID]map[messages.TopicPartition]int64

	limits   memoryLimits
	faults   *fault.Injector // nil: off
	protobuf bool
	batch    []messages.Out
	ticks    []byte // the batch's bytes, in one piece
}

// startMemoryNode starts the shards of all partitions on a log of their own and
// gives the commands of the configured accounts to them, at the time of the first
// tick, so that strategies see the market from its first tick.
func startMemoryNode(ctx context.Context, c *configs.Config, partitions Partitions, firstMs int64, logger *slog.Logger, taken func(*messages.Record) error) (*memoryNode, error) {
	now := time.Now().UnixMilli()
	faults, err := injector(c, logger)
	if err != nil {
		return nil, exit(ExitSettings, "faults: %w", err)
	}
	n := &memoryNode{
		faults: faults,
		// One stamp for all records: ticks are judged to be ahead of the same moment.
		cluster: memlog.New(memlog.Options{
			NowMs: func() int64 { return now }, StateTopic: messages.StateTopic, KeepBytes: true, Fault: memoryFaults(faults),
		}),
		tally: newTally(logger), taken: taken, outputs: outputTopics, limits: memoryLimits{inFlight: inFlight, retained: retained}, protobuf: c.Processing.Format == "protobuf",
		read: make(map[messages.TopicPartition]int64), compacted: make(map[messages.TopicPartition]int64),
		safe: make(map[messages.ShardID]map[messages.TopicPartition]int64),
	}
	if err := n.makeTopics(c, partitions); err != nil {
		return nil, err
	}
	commands, err := accountCommands(c, firstMs)
	if err != nil {
		return nil, err
	}
	for i := range commands {
		n.cluster.Produce(commandRecord(&commands[i]))
	}
	settings, err := shardSettings(c)
	if err != nil {
		return nil, err
	}
	settings.Log, settings.Clock, settings.Observer, settings.Logger = n.cluster.Log(), machine{}, n.tally, logger
	// Nothing crashes here that would make updates come twice, and without markers
	// of transactions the places of updates, from which ids derive, are always the
	// same.
	settings.Guarantees = map[messages.ShardKind]actors.Guarantee{
		messages.SymbolShard: actors.AtLeastOnce, messages.AccountShard: actors.ExactlyOnce,
	}
	if n.faults != nil {
		settings.Fault = n.faults.At
	}
	settings.Checkpoint.Min, settings.Checkpoint.Max = checkpointEvery, checkpointEvery
	n.settings = settings
	if err := n.startShards(); err != nil {
		return nil, err
	}
	// The commands first, then the requests that they make.
	for range 2 {
		if err := n.ready(ctx); err != nil {
			return nil, fmt.Errorf("backtest: open the accounts: %w", errors.Join(err, n.stop(c.Node.ShutdownTimeout)))
		}
	}
	return n, nil
}

func (n *memoryNode) startShards() (err error) {
	if n.shards, err = actors.StartNode(n.settings); err != nil {
		return fmt.Errorf("start the actors: %w", err)
	}
	for kind, topic := range homeTopics {
		n.shards.Assigned(alone{}, kind, upTo(n.cluster.Partitions(topic)))
	}
	return nil
}

// homeTopics are the topics whose partitions are shards, by kind.
var homeTopics = map[messages.ShardKind]string{
	messages.SymbolShard: messages.TopicTicks, messages.AccountShard: messages.TopicCommands,
}

func upTo(n int32) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// alone is the group of a node that has nobody to share with.
type alone struct{}

func (alone) Confirm(context.Context, int32) error { return nil }

func (alone) Publish(messages.ShardID, map[messages.TopicPartition]int64) {}

// makeTopics makes the topics of the configuration, with its partitions or with
// one each.
func (n *memoryNode) makeTopics(c *configs.Config, partitions Partitions) error {
	topics, err := wantedTopics(c)
	if err != nil {
		return err
	}
	for _, t := range topics {
		count := t.Partitions
		if partitions == OnePartition {
			count = 1
		}
		options := memlog.TopicOptions{Compacted: t.CleanupPolicy == "compact", MaxRecordBytes: int(t.MaxMessageBytes)}
		if err := n.cluster.CreateTopic(t.Name, count, options); err != nil {
			return exit(ExitSettings, "topics: %w", err)
		}
	}
	for kind, topic := range homeTopics {
		if have, want := n.cluster.Partitions(messages.StateTopic(kind)), n.cluster.Partitions(topic); have != want {
			return exit(ExitSettings, "topics: %s has %d partitions and %s, the state of its shards, has %d; they must be the same", topic, want, messages.StateTopic(kind), have)
		}
	}
	return nil
}

// ready waits until every shard has ended the epoch that it is in, and taken in
// all commands and requests that are there.
func (n *memoryNode) ready(ctx context.Context) error {
	asked, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- n.shards.Ready(asked) }()
	select {
	case err := <-done:
		return err
	case failed := <-n.shards.Failed():
		cancel()
		return errors.Join(failure(failed), <-done)
	}
}

// stop ends the shards.
func (n *memoryNode) stop(timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	n.faults.Close() // what hangs goes on
	if err := n.shards.Stop(ctx); err != nil {
		return exit(ExitFailed, "backtest: stop: %w", err)
	}
	return nil
}
