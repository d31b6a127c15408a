package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/telemetry"
)

func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print which code this is",
		Example: "  veloxd version --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			build := telemetry.ReadBuild()
			if asJSON {
				return printJSON(cmd, build)
			}
			fmt.Fprintln(cmd.OutOrStdout(), build)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}
