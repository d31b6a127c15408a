package actors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/market"
	_ "github.com/velox-trading/velox/trading/strategy/examples" // a build with compiled strategies
)

// requests lists what a strategy asked the symbol shards for.
func (k *kit) requests(strategy string) []string {
	var list []string
	for _, r := range k.cluster.AllRecords(messages.TopicSignals) {
		s, err := messages.DecodeSignal(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		if s.StrategyID == strategy && s.IsRequest() {
			list = append(list, s.Symbol+" "+s.Timeframe+" "+strings.Join(s.RequestIndicators, ","))
		}
	}
	slices.Sort(list)
	return list
}

// ordersOf counts the placed orders of a strategy.
func (k *kit) ordersOf(strategy string) int {
	n := 0
	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		if e.StrategyID == strategy && e.EventType == string(account.Placed) {
			n++
		}
	}
	return n
}

// feeder gives what sends the next n ticks. Their symbols lie in several partitions,
// whose updates an account takes as they come: a few ticks at a time keep one symbol
// from being told minutes before another.
func (k *kit) feeder(ticks []*market.Tick) func(n int) {
	sent := 0
	return func(n int) {
		k.t.Helper()
		for end := sent + n; sent < end; {
			for _, tick := range ticks[sent:min(sent+10, end)] {
				k.tick(tick)
				sent++
			}
			k.settle(sent)
		}
	}
}

// TestStrategiesComeAndGoWhileRunning: a strategy that looks at another symbol and
// timeframe is deployed between ticks, asks for them, trades; it trades nothing while
// paused, goes on when resumed, also under another owner, and ends when removed.
func TestStrategiesComeAndGoWhileRunning(t *testing.T) {
	k := newKit(t, nil)
	nodes := []*Node{k.startAll(k.config()), k.start(k.config())}
	k.command("user", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	feed := k.feeder(walk(31, 2, 4000, "feed"))
	k.ready(nodes[0])
	feed(200)
	k.command("user", "deploy", account.CmdDeploy, account.Deploy{
		StrategyID: "pair", Name: "pair", Symbols: []string{"SYM0"}, Timeframe: "1min",
		Rules: map[string]string{
			"entry_long": `position == 0 and of("SYM1", close) > 0 and of("SYM1", tf("2min", EMA_3)) > 0`, "exit": "position > 0",
			"evaluate": "every_tick", "allow_gaps": "true", "quantity": "10",
		},
	})
	k.command("user", "code", account.CmdDeploy, account.Deploy{
		StrategyID: "code", Name: "code", Symbols: []string{"SYM1"}, Timeframe: "1min", Code: "gap-fade", Parameters: map[string]string{"quantity": "3"},
	})
	k.ready(nodes[0])
	want := "SYM0 1min |SYM1 1min |SYM1 2min EMA_3"
	if got := strings.Join(k.requests("pair"), "|"); got != want {
		t.Errorf("it asks for %s, want %s", got, want)
	}
	if got := strings.Join(k.requests("code"), "|"); got != "SYM1 1min " {
		t.Errorf("the compiled one asks for %s", got)
	}
	feed(1000)
	first := k.ordersOf("pair")
	if first < 20 {
		t.Errorf("%d orders", first)
	}
	k.command("user", "pause", account.CmdPause, account.StrategyRef{StrategyID: "pair", ClosePositions: true})
	k.ready(nodes[0])
	paused := k.ordersOf("pair")
	feed(500)
	if got := k.ordersOf("pair"); got != paused || paused > first+1 {
		t.Errorf("%d orders before the pause, %d with it, %d after it", first, paused, got)
	}
	nodes[0].Lost(messages.AccountShard, allAccounts)
	nodes[1].Assigned(&member{}, messages.AccountShard, allAccounts)
	k.command("user", "resume", account.CmdResumeStrategy, account.StrategyRef{StrategyID: "pair"})
	k.ready(nodes[1])
	feed(1000)
	resumed := k.ordersOf("pair")
	if resumed < paused+20 {
		t.Errorf("%d orders, %d before it was resumed", resumed, paused)
	}
	k.command("user", "pause again", account.CmdPause, account.StrategyRef{StrategyID: "pair", ClosePositions: true})
	k.ready(nodes[1])
	feed(100)
	k.command("user", "remove", account.CmdRemove, account.StrategyRef{StrategyID: "pair"})
	k.ready(nodes[1])
	removed := k.ordersOf("pair")
	feed(1000)
	if got := k.ordersOf("pair"); got != removed {
		t.Errorf("%d orders, %d when it was removed", got, removed)
	}
	k.stop(nodes[0])
	k.stop(nodes[1])
	if dead := k.cluster.AllRecords(messages.TopicDeadLetters); len(dead) > 0 {
		t.Errorf("%d dead letters, the first: %s", len(dead), dead[0].Value)
	}
}

// TestAnIDIsOneUsers: a strategy's id that another user has is refused, whichever
// shards the two are at home in, until the other one has removed it.
func TestAnIDIsOneUsers(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	users := []string{"user-0", "user-1", "user-2", "user-3"}
	homes := make(map[int32]bool)
	deploy := func(user, id string) {
		k.command(user, id+user, account.CmdDeploy, account.Deploy{StrategyID: "mine", Name: "n", Symbols: []string{"SYM0"}, External: true})
		k.ready(node)
	}
	for i, user := range users {
		homes[messages.HomePartition([]byte(user), 2)] = true
		k.command(user, "open"+user, account.CmdOpenAccount, map[string]any{})
		deploy(user, "first")
		if dead := k.total(messages.TopicDeadLetters); dead != i {
			t.Fatalf("%d dead letters after the deployment of %s, want %d", dead, user, i)
		}
	}
	if len(homes) != 2 {
		t.Errorf("the users are at home in %v", homes)
	}
	if dead := string(k.cluster.AllRecords(messages.TopicDeadLetters)[0].Value); !strings.Contains(dead, "STRATEGY_TAKEN") {
		t.Errorf("the dead letter is %s", dead)
	}
	k.command(users[0], "remove", account.CmdRemove, account.StrategyRef{StrategyID: "mine"})
	k.ready(node)
	deploy(users[3], "second")
	if dead := k.total(messages.TopicDeadLetters); dead != 3 {
		t.Errorf("%d dead letters after the owner removed it, want 3", dead)
	}
	deploy(users[0], "third")
	if dead := k.total(messages.TopicDeadLetters); dead != 4 {
		t.Errorf("%d dead letters after the former owner wants it back, want 4", dead)
	}
	k.stop(node)
}

// TestACommandIsCommittedAtOnce: who gave a command that nothing comes of sees from
// the frontier that it was taken in, with the account's state, long before the next
// checkpoint.
func TestACommandIsCommittedAtOnce(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: 2 * time.Hour, Replay: time.Hour, Batch: 10}
	k.ready(k.startAll(c))
	for i, data := range []any{map[string]any{"deposit": 1_000}, map[string]any{"amount": 5}} {
		commits, saved := k.seen.get(CountCommits, "account/committed"), k.seen.get(CountCheckpointed, "account")
		k.command("user", fmt.Sprint(i), []account.CommandType{account.CmdOpenAccount, account.CmdDeposit}[i], data)
		k.until("the commit", func() bool {
			return k.seen.get(CountCommits, "account/committed") > commits && k.seen.get(CountCheckpointed, "account") > saved
		})
	}
}
