package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Check and show the configuration",
		Example: "  veloxd config check --config velox.yaml\n  veloxd config show",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(o.configCheck(), o.configShow())
	return cmd
}

func (o *options) configCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read the configuration as run does, and report everything that is wrong",
		Long: "Reads the shipped defaults, the file, the environment, the flags and the topics' file, as run does. Everything that is\n" +
			"wrong is reported together. Exits 0 when all is right, with warnings of what may not be meant, and 2 otherwise.",
		Example: "  veloxd config check --config velox.yaml\n  veloxd config check --config velox.yaml --json | jq .problems",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := o.load(cmd.Flags(), configs.DemoAuto)
			if err == nil {
				err = engine.CheckFiles(cfg)
			}
			if asJSON {
				return checkJSON(cmd, cfg, err)
			}
			if err != nil {
				return err
			}
			for _, w := range cfg.Warnings() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "the configuration is right: %s, %s with %s\n",
				broker(cfg), counted(len(cfg.Accounts), "account", "accounts"), counted(strategies(cfg), "strategy", "strategies"))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return cmd
}

func broker(cfg *configs.Config) string {
	if cfg.Embedded() {
		return "embedded broker at " + cfg.Broker.Address
	}
	return fmt.Sprintf("Kafka at %v", cfg.Kafka.BootstrapServers)
}

func strategies(cfg *configs.Config) int {
	n := 0
	for i := range cfg.Accounts {
		n += len(cfg.Accounts[i].Strategies)
	}
	return n
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func checkJSON(cmd *cobra.Command, cfg *configs.Config, err error) error {
	result := struct {
		OK       bool              `json:"ok"`
		Problems []configs.Problem `json:"problems"`
		Warnings []configs.Problem `json:"warnings"`
	}{OK: err == nil, Problems: []configs.Problem{}, Warnings: []configs.Problem{}}
	if err == nil {
		result.Warnings = append(result.Warnings, cfg.Warnings()...)
	}
	var wrong *configs.Error
	switch {
	case errors.As(err, &wrong):
		result.Problems = wrong.Problems
	case err != nil:
		return err
	}
	if err := printJSON(cmd, result); err != nil {
		return err
	}
	if wrong != nil {
		return &silentError{exitUsage}
	}
	return nil
}

func (o *options) configShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Print every setting that is in force, and where it comes from",
		Example: "  veloxd config show --config velox.yaml | grep kafka",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := o.load(cmd.Flags(), configs.DemoAuto)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, cfg.Settings())
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range cfg.Settings() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.Path, s.Value, s.Where)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

func printJSON(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
