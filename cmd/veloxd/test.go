package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/telemetry"
)

func (o *options) testCommand() *cobra.Command {
	var asJSON, verbose bool
	cmd := &cobra.Command{
		Use:   "test FILE...",
		Short: "Run scenarios: plain text of ticks, and what must come of them",
		Long: "Each scenario runs on shards of its own on a log in memory: the same code as a node's, with no broker. What differs\n" +
			"from what it expects is printed with its line. A folder stands for its *.scenario files. docs/scenarios.md has the\n" +
			"format. Exits 0 when all hold, 6 when one doesn't, 2 when one is written wrong, 7 when a file can't be read.",
		Example: "  veloxd test my-strategy.scenario\n  veloxd test engine/testdata/scenarios\n  veloxd test --json scenarios | jq '.scenarios[] | select(.ok | not)'",
		Args:    someFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			code, err := engine.Scenarios(cmd.Context(), engine.ScenarioOptions{
				Paths: files, Out: cmd.OutOrStdout(), JSON: asJSON, Log: cmd.ErrOrStderr(), Verbose: verbose,
				Logger: func(w io.Writer) *slog.Logger {
					logger, err := telemetry.NewLogger(w, cfg.Log.Level, cfg.Log.Format)
					if err != nil {
						return slog.New(slog.DiscardHandler) // setUp has made one of the same
					}
					return logger
				},
			})
			if err == nil && code != 0 {
				err = &silentError{code}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the results as one JSON document")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "show what is logged, of scenarios that pass, too")
	return cmd
}
