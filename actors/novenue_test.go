package actors

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
)

// TestNoSuchVenue: nodes that have no session with a venue open no account at it, which
// they say; the account can be opened on paper then. The refusal stands, however often
// shards restart.
func TestNoSuchVenue(t *testing.T) {
	for name, venues := range map[string]Venues{"no venues": nil, "others": &promptVenue{}} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, nil)
			c := k.config()
			c.Venues = venues
			node := k.start(c)
			group := &member{}
			node.Assigned(group, messages.AccountShard, allAccounts)
			k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1000, "venue": "zerodha"})
			k.until("the refusal", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
			letter, err := messages.DecodeDeadLetter(k.cluster.AllRecords(messages.TopicDeadLetters)[0].Value)
			if err != nil || letter.Reason != reasonRefused || !strings.Contains(letter.Error, `NO_SUCH_VENUE: there is no session with a venue "zerodha"`) {
				t.Errorf("refused with %+v, %v", letter, err)
			}
			node.Lost(messages.AccountShard, allAccounts)
			node.Assigned(group, messages.AccountShard, allAccounts)
			k.command("ann", "on paper", account.CmdOpenAccount, map[string]any{"deposit": 1000, "venue": "paper"})
			k.command("ann", "halt", account.CmdHalt, map[string]any{})
			k.until("the halt", func() bool { return k.total(messages.TopicAlerts) > 0 })
			if n := k.total(messages.TopicDeadLetters); n != 1 {
				t.Errorf("%d dead letters, want 1", n)
			}
		})
	}
}

// TestVenueOfBefore: an account that was opened at a venue stays open, and takes
// commands, on nodes that have no session with it.
func TestVenueOfBefore(t *testing.T) {
	k := newKit(t, nil)
	with := k.config()
	with.Venues = &promptVenue{}
	nodes := []*Node{k.start(with), k.start(k.config())}
	group := &member{}
	nodes[0].Assigned(group, messages.AccountShard, allAccounts)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"deposit": 1000, "venue": "prompt"})
	k.agreed(1)
	nodes[0].Lost(messages.AccountShard, allAccounts)
	nodes[1].Assigned(group, messages.AccountShard, allAccounts)
	k.command("live", "again", account.CmdOpenAccount, map[string]any{"venue": "prompt", "revision": 2})
	k.command("live", "halt", account.CmdHalt, map[string]any{})
	k.until("the halt", func() bool { return k.total(messages.TopicAlerts) > 1 })
	if n := k.total(messages.TopicDeadLetters); n != 0 {
		t.Errorf("%d dead letters, want none: %s", n, letters(k.cluster))
	}
}

func letters(c *memlog.Cluster) string {
	var all []string
	for _, r := range c.AllRecords(messages.TopicDeadLetters) {
		all = append(all, string(r.Value))
	}
	return strings.Join(all, "\n")
}
