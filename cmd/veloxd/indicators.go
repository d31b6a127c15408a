package main

import (
	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/engine"
)

func indicatorsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "indicators [NAME...]",
		Short: "List indicators with their parameters and formulas",
		Long: "Lists all indicators by group: the names of their outputs with the usual parameters, the bounds of\n" +
			"these, and the formula with what its words mean. NAME is one of a group, of an indicator, or of an\n" +
			"output with its parameters as in requests and rules, which tells whether it is right, or what traders\n" +
			"call it. Small letters will do.",
		Example: "  veloxd indicators\n" +
			"  veloxd indicators volume\n" +
			"  veloxd indicators hull\n" +
			"  veloxd indicators MACD BBANDS_20_2_UPPER\n" +
			"  veloxd indicators --json EMA",
		RunE: func(cmd *cobra.Command, names []string) error {
			entries, err := engine.FindIndicators(names)
			if err != nil {
				return &usageError{err}
			}
			if asJSON {
				return printJSON(cmd, entries)
			}
			engine.PrintIndicators(cmd.OutOrStdout(), entries)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as JSON, an array also of one")
	return cmd
}
