package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// AccountsOptions say which accounts ShowAccounts shows, and how.
type AccountsOptions struct {
	// Users are whose accounts are shown one by one, with all that they hold; none: all
	// accounts are listed, a line each.
	Users []string
	// JSON prints an array of statements, whole ones in both cases.
	JSON   bool
	Out    io.Writer
	Logger *slog.Logger
}

// ShowAccounts prints what accounts hold, have open and have gained, as their shards have
// saved it last: with all that was told of until then, and nothing else. It writes
// nothing, and needs no node. Without a named cluster it asks the embedded broker of the
// node that runs here. The error carries ExitFailure when there is no account of a user.
func ShowAccounts(ctx context.Context, c *configs.Config, o AccountsOptions) error {
	log, done, err := commandLog(ctx, c, o.Logger)
	if err != nil {
		return err
	}
	defer done()
	all, err := statements(ctx, log)
	if err != nil {
		return exit(ExitKafka, "accounts: %w", err)
	}
	chosen, missing := chooseStatements(all, o.Users)
	switch {
	case o.JSON:
		e := json.NewEncoder(o.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(chosen)
	case len(o.Users) == 0:
		err = report.Accounts(o.Out, chosen, time.Now())
	default:
		for i := range chosen {
			if i > 0 {
				fmt.Fprintln(o.Out)
			}
			if err = chosen[i].Text(o.Out, time.Now()); err != nil {
				break
			}
		}
	}
	if err == nil && len(missing) > 0 {
		err = exit(ExitFailure, "accounts: there is none of %s; %s", strings.Join(missing, ", "), thereAre(all))
	}
	return err
}

// statements reads all open accounts' last saved states, by user.
func statements(ctx context.Context, log *kafka.Log) ([]report.Account, error) {
	topic := messages.StateTopic(messages.AccountShard)
	n, err := log.PartitionCount(ctx, topic)
	if err != nil {
		return nil, err
	}
	var tps []messages.TopicPartition
	for p := range n {
		tps = append(tps, messages.TopicPartition{Topic: topic, Partition: p})
	}
	ranges, err := log.Offsets(ctx, tps...)
	if err != nil {
		return nil, err
	}
	last := make(map[string]*messages.Record) // by user
	err = log.Scan(ctx, ranges, func(r *messages.Record) error {
		if user, ok := actors.AccountUser(r.Key); ok {
			last[user] = r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]report.Account, 0, len(last))
	for _, r := range last {
		if r.Value == nil {
			continue
		}
		a, err := actors.AccountOf(r)
		if err != nil {
			return nil, err
		}
		if st := a.Statement(); st.Open { // others have refused what they were told
			list = append(list, report.Account{Statement: st, SavedMs: r.TimestampMs})
		}
	}
	slices.SortFunc(list, func(a, b report.Account) int { return strings.Compare(a.UserID, b.UserID) })
	return list, nil
}

// chooseStatements gives the users' statements in their order, and the users that have
// none; all without users.
func chooseStatements(all []report.Account, users []string) (chosen []report.Account, missing []string) {
	if len(users) == 0 {
		return all, nil
	}
	chosen = []report.Account{}
	for _, user := range users {
		i, ok := slices.BinarySearchFunc(all, user, func(a report.Account, user string) int { return strings.Compare(a.UserID, user) })
		if ok {
			chosen = append(chosen, all[i])
		} else {
			missing = append(missing, user)
		}
	}
	return chosen, missing
}

// thereAre names the accounts that there are, the first few of many.
func thereAre(all []report.Account) string {
	const most = 10
	var names []string
	for _, a := range all[:min(len(all), most)] {
		names = append(names, a.UserID)
	}
	switch {
	case len(all) == 0:
		return "there are no accounts yet: open one with `veloxd command USER OPEN_ACCOUNT`"
	case len(all) > most:
		return fmt.Sprintf("of %d there are %s and others", len(all), strings.Join(names, ", "))
	}
	return "there are " + strings.Join(names, ", ")
}
