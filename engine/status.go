package engine

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

// greet says what runs and where.
func (n *node) greet(out io.Writer) {
	fmt.Fprintln(out, "veloxd: node of", n.config.Kafka.GroupIDPrefix)
	if e := n.cluster.embedded; e != nil {
		where := "in memory: what it holds is lost at the end (--data-dir keeps it)"
		if n.config.Broker.DataDir != "" {
			where = "in " + n.config.Broker.DataDir
		}
		fmt.Fprintf(out, "  broker   embedded on %s, %s; for development, not for production\n", e.Address(), where)
	} else {
		fmt.Fprintf(out, "  kafka    %v\n", n.config.Kafka.BootstrapServers)
	}
	if n.listener != nil {
		fmt.Fprintf(out, "  pages    http://%s/metrics  /healthz  /readyz  /health/kafka\n", n.listener.Addr())
	}
	if n.config.Faults.Admin {
		fmt.Fprintf(out, "  faults   can be armed at http://%s%s: this node may be made to fail on purpose\n", n.listener.Addr(), faultsPath)
	}
	fmt.Fprintln(out, "  Ctrl-C drains and stops")
}

// report writes a line for a person now and then, and keeps the lag metric.
func (n *node) report(ctx context.Context, out io.Writer, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	last, at := n.observer.totals(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now, when := n.observer.totals(), time.Now()
		seconds := when.Sub(at).Seconds()
		behind := n.measureLag(ctx)
		fmt.Fprintf(out, "%s  ticks %s/s  updates %s/s  signals %d  orders %d  fills %d  alerts %d  dead letters %d  behind %d  shards %d\n",
			when.Format(time.TimeOnly), rate(now.ticks-last.ticks, seconds), rate(now.updates-last.updates, seconds),
			now.signals, now.orders, now.fills, now.alerts, now.dead, behind, n.observer.running())
		last, at = now, when
	}
}

func rate(n int64, seconds float64) string {
	r := float64(n) / seconds
	if r >= 10_000 {
		return fmt.Sprintf("%.0fk", r/1000)
	}
	return fmt.Sprintf("%.0f", r)
}

// caughtUp tells whether the local shards have taken in everything that is in
// their partitions, the orders and signals that came of it included.
func (n *node) caughtUp(ctx context.Context) bool {
	lags, err := n.lags(ctx)
	if err != nil || len(lags) == 0 {
		return false
	}
	for tp, lag := range lags {
		if lag > n.markers(tp.Topic) {
			return false
		}
	}
	return true
}

// markers gives how far behind a topic's end a shard is that has taken in all of
// its records: the marker of the last transaction is passed with the shard's next
// commit.
func (n *node) markers(topic string) int64 {
	writer := n.config.Processing.Guarantee.Account
	switch topic {
	case messages.TopicTicks:
		return 0
	case messages.TopicUpdates:
		writer = n.config.Processing.Guarantee.Symbol
	}
	if writer == "exactly_once" {
		return 1
	}
	return 0
}

// measureLag sets the metric of every input's lag, and gives the number of ticks
// that are still to be taken in here.
func (n *node) measureLag(ctx context.Context) int64 {
	lags, err := n.lags(ctx)
	if err != nil {
		return 0 // the next line tells; the groups' own checks say why
	}
	behind := int64(0)
	for tp, lag := range lags {
		n.observer.metrics.SetLag(tp.Topic, n.observer.groupOf(tp.Topic), tp.Partition, lag)
		if tp.Topic == messages.TopicTicks {
			behind += lag
		}
	}
	return behind
}

// lags compares the slowest local shards with the logs' ends.
func (n *node) lags(ctx context.Context) (map[messages.TopicPartition]int64, error) {
	positions := n.observer.slowest()
	if len(positions) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ranges, err := n.log.Offsets(ctx, slices.Collect(maps.Keys(positions))...)
	if err != nil {
		return nil, err
	}
	lags := make(map[messages.TopicPartition]int64, len(ranges))
	for tp, r := range ranges {
		lags[tp] = max(r.End-positions[tp], 0)
	}
	return lags, nil
}
