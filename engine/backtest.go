package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// Partitions says how many partitions the topics of a backtest have.
type Partitions int

const (
	// OnePartition gives each topic one partition: everything has one order, so that
	// every account, whatever it trades, comes to the same result each time.
	OnePartition Partitions = iota
	// SeedPartitions gives the topics the partitions of the configuration: as on a
	// cluster, symbols of different partitions have no order among each other, so
	// that only accounts whose symbols lie in one partition come to the same result
	// each time.
	SeedPartitions
)

// backtestID makes the source of a backtest's ticks, replay-backtest. It is always
// the same: nothing was there before that it could be taken for.
const backtestID = "backtest"

// BacktestOptions say what Backtest runs on and where its report goes.
type BacktestOptions struct {
	Files []string
	// FromMs and ToMs bound the ticks by their times, from inclusive, to exclusive;
	// 0 is no bound.
	FromMs, ToMs int64
	// Symbols are the only ones whose ticks are taken; none: all.
	Symbols        []string
	NameByExchange bool
	Partitions     Partitions
	// Out takes the report, Progress the bar.
	Out, Progress io.Writer
	Logger        *slog.Logger

	// seen is shown every record of what came out; nil outside of tests.
	seen func(*messages.Record)
}

// backtest is a run in the making.
type backtest struct {
	config  *configs.Config
	options BacktestOptions
	only    map[string]bool // symbols; nil: all
	node    *memoryNode     // nil until the first tick
	ticks   int64
}

// Backtest runs the configured accounts on the ticks of files, as fast as the
// machine goes: the same shards as a node's, on a log in memory.
func Backtest(ctx context.Context, c *configs.Config, o BacktestOptions) error {
	if len(c.Accounts) == 0 {
		return exit(ExitSettings, "backtest: the configuration has no accounts, so nothing would trade; give --config FILE with accounts and their strategies")
	}
	files, err := replay.Open(o.Files, replay.Options{ID: backtestID, NameByExchange: o.NameByExchange})
	if err != nil {
		return exit(ExitInput, "backtest: %w", err)
	}
	defer func() { _ = files.Close() }() // it was only read
	b := &backtest{config: c, options: o}
	bar, stopBar := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	drawing.Go(func() { draw(bar, o.Progress, files) })
	err = files.Run(ctx, b)
	if b.node != nil {
		if derr := b.node.drain(context.WithoutCancel(ctx)); derr != nil {
			err = errors.Join(err, derr)
		}
		err = errors.Join(err, b.node.stop(c.Node.ShutdownTimeout))
	}
	stopBar()
	drawing.Wait()
	fmt.Fprintf(o.Out, "%d ticks in %v, %.0f/s\n", b.ticks, files.Progress().Elapsed.Round(time.Millisecond), files.Progress().PerSecond())
	return err
}

// Send implements the feeds' Sink.
func (b *backtest) Send(ctx context.Context, t *market.Tick) error {
	o := &b.options
	if t.TimeMs < o.FromMs || o.ToMs > 0 && t.TimeMs >= o.ToMs || b.only != nil && !b.only[t.Symbol] {
		return nil
	}
	if b.node == nil {
		n, err := startMemoryNode(ctx, b.config, o.Partitions, t.TimeMs, o.Logger, b.take)
		if err != nil {
			return err
		}
		b.node = n
	}
	b.ticks++
	return b.node.send(ctx, t)
}

// take takes a record in that came out of the shards.
func (b *backtest) take(r *messages.Record) error {
	if b.options.seen != nil {
		b.options.seen(r)
	}
	return nil
}
