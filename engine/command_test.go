package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
)

// sent gives a command and tells what became of it, with the exit code.
func sent(t *testing.T, c *configs.Config, o CommandOptions) (commandResult, int, error) {
	t.Helper()
	var out bytes.Buffer
	o.User, o.JSON, o.Out, o.Logger = "alice", true, &out, discard()
	err := SendCommand(t.Context(), c, o)
	code := 0
	if coded := (*Error)(nil); errors.As(err, &coded) {
		code = coded.Code
	}
	var r commandResult
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
	}
	return r, code, err
}

// TestSendCommand: a command is checked, written, and told of when its account has
// taken it in: with its events, or with the reason of its refusal.
func TestSendCommand(t *testing.T) {
	for _, format := range []string{"json", "protobuf"} {
		t.Run(format, func(t *testing.T) { sendCommands(t, format) })
	}
}

func sendCommands(t *testing.T, format string) {
	c := onBroker(t, "", "processing.format="+format)
	late, code, err := sent(t, c, CommandOptions{Type: account.CmdOpenAccount, Data: []byte(`{"deposit": 1000}`), ID: "o1", Wait: 300 * time.Millisecond})
	if code != ExitCommandUnseen || late.State != stateWritten || !strings.Contains(err.Error(), "role accounts") {
		t.Errorf("without a node: %+v, %d, %v", late, code, err)
	}
	readyNode(t, c)
	for _, s := range []struct {
		kind    account.CommandType
		data    string
		state   string
		code    int
		topics  []string // of the events
		message string
	}{
		{account.CmdDeposit, `{"amount": 500}`, stateTaken, 0, nil, ""},
		{account.CmdDeposit, `{"amount": -5000}`, stateRefused, ExitCommandRefused, []string{messages.TopicDeadLetters}, "NOT_ENOUGH_CASH: 5000 to withdraw; 1500 is in cash, the equity is 1500"},
		{account.CmdDeploy, `{"name": "dip", "symbols": ["X"], "rules": {"entry_long": "RSI_14 < 30"}}`, stateTaken, 0, []string{messages.TopicStrategies}, ""},
		{account.CmdPause, `{"name": "dip"}`, stateTaken, 0, nil, ""},
		{account.CmdPause, `{"name": "dap"}`, stateRefused, ExitCommandRefused, []string{messages.TopicDeadLetters}, `no strategy named "dap"`},
		{account.CmdRemove, `{"name": "dip"}`, stateTaken, 0, []string{messages.TopicStrategies}, ""},
		{account.CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5}`, stateRefused, ExitCommandRefused, []string{messages.TopicOrders}, "NO_PRICE: no price of X was seen yet"},
		{account.CmdHalt, ``, stateTaken, 0, []string{messages.TopicAlerts}, ""},
		{account.CmdResume, ``, stateTaken, 0, []string{messages.TopicAlerts}, ""},
		{account.CmdDeposit, `{"amout": 500}`, "", ExitSettings, nil, "did you mean amount?"},
		{account.CmdOrder, `{"symbol": "X", "transaction_type": "BUY"}`, "", ExitSettings, nil, "INVALID_QUANTITY"},
	} {
		r, code, err := sent(t, c, CommandOptions{Type: s.kind, Data: []byte(s.data), Wait: 20 * time.Second})
		var topics []string
		for _, e := range r.Events {
			topics = append(topics, e.Topic)
			if v := e.Value; len(v) > 0 && !json.Valid(v) {
				t.Errorf("%s: %s is no JSON", s.kind, v)
			}
		}
		if r.State != s.state || code != s.code || !slices.Equal(topics, s.topics) || (err == nil) != (s.code == 0) || err != nil && !strings.Contains(err.Error(), s.message) {
			t.Errorf("%s %s: state %q with %v, %d, %v; want %q with %v, %d, %q", s.kind, s.data, r.State, topics, code, err, s.state, s.topics, s.code, s.message)
		}
	}
	again, code, _ := sent(t, c, CommandOptions{Type: account.CmdOpenAccount, Data: []byte(`{"deposit": 1000}`), ID: "o1", Wait: 20 * time.Second})
	if code != 0 || again.State != stateTaken || len(again.Events) > 0 {
		t.Errorf("a repeated id: %+v, %d", again, code)
	}
	written := committed(t, c, messages.TopicCommands)
	if len(written) != 11 { // the first one, nine of the table, and the repeated one
		t.Errorf("%d commands are in the log; what no account takes must not be", len(written))
	}
}

// TestOwnersAreTold: a strategy's record says that it is deployed, or removed.
func TestOwnersAreTold(t *testing.T) {
	for value, want := range map[string]string{
		`{"strategy_id":"s","user_id":"u"}`:                "strategy s is deployed",
		`{"strategy_id":"s","user_id":"u","removed":true}`: "strategy s is removed",
		"": "strategy s is removed",
	} {
		e, err := (&commandResult{}).read(&messages.Record{Topic: messages.TopicStrategies, Key: []byte("s"), Value: []byte(value)})
		if err != nil || e.text != want {
			t.Errorf("%s is told as %q, %v", value, e.text, err)
		}
	}
}

// TestSendCommandWithoutCluster: what to do is said when there is none.
func TestSendCommandWithoutCluster(t *testing.T) {
	c := settings(t, map[string]string{"broker.address": "127.0.0.1:1", "node.start_timeout": "1s"})
	if _, code, err := sent(t, c, CommandOptions{Type: account.CmdHalt}); code != ExitKafka || !strings.Contains(err.Error(), "start a node") {
		t.Errorf("no cluster: %d, %v", code, err)
	}
	r, code, err := sent(t, c, CommandOptions{Type: account.CmdHalt, CheckOnly: true})
	if code != 0 || err != nil || r.State != stateChecked || r.At != nil {
		t.Errorf("a check needs none: %+v, %d, %v", r, code, err)
	}
}
