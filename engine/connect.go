package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// cluster is the Kafka cluster that a node works with: the one that the
// configuration names, or its own embedded broker.
type cluster struct {
	settings kafka.Config
	embedded *kafka.Embedded
	admin    *kafka.Admin
}

// connect opens the cluster: with an embedded broker when the configuration
// names no bootstrap servers.
func connect(ctx context.Context, c *configs.Config, logger *slog.Logger) (*cluster, error) {
	cl := &cluster{}
	bootstrap := c.Kafka.BootstrapServers
	if c.Embedded() {
		embedded, err := startEmbedded(c)
		if err != nil {
			return nil, err
		}
		cl.embedded, bootstrap = embedded, []string{embedded.Address()}
	}
	cl.settings = kafkaSettings(c, bootstrap, logger)
	admin, err := kafka.OpenAdmin(cl.settings)
	if err != nil {
		cl.close()
		return nil, exit(ExitSettings, "kafka: %w", err)
	}
	cl.admin = admin
	if err := cl.wait(ctx, c.Node.StartTimeout, logger); err != nil {
		cl.close()
		return nil, err
	}
	return cl, nil
}

// answerWithin bounds how long an embedded broker that may be there is looked for.
const answerWithin = 5 * time.Second

// reach connects to the cluster that running nodes work with: the one that the
// configuration names or, when it names none, the embedded broker of the node that runs
// here. It starts none.
func reach(ctx context.Context, c *configs.Config, logger *slog.Logger) (*cluster, error) {
	if !c.Embedded() {
		return connect(ctx, c, logger)
	}
	there := *c
	there.Kafka.BootstrapServers, there.Node.StartTimeout = servers(c), min(c.Node.StartTimeout, answerWithin)
	cl, err := connect(ctx, &there, slog.New(slog.DiscardHandler)) // the error says it all
	if err == nil {
		cl.settings.Logger = logger
	}
	return cl, err
}

// orStartNode adds to the error of a program for which no node runs here how to get one:
// by itself, or as more says.
func orStartNode(c *configs.Config, err error, more string) error {
	coded := (*Error)(nil)
	if !c.Embedded() || !errors.As(err, &coded) || coded.Code != ExitKafka {
		return err
	}
	return fmt.Errorf("%w; or start a node: `veloxd` runs one%s", err, more)
}

func startEmbedded(c *configs.Config) (*kafka.Embedded, error) {
	embedded, err := kafka.StartEmbedded(kafka.EmbeddedConfig{Address: c.Broker.Address, DataDir: c.Broker.DataDir})
	var taken *kafka.AddressTakenError
	switch {
	case errors.As(err, &taken):
		return nil, exit(ExitAddress, "embedded broker: %w; choose another with --broker-address, or join the broker that is there with --bootstrap-servers", err)
	case err != nil:
		return nil, exit(ExitAddress, "embedded broker: %w", err)
	}
	return embedded, nil
}

// wait tries to reach the cluster for a while: brokers may start together with
// the node.
func (cl *cluster) wait(ctx context.Context, firstContact time.Duration, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, firstContact)
	defer cancel()
	warned := false
	for {
		try, stop := context.WithTimeout(ctx, 5*time.Second)
		health := cl.admin.Health(try, verify.Topics()...)
		stop()
		if health.Healthy() {
			return nil
		}
		if !warned {
			warned = true
			logger.Warn("the Kafka cluster does not answer, trying again", "bootstrap_servers",
				strings.Join(cl.settings.BootstrapServers, ","), "for", firstContact, "error", health.Error)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return exit(ExitKafka, "the Kafka cluster at %s does not answer: %s; check --bootstrap-servers (KAFKA_BOOTSTRAP_SERVERS) and that the brokers run",
				strings.Join(cl.settings.BootstrapServers, ","), health.Error)
		}
	}
}

// prepareTopics makes the topics that lack, when the configuration says so, and
// otherwise checks that they are there.
func (cl *cluster) prepareTopics(ctx context.Context, c *configs.Config, logger *slog.Logger) error {
	topics, err := wantedTopics(c)
	if err != nil {
		return err
	}
	apply := c.Topics.Apply == "always" || (c.Topics.Apply == "embedded" && cl.embedded != nil)
	look := cl.admin.SettledTopics
	if apply {
		look = cl.admin.ApplyTopics
	}
	reports, err := look(ctx, topics)
	if err == nil {
		err = kafka.TopicErrors(reports)
	}
	if err != nil {
		return exit(ExitKafka, "topics: %w", err)
	}
	var missing, few, drift []string
	for i, r := range reports {
		switch {
		case r.Missing:
			missing = append(missing, r.Name)
		case r.Partitions < topics[i].Partitions:
			few = append(few, fmt.Sprintf("%s has %d partitions of %d", r.Name, r.Partitions, topics[i].Partitions))
		}
		if len(r.Drift) > 0 {
			drift = append(drift, fmt.Sprintf("%s: %v", r.Name, r.Drift))
		}
	}
	if len(drift) > 0 && !c.Embedded() { // one broker has no replicas
		logger.Warn("topics differ from their settings; `veloxd topics describe` shows how", "topics", len(drift), "first", drift[0])
	}
	if len(missing) > 0 {
		return exit(ExitKafka, "topics are missing: %s; make them with `veloxd topics apply`, or set topics.apply to always", strings.Join(missing, ", "))
	}
	if len(few) > 0 {
		return exit(ExitKafka, "too few partitions: %s; a topic in use can't grow yet, and nodes end when one does: name its partitions in a file of your own (topics.file), or make the topic anew", strings.Join(few, ", "))
	}
	return sameShards(reports)
}

// sameShards holds the topics whose partitions are shards against the topics of
// their states: a shard's state is in the partition of its number.
func sameShards(reports []kafka.TopicReport) error {
	partitions := make(map[string]int32, len(reports))
	for _, r := range reports {
		partitions[r.Name] = r.Partitions
	}
	for input, kind := range map[string]messages.ShardKind{messages.TopicTicks: messages.SymbolShard, messages.TopicCommands: messages.AccountShard} {
		state := messages.StateTopic(kind)
		if partitions[input] != partitions[state] {
			return exit(ExitKafka, "%s has %d partitions and %s, the state of its shards, has %d; they must be the same: "+
				"a topic in use can't grow yet, and nodes end when one does, so make the larger one anew", input, partitions[input], state, partitions[state])
		}
	}
	return nil
}

func (cl *cluster) close() {
	if cl.admin != nil {
		cl.admin.Close()
	}
	if cl.embedded != nil {
		cl.embedded.Close()
	}
}

func wantedTopics(c *configs.Config) ([]kafka.Topic, error) {
	var set kafka.TopicSet
	if err := c.DecodeTopics(&set); err != nil {
		return nil, exit(ExitSettings, "topics: %w", err)
	}
	if problems := set.Validate(); len(problems) > 0 {
		texts := make([]string, len(problems))
		for i, p := range problems {
			texts[i] = p.Error()
		}
		return nil, exit(ExitSettings, "topics: %s", strings.Join(texts, "\n"))
	}
	topics, err := set.With(c.Topics.Profile)
	if err != nil {
		return nil, exit(ExitSettings, "topics.profile: %w", err)
	}
	return topics, nil
}

// Broker runs only the embedded broker, for several nodes on one machine, until
// ctx ends.
func Broker(ctx context.Context, c *configs.Config, out io.Writer) error {
	embedded, err := startEmbedded(c)
	if err != nil {
		return err
	}
	defer embedded.Close()
	where := "in memory, lost at the end"
	if c.Broker.DataDir != "" {
		where = "in " + c.Broker.DataDir
	}
	fmt.Fprintf(out, "broker on %s, %s\nThis is a broker for development and tests, not for production: one process, no replication.\n"+
		"`veloxd topics apply --bootstrap-servers %s` makes its topics; nodes join it with KAFKA_BOOTSTRAP_SERVERS=%s\n",
		embedded.Address(), where, embedded.Address(), embedded.Address())
	<-ctx.Done()
	return nil
}
