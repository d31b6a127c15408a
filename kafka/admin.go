package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Admin looks after topics and the health of a cluster. It is safe for
// concurrent use.
type Admin struct {
	servers []string
	client  *kgo.Client
	admin   *kadm.Client
}

// OpenAdmin makes the client. It doesn't wait for the cluster.
func OpenAdmin(config Config) (*Admin, error) {
	if err := config.firstError(); err != nil {
		return nil, err
	}
	client, err := config.newClient(kgo.RetryTimeout(10 * time.Second))
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return &Admin{servers: config.BootstrapServers, client: client, admin: kadm.NewClient(client)}, nil
}

// Close ends the client.
func (a *Admin) Close() { a.client.Close() }

// ApplyTopics makes the topics that lack and reports on all, in their order. It
// changes no topic that is there, so it is safe to repeat and to run on several
// nodes at once: what differs is drift. The error is one of the cluster; those
// of single topics are in their reports.
func (a *Admin) ApplyTopics(ctx context.Context, topics []Topic) ([]TopicReport, error) {
	cluster, err := a.metadata(ctx, []string{})
	if err != nil {
		return nil, fmt.Errorf("brokers at %v: %w", a.servers, err)
	}
	there, err := a.admin.ListTopics(ctx, names(topics)...)
	if err != nil {
		return nil, fmt.Errorf("topics at %v: %w", a.servers, err)
	}
	created := make(map[string]error)
	for _, t := range topics {
		if d, ok := there[t.Name]; ok && d.Err == nil {
			continue
		}
		created[t.Name] = a.create(ctx, t, int16(min(len(cluster.Brokers), 1<<15-1)))
	}
	reports, err := a.settled(ctx, topics, func(reports []TopicReport) bool {
		return slices.ContainsFunc(reports, func(r TopicReport) bool {
			err := created[r.Name]
			return r.Unknown() && (err == nil || errors.Is(err, kerr.TopicAlreadyExists))
		})
	})
	for i := range reports {
		err, tried := created[reports[i].Name]
		switch {
		case !tried, errors.Is(err, kerr.TopicAlreadyExists): // another node was faster
		case err != nil:
			reports[i].Err = err
		default:
			reports[i].Created = true
		}
	}
	return reports, err
}

// spread bounds the wait for topics that were made a moment ago to be known to every
// broker.
const spread = 5 * time.Second

// SettledTopics reports as DescribeTopics does, but looks again for some seconds while
// only some of the topics are missing: another node may be making them.
func (a *Admin) SettledTopics(ctx context.Context, topics []Topic) ([]TopicReport, error) {
	return a.settled(ctx, topics, func(reports []TopicReport) bool {
		there := func(r TopicReport) bool { return !r.Missing }
		return slices.ContainsFunc(reports, TopicReport.Unknown) && slices.ContainsFunc(reports, there)
	})
}

// settled describes the topics until none is behind, or spread is over: one broker may
// list a topic that another, asked for its settings, has not heard of.
func (a *Admin) settled(ctx context.Context, topics []Topic, behind func([]TopicReport) bool) ([]TopicReport, error) {
	deadline := time.Now().Add(spread)
	for {
		reports, err := a.DescribeTopics(ctx, topics)
		if err != nil || !behind(reports) || time.Now().After(deadline) {
			return reports, err
		}
		select {
		case <-ctx.Done():
			return reports, context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func names(topics []Topic) []string {
	all := make([]string, len(topics))
	for i, t := range topics {
		all[i] = t.Name
	}
	return all
}

func (a *Admin) create(ctx context.Context, t Topic, brokers int16) error {
	replicas := min(t.ReplicationFactor, brokers)
	configs := make(map[string]*string)
	for k, v := range t.settings(replicas) {
		configs[k] = &v
	}
	answer, err := a.admin.CreateTopic(ctx, t.Partitions, replicas, configs, t.Name)
	if err != nil {
		if answer.ErrMessage != "" {
			return fmt.Errorf("%w: %s", err, answer.ErrMessage)
		}
		return err
	}
	return answer.Err
}

// DescribeTopics reports how the topics are, in their order.
func (a *Admin) DescribeTopics(ctx context.Context, topics []Topic) ([]TopicReport, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	there, err := a.admin.ListTopics(ctx, names(topics)...)
	if err != nil {
		return nil, fmt.Errorf("topics at %v: %w", a.servers, err)
	}
	configs, err := a.admin.DescribeTopicConfigs(ctx, names(topics)...)
	if err != nil {
		return nil, fmt.Errorf("settings of topics at %v: %w", a.servers, err)
	}
	reports := make([]TopicReport, len(topics))
	for i, t := range topics {
		reports[i] = report(t, there, configs)
	}
	return reports, nil
}

func report(t Topic, there kadm.TopicDetails, configs kadm.ResourceConfigs) TopicReport {
	r := TopicReport{Name: t.Name}
	d, ok := there[t.Name]
	if !ok || errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
		r.Missing = true
		return r
	}
	if d.Err != nil {
		r.Err = d.Err
		return r
	}
	r.Partitions = int32(len(d.Partitions))
	r.Replicas = int16(d.Partitions.NumReplicas())
	differ := func(setting, want, have string) {
		if want != have {
			r.Drift = append(r.Drift, Drift{setting, want, have})
		}
	}
	differ("partitions", fmt.Sprint(t.Partitions), fmt.Sprint(r.Partitions))
	differ("replication_factor", fmt.Sprint(t.ReplicationFactor), fmt.Sprint(r.Replicas))
	rc, err := configs.On(t.Name, nil)
	if err == nil {
		err = rc.Err
	}
	if err != nil {
		r.Err = fmt.Errorf("its settings: %w", err)
		return r
	}
	have := make(map[string]string, len(rc.Configs))
	for _, c := range rc.Configs {
		have[c.Key] = c.MaybeValue()
	}
	want := t.settings(t.ReplicationFactor)
	for _, k := range slices.Sorted(maps.Keys(want)) {
		differ(k, want[k], have[k])
	}
	return r
}
