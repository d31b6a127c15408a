// Package kafkatest gives tests real Kafka brokers that end with them, and leaves tests
// out where there are none.
package kafkatest

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/kafka/brokers"
)

// Options say what cluster a test gets.
type Options = brokers.Options

// Cluster is a test's cluster.
type Cluster = brokers.Cluster

// startTimeout bounds fetching the jars and starting the brokers.
const startTimeout = 5 * time.Minute

// RequireEnv is the environment variable that turns a missing Kafka from a test
// that is left out into one that fails.
const RequireEnv = "VELOX_REQUIRE_KAFKA"

func required() bool { return os.Getenv(RequireEnv) == "1" }

// Start gives a test a cluster of its own, which ends with it. Without what it
// needs the test is left out, with a word on how to run it, or fails when
// VELOX_REQUIRE_KAFKA is 1. KAFKA_BOOTSTRAP_SERVERS is not used: the test may do
// with its brokers what it likes.
func Start(t testing.TB, options Options) *Cluster {
	t.Helper()
	available(t, options.Version)
	c, err := run(options)
	if err != nil {
		t.Fatalf("real Kafka did not start: %v", err)
	}
	t.Cleanup(c.Close)
	tellOnFailure(t, c)
	return c
}

func tellOnFailure(t testing.TB, c *Cluster) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(c.LogTails())
		}
	})
}

// Long leaves a test that takes minutes out of runs that don't require Kafka.
func Long(t testing.TB) {
	t.Helper()
	if !required() {
		t.Skipf("left out: takes minutes on real Kafka; %s=1 runs it", RequireEnv)
	}
}

func run(options Options) (*Cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return brokers.Run(ctx, options)
}

// available ends the test when there is nothing to run brokers with.
func available(t testing.TB, asked string) {
	t.Helper()
	if !required() {
		t.Skipf("left out: needs real Kafka %s; %s=1 fetches it (with java 17 and mvn) and runs this test", brokers.Version(asked), RequireEnv)
	}
}

// shared holds the cluster of each size that tests of one process share.
var shared struct {
	sync.Mutex
	clusters map[int]*Cluster
	failed   map[int]error
}

// Shared gives a test a cluster that all tests of this process share: the one at
// KAFKA_BOOTSTRAP_SERVERS, or one of that size in brokers, started when first asked
// for. Tests must use topics and groups of their own and leave the brokers
// alone. The package's TestMain must call CloseShared.
func Shared(t testing.TB, size int) *Cluster {
	t.Helper()
	if servers := os.Getenv("KAFKA_BOOTSTRAP_SERVERS"); servers != "" {
		return brokers.At(strings.Split(strings.ReplaceAll(servers, " ", ""), ",")...)
	}
	available(t, "")
	shared.Lock()
	defer shared.Unlock()
	if err := shared.failed[size]; err != nil {
		t.Fatal(err)
	}
	if c := shared.clusters[size]; c != nil {
		tellOnFailure(t, c)
		return c
	}
	c, err := run(Options{Brokers: size})
	if err != nil {
		if shared.failed == nil {
			shared.failed = make(map[int]error)
		}
		shared.failed[size] = errors.Join(errors.New("real Kafka did not start"), err)
		t.Fatal(shared.failed[size])
	}
	if shared.clusters == nil {
		shared.clusters = make(map[int]*Cluster)
	}
	shared.clusters[size] = c
	tellOnFailure(t, c)
	return c
}

// CloseShared ends the shared clusters. Call it after testing.M.Run.
func CloseShared() {
	shared.Lock()
	defer shared.Unlock()
	for _, c := range shared.clusters {
		c.Close()
	}
	shared.clusters = nil
}
