package engine

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
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

// lagEvery is the time between two looks at the lag, lines or none.
const lagEvery = time.Second

// keepLag keeps the lag metric, and what the lines say of it.
func (n *node) keepLag(ctx context.Context) {
	ticker := time.NewTicker(lagEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		late, err := n.measureLag(ctx)
		if err != nil {
			late = -1 // a cluster that is busy may not answer in time; 0 would say that all is well
		}
		n.behind.Store(late)
	}
}

// report writes a line for a person now and then.
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
		late := "?"
		if lag := n.behind.Load(); lag >= 0 {
			late = strconv.FormatInt(lag, 10)
		}
		fmt.Fprintf(out, "%s  ticks %s/s  updates %s/s  signals %d  withheld %d  orders %d  fills %d  alerts %d  dead letters %d  behind %s  shards %d\n",
			when.Format(time.TimeOnly), rate(now.ticks-last.ticks, seconds), rate(now.updates-last.updates, seconds),
			now.signals, now.withheld, now.orders, now.fills, now.alerts, now.dead, late, n.observer.running())
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
func (n *node) measureLag(ctx context.Context) (int64, error) {
	lags, err := n.lags(ctx)
	if err != nil {
		return 0, err
	}
	late := int64(0)
	for tp, lag := range lags {
		n.observer.metrics.SetLag(tp.Topic, n.observer.groupOf(tp.Topic), tp.Partition, lag)
		if tp.Topic == messages.TopicTicks {
			late += lag
		}
	}
	return late, nil
}

// lags compares the slowest local shards with the logs' ends. The ends are asked for
// first: a shard that has taken in, by now, what was there then is not behind.
func (n *node) lags(ctx context.Context) (map[messages.TopicPartition]int64, error) {
	read := n.observer.slowest()
	if len(read) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ranges, err := n.log.Offsets(ctx, slices.Collect(maps.Keys(read))...)
	if err != nil {
		return nil, err
	}
	return behind(ranges, n.observer.slowest()), nil
}

// behind gives how far each position is from the end of its partition. One that is not
// read any more, or only now, is left out.
func behind(ranges map[messages.TopicPartition]messages.OffsetRange, positions map[messages.TopicPartition]int64) map[messages.TopicPartition]int64 {
	lags := make(map[messages.TopicPartition]int64, len(ranges))
	for tp, r := range ranges {
		if next, ok := positions[tp]; ok {
			lags[tp] = max(r.End-next, 0)
		}
	}
	return lags
}

// sourceWait is how long a node that has begun waits for a first tick before it tells
// what may be missing.
const sourceWait = 15 * time.Second

// missTicks tells once, some time after the start, that nobody writes ticks: a node that
// takes in nothing looks like one that works.
func (n *node) missTicks(ctx context.Context, wait time.Duration) {
	before, err := n.ticksWritten(ctx)
	if err != nil {
		return // whoever needs the cluster says what is wrong with it
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(wait):
	}
	after, err := n.ticksWritten(ctx)
	if err != nil || after != before || n.observer.totals().ticks > 0 {
		return
	}
	n.logger.Info("no source of ticks: nothing was written to "+messages.TopicTicks+" since the start; a feed of yours writes there, "+
		"`veloxd replay` writes files, `veloxd run --demo` simulates a market", "waited", wait,
		"bootstrap_servers", strings.Join(n.cluster.settings.BootstrapServers, ","))
}
