package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
)

// CommandOptions say which command SendCommand writes, and what it shows.
type CommandOptions struct {
	User string
	Type account.CommandType
	// Data is the type's JSON; empty where it may be absent.
	Data []byte
	// ID is the command_id, by which accounts drop repeats; empty: one is made.
	ID string
	// Wait is how long to wait until the command is taken in; 0: not at all.
	Wait time.Duration
	// CheckOnly writes nothing.
	CheckOnly bool
	// JSON prints the result as one JSON document.
	JSON   bool
	Out    io.Writer
	Logger *slog.Logger
}

// SendCommand checks a command as its account will, writes it to
// velox-account-commands, waits until it is taken in, and prints what came of it.
// Without a named cluster it writes to the embedded broker of the node that runs here.
// Errors carry an exit code: what no account would take is not written.
func SendCommand(ctx context.Context, c *configs.Config, o CommandOptions) error {
	command, err := o.command(time.Now().UnixMilli())
	if err != nil {
		return exit(ExitSettings, "%s for %s: %w", o.Type, o.User, err)
	}
	result := commandResult{CommandID: command.CommandID, UserID: command.UserID, Type: command.Type, State: stateChecked}
	if o.CheckOnly {
		return result.print(&o)
	}
	log, done, err := commandLog(ctx, c, o.Logger)
	if err != nil {
		return err
	}
	defer done()
	if err := result.send(ctx, c, log, command, o.Wait); err != nil {
		return err
	}
	return errors.Join(result.print(&o), result.failure(c, &o))
}

// command makes the command and holds it against everything that an account would
// refuse whatever its state.
func (o *CommandOptions) command(nowMs int64) (*messages.Command, error) {
	c := messages.Command{CommandID: o.ID, UserID: o.User, TimeMs: nowMs, Type: string(o.Type), Data: o.Data}
	if c.CommandID == "" {
		c.CommandID = rand.Text()
	}
	parsed, err := account.ParseCommand(c.CommandID, c.UserID, c.TimeMs, o.Type, c.Data)
	if err == nil {
		err = parsed.Check()
	}
	if err != nil {
		return nil, err
	}
	c, err = messages.DecodeCommand(messages.AppendCommand(nil, &c)) // as its reader sees it
	return &c, err
}

// commandLog opens the cluster that a running node works with.
func commandLog(ctx context.Context, c *configs.Config, logger *slog.Logger) (*kafka.Log, func(), error) {
	cl, err := reach(ctx, c, logger)
	if err != nil {
		return nil, nil, orStartNode(c, err, "")
	}
	log, err := kafka.OpenLog(cl.settings)
	if err != nil {
		cl.close()
		return nil, nil, exit(ExitSettings, "kafka: %w", err)
	}
	return log, func() { log.Close(); cl.close() }, nil
}
