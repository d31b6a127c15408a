package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) replayCommand() *cobra.Command {
	var speed string
	var node, byExchange, asJSON bool
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Write the ticks of files to market-data-ticks",
		Long: "Writes the ticks of CSV files (plain or .gz), in the order of their times over all files, as a source\n" +
			"of its own, so that the result is the same whatever was before. It waits until every partition of\n" +
			"ticks has a node that reads it; --node runs one in this process. Without bootstrap servers and without\n" +
			"--node it writes to the embedded broker of the node that runs here. On a terminal a bar shows how far it is:\n" +
			"with --node, how much that node has taken in.\n\n" +
			"A market that the node simulates goes on beside the replay. A symbol of both is the replay's, and\n" +
			"starts afresh, until the replay has been silent about it for symbols.source_silence.",
		Example: "  veloxd replay --node ticks.csv.gz\n" +
			"  veloxd replay --speed 10x ticks.csv.gz     # into the node that runs here\n" +
			"  veloxd replay --bootstrap-servers kafka-1:9092 --speed 10x day1.csv day2.csv.gz\n" +
			"  veloxd replay --speed max --name-by-exchange --json crypto.csv.gz",
		Args: someFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			factor, err := parseSpeed(speed)
			if err != nil {
				return &usageError{err}
			}
			cfg, logger, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			opts := engine.ReplayOptions{
				Files: files, Speed: factor, Node: node, NameByExchange: byExchange,
				JSON: asJSON, Out: cmd.OutOrStdout(), Logger: logger,
			}
			if isTerminal(cmd.ErrOrStderr()) {
				opts.Progress = cmd.ErrOrStderr()
			} else {
				opts.Progress = io.Discard
			}
			return engine.Replay(cmd.Context(), cfg, opts)
		},
	}
	cmd.Flags().StringVar(&speed, "speed", "1x", "`FACTOR` of the ticks' own time, such as 1x or 10x; or max")
	cmd.Flags().BoolVar(&node, "node", false, "run a node in this process, too, until all is taken in")
	cmd.Flags().BoolVar(&byExchange, "name-by-exchange", false, "name symbols {symbol}.{exchange}, for files with one symbol on several")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return cmd
}

// parseSpeed reads "1x", "10x", "0.5x" or "max", which is 0.
func parseSpeed(text string) (float64, error) {
	if text == "max" {
		return 0, nil
	}
	factor, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || !strings.HasSuffix(text, "x") || !(factor >= 0.001 && factor <= 100_000) { // NaN is neither
		return 0, fmt.Errorf("--speed %q: want 0.001x to 100000x, such as 1x or 10x, or max", text)
	}
	return factor, nil
}
