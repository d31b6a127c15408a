package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

// mostIsKept of what a verification reads, so that collecting garbage more often costs
// little time and saves half of the memory.
const mostIsKept = 30

func (o *options) verifyCommand() *cobra.Command {
	var v engine.VerifyOptions
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Hold a cluster's topics against what Velox promises",
		Long: "Reads the topics and holds them against what Velox promises: nothing lost, doubled, out of order or\n" +
			"different, every order in one known state, positions equal to their fills, candles and indicators equal to\n" +
			"an independent recomputation, no transaction that hangs. Nodes may run meanwhile; give their configuration.\n" +
			"Without bootstrap servers it asks the embedded broker of the node that runs here.\n\n" +
			"It writes nothing but marks, transactions without records that no consumer sees, and notes in a group of its own\n" +
			"where they stand, so that nobody misses them. --read-only writes neither; that partitions take a transaction now,\n" +
			"and readers get behind its end, is not shown then.\n\n" +
			"Exits 0 when all holds, 1 when something does not, 2 when flags or configuration are wrong, 3 when it could\n" +
			"not be checked, 8 when it was stopped.",
		Example: "  veloxd verify --bootstrap-servers kafka-1:9092 --config velox.yaml\n" +
			"  veloxd verify --settled --timeout 2m      # after a replay, when nothing comes any more\n" +
			"  veloxd verify --json | jq '.results[] | select(.found > 0)'",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if v.Timeout < 0 || v.Timeout > 24*time.Hour {
				return &usageError{fmt.Errorf("--timeout %v: want 0s to 24h", v.Timeout)}
			}
			cfg, logger, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			debug.SetGCPercent(mostIsKept)
			v.Out, v.Progress, v.Logger = cmd.OutOrStdout(), io.Discard, logger
			if isTerminal(cmd.ErrOrStderr()) {
				v.Progress = cmd.ErrOrStderr()
			}
			return engine.Verify(cmd.Context(), cfg, v)
		},
	}
	cmd.Flags().BoolVar(&v.Settled, "settled", false, "nothing is written any more: all must have been taken in, which is waited for while nodes run")
	cmd.Flags().BoolVar(&v.ReadOnly, "read-only", false, "write no marks: that partitions take a transaction now is not shown")
	cmd.Flags().DurationVar(&v.Timeout, "timeout", 0, "a transaction hangs when it is open, and a partition when it gives nothing to its reader, for `DURATION`; 0s: the nodes' transaction timeout and 15s")
	cmd.Flags().BoolVar(&v.NoCandles, "no-candles", false, "leave out what follows every tick: candles, indicators, and the ticks that paper orders and stops meet; it takes most of the memory and time")
	cmd.Flags().BoolVar(&v.JSON, "json", false, "print the report as JSON")
	return cmd
}
