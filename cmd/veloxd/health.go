package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) healthCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask the Kafka cluster how it is, and print the answer as JSON",
		Long: "Prints status, brokers, topics and timestamp, or status, error and timestamp. Exits 0 when the\n" +
			"cluster is healthy and 1 otherwise. Without bootstrap servers it asks at the embedded broker's address.",
		Example: "  veloxd health --bootstrap-servers kafka-1:9092\n  veloxd health | jq -r .status",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			document, healthy := engine.Health(cmd.Context(), cfg)
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", document)
			if !healthy {
				return &silentError{exitFailure}
			}
			return nil
		},
	}
}
