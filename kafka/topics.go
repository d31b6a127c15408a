package kafka

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Topic is what a topic should be. The fields of the wire contract bear its
// names; a zero value leaves the setting to the cluster, except for those that
// say otherwise.
type Topic struct {
	Name string `yaml:"topic"`
	// Partitions must be at least 1.
	Partitions int32 `yaml:"partitions"`
	// ReplicationFactor must be at least 1. A cluster of fewer brokers gives as
	// many replicas as it has, which is shown as drift.
	ReplicationFactor int16 `yaml:"replication_factor"`
	// RetentionMs is how long records are kept; -1 for ever.
	RetentionMs int64 `yaml:"retention_ms"`
	// CleanupPolicy is "delete" or "compact".
	CleanupPolicy   string `yaml:"cleanup_policy"`
	SegmentMs       int64  `yaml:"segment_ms"`
	CompressionType string `yaml:"compression_type"`
	// MinInSyncReplicas bounds what acks=all waits for. Where there are fewer
	// replicas than wanted, it is lowered so that one of them may be down.
	MinInSyncReplicas int16 `yaml:"min_insync_replicas"`
	MaxMessageBytes   int32 `yaml:"max_message_bytes"`
	// Settings are any other topic settings of Kafka, under Kafka's names.
	Settings map[string]string `yaml:"settings"`
}

// TopicSet is a file of topics.
type TopicSet struct {
	Topics []Topic `yaml:"topics"`
	// Profiles are named sets of changes: entries bear the name of one of the
	// topics, and their fields that are not zero replace the topic's.
	Profiles map[string][]Topic `yaml:"profiles"`
}

// With gives the topics with the changes of a profile; "" is none.
func (s TopicSet) With(profile string) ([]Topic, error) {
	topics := slices.Clone(s.Topics)
	if profile == "" {
		return topics, nil
	}
	changes, ok := s.Profiles[profile]
	if !ok {
		return nil, fmt.Errorf("topics have no profile %q; there are %v", profile, slices.Sorted(maps.Keys(s.Profiles)))
	}
	for _, change := range changes {
		i := slices.IndexFunc(topics, func(t Topic) bool { return t.Name == change.Name })
		if i < 0 {
			return nil, fmt.Errorf("profile %s changes topic %q, which is none of the topics", profile, change.Name)
		}
		topics[i] = topics[i].with(change)
	}
	return topics, nil
}

func (t Topic) with(change Topic) Topic {
	replace(&t.Partitions, change.Partitions)
	replace(&t.ReplicationFactor, change.ReplicationFactor)
	replace(&t.RetentionMs, change.RetentionMs)
	replace(&t.CleanupPolicy, change.CleanupPolicy)
	replace(&t.SegmentMs, change.SegmentMs)
	replace(&t.CompressionType, change.CompressionType)
	replace(&t.MinInSyncReplicas, change.MinInSyncReplicas)
	replace(&t.MaxMessageBytes, change.MaxMessageBytes)
	if len(change.Settings) > 0 {
		t.Settings = maps.Clone(t.Settings)
		if t.Settings == nil {
			t.Settings = make(map[string]string)
		}
		maps.Copy(t.Settings, change.Settings)
	}
	return t
}

func replace[T comparable](to *T, with T) {
	var zero T
	if with != zero {
		*to = with
	}
}

// Validate gives everything that is wrong with the set, profiles included.
func (s TopicSet) Validate() []FieldError {
	bad := validateTopics("topics", s.Topics)
	for _, profile := range slices.Sorted(maps.Keys(s.Profiles)) {
		topics, err := s.With(profile)
		if err != nil {
			bad = append(bad, FieldError{"profiles." + profile, err.Error()})
			continue
		}
		for _, e := range validateTopics("profiles."+profile, topics) {
			if !slices.ContainsFunc(bad, func(b FieldError) bool { return b.Problem == e.Problem }) {
				bad = append(bad, e)
			}
		}
	}
	return bad
}

func validateTopics(path string, topics []Topic) []FieldError {
	var bad []FieldError
	seen := make(map[string]bool)
	if len(topics) == 0 {
		bad = append(bad, FieldError{path, "want at least one topic"})
	}
	for i, t := range topics {
		report := func(field, format string, args ...any) {
			bad = append(bad, FieldError{fmt.Sprintf("%s[%d].%s", path, i, field), t.Name + ": " + fmt.Sprintf(format, args...)})
		}
		if t.Name == "" {
			report("topic", "want a name")
		}
		if seen[t.Name] {
			report("topic", "given twice")
		}
		seen[t.Name] = true
		if t.Partitions < 1 {
			report("partitions", "%d: want at least 1", t.Partitions)
		}
		if t.ReplicationFactor < 1 {
			report("replication_factor", "%d: want at least 1", t.ReplicationFactor)
		}
		if t.MinInSyncReplicas > t.ReplicationFactor {
			report("min_insync_replicas", "%d: want at most the replication factor, %d", t.MinInSyncReplicas, t.ReplicationFactor)
		}
		if t.RetentionMs < -1 {
			report("retention_ms", "%d: want -1 (for ever) or more", t.RetentionMs)
		}
		if !slices.Contains([]string{"", "delete", "compact", "compact,delete"}, t.CleanupPolicy) {
			report("cleanup_policy", "%q: want delete, compact, or compact,delete", t.CleanupPolicy)
		}
	}
	return bad
}

// settings gives Kafka's topic settings, on a cluster that gives this many
// replicas.
func (t Topic) settings(replicas int16) map[string]string {
	all := make(map[string]string, 6+len(t.Settings))
	number := func(name string, n int64) {
		if n != 0 {
			all[name] = strconv.FormatInt(n, 10)
		}
	}
	text := func(name, v string) {
		if v != "" {
			all[name] = v
		}
	}
	number("retention.ms", t.RetentionMs)
	number("segment.ms", t.SegmentMs)
	number("max.message.bytes", int64(t.MaxMessageBytes))
	inSync := t.MinInSyncReplicas
	if inSync != 0 && replicas < t.ReplicationFactor {
		inSync = max(1, min(inSync, replicas-1))
	}
	number("min.insync.replicas", int64(inSync))
	text("cleanup.policy", t.CleanupPolicy)
	text("compression.type", t.CompressionType)
	maps.Copy(all, t.Settings)
	return all
}

// Drift is one way in which a topic is not what it should be.
type Drift struct {
	// Setting is partitions, replication_factor, or Kafka's name of a setting.
	Setting    string
	Want, Have string
}

func (d Drift) String() string { return fmt.Sprintf("%s is %s, want %s", d.Setting, d.Have, d.Want) }

// TopicReport says how one topic is.
type TopicReport struct {
	Name string
	// Created: this call has made it. Missing: it is not there.
	Created, Missing bool
	Partitions       int32
	Replicas         int16
	// Drift lists what differs from what the topic should be, in the order of
	// settings' names after partitions and replicas.
	Drift []Drift
	// Err is why the topic could not be made or described.
	Err error
}

// Unknown tells whether the broker that was asked doesn't know the topic, which
// also is so for a moment when another one has just made it.
func (r TopicReport) Unknown() bool {
	return r.Missing || errors.Is(r.Err, kerr.UnknownTopicOrPartition)
}

// TopicErrors joins the errors of reports, nil when there are none.
func TopicErrors(reports []TopicReport) error {
	var errs []error
	for _, r := range reports {
		if r.Err != nil {
			errs = append(errs, fmt.Errorf("topic %s: %w", r.Name, r.Err))
		}
	}
	return errors.Join(errs...)
}
