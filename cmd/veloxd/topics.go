package main

import (
	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) topicsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "topics",
		Short: "Make and show the topics of Velox",
		Long: "The topics and their settings stand in configs/topics.yaml; topics.file in the configuration names\n" +
			"another file, topics.profile a set of changes to it.",
		Example: "  veloxd topics apply --bootstrap-servers kafka-1:9092\n  veloxd topics describe --bootstrap-servers kafka-1:9092",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "apply",
		Short: "Make topics that lack, and show what differs",
		Long: "Makes the topics that lack. It is safe to repeat and changes no topic that is there: what differs from\n" +
			"the file is shown as drift. On a cluster of fewer brokers than replicas, topics get as many as it has.",
		Example: "  veloxd topics apply --bootstrap-servers kafka-1:9092,kafka-2:9092\n" +
			"  veloxd topics apply --set topics.profile=long-test",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			return engine.TopicsApply(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	})
	cmd.AddCommand(&cobra.Command{
		Use:     "describe",
		Short:   "Show the topics as they are, and what differs",
		Example: "  veloxd topics describe --bootstrap-servers kafka-1:9092",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			return engine.TopicsDescribe(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	})
	return cmd
}
