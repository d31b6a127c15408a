package engine

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/velox-trading/velox/feeds/pace"
	"github.com/velox-trading/velox/feeds/simulate"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor/fault"
	"github.com/velox-trading/velox/trading/market"
)

// tickWriter writes the ticks of a feed to market-data-ticks.
type tickWriter struct {
	producer *kafka.Producer
	protobuf bool
	faults   *fault.Injector // nil: off
	// byExchange names symbols {symbol}.{exchange}.
	byExchange bool
}

// Send implements the feeds' Sink.
func (w *tickWriter) Send(ctx context.Context, t *market.Tick) error {
	if err := w.faults.At("feed read", t.Symbol); err != nil {
		return err
	}
	if w.byExchange {
		named := *t // the tick is the feed's
		named.Symbol += "." + t.Exchange
		t = &named
	}
	out := messages.Out{Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte(t.Symbol)}
	contentType := messages.ContentTypeJSON
	if w.protobuf {
		out.Value, contentType = messages.AppendTickProto(nil, t), messages.ContentTypeProtobuf
	} else {
		out.Value = messages.AppendTick(make([]byte, 0, 256), t)
	}
	out.Headers = []messages.Header{{Key: messages.HeaderContentType, Value: []byte(contentType)}}
	return w.producer.Send(ctx, out)
}

// simulate writes the simulated market, its past first, once every partition of
// ticks has a shard that reads it.
func (n *node) simulate(ctx context.Context, out io.Writer) error {
	if err := n.everyPartitionRead(ctx); err != nil {
		return err
	}
	if err := n.commandsTaken(ctx); err != nil {
		return err
	}
	producer, err := n.log.NewProducer()
	if err != nil {
		return err
	}
	defer producer.Close()
	s := n.config.Simulate
	past := time.Duration(s.Hours * float64(time.Hour))
	if written, err := n.ticksWritten(ctx); err != nil || written > 0 {
		// The past is in a kept log already; its ticks would be late.
		past = 0
	}
	feed := simulate.NewFeed(simulate.Options{
		Seed: s.Seed, Symbols: s.Symbols, Exchange: s.Exchange, TicksPerSecond: s.TicksPerSecond,
	}, time.Now().UnixMilli(), past, pace.Machine())
	fmt.Fprintf(out, "simulating %d symbols on exchange %s: %v of past ticks first, then live\n", s.Symbols, s.Exchange, past)
	go func() {
		select {
		case <-feed.Live():
			n.tellLive(ctx, out, feed.Sent())
		case <-ctx.Done():
		}
	}()
	return feed.Run(ctx, &tickWriter{
		producer: producer, protobuf: n.config.Processing.Format == "protobuf", faults: n.faults, byExchange: s.NameByExchange,
	})
}

// commandsTaken waits until the local shards have taken in the commands that are
// there, and the requests that these make, so that strategies see the market from
// its first tick.
func (n *node) commandsTaken(ctx context.Context) error {
	for len(n.shards.Shards()) == 0 {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for range 2 {
		if err := n.shards.Ready(ctx); err != nil {
			return fmt.Errorf("wait for the commands that are there: %w", err)
		}
	}
	return nil
}

// ticksWritten counts the ticks that were ever written to the log, transactions' marks
// included.
func (n *node) ticksWritten(ctx context.Context) (int64, error) {
	ranges, err := rangesOf(ctx, n.log, messages.TopicTicks)
	written := int64(0)
	for _, r := range ranges {
		written += r.End
	}
	return written, err
}

// rangesOf gives where all partitions of a topic begin and end.
func rangesOf(ctx context.Context, log *kafka.Log, topic string) (map[messages.TopicPartition]messages.OffsetRange, error) {
	count, err := log.PartitionCount(ctx, topic)
	if err != nil {
		return nil, err
	}
	tps := make([]messages.TopicPartition, count)
	for p := range tps {
		tps[p] = messages.TopicPartition{Topic: topic, Partition: int32(p)}
	}
	return log.Offsets(ctx, tps...)
}

// everyPartitionRead waits until every partition of ticks has a committed
// frontier: a new shard starts at the log's end, so ticks written earlier would
// be passed over.
func (n *node) everyPartitionRead(ctx context.Context) error {
	return waitForFrontiers(ctx, n.log)
}
