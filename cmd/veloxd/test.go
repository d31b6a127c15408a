package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
			"format. A scenario's settings stand in it, at config:, over the shipped defaults; flags for others than log.* are\n" +
			"refused.\n\n" +
			"Exits 0 when all hold, 6 when one doesn't, 2 when one is written wrong, 7 when a file can't be read.",
		Example: "  veloxd test my-strategy.scenario\n  veloxd test engine/testdata/scenarios\n  veloxd test --json scenarios | jq '.scenarios[] | select(.ok | not)'",
		Args:    someFiles,
		PreRunE: o.onlyLogs,
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

// onlyLogs refuses settings that would have no effect: a scenario has its own, so that it
// says the same wherever it runs.
func (o *options) onlyLogs(cmd *cobra.Command, _ []string) error {
	var given []string
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "set" && !strings.HasPrefix(f.Name, "log-") {
			given = append(given, "--"+f.Name)
		}
	})
	for _, set := range o.sets {
		if !strings.HasPrefix(set, "log.") {
			given = append(given, "--set "+set)
		}
	}
	if len(given) > 0 {
		return &usageError{fmt.Errorf("%s: %s would have no effect: a scenario's settings stand in it, at config:, or in the file that config: names",
			cmd.CommandPath(), strings.Join(given, ", "))}
	}
	return nil
}
