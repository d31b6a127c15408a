package engine

import (
	"context"
	"fmt"
	"io"
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
// their partitions of ticks.
func (n *node) caughtUp(ctx context.Context) bool {
	return len(n.observer.slowest()) > 0 && n.measureLag(ctx) == 0
}

// measureLag compares the slowest local shards with the logs' ends, sets the
// metric, and gives the number of ticks that are still to be taken in here.
func (n *node) measureLag(ctx context.Context) int64 {
	positions := n.observer.slowest()
	if len(positions) == 0 {
		return 0
	}
	tps := make([]messages.TopicPartition, 0, len(positions))
	for tp := range positions {
		tps = append(tps, tp)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ranges, err := n.log.Offsets(ctx, tps...)
	if err != nil {
		return 0 // the next line tells; the groups' own checks say why
	}
	behind := int64(0)
	for tp, r := range ranges {
		lag := max(r.End-positions[tp], 0)
		n.observer.metrics.SetLag(tp.Topic, n.observer.groupOf(tp.Topic), tp.Partition, lag)
		if tp.Topic == messages.TopicTicks {
			behind += lag
		}
	}
	return behind
}
