// Package logtest is the conformance suite of the log port: every implementation
// of messages.Log must pass it, so that what holds in simulation holds on Kafka.
// An implementation writes a Cluster for its tests and calls Run.
//
// The suite takes nothing to be visible at once but what the port promises: it
// polls until the effect is there or a deadline has passed, and proves that
// something stays invisible by a later record that comes alone.
package logtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// StatePartitions is how many partitions each state topic of a Cluster must have:
// each test takes shards, keys and topics of its own, so one broker may serve the
// whole suite, several times.
const StatePartitions = 256

// Deadline bounds each test, and so each wait for an effect.
const Deadline = 60 * time.Second

// Cluster is a log under test. Methods of features that it lacks return
// ErrLacking. It is used by one goroutine at a time.
type Cluster interface {
	// Log gives the log as a new node sees it whose transactional ids begin with
	// the prefix; what it holds is released by the factory's cleanup.
	Log(prefix string) (messages.Log, error)
	// StateTopic names the state topic of a kind of shard. It exists, is compacted
	// and has StatePartitions partitions.
	StateTopic(kind messages.ShardKind) string
	// CreateTopic creates a topic; its name is new to the cluster.
	CreateTopic(ctx context.Context, name string, partitions int32, options TopicOptions) error
	// Produce writes records outside of any shard and transaction and returns
	// when all are acknowledged, with the offset of each.
	Produce(ctx context.Context, records ...messages.Out) ([]int64, error)
	// Begin opens a transaction of a writer that is no shard (feature
	// ForeignTransactions).
	Begin(ctx context.Context) (Transaction, error)
	// AddPartitions raises a topic's partition count (feature AddPartitions).
	AddPartitions(ctx context.Context, topic string, partitions int32) error
	// DeleteRecords deletes what is below an offset (feature DeleteRecords).
	DeleteRecords(ctx context.Context, tp messages.TopicPartition, before int64) error
	// Compact compacts a topic as far as the implementation can and returns when
	// that is done (feature Compaction).
	Compact(ctx context.Context, topic string) error
	// LoseCommitAnswer makes the next commit of any shard lose the answer to its
	// end: with applied the log has committed it, without it the log never heard
	// of the end (feature LostAnswers).
	LoseCommitAnswer(ctx context.Context, applied bool) error
	// Lacks names the features that the implementation does not have.
	Lacks() []Feature
}

// Transaction is a transaction of a writer that is no shard.
type Transaction interface {
	// Produce writes records and returns when all are acknowledged.
	Produce(ctx context.Context, records ...messages.Out) error
	Commit(ctx context.Context) error
	Abort(ctx context.Context) error
}

// TopicOptions are the settings that the suite needs of a topic.
type TopicOptions struct {
	Compacted bool
	// MaxRecordBytes is the largest record (in Kafka max.message.bytes); 0 is the
	// implementation's default.
	MaxRecordBytes int
}

// Feature names something that an implementation may lack.
type Feature string

// The features. Everything else is required.
const (
	// ForeignTransactions: writers that are no shard can hold a transaction open.
	ForeignTransactions Feature = "foreign transactions"
	// AddPartitions: topics can grow.
	AddPartitions Feature = "added partitions"
	// DeleteRecords: the start of a partition can move.
	DeleteRecords Feature = "deleted records"
	// Compaction: a topic can be compacted on demand.
	Compaction Feature = "compaction on demand"
	// LostAnswers: the answer to a commit's end can be made to get lost.
	LostAnswers Feature = "lost answers"
	// TopicLimits: topics enforce a limit on the size of a record of their own.
	TopicLimits Feature = "record limits by topic"
)

// features lists all of them.
var features = []Feature{ForeignTransactions, AddPartitions, DeleteRecords, Compaction, LostAnswers, TopicLimits}

// ErrLacking is returned by a Cluster's methods for features that it lacks.
var ErrLacking = errors.New("the implementation lacks this feature")

// test is one test of the suite and the features without which it can't run.
type test struct {
	name  string
	needs []Feature
	run   func(*fixture)
}

func suite() []test {
	return slices.Concat(ownershipTests, restoreTests, pollTests, placeTests, writeTests, lifecycleTests, scanTests)
}

// Run runs the suite. The factory gives a cluster for each test: a new one, or
// the same one again. lacking lists the features that the caller knows to be
// missing; it must be exactly what the cluster says of itself, each of them must
// really refuse, and the tests that need them are printed, not passed over in
// silence.
func Run(t *testing.T, factory func(t *testing.T) Cluster, lacking ...Feature) {
	t.Run("features", func(t *testing.T) { checkFeatures(t, factory(t), lacking) })
	for i, tc := range suite() {
		t.Run(tc.name, func(t *testing.T) {
			for _, f := range tc.needs {
				if slices.Contains(lacking, f) {
					t.Logf("not run: the implementation declares that it lacks %q", f)
					return
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), Deadline)
			defer cancel()
			tc.run(newFixture(ctx, t, factory(t), i))
		})
	}
}

// checkFeatures holds the caller's list against what the cluster says and does.
func checkFeatures(t *testing.T, c Cluster, lacking []Feature) {
	said := slices.Sorted(slices.Values(c.Lacks()))
	want := slices.Sorted(slices.Values(lacking))
	if !slices.Equal(said, want) {
		t.Errorf("the cluster says that it lacks %q, the caller expects %q", said, want)
	}
	for _, f := range said {
		if !slices.Contains(features, f) {
			t.Errorf("the cluster lacks %q, which is no feature; there are %q", f, features)
		}
		t.Logf("declared as lacking: %s", f)
		if err := try(t.Context(), c, f); !errors.Is(err, ErrLacking) {
			t.Errorf("the cluster declares that it lacks %q but gives %v instead of ErrLacking", f, err)
		}
	}
}

// try uses a feature in the smallest way.
func try(ctx context.Context, c Cluster, f Feature) error {
	var err error
	switch f {
	case ForeignTransactions:
		_, err = c.Begin(ctx)
	case AddPartitions:
		err = c.AddPartitions(ctx, "none", 2)
	case DeleteRecords:
		err = c.DeleteRecords(ctx, messages.TopicPartition{Topic: "none"}, 1)
	case Compaction:
		err = c.Compact(ctx, "none")
	case LostAnswers:
		err = c.LoseCommitAnswer(ctx, true)
	case TopicLimits:
		err = c.CreateTopic(ctx, topicName("limit"), 1, TopicOptions{MaxRecordBytes: 10_000})
	}
	return err
}
