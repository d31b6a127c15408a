package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/trading/zone"
)

func (o *options) backtestCommand() *cobra.Command {
	var f backtestFlags
	cmd := &cobra.Command{
		Use:   "backtest FILE...",
		Short: "Run the configured accounts on the ticks of files, and tell how they did",
		Long: "Runs the accounts of the configuration on the ticks of CSV files (plain or .gz), as fast as the\n" +
			"machine goes, without Kafka: the same shards as a node's, on a log in memory. The same files and\n" +
			"configuration give the same report, and the same orders as a replay through Kafka.\n\n" +
			"Ctrl-C ends it early with a report on what was run, and exit code 8.",
		Example: "  veloxd backtest --config mine.yaml ticks.csv.gz\n" +
			"  veloxd backtest --config mine.yaml --from 2024-08-09 --html report.html --json report.json crypto.csv.gz\n" +
			"  veloxd backtest --config mine.yaml --zone Asia/Kolkata --name-by-exchange crypto.csv.gz",
		Args: someFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			opts, err := f.options()
			if err != nil {
				return &usageError{err}
			}
			cfg, logger, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			opts.Files, opts.Out, opts.Progress, opts.Logger = files, cmd.OutOrStdout(), io.Discard, logger
			if isTerminal(cmd.ErrOrStderr()) {
				opts.Progress = cmd.ErrOrStderr()
			}
			return engine.Backtest(cmd.Context(), cfg, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "leave out ticks before this `TIME`: 2024-08-09, 2024-08-09T10:00, or with :00 and a zone; without one, --zone's")
	flags.StringVar(&f.to, "to", "", "leave out ticks at this `TIME` and after it")
	flags.StringSliceVar(&f.symbols, "symbols", nil, "run the ticks of these `SYMBOL,...` only")
	flags.BoolVar(&f.byExchange, "name-by-exchange", false, "name symbols {symbol}.{exchange}, for files with one symbol on several")
	flags.StringVar(&f.partitions, "partitions", "1", "partitions of each topic: `1`, or seed for those of the configuration")
	flags.DurationVar(&f.sample, "sample", time.Minute, "look at equity at least every `DURATION` with a price")
	flags.StringVar(&f.zone, "zone", "", "IANA `ZONE` whose clock is shown, and whose dates are the days of Sharpe and Sortino; without it the clock is UTC's, and days are the exchanges' trading days")
	flags.Float64Var(&f.daysPerYear, "days-per-year", 0, "`DAYS` a year, for Sharpe and Sortino; 0: 365 for exchanges that trade on every day of the week, 252 for others")
	flags.Var(&f.riskFree, "risk-free", "risk-free return of a year as a `SHARE`: 0.05, or 5%")
	flags.StringVar(&f.json, "json", "", "write the report to `FILE` as JSON, too")
	flags.StringVar(&f.html, "html", "", "write the report to `FILE` as one HTML page, too")
	return cmd
}

// backtestFlags are the command's flags as they were given.
type backtestFlags struct {
	from, to, partitions, zone, json, html string
	symbols                                []string
	byExchange                             bool
	sample                                 time.Duration
	daysPerYear                            float64
	riskFree                               share
}

// share is a part of one, written as 0.05 or 5%.
type share float64

// String gives it as a number.
func (s *share) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 64) }

// Type names it in the help.
func (*share) Type() string { return "share" }

// Set reads it.
func (s *share) Set(text string) error {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return errors.New("want a share, such as 0.05 or 5%")
	}
	if percent {
		v /= 100
	}
	*s = share(v)
	return nil
}

// options checks the flags.
func (f *backtestFlags) options() (engine.BacktestOptions, error) {
	o := engine.BacktestOptions{
		Symbols: f.symbols, NameByExchange: f.byExchange, Partitions: engine.Partitions(f.partitions), Sample: f.sample, JSON: f.json, HTML: f.html,
	}
	location := time.UTC
	if f.zone != "" {
		var err error
		if location, err = zone.Load(f.zone); err != nil {
			return o, fmt.Errorf("--zone %q: want an IANA time zone, such as Asia/Kolkata or UTC", f.zone)
		}
		o.Zone = location
	}
	var err error
	if o.FromMs, err = parseTime("--from", f.from, location); err != nil {
		return o, err
	}
	if o.ToMs, err = parseTime("--to", f.to, location); err != nil {
		return o, err
	}
	switch {
	case o.ToMs != 0 && o.ToMs <= o.FromMs:
		return o, fmt.Errorf("--to %s is not after --from %s", f.to, f.from)
	case o.Partitions != engine.OnePartition && o.Partitions != engine.SeedPartitions:
		return o, fmt.Errorf("--partitions %q: want 1 or seed", f.partitions)
	case f.sample < time.Millisecond || f.sample > 24*time.Hour:
		return o, fmt.Errorf("--sample %v: want 1ms to 24h", f.sample)
	case f.daysPerYear != 0 && !(f.daysPerYear >= 1 && f.daysPerYear <= 366): // NaN is none of them
		return o, fmt.Errorf("--days-per-year %v: want 1 to 366", f.daysPerYear)
	case !(math.Abs(float64(f.riskFree)) <= 1):
		return o, fmt.Errorf("--risk-free %v: want -1 to 1, as a share: 0.05 is 5 percent, and so is 5%%", float64(f.riskFree))
	case f.json != "" && f.json == f.html:
		return o, fmt.Errorf("--json and --html both name %s", f.json)
	}
	o.Figures.DaysPerYear, o.Figures.RiskFree = f.daysPerYear, float64(f.riskFree)
	return o, nil
}

// parseTime reads a time as Unix milliseconds; "" is 0.
func parseTime(flag, text string, zone *time.Location) (int64, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && t.UnixMilli() > 0 {
			return t.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("%s %q: want a time after 1970, such as 2024-08-09, 2024-08-09T10:00 or 2024-08-09T10:00:00+05:30", flag, text)
}
