package main

import (
	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) brokerCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded broker alone, for several nodes on one machine",
		Long: "Runs the embedded broker until SIGINT or SIGTERM. It is for development and tests, not a production\n" +
			"broker. Nodes join it with KAFKA_BOOTSTRAP_SERVERS or --bootstrap-servers. It has no topics at first:\n" +
			"`veloxd topics apply` makes them.",
		Example: "  veloxd broker --data-dir ./data\n" +
			"  veloxd topics apply --bootstrap-servers 127.0.0.1:9092\n" +
			"  veloxd run --bootstrap-servers 127.0.0.1:9092 --demo",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			return engine.Broker(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
}
