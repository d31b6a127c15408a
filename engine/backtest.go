package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	// Figures are the settings of Sharpe and Sortino, save Days.
	Figures performance.Settings
	// Zone is whose clock the report shows, and whose dates are the days of Sharpe and
	// Sortino; nil: UTC's clock, and the exchanges' trading days.
	Zone *time.Location
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
	node      *memoryNode                // nil until the first tick
	started   atomic.Pointer[memoryNode] // the same, for who draws the bar
	collector *collector
	prices    *performance.Prices
	traded    map[string]bool   // symbols that are traded; true when they had a tick
	asked     map[string]bool   // likewise those of Symbols
	exchanges map[string]string // of the first ticks of symbols that are traded, by symbol
	present   map[string]string // symbols of the files and their exchanges, up to namesKept

	ticks, firstMs, lastMs int64
}

// Backtest runs the configured accounts on the ticks of files, as fast as the
// machine goes: the same shards as a node's, on a log in memory. When ctx ends
// early, or a file turns out to be broken, the report covers what was run, says
// so, and Backtest gives an error.
func Backtest(ctx context.Context, c *configs.Config, o BacktestOptions) error {
	if twice := givenTwice(o.Files); twice != "" {
		return exit(ExitSettings, "backtest: %s is given twice: its ticks would count double", twice)
	}
	if len(c.Accounts) == 0 {
		return exit(ExitSettings, "backtest: the configuration has no accounts, so nothing would trade; give --config FILE with accounts and their strategies")
	}
	if len(tradedBooks(c.Accounts)) == 0 {
		return exit(ExitSettings, "backtest: the configuration has accounts without strategies only, so nothing would trade; give %s some under strategies", c.Accounts[0].UserID)
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
	switch {
	case ended == nil: // what ended early may have had more to come
		if err := b.idle(); err != nil {
			return err
		}
	case b.ticks == 0:
		return errors.Join(ended, exit(ExitInput, "backtest: no tick was run before, so there is no report"))
	}
	doc := b.report(ended)
	if err := outputs.write(doc); err != nil {
		return fmt.Errorf("backtest: write the report: %w", errors.Join(err, ended))
	}
	p := files.Progress()
	ran := fmt.Sprintf("%d ticks", b.ticks)
	if b.ticks < p.Ticks {
		ran += fmt.Sprintf(" of %d", p.Ticks)
	}
	if _, err := fmt.Fprintf(o.Out, "\n%s ran in %.1f s, %.0f a second\n", ran, p.Elapsed.Seconds(), float64(b.ticks)/p.Elapsed.Seconds()); err != nil {
		return fmt.Errorf("backtest: write the report: %w", err)
	}
	return errors.Join(ended, b.collector.check())
}

// givenTwice gives the first file that is one of those before, under whatever name; "" for none.
// One that can't be looked at fails when it is opened.
func givenTwice(files []string) string {
	var seen []os.FileInfo
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			continue
		}
		if slices.ContainsFunc(seen, func(known os.FileInfo) bool { return os.SameFile(known, info) }) {
			return name
		}
		seen = append(seen, info)
	}
	return ""
}

func newBacktest(c *configs.Config, o BacktestOptions, files *replay.Replay) *backtest {
	b := &backtest{
		config: c, options: o, files: files, collector: newCollector(c.Accounts), traded: make(map[string]bool), asked: make(map[string]bool), present: make(map[string]string), exchanges: make(map[string]string),
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
	drawing.Go(func() { draw(bar, b.options.Progress, b.progress) })
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
	if _, known := b.present[t.Symbol]; !known && len(b.present) < namesKept {
		b.present[t.Symbol] = t.Exchange
	}
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
		b.started.Store(n)
	}
	b.ticks++
	b.firstMs, b.lastMs = min(b.firstMs, t.TimeMs), max(b.lastMs, t.TimeMs)
	if had, traded := b.traded[t.Symbol]; traded {
		if !had {
			b.traded[t.Symbol], b.exchanges[t.Symbol] = true, t.Exchange
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
	settings, fills := b.figures(), b.collector.ordered(o.Partitions)
	withheld := withheldRows(b.node.tally.withheldSums(), b.collector.strategies)
	doc := &report.Backtest{
		Schema: report.Schema,
		Input: report.Input{
			Files: o.Files, Ticks: b.ticks, FirstMs: b.firstMs, LastMs: b.lastMs, FromMs: o.FromMs, ToMs: o.ToMs,
			Symbols: append([]string{}, o.Symbols...), Partitions: string(o.Partitions),
			Calendars: roundTheClock(b.config, b.namesOfExchanges()),
		},
		Settings: report.Settings{
			Days: b.days(), RiskFree: settings.RiskFree, Zone: cmp.Or(o.Zone, time.UTC).String(), SampleMs: b.prices.Width().Milliseconds(),
		},
		Counts: report.Counts{
			LateTicks: count(actors.CountLate), OffSession: count(actors.CountOffSession), Signals: count(actors.CountSignals),
			Decisions: count(actors.CountDecisions), EntriesWithheld: byReason(withheld, entryKind), ExitsWithheld: byReason(withheld, exitKind),
			Placed: b.collector.placed, Cancelled: b.collector.cancelled, Rejected: b.collector.rejected, Alerts: b.collector.alerts,
			DeadLetters: b.node.tally.byLabel(actors.CountDeadLetters),
		},
		Warnings: b.warnings(),
		Withheld: withheld,
		Result: performance.Compute(performance.Run{
			Settings: settings, Capital: capital, Books: tradedBooks(b.config.Accounts), Fills: fills, Prices: b.prices,
		}),
		Events: b.collector.happened(fills),
		Prices: b.prices,
	}
	doc.Settings.DaysPerYear = doc.Total.Figures.DaysPerYear
	doc.Silence = b.silence(doc)
	if ended != nil {
		doc.Partial, _, _ = strings.Cut(strings.TrimPrefix(ended.Error(), "backtest: "), coversPart)
	}
	return doc
}

// warnings are what makes a report worth less than it looks.
func (b *backtest) warnings() []string {
	out := append([]string{}, b.missing()...)
	out = append(out, b.outsideHours()...)
	if n := b.prices.Width(); n != b.options.Sample {
		out = append(out, fmt.Sprintf("equity is sampled every %v, not every %v, to bound memory", n, b.options.Sample))
	}
	if n := b.node.tally.count(actors.CountDeadLetters); n > 0 {
		out = append(out, fmt.Sprintf("%d inputs could not be used and are left out%s", n, deadLetterHint(b.node.tally.byLabel(actors.CountDeadLetters), b.options.NameByExchange)))
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
		type home struct{ ticks, updates int32 } // an account reads the updates
		homes := make(map[home]bool)
		for _, symbol := range symbolsOf(a) {
			key := []byte(symbol)
			homes[home{
				messages.HomePartition(key, b.node.cluster.Partitions(messages.TopicTicks)),
				messages.HomePartition(key, b.node.cluster.Partitions(messages.TopicUpdates)),
			}] = true
		}
		if len(homes) > 1 {
			users = append(users, a.UserID)
		}
	}
	if len(users) == 0 {
		return nil
	}
	return []string{"the symbols of " + strings.Join(users, ", ") +
		" lie in several partitions of ticks or of updates, so the order between them is that of this run, as on a cluster; --partitions 1 has one order"}
}
