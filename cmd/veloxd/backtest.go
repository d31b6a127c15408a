package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) backtestCommand() *cobra.Command {
	var byExchange bool
	cmd := &cobra.Command{
		Use:   "backtest FILE...",
		Short: "Run the accounts on the ticks of files, as fast as the machine goes",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{fmt.Errorf("backtest wants at least one file")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			cfg, logger, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			opts := engine.BacktestOptions{Files: files, NameByExchange: byExchange, Out: cmd.OutOrStdout(), Progress: io.Discard, Logger: logger}
			if isTerminal(cmd.ErrOrStderr()) {
				opts.Progress = cmd.ErrOrStderr()
			}
			return engine.Backtest(cmd.Context(), cfg, opts)
		},
	}
	cmd.Flags().BoolVar(&byExchange, "name-by-exchange", false, "name symbols {symbol}.{exchange}, for files with one symbol on several")
	return cmd
}
