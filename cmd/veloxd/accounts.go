package main

import (
	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
)

func (o *options) accountsCommand() *cobra.Command {
	var a engine.AccountsOptions
	cmd := &cobra.Command{
		Use:   "accounts [USER...]",
		Short: "Show accounts: equity, profit, positions, open orders, strategies, use of limits",
		Long: "Lists all accounts, a line each; with USERs, shows all that each of them holds, has open and has gained.\n" +
			"It reads what their shards have saved last, in the transactions that have told of it, so it is exact as\n" +
			"of then; prices are at most processing.checkpoint.max older. It writes nothing, and needs no node: without\n" +
			"bootstrap servers it asks the embedded broker of the one that runs here.\n\n" +
			"Exits 0, 1 when there is no account of a USER or one can't be read, 2 when flags or configuration are wrong,\n" +
			"3 when there is no cluster or it has no topics.",
		Example: "  veloxd accounts --bootstrap-servers kafka-1:9092\n" +
			"  veloxd accounts alice bob\n" +
			"  veloxd accounts --json | jq -r '.[] | select(.mode != \"ACTIVE\") | .user_id'\n" +
			"  watch -n 2 veloxd accounts alice",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, logger, err := o.setUp(cmd, configs.DemoOff)
			if err != nil {
				return err
			}
			a.Users, a.Out, a.Logger = args, cmd.OutOrStdout(), logger
			return engine.ShowAccounts(cmd.Context(), cfg, a)
		},
	}
	cmd.Flags().BoolVar(&a.JSON, "json", false, "print the whole of them as a JSON array")
	return cmd
}
