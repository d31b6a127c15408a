package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/ident"
)

// tellWithoutPrices says that no account of the node can trade when updates tell of
// closes only. The configuration refuses that for accounts of its own; others are opened
// by commands.
func tellWithoutPrices(c *configs.Config, logger *slog.Logger) {
	if c.Symbols.Emit.Mode != configs.EmitOnClose || !slices.Contains(c.Node.Roles, "accounts") {
		return
	}
	logger.Warn("symbols.emit is on_close, so accounts get no traded prices: on paper every order is rejected with NO_PRICE, and stops and targets are never touched; " +
		"set symbols.emit to every_tick or an interval such as 1s on nodes with the role symbols, or take the role accounts from node.roles where nobody trades")
}

// accountCommands makes the commands that the configured accounts are. Their ids
// derive from content and revision, so that they take effect once, however many
// nodes have the same file and however often they start.
func accountCommands(c *configs.Config, nowMs int64) ([]messages.Command, error) {
	var out []messages.Command
	add := func(user string, kind account.CommandType, data any) error {
		raw, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("account %s: %s: %w", user, kind, err)
		}
		out = append(out, messages.Command{
			CommandID: ident.Derive("configuration", user, string(kind), string(raw)),
			UserID:    user, TimeMs: nowMs, Type: string(kind), Data: raw,
		})
		return nil
	}
	for _, a := range c.Accounts {
		err := add(a.UserID, account.CmdOpenAccount, account.OpenAccount{
			Venue: a.Venue, Deposit: a.Deposit, Revision: c.Revision, Limits: a.Limits, Paper: a.Paper.Settings(), Cost: a.Cost,
			Instruments: a.Instruments.Settings(),
		})
		if err != nil {
			return nil, err
		}
		for _, s := range a.Strategies {
			err := add(a.UserID, account.CmdDeploy, account.Deploy{
				StrategyID: s.StrategyID, Name: s.Name, Symbols: s.Symbols, Timeframe: s.Timeframe,
				Rules: configs.Texts(s.Rules), Code: s.Code, Parameters: configs.Texts(s.Parameters), External: s.External, Revision: c.Revision,
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// openAccounts writes the commands of the configured accounts.
func openAccounts(ctx context.Context, c *configs.Config, log *kafka.Log) error {
	commands, err := accountCommands(c, time.Now().UnixMilli())
	if err != nil || len(commands) == 0 {
		return err
	}
	producer, err := log.NewProducer()
	if err != nil {
		return exit(ExitKafka, "accounts: %w", err)
	}
	defer producer.Close()
	for i := range commands {
		if err := producer.Send(ctx, commandRecord(&commands[i])); err != nil {
			return exit(ExitKafka, "accounts: %w", err)
		}
	}
	if err := producer.Flush(ctx); err != nil {
		return exit(ExitKafka, "accounts: %w", err)
	}
	return nil
}

// commandRecord is a command as it stands in the log.
func commandRecord(c *messages.Command) messages.Out {
	return messages.Out{
		Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(c.UserID), Value: messages.AppendCommand(nil, c),
	}
}
