package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/kafka"
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
// node that runs here. The error carries ExitFailure when there is no account of a user, or
// one can't be read; the others are shown all the same.
func ShowAccounts(ctx context.Context, c *configs.Config, o AccountsOptions) error {
	log, done, err := commandLog(ctx, c, o.Logger)
	if err != nil {
		return err
	}
	defer done()
	all, unread, err := statements(ctx, log, o.Logger)
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
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	return lacking(all, missing, o.Users, unread)
}

// statements reads all open accounts' last saved states, by user, and gives the errors of
// those that can't be read: the others are shown without them.
func statements(ctx context.Context, log *kafka.Log, logger *slog.Logger) (list []report.Account, unread map[string]error, err error) {
	last, err := accountStates(ctx, log, logger)
	if err != nil {
		return nil, nil, err
	}
	list, unread = make([]report.Account, 0, len(last)), make(map[string]error)
	for user, r := range last {
		if r.Value == nil {
			continue
		}
		a, err := actors.AccountOf(r)
		if err != nil {
			unread[user] = err
			continue
		}
		if st := a.Statement(); st.Open { // others have refused what they were told
			list = append(list, report.Account{Statement: st, SavedMs: r.TimestampMs})
		}
	}
	slices.SortFunc(list, func(a, b report.Account) int { return strings.Compare(a.UserID, b.UserID) })
	return list, unread, nil
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

// lacking says what keeps an answer from being whole, nil for nothing: accounts that are
// missing, and those that can't be read, of the users or, without users, of all.
func lacking(all []report.Account, missing, users []string, unread map[string]error) error {
	if len(users) == 0 {
		missing = slices.Sorted(maps.Keys(unread))
	}
	var none []string
	var errs []error
	for _, user := range missing {
		if err := unread[user]; err != nil {
			errs = append(errs, fmt.Errorf("%q can't be read: %w", user, err))
		} else {
			none = append(none, strconv.Quote(user)) // a name may hold what steers a terminal
		}
	}
	if len(none) > 0 {
		errs = append(errs, fmt.Errorf("there is none of %s; %s", strings.Join(none, ", "), thereAre(all)))
	}
	if len(errs) == 0 {
		return nil
	}
	return exit(ExitFailure, "accounts: %w", errors.Join(errs...))
}

// thereAre names the accounts that there are, the first few of many.
func thereAre(all []report.Account) string {
	const most = 10
	var names []string
	for _, a := range all[:min(len(all), most)] {
		names = append(names, strconv.Quote(a.UserID))
	}
	switch {
	case len(all) == 0:
		return "there are no accounts yet: open one with `veloxd command USER OPEN_ACCOUNT`"
	case len(all) > most:
		return fmt.Sprintf("of %d there are %s and others", len(all), strings.Join(names, ", "))
	}
	return "there are " + strings.Join(names, ", ")
}
