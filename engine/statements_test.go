package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
)

// shown gives what ShowAccounts prints, and the exit code.
func shown(t *testing.T, c *configs.Config, asJSON bool, users ...string) (string, int, error) {
	t.Helper()
	var out bytes.Buffer
	err := ShowAccounts(t.Context(), c, AccountsOptions{Users: users, JSON: asJSON, Out: &out, Logger: discard()})
	code := 0
	if coded := (*Error)(nil); errors.As(err, &coded) {
		code = coded.Code
	}
	return out.String(), code, err
}

// TestShowAccounts: what is shown of accounts that have traded is what topics tell of
// them, while the node runs and when it has gone.
func TestShowAccounts(t *testing.T) {
	c := onEmbedded(t, "", "processing.checkpoint.min=100ms", "processing.checkpoint.max=200ms")
	if out, code, err := shown(t, c, false); code != 0 || err != nil || !strings.Contains(out, "OPEN_ACCOUNT") {
		t.Errorf("before there are any: %d, %v, %s", code, err, out)
	}
	c.Accounts = wavesConfig(t).Accounts
	t.Run("while a node runs", func(t *testing.T) {
		readyNode(t, c)
		if err := Replay(t.Context(), c, ReplayOptions{Files: []string{waves(t, 9000)}, Out: io.Discard, Progress: io.Discard, Logger: discard()}); err != nil {
			t.Fatal(err)
		}
		untilQuiet(t, func() int {
			return len(committed(t, c, messages.TopicOrders)) + len(committed(t, c, messages.TopicPositions))
		})
		asTold(t, c)
		if r, code, err := sent(t, c, CommandOptions{Type: account.CmdHalt, Wait: 20 * time.Second}); code == 0 || r.State != stateRefused {
			t.Errorf("an account that was never opened takes a command: %+v, %v", r, err)
		}
	})
	asTold(t, c)

	all, _, _ := shown(t, c, false)
	if lines := strings.Split(strings.TrimSpace(all), "\n"); len(lines) != 4 || !strings.HasPrefix(lines[1], "ann ") || !strings.HasPrefix(lines[2], "bob ") {
		t.Errorf("all accounts are shown as\n%s", all)
	}
	out, code, err := shown(t, c, false, "bob", "eve", "ann")
	if code != ExitFailure || !strings.Contains(err.Error(), "none of \"eve\"; there are \"ann\", \"bob\"") {
		t.Errorf("one that isn't there: %d, %v", code, err)
	}
	if bob, ann := strings.Index(out, "bob: "), strings.Index(out, "ann: "); bob != 0 || ann < 0 || strings.Contains(out, "eve") {
		t.Errorf("the others are shown as\n%s", out)
	}
}

// asTold holds what is shown against the last records of positions and orders.
func asTold(t *testing.T, c *configs.Config) {
	t.Helper()
	out, code, err := shown(t, c, true)
	if err != nil || code != 0 {
		t.Fatal(err)
	}
	var list []report.Account
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(list) != 2 || list[0].UserID != "ann" || list[1].UserID != "bob" {
		t.Fatalf("accounts are %s", out)
	}
	last, traded := make(map[string]messages.PositionUpdate), int64(0)
	for _, r := range committed(t, c, messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		last[p.UserID+" "+p.Symbol] = p
		if p.EventType == "OPENED" {
			traded++
		}
	}
	held, trades := 0, int64(0)
	for _, a := range list {
		if a.SavedMs == 0 || a.TimeMs == 0 || len(a.Strategies) == 0 {
			t.Errorf("%s is shown as %+v", a.UserID, a)
		}
		var gained decimal.Decimal
		for _, s := range a.Strategies {
			trades += s.Trades
			gained = gained.Add(s.RealizedPnL).Add(s.UnrealizedPnL)
		}
		if a.Equity != a.Deposits.Add(gained) {
			t.Errorf("the equity of %s is %v, its strategies have made %v of %v", a.UserID, a.Equity, gained, a.Deposits)
		}
		for _, p := range a.Positions {
			held++
			if told := last[a.UserID+" "+p.Symbol]; told.PositionID != p.PositionID || told.Position.Quantity != p.Quantity || told.Position.AveragePrice != p.AveragePrice {
				t.Errorf("%s holds %+v, and was told %+v", a.UserID, p, told)
			}
		}
	}
	open := 0
	for _, p := range last {
		if p.Position.Status == "OPEN" {
			open++
		}
	}
	if held != open || trades != traded || trades == 0 {
		t.Errorf("%d positions of %d are shown, and %d trades of %d", held, open, trades, traded)
	}
}

// TestShowAccountsWithoutCluster: what to do is said when there is none.
func TestShowAccountsWithoutCluster(t *testing.T) {
	c := settings(t, map[string]string{"broker.address": "127.0.0.1:1", "node.start_timeout": "1s"})
	if _, code, err := shown(t, c, false); code != ExitKafka || !strings.Contains(err.Error(), "start a node") {
		t.Errorf("no cluster: %d, %v", code, err)
	}
}
