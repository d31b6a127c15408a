package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run a node (the default command)",
		Long: "Runs a node until SIGINT or SIGTERM; then it drains, writes its state and exits 0. A second signal\n" +
			"ends it at once.\n\n" +
			"Without bootstrap servers the node brings its own broker. Without these and without a file it also\n" +
			"simulates a market with demo accounts (--demo and --no-demo say otherwise).",
		Example: "  veloxd run --data-dir ./data\n" +
			"  veloxd run --bootstrap-servers kafka-1:9092,kafka-2:9092 --roles symbols\n" +
			"  veloxd run --config velox.yaml --http-address 127.0.0.1:0",
		Args: noArguments,
		RunE: o.run,
	}
	o.runFlags(cmd)
	return cmd
}

func (o *options) runFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.demo, "demo", false, "simulate a market with demo accounts, on any cluster")
	cmd.Flags().BoolVar(&o.noDemo, "no-demo", false, "simulate nothing")
	cmd.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "no line a second on standard output")
}

func (o *options) demoMode() configs.DemoMode {
	switch {
	case o.demo:
		return configs.DemoOn
	case o.noDemo:
		return configs.DemoOff
	default:
		return configs.DemoAuto
	}
}

func (o *options) run(cmd *cobra.Command, _ []string) error {
	if o.demo && o.noDemo {
		return &usageError{errors.New("--demo and --no-demo: want one of them")}
	}
	cfg, logger, err := o.setUp(cmd, o.demoMode())
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if o.quiet {
		out = io.Discard
	}
	return engine.Run(cmd.Context(), cfg, engine.RunOptions{Out: out, Logger: logger})
}
