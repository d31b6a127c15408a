package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) simulateCommand() *cobra.Command {
	s := engine.SimulateOptions{}
	var from string
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Write made-up ticks to a file, for backtests and replays",
		Long: "Writes ticks of the simulated market, those in the sessions of the exchange, to a CSV file (compressed\n" +
			"when its name ends with .gz) that backtest and replay read. The same flags give the same file. Prices\n" +
			"walk at random: they show that a strategy works, not that it earns.",
		Example: "  veloxd simulate --exchange NSE --symbols NIFTY,BANKNIFTY --days 20 ticks.csv.gz\n" +
			"  veloxd backtest --config configs/strategies/ema_cross.yaml ticks.csv.gz",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{errors.New("simulate wants one file to write")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if s.FromMs, err = parseTime("--from", from, time.UTC); err == nil {
				err = checkSimulate(&s)
			}
			if err != nil {
				return &usageError{err}
			}
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			s.File, s.Out = args[0], cmd.OutOrStdout()
			return engine.SimulateFile(cmd.Context(), cfg, s)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&s.Symbols, "symbols", []string{"AURORA", "BASALT", "CINDER"}, "`SYMBOL,...`, the busiest first")
	flags.StringVar(&s.Exchange, "exchange", "SIM", "`NAME` of the exchange; one without a calendar trades round the clock")
	flags.StringVar(&from, "from", "2024-01-01", "the first `DAY`, or a time, in UTC")
	flags.IntVar(&s.Days, "days", 5, "`DAYS` of the calendar, weekends and holidays included")
	flags.Int64Var(&s.Seed, "seed", 1, "another `NUMBER` gives other prices")
	flags.Float64Var(&s.TicksPerSecond, "ticks-per-second", 0.2, "mean `RATE` of all symbols together")
	return cmd
}

func checkSimulate(s *engine.SimulateOptions) error {
	word := func(text string) bool { return text != "" && !strings.ContainsAny(text, ", \t\"") }
	switch {
	case len(s.Symbols) == 0 || slices.ContainsFunc(s.Symbols, func(name string) bool { return !word(name) }):
		return fmt.Errorf("--symbols %q: want names with commas between them", strings.Join(s.Symbols, ","))
	case !word(s.Exchange):
		return fmt.Errorf("--exchange %q: want a name", s.Exchange)
	case s.FromMs == 0:
		return errors.New("--from: want a day, such as 2024-01-01")
	case s.Days < 1 || s.Days > 3650:
		return fmt.Errorf("--days %d: want 1 to 3650", s.Days)
	case !(s.TicksPerSecond >= 0.001 && s.TicksPerSecond <= 100_000): // NaN is neither
		return fmt.Errorf("--ticks-per-second %v: want 0.001 to 100000", s.TicksPerSecond)
	}
	return nil
}
