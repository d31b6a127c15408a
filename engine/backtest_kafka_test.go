package engine

import (
	"io"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
)

// TestBacktestEqualsKafka: a backtest and a replay of the same ticks through
// three brokers give the same signals, orders, fills, positions and alerts, to
// the last digit and in the same order: with one partition a topic, ids included,
// for accounts of any symbols; with the seed's partitions, without the ids that
// derive from places in shared partitions, for accounts of one symbol each.
func TestBacktestEqualsKafka(t *testing.T) {
	file := recorded(t, "crypto_binance_20240808.csv.gz")
	t.Run("one partition", func(t *testing.T) {
		c := threeBrokers(t, map[string]string{"topics.file": oneOfEach(t)})
		c.Accounts = anySymbols(t)
		got := runBacktest(t, c, OnePartition, true, file)
		got.wantWork(t)
		got.compare(t, throughKafka(t, c, true, file))
	})
	t.Run("seed's partitions", func(t *testing.T) {
		c := threeBrokers(t, nil)
		c.Accounts = oneSymbol(t)
		got := runBacktest(t, c, SeedPartitions, false, file).sorted()
		got.wantWork(t)
		got.compare(t, throughKafka(t, c, false, file).sorted())
	})
}

// throughKafka gives what comes out of a replay with a node on the test's cluster.
func throughKafka(t *testing.T, c *configs.Config, withIDs bool, file string) outcome {
	t.Helper()
	readyNode(t, c)
	err := Replay(t.Context(), c, ReplayOptions{
		Files: []string{file}, NameByExchange: true, Out: io.Discard, Progress: io.Discard, Logger: discard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	untilQuiet(t, func() int {
		return len(committed(t, c, messages.TopicOrders)) + len(committed(t, c, messages.TopicPositions))
	})
	out := make(outcome)
	for _, topic := range []string{messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts} {
		for _, k := range committed(t, c, topic) {
			r := &messages.Record{Topic: k.Topic, Partition: k.Partition, Offset: k.Offset, Key: k.Key, Value: k.Value}
			for _, h := range k.Headers {
				r.Headers = append(r.Headers, messages.Header{Key: h.Key, Value: h.Value})
			}
			out.note(t, topic, r, withIDs)
		}
	}
	return out
}
