package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/trading/account"
)

// commandFlags are those of every command that writes one for an account.
type commandFlags struct {
	id            string
	wait          time.Duration
	check, asJSON bool
}

func (f *commandFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.id, "id", "", "the command's `ID`: given twice, it takes effect once; without it, a new one")
	cmd.Flags().DurationVar(&f.wait, "wait", 15*time.Second, "wait at most `DURATION` until it is taken in; 0s: not at all")
	cmd.Flags().BoolVar(&f.check, "check", false, "check it only, and write nothing")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print what became of it as JSON")
}

func (o *options) send(cmd *cobra.Command, f *commandFlags, user string, kind account.CommandType, data []byte) error {
	if f.wait < 0 {
		return &usageError{fmt.Errorf("--wait %v: want 0s or more", f.wait)}
	}
	cfg, logger, err := o.setUp(cmd, configs.DemoOff)
	if err != nil {
		return err
	}
	return engine.SendCommand(cmd.Context(), cfg, engine.CommandOptions{
		User: user, Type: kind, Data: data, ID: f.id, Wait: f.wait, CheckOnly: f.check, JSON: f.asJSON, Out: cmd.OutOrStdout(), Logger: logger,
	})
}

func (o *options) commandCommand() *cobra.Command {
	var f commandFlags
	cmd := &cobra.Command{
		Use:   "command USER TYPE [DATA]",
		Short: "Give an account a command: open, deposit, limits, deploy, pause, order, halt ...",
		Long: "Writes a command for the account USER to velox-account-commands, after the checks that the account\n" +
			"itself makes, waits until it is taken in, and tells what came of it. Without bootstrap servers it goes\n" +
			"to the embedded broker of the node that runs here.\n\n" +
			"TYPE is one of " + strings.Join(account.CommandTypes(), ", ") + ".\n" +
			"DATA is its JSON, @FILE that has it, or - for standard input. PAUSE, RESUME_STRATEGY and REMOVE also take\n" +
			"the strategy's name alone. docs/commands.md tells the fields.\n\n" +
			"Exits 0 when it was taken in, 2 when no account would take it, 3 when there is no cluster, 9 when the\n" +
			"account refused it or its order, 10 when nobody was seen to take it in: it stays in the log.",
		Example: `  veloxd command alice OPEN_ACCOUNT '{"deposit": 100000, "limits": {"daily_loss": 2000}}'` + "\n" +
			`  veloxd command alice DEPOSIT '{"amount": -500}'` + "\n" +
			`  veloxd command alice SET_LIMITS @limits.json` + "\n" +
			`  veloxd command alice DEPLOY '{"name": "dip", "symbols": ["AURORA"], "timeframe": "1min", "rules": {"entry_long": "RSI_14 < 30", "exit_long": "RSI_14 > 50"}}'` + "\n" +
			`  veloxd command alice PAUSE dip` + "\n" +
			`  veloxd command alice PAUSE '{"name": "dip", "close_positions": true, "reason": "results today"}'` + "\n" +
			`  veloxd command alice RESUME_STRATEGY dip` + "\n" +
			`  veloxd command alice REMOVE dip` + "\n" +
			`  veloxd command alice ORDER '{"symbol": "AURORA", "transaction_type": "BUY", "quantity": 5, "price": 100}'` + "\n" +
			`  veloxd command alice ORDER '{"modify": "ORDER_ID", "price": 101}'` + "\n" +
			`  veloxd command alice ORDER '{"cancel": "ORDER_ID"}'` + "\n" +
			`  veloxd command alice SETTLE '{"order_id": "ORDER_ID", "venue_order_id": "VENUE_ID", "by": "r.mehta"}'` + "\n" +
			`  veloxd command alice HALT '{"reason": "lunch", "close_positions": true}'` + "\n" +
			`  veloxd command alice RESUME --json | jq -r .state`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 || len(args) > 3 {
				return &usageError{errors.New("command wants USER, TYPE and, for most types, DATA")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := account.CommandType(strings.ReplaceAll(strings.ToUpper(args[1]), "-", "_"))
			var data []byte
			if len(args) == 3 {
				var err error
				if data, err = commandData(cmd.InOrStdin(), kind, args[2]); err != nil {
					return &usageError{err}
				}
			}
			return o.send(cmd, &f, args[0], kind, data)
		},
	}
	f.add(cmd)
	return cmd
}

// commandData gives the JSON that an argument stands for.
func commandData(stdin io.Reader, kind account.CommandType, argument string) ([]byte, error) {
	text, err := []byte(argument), error(nil)
	switch {
	case argument == "-":
		if text, err = io.ReadAll(stdin); err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
	case strings.HasPrefix(argument, "@"):
		if text, err = os.ReadFile(argument[1:]); err != nil {
			return nil, err
		}
	case namesStrategy(kind) && !strings.HasPrefix(strings.TrimSpace(argument), "{"):
		return json.Marshal(account.StrategyRef{Name: argument})
	}
	if text = bytes.TrimSpace(text); !json.Valid(text) {
		return nil, fmt.Errorf("the data of %s is no JSON: %.60q; want an object such as {\"reason\": \"...\"}, @FILE, or - for standard input", kind, text)
	}
	return text, nil
}

func namesStrategy(kind account.CommandType) bool {
	return kind == account.CmdPause || kind == account.CmdResumeStrategy || kind == account.CmdRemove
}

// haltCommand and resumeCommand are short for the two that are needed in a hurry.
func (o *options) haltCommand() *cobra.Command {
	var d account.Halt
	cmd := o.shortCommand(&cobra.Command{
		Use:   "halt USER",
		Short: "Halt an account: open orders are cancelled, and no new ones are taken",
		Long: "Short for `veloxd command USER HALT`. Stops that are touched still close what they protect; resume\n" +
			"lets the account trade again. docs/risk.md tells what each mode allows.",
		Example: "  veloxd halt alice\n  veloxd halt alice --close-positions --reason \"feed looks wrong\" --by r.mehta",
	}, account.CmdHalt, &d, &d.Reason, &d.By)
	cmd.Flags().BoolVar(&d.ClosePositions, "close-positions", false, "close all that is held at the market, too")
	return cmd
}

func (o *options) resumeCommand() *cobra.Command {
	var d account.Resume
	cmd := o.shortCommand(&cobra.Command{
		Use:   "resume USER",
		Short: "Let a halted or reducing account trade again",
		Long: "Short for `veloxd command USER RESUME`. Limits that were reached count afresh from where the account\n" +
			"stands; one that is still broken reduces it again at once. At a live venue the account is compared with\n" +
			"it before it takes entries; docs/orders.md tells how.",
		Example: "  veloxd resume alice\n  veloxd resume alice --reason \"limits agreed with the client\" --by r.mehta\n  veloxd resume alice --set-aside",
	}, account.CmdResume, &d, &d.Reason, &d.By)
	cmd.Flags().BoolVar(&d.SetAside, "set-aside", false, "at a live venue, leave what it has and the account doesn't to the user")
	return cmd
}

// shortCommand makes a command of one type whose data come from flags.
func (o *options) shortCommand(cmd *cobra.Command, kind account.CommandType, data any, reason, by *string) *cobra.Command {
	var f commandFlags
	cmd.Args = oneUser
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := json.Marshal(data)
		if err != nil {
			return err
		}
		return o.send(cmd, &f, args[0], kind, text)
	}
	cmd.Flags().StringVar(reason, "reason", "", "why, as `TEXT`; it is recorded")
	cmd.Flags().StringVar(by, "by", "", "who asks for it, a `NAME`; it is recorded")
	f.add(cmd)
	return cmd
}

func oneUser(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &usageError{fmt.Errorf("%s wants one USER", cmd.Name())}
	}
	return nil
}
