package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/kafka"
)

// CheckFiles reads what a node reads besides the configuration, the topics' file
// and the directory of history, and gives what is wrong with it. It asks no cluster.
func CheckFiles(c *configs.Config) error {
	_, err := wantedTopics(c)
	return errors.Join(err, checkHistory(c))
}

// TopicsApply makes the topics that lack and prints how all of them are.
func TopicsApply(ctx context.Context, c *configs.Config, out io.Writer) error {
	return topicsReport(ctx, c, out, (*kafka.Admin).ApplyTopics)
}

// TopicsDescribe prints how the topics are, and what differs.
func TopicsDescribe(ctx context.Context, c *configs.Config, out io.Writer) error {
	return topicsReport(ctx, c, out, (*kafka.Admin).DescribeTopics)
}

type lookAtTopics = func(*kafka.Admin, context.Context, []kafka.Topic) ([]kafka.TopicReport, error)

func topicsReport(ctx context.Context, c *configs.Config, out io.Writer, look lookAtTopics) error {
	if c.Embedded() {
		// The broker that a node brings is gone with it; the one that may be
		// running is reached like any other cluster.
		return exit(ExitSettings, "topics: no cluster is named; give --bootstrap-servers, %s for a node's embedded broker", c.Broker.Address)
	}
	topics, err := wantedTopics(c)
	if err != nil {
		return err
	}
	cl, err := connect(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer cl.close()
	reports, err := look(cl.admin, ctx, topics)
	if err != nil {
		return exit(ExitKafka, "topics: %w", err)
	}
	for _, r := range reports {
		printTopic(out, r)
	}
	if err := kafka.TopicErrors(reports); err != nil {
		return exit(ExitKafka, "topics: %w", err)
	}
	return nil
}

func printTopic(out io.Writer, r kafka.TopicReport) {
	state := "as it should be"
	switch {
	case r.Err != nil:
		state = "failed: " + r.Err.Error()
	case r.Missing:
		state = "missing"
	case r.Created:
		state = "created"
	case len(r.Drift) > 0:
		state = "differs"
	}
	fmt.Fprintf(out, "%-26s %3d partitions  %d replicas  %s\n", r.Name, r.Partitions, r.Replicas, state)
	for _, d := range r.Drift {
		fmt.Fprintf(out, "    %s\n", d)
	}
}

// servers gives the cluster to ask for a program that is no node: when none is named,
// the embedded broker of a node that runs here.
func servers(c *configs.Config) []string {
	if c.Embedded() {
		return []string{c.Broker.Address}
	}
	return c.Kafka.BootstrapServers
}

// Health asks the cluster how it is: the contract's JSON, and whether it is
// healthy.
func Health(ctx context.Context, c *configs.Config) ([]byte, bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	admin, err := kafka.OpenAdmin(kafkaSettings(c, servers(c), nil))
	if err != nil {
		return document(kafka.Health{Status: "unhealthy", Error: err.Error()}), false
	}
	defer admin.Close()
	h := admin.Health(ctx, verify.Topics()...)
	return document(h), h.Healthy()
}

func document(h kafka.Health) []byte {
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Appendf(nil, `{"status":"unhealthy","error":%q}`, err.Error())
	}
	return text
}
