package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/performance"
)

// Partitions says how many partitions the topics of a backtest have.
type Partitions string

const (
	// OnePartition gives each topic one partition: everything has one order, so that
	// every account, whatever it trades, comes to the same result each time.
	OnePartition Partitions = "1"
	// SeedPartitions gives the topics the partitions of the configuration: as on a
	// cluster, symbols of different partitions have no order among each other, so
	// that only accounts whose symbols lie in one partition come to the same result
	// each time.
	SeedPartitions Partitions = "seed"
)

// backtestID makes the source of a backtest's ticks, replay-backtest. It is always
// the same: nothing was there before that it could be taken for.
const backtestID = "backtest"

// maxBars bounds the sampled prices of all symbols together: about 50 MB.
const maxBars = 500_000

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
	// Sample is the width of the intervals at whose ends equity is looked at.
	Sample time.Duration
	// Figures are the settings of Sharpe and Sortino, and the zone of days.
	Figures performance.Settings
	// JSON and HTML are files that the report is written to; empty: none. What is in
	// them is replaced.
	JSON, HTML string
	// Out takes the report as text, Progress the bar.
	Out, Progress io.Writer
	Logger        *slog.Logger

	// seen is shown every record of what came out; nil outside of tests.
	seen func(*messages.Record)
}

// backtest is a run in the making.
type backtest struct {
	config    *configs.Config
	options   BacktestOptions
	files     *replay.Replay
	node      *memoryNode // nil until the first tick
	collector *collector
	prices    *performance.Prices
	traded    map[string]bool // symbols that are traded; true when they had a tick
	asked     map[string]bool // likewise those of Symbols

	ticks, firstMs, lastMs int64
}

// Backtest runs the configured accounts on the ticks of files, as fast as the
// machine goes: the same shards as a node's, on a log in memory. When ctx ends
// early, or a file turns out to be broken, the report covers what was run, says
// so, and Backtest gives an error.
func Backtest(ctx context.Context, c *configs.Config, o BacktestOptions) error {
	if len(c.Accounts) == 0 {
		return exit(ExitSettings, "backtest: the configuration has no accounts, so nothing would trade; give --config FILE with accounts and their strategies")
	}
	outputs, err := openReports(&o)
	if err != nil {
		return err
	}
	defer outputs.close()
	files, err := replay.Open(o.Files, replay.Options{ID: backtestID, NameByExchange: o.NameByExchange})
	if err != nil {
		return exit(ExitInput, "backtest: %w", err)
	}
	defer func() { _ = files.Close() }() // it was only read
	b := newBacktest(c, o, files)
	ended, err := b.run(ctx)
	if err != nil {
		return err
	}
	if b.ticks == 0 {
		return errors.Join(ended, exit(ExitInput, "backtest: no tick of the files was run: look at --from, --to and --symbols, which leave none"))
	}
	doc := b.report(ended)
	if err := outputs.write(doc); err != nil {
		return fmt.Errorf("backtest: write the report: %w", errors.Join(err, ended))
	}
	p := files.Progress()
	if _, err := fmt.Fprintf(o.Out, "\n%s ticks of %s ran in %.1f s, %.0f a second\n", fmt.Sprint(b.ticks), fmt.Sprint(p.Ticks), p.Elapsed.Seconds(), float64(b.ticks)/p.Elapsed.Seconds()); err != nil {
		return fmt.Errorf("backtest: write the report: %w", err)
	}
	return errors.Join(ended, b.collector.check())
}

func newBacktest(c *configs.Config, o BacktestOptions, files *replay.Replay) *backtest {
	b := &backtest{
		config: c, options: o, files: files, collector: newCollector(c.Accounts), traded: make(map[string]bool), asked: make(map[string]bool),
	}
	for i := range c.Accounts {
		for _, symbol := range symbolsOf(&c.Accounts[i]) {
			b.traded[symbol] = false
		}
	}
	for _, symbol := range o.Symbols {
		b.asked[symbol] = false
	}
	if b.options.Sample <= 0 {
		b.options.Sample = time.Minute
	}
	b.prices = performance.NewPrices(b.options.Sample, maxBars)
	return b
}

// run runs the ticks. ended says why it ended before the files did; err that there
// is nothing to report.
func (b *backtest) run(ctx context.Context) (ended, err error) {
	bar, stopBar := context.WithCancel(context.WithoutCancel(ctx))
	var drawing sync.WaitGroup
	drawing.Go(func() { draw(bar, b.options.Progress, b.files) })
	defer drawing.Wait()
	defer stopBar()
	ended = b.files.Run(ctx, b)
	if b.node == nil {
		return b.early(ended)
	}
	if errors.As(ended, new(*Error)) { // the shards failed, not the files
		return nil, errors.Join(ended, b.node.stop(b.config.Node.ShutdownTimeout))
	}
	// What was sent is taken in even after Ctrl-C: it is little.
	err = b.node.drain(context.WithoutCancel(ctx))
	if err = errors.Join(err, b.node.stop(b.config.Node.ShutdownTimeout)); err != nil {
		return nil, err
	}
	return b.early(ended)
}

// coversPart stands in errors between why a run ended and what was run; the report
// itself says the latter in words of its own.
const coversPart = "; the report covers"

// early gives the exit code of a run that ended before its files.
func (b *backtest) early(ended error) (error, error) {
	switch {
	case ended == nil:
		return nil, nil
	case errors.As(ended, new(*Error)):
		return nil, ended
	case errors.Is(ended, context.Canceled):
		return exit(ExitPartial, "backtest: stopped after %d ticks, as asked%s them", b.ticks, coversPart), nil
	default:
		return exit(ExitInput, "backtest: %w%s the %d ticks before", ended, coversPart, b.ticks), nil
	}
}

// Send implements the feeds' Sink.
func (b *backtest) Send(ctx context.Context, t *market.Tick) error {
	o := &b.options
	if t.TimeMs < o.FromMs || o.ToMs > 0 && t.TimeMs >= o.ToMs {
		return nil
	}
	if len(o.Symbols) > 0 {
		had, wanted := b.asked[t.Symbol]
		if !wanted {
			return nil
		}
		if !had {
			b.asked[t.Symbol] = true
		}
	}
	if b.node == nil {
		n, err := startMemoryNode(ctx, b.config, o.Partitions, t.TimeMs, o.Logger, b.take)
		if err != nil {
			return err
		}
		b.node, b.firstMs, b.lastMs = n, t.TimeMs, t.TimeMs
	}
	b.ticks++
	b.firstMs, b.lastMs = min(b.firstMs, t.TimeMs), max(b.lastMs, t.TimeMs)
	if had, traded := b.traded[t.Symbol]; traded {
		if !had {
			b.traded[t.Symbol] = true
		}
		b.prices.Add(t.Symbol, t.TimeMs, t.Price)
	}
	return b.node.send(ctx, t)
}

// take takes a record in that came out of the shards.
func (b *backtest) take(r *messages.Record) error {
	if b.options.seen != nil {
		b.options.seen(r)
	}
	return b.collector.take(r)
}

// report sums up.
func (b *backtest) report(ended error) *report.Backtest {
	o, count := &b.options, b.node.tally.count
	capital := make(map[string]decimal.Decimal)
	for _, a := range b.config.Accounts {
		capital[a.UserID] = a.Deposit
	}
	settings := o.Figures.WithDefaults()
	doc := &report.Backtest{
		Schema: report.Schema,
		Input: report.Input{
			Files: o.Files, Ticks: b.ticks, FirstMs: b.firstMs, LastMs: b.lastMs, FromMs: o.FromMs, ToMs: o.ToMs,
			Symbols: append([]string{}, o.Symbols...), Partitions: string(o.Partitions),
		},
		Settings: report.Settings{
			DaysPerYear: settings.DaysPerYear, RiskFree: settings.RiskFree, Zone: settings.Zone.String(), SampleMs: b.prices.Width().Milliseconds(),
		},
		Counts: report.Counts{
			LateTicks: count(actors.CountLateTicks), OffSession: count(actors.CountOffSession), Signals: count(actors.CountSignals),
			Placed: b.collector.placed, Cancelled: b.collector.cancelled, Rejected: b.collector.rejected, Alerts: b.collector.alerts,
			DeadLetters: b.node.tally.deadLetters(),
		},
		Warnings: b.warnings(),
		Result: performance.Compute(performance.Run{
			Settings: settings, Capital: capital, Books: tradedBooks(b.config.Accounts), Fills: b.collector.fills, Prices: b.prices,
		}),
		Prices: b.prices,
	}
	if ended != nil {
		doc.Partial, _, _ = strings.Cut(strings.TrimPrefix(ended.Error(), "backtest: "), coversPart)
	}
	return doc
}

// warnings are what makes a report worth less than it looks.
func (b *backtest) warnings() []string {
	out := []string{}
	missing := func(what string, symbols map[string]bool) {
		var none []string
		for _, symbol := range slices.Sorted(maps.Keys(symbols)) {
			if !symbols[symbol] {
				none = append(none, symbol)
			}
		}
		if len(none) > 0 {
			hint := ""
			if !b.options.NameByExchange {
				hint = "; with --name-by-exchange symbols are named {symbol}.{exchange}"
			}
			out = append(out, fmt.Sprintf("no tick was run of %s, which %s%s", strings.Join(none, ", "), what, hint))
		}
	}
	missing("strategies trade", b.traded)
	missing("--symbols names", b.asked)
	if n := b.prices.Width(); n != b.options.Sample {
		out = append(out, fmt.Sprintf("equity is sampled every %v, not every %v, to bound memory", n, b.options.Sample))
	}
	if n := b.node.tally.count(actors.CountDeadLetters); n > 0 {
		out = append(out, fmt.Sprintf("%d inputs could not be used and are left out%s", n, deadLetterHint(b.node.tally.deadLetters(), b.options.NameByExchange)))
	}
	if n := b.node.tally.count(actors.CountQuarantined); n > 0 {
		out = append(out, fmt.Sprintf("%d times a strategy or an input was set aside because it failed twice; the log says which", n))
	}
	if b.options.Partitions == SeedPartitions {
		out = append(out, b.unordered()...)
	}
	return out
}

// unordered names the accounts whose symbols lie in several partitions.
func (b *backtest) unordered() []string {
	var users []string
	for i := range b.config.Accounts {
		a := &b.config.Accounts[i]
		homes := make(map[int32]bool)
		for _, symbol := range symbolsOf(a) {
			homes[messages.HomePartition([]byte(symbol), b.node.cluster.Partitions(messages.TopicTicks))] = true
		}
		if len(homes) > 1 {
			users = append(users, a.UserID)
		}
	}
	if len(users) == 0 {
		return nil
	}
	return []string{"the symbols of " + strings.Join(users, ", ") +
		" lie in several partitions, so the order of their ticks is that of this run, as on a cluster; --partitions 1 has one order"}
}
