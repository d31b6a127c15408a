package actors

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
)

// TestCountsAreOfWhatWasCommitted: what an aborted epoch made is counted when it is made
// again and committed, and not before.
func TestCountsAreOfWhatWasCommitted(t *testing.T) {
	t.Run("a symbol passes over a tick", func(t *testing.T) {
		k := newKit(t, nil)
		c := k.config()
		var refuses, strikes atomic.Int64
		c.Fault = func(point, detail string) error {
			switch {
			case point == "step" && detail == "SYM0" && strikes.Load() > 0 && strikes.Add(-1) >= 0:
				return errors.New("injected")
			case point == "commit" && strings.HasPrefix(detail, "symbol") && refuses.Load() > 0 && refuses.Add(-1) >= 0:
				strikes.Store(2)
				return errors.New("injected")
			}
			return nil
		}
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.ready(node)
		strikes.Store(2)
		refuses.Store(1)
		k.tick(walk(2, 1, 1, "feed")[0])
		k.until("the commit fails", func() bool { return k.seen.get(CountCommits, "symbol/aborted") == 1 })
		k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 && k.seen.tookTicks(k.cluster) })
		for what, n := range map[string]int{
			"dead letters": k.seen.get(CountDeadLetters, reasonFailed), "quarantines": k.seen.get(CountQuarantined, "symbol input"),
		} {
			if n != 1 {
				t.Errorf("%d %s are counted, want 1; counts %s", n, what, k.seen.all())
			}
		}
	})
	t.Run("an account refuses a command", func(t *testing.T) {
		k := newKit(t, nil)
		c := k.config()
		var refuses atomic.Int64
		c.Fault = func(point, _ string) error {
			if point == "commit" && refuses.Load() > 0 && refuses.Add(-1) >= 0 {
				return errors.New("injected")
			}
			return nil
		}
		node := k.start(c)
		node.Assigned(&member{}, messages.AccountShard, allAccounts)
		k.ready(node)
		refuses.Store(1)
		k.command("user", "to nobody", account.CmdDeploy, account.Deploy{Name: "early", Symbols: []string{"SYM0"}})
		k.ready(node)
		if n := k.seen.get(CountCommits, "account/aborted"); n != 1 {
			t.Fatalf("%d commits were aborted, want 1", n)
		}
		if n, letters := k.seen.get(CountDeadLetters, reasonRefused), k.total(messages.TopicDeadLetters); n != 1 || letters != 1 {
			t.Errorf("%d dead letters, %d are counted, want 1; counts %s", letters, n, k.seen.all())
		}
	})
}

// TestLettersOfAReplayAreCountedOnce: a dead letter that was committed before a restart
// isn't counted when its input is taken in again for the state alone.
func TestLettersOfAReplayAreCountedOnce(t *testing.T) {
	k := newKit(t, nil)
	node := k.start(rarely(k.config()))
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	ticks := walk(2, 1, 2, "feed")
	ticks[1].Exchange = "ELSEWHERE"
	for _, tick := range ticks {
		k.tick(tick)
	}
	k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 && k.seen.tookTicks(k.cluster) })
	node.Lost(messages.SymbolShard, allTicks)
	k.seen.forget()
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(node)
	k.until("ticks", func() bool { return k.seen.tookTicks(k.cluster) })
	if n, letters := k.seen.get(CountDeadLetters, reasonExchange), k.total(messages.TopicDeadLetters); n != 1 || letters != 1 {
		t.Errorf("%d dead letters, %d are counted, want 1; counts %s", letters, n, k.seen.all())
	}
}

// TestLettersAreJSON: a dead letter says what it is, also where events are protobuf.
func TestLettersAreJSON(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Protobuf = true
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.command("user", "to nobody", account.CmdDeploy, account.Deploy{Name: "early", Symbols: []string{"SYM0"}})
	k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
	letter := k.all(messages.TopicDeadLetters)[0]
	for header, want := range map[string]string{messages.HeaderContentType: messages.ContentTypeJSON, messages.HeaderSchema: "dead-letter/1"} {
		if got, _ := letter.Header(header); string(got) != want {
			t.Errorf("header %s is %q, want %q", header, got, want)
		}
	}
}
