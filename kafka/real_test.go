package kafka_test

import (
	"testing"

	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages/logtest"
)

// real gives a cluster of real brokers that the tests of this package share.
// Kafka compacts when it sees fit, so the suite can't ask for it; see
// TestRestoreAfterCompaction.
func real(t *testing.T, brokers int) *cluster {
	t.Helper()
	c := newCluster(t, kafkatest.Shared(t, brokers).BootstrapServers())
	c.lacks = []logtest.Feature{logtest.Compaction}
	return c
}

func TestConformanceOnKafka(t *testing.T) {
	c := real(t, 1)
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return c.on(t) }, c.lacks...)
}

func TestConformanceOfSharedReadersOnKafka(t *testing.T) {
	c := real(t, 1)
	logtest.Run(t, func(t *testing.T) logtest.Cluster { return c.shared(t) }, c.lacks...)
}

func TestGroupsOnKafka(t *testing.T) { real(t, 1).groupTests(t) }

func TestTransactionsOnKafka(t *testing.T) { real(t, 1).transactionTests(t) }
