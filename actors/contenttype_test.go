package actors

import (
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
)

// TestContentTypeOfOwners: the records of velox-strategies are JSON, and say so, also where
// events are written as protobuf.
func TestContentTypeOfOwners(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Protobuf = true
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{Name: "x", Symbols: []string{"SYM1"}, External: true})
	k.until("the owner", func() bool { return k.total(messages.TopicStrategies) == 1 })
	r := k.all(messages.TopicStrategies)[0]
	if _, err := messages.DecodeStrategyOwner(r.Value); err != nil || r.IsProtobuf() {
		t.Errorf("says protobuf: %v, is JSON: %v", r.IsProtobuf(), err)
	}
}
