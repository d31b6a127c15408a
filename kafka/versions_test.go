package kafka_test

import (
	"os"
	"strings"
	"testing"

	"github.com/velox-trading/velox/kafka/brokers"
)

// TestVersionOnKafka: the brokers of this run are of the version that was asked for,
// by what they say of themselves; so that a run on an old version is one.
func TestVersionOnKafka(t *testing.T) {
	c := real(t, 1)
	asked := os.Getenv("VELOX_TEST_KAFKA_VERSION")
	if asked == "" {
		asked = brokers.DefaultVersion
	}
	got, tv := c.version()
	t.Logf("brokers of Kafka %s, transaction.version %d", got, tv)
	if os.Getenv("KAFKA_BOOTSTRAP_SERVERS") == "" && !strings.HasPrefix(asked, got+".") {
		t.Errorf("the brokers are of Kafka %s, want %s", got, asked)
	}
	if want := strings.HasPrefix(got, "4."); (tv >= 2) != want {
		t.Errorf("Kafka %s has transaction.version %d", got, tv)
	}
}

// version gives the first two numbers of the brokers' version, and the level of
// transaction.version, 0 where there is none. Before 4.0 the protocol between brokers
// has the version's name; later ones are told apart by the requests that they know.
func (c *cluster) version() (version string, transactions int16) {
	c.t.Helper()
	answers, err := c.admin.ApiVersions(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	for _, b := range answers {
		version = strings.TrimPrefix(b.VersionGuess(), "v")
		for _, f := range b.Raw().FinalizedFeatures {
			if f.Name == "transaction.version" {
				transactions = f.MaxVersionLevel
			}
		}
		configs, err := c.admin.DescribeBrokerConfigs(c.t.Context(), b.NodeID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, answer := range configs {
			for _, setting := range answer.Configs {
				if setting.Key == "inter.broker.protocol.version" && setting.Value != nil {
					version, _, _ = strings.Cut(*setting.Value, "-")
				}
			}
		}
	}
	return version, transactions
}
