package actors

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
)

// owned is a cluster in which an outsider's strategy has its signals in a partition
// whose keeper is one account shard, and users at home in either.
type owned struct {
	*kit
	node         *Node
	keeper, home int32
	// near is at home with the keeper, and far at the other shard.
	near, far string
	n         int
	// fault, if set, is asked at every step of the log.
	fault atomic.Pointer[func(context.Context, memlog.Call) error]
}

const outside = "outside"

func newOwned(t *testing.T) *owned {
	o := &owned{}
	o.kit = newKit(t, func(ctx context.Context, c memlog.Call) error {
		if f := o.fault.Load(); f != nil {
			return (*f)(ctx, c)
		}
		return nil
	})
	o.keeper = messages.HomePartition([]byte(outside), 2)
	o.home = 1 - o.keeper
	for i := 0; o.near == "" || o.far == ""; i++ {
		user := fmt.Sprint("user-", i)
		if messages.HomePartition([]byte(user), 2) == o.keeper {
			o.near = user
		} else {
			o.far = user
		}
	}
	o.begin()
	for _, user := range []string{o.near, o.far} {
		o.command(user, "open"+user, account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	}
	return o
}

// begin starts a node with all commands and signals of an epoch at once, commands first.
func (o *owned) begin() {
	c := o.config()
	c.Limits.PollRecords, c.Limits.Records = 1000, 1000
	o.node = o.start(c)
}

// reads gives the node a shard and waits until that has taken in all there is.
func (o *owned) reads(shards ...int32) {
	o.t.Helper()
	o.node.Assigned(&member{}, messages.AccountShard, shards)
	o.ready(o.node)
	o.passes(shards...)
}

// passes waits until shards have passed all signals and order events.
func (o *owned) passes(shards ...int32) {
	o.t.Helper()
	for _, shard := range shards {
		o.until("the shard has passed what others wrote", func() bool {
			for _, topic := range []string{messages.TopicSignals, messages.TopicOrders} {
				for p := range o.cluster.Partitions(topic) {
					at, _ := o.seen.told(messages.ShardID{Kind: messages.AccountShard, Partition: shard}, messages.TopicPartition{Topic: topic, Partition: p})
					if at < o.cluster.EndOffset(topic, p) {
						return false
					}
				}
			}
			return true
		})
	}
}

// stops lets the node's shards go.
func (o *owned) stops(shards ...int32) {
	o.node.Lost(messages.AccountShard, shards)
	o.seen.forget()
}

// opens opens the account of another user who is at home with near.
func (o *owned) opens() string {
	for i := 0; ; i++ {
		user := fmt.Sprint("second-", i)
		if messages.HomePartition([]byte(user), 2) == o.keeper {
			o.command(user, "open"+user, account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
			return user
		}
	}
}

func (o *owned) deploys(user string, revision int) {
	o.n++
	o.command(user, fmt.Sprint("deploy", o.n), account.CmdDeploy, account.Deploy{
		StrategyID: outside, Name: outside, Symbols: []string{"SYM0"}, External: true, Revision: int64(revision),
	})
}

func (o *owned) removes(user string) {
	o.n++
	o.command(user, fmt.Sprint("remove", o.n), account.CmdRemove, account.StrategyRef{StrategyID: outside})
}

// signals writes the next signal, and gives its name: its offset.
func (o *owned) signals() string {
	o.n++
	s := messages.Signal{StrategyID: outside, Symbol: "SYM0", TimeMs: baseMs + int64(o.n), Action: "BUY", Quantity: decimal.FromInt(1)}
	o.signal(&s)
	return fmt.Sprint("signal ", o.cluster.EndOffset(messages.TopicSignals, o.keeper)-1)
}

// became tells, for each signal, what came of it: the users with an order by it, and
// letters.
func (o *owned) became() string {
	o.t.Helper()
	list := []string{}
	for _, r := range o.cluster.AllRecords(messages.TopicOrders) {
		h, _ := r.Header(messages.HeaderOrigin)
		origin, err := messages.ParseOrigin(string(h))
		if err != nil {
			continue // of others
		}
		if origin.Topic == messages.TopicSignals {
			list = append(list, fmt.Sprintf("signal %d: an order", origin.Offset))
		}
	}
	for _, r := range o.cluster.AllRecords(messages.TopicDeadLetters) {
		var d messages.DeadLetter
		if err := json.Unmarshal(r.Value, &d); err != nil {
			o.t.Fatal(err)
		}
		what := map[string]string{messages.TopicSignals: "signal", messages.TopicOrders: "fill", messages.TopicCommands: "command"}[d.Topic]
		list = append(list, fmt.Sprintf("%s %d: %s", what, d.Offset, d.Reason))
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}

func (o *owned) want(list ...string) {
	o.t.Helper()
	o.stop(o.node)
	slices.Sort(list)
	if got, want := o.became(), fmt.Sprint(list); got != want {
		o.t.Errorf("%s, want %s", got, want)
	}
}

const (
	traded    = ": an order"
	unclaimed = ": UNCLAIMED"
)

// TestSignalBeforeItsDeploy: a signal that the strategy's shard reads before its DEPLOY,
// and the partition's keeper when it knows the owner, is a dead letter of the keeper. So
// it stays when the strategy is deployed again.
func TestSignalBeforeItsDeploy(t *testing.T) {
	for _, revision := range []int{1, 2} {
		o := newOwned(t)
		o.reads(o.home)
		early := o.signals()
		o.passes(o.home)
		o.deploys(o.far, 1)
		o.ready(o.node)
		later := o.signals()
		o.passes(o.home)
		if revision == 2 {
			o.deploys(o.far, 2)
			o.ready(o.node)
		}
		o.reads(o.keeper)
		o.want(early+unclaimed, later+traded)
	}
}

// TestFillBeforeItsDeploy: the same holds for others' order events, in whichever
// partition of theirs.
func TestFillBeforeItsDeploy(t *testing.T) {
	o := newOwned(t)
	o.reads(o.home)
	var id string
	for i := 0; id == "" || messages.HomePartition([]byte(id), 2) != o.keeper; i++ {
		id = fmt.Sprint("fill-", i)
	}
	e := messages.OrderEvent{
		OrderID: id, StrategyID: outside, Symbol: "SYM0", TimeMs: baseMs, EventType: "FILLED",
		Order:     messages.OrderDetails{TransactionType: "BUY", OrderType: "MARKET", Quantity: decimal.FromInt(1), Status: "FILLED"},
		Execution: &messages.Execution{AveragePrice: decimal.FromInt(100), FilledQuantity: decimal.FromInt(1), ExecutionTimeMs: baseMs},
	}
	o.cluster.Produce(messages.Out{
		Topic: messages.TopicOrders, Partition: messages.AnyPartition, Key: []byte(id), Value: messages.AppendOrderEvent(nil, &e),
	})
	o.passes(o.home)
	o.deploys(o.far, 1)
	o.ready(o.node)
	o.reads(o.keeper)
	o.want("fill 0" + unclaimed)
}

// TestSignalAroundItsRemove: a signal that the keeper has left to the owner, and that the
// owner's shard reads behind the REMOVE, is a dead letter of that shard, also after a
// restart. One that was traded before isn't, whoever reads it when.
func TestSignalAroundItsRemove(t *testing.T) {
	o := newOwned(t)
	o.reads(o.home)
	o.deploys(o.far, 1)
	o.ready(o.node)
	before := o.signals()
	o.passes(o.home)
	o.stops(o.home)
	o.reads(o.keeper)
	between := o.signals()
	o.passes(o.keeper)
	o.removes(o.far)
	o.reads(o.home) // the command first
	o.stops(o.home)
	o.stop(o.node)
	o.begin()
	o.reads(o.home)
	behind := o.signals()
	o.passes(o.home)
	o.reads(o.keeper)
	o.want(before+traded, between+unclaimed, behind+unclaimed)
}

// TestStrategyOfTwoShards: what one user has removed another deploys, at home in another
// shard, which was far behind, and then back: no signal is lost, traded by both, or called
// nobody's by both.
func TestStrategyOfTwoShards(t *testing.T) {
	for name, first := range map[string]bool{"to the keeper's user": false, "from the keeper's user": true} {
		t.Run(name, func(t *testing.T) {
			o := newOwned(t)
			one, other, user, next := o.home, o.keeper, o.far, o.near
			if first {
				one, other, user, next = other, one, next, user
			}
			o.reads(one)
			o.deploys(user, 1)
			o.ready(o.node)
			a := o.signals()
			o.passes(one)
			o.removes(user)
			o.ready(o.node)
			b := o.signals()
			o.passes(one)
			o.stops(one)
			o.deploys(next, 1)
			o.reads(other) // the command first, then the signals
			c := o.signals()
			o.passes(other)
			o.reads(one)
			o.removes(next)
			o.ready(o.node)
			o.deploys(user, 2)
			o.ready(o.node)
			d := o.signals()
			o.passes(one, other)
			// b was nobody's when the first shard read it, and the second had it before it.
			o.want(a+traded, b+unclaimed, b+traded, c+traded, d+traded)
		})
	}
}

// TestOneStrategyForUsersOfAShard: what several users of a shard want of one strategy, and the shard
// reads in one go, comes to what it would one by one: who deploys it first has it, and
// another when it was removed before.
func TestOneStrategyForUsersOfAShard(t *testing.T) {
	for name, again := range map[string]bool{"at once": false, "and after a restart": true} {
		t.Run(name, func(t *testing.T) {
			o := newOwned(t)
			second := o.opens()
			o.deploys(o.near, 1)
			o.deploys(second, 1) // is refused
			a := o.signals()
			o.reads(o.keeper)
			if again {
				o.stops(o.keeper)
				o.stop(o.node)
				o.begin()
			}
			o.reads(o.keeper)
			o.stops(o.keeper)
			o.removes(o.near)
			o.deploys(second, 2)
			o.deploys(o.near, 2) // is refused
			b := o.signals()
			o.reads(o.keeper)
			o.want(a+traded, b+traded, "command 3: COMMAND_REFUSED", "command 6: COMMAND_REFUSED")
			for i, user := range []string{o.near, second} {
				id := ident.Derive("order", user, outside, fmt.Sprintf("%s/%d/%d", messages.TopicSignals, o.keeper, i), "signal/0")
				if !slices.ContainsFunc(o.all(messages.TopicOrders), func(r *messages.Record) bool { return string(r.Key) == id }) {
					t.Errorf("signal %d came to no order of %s", i, user)
				}
			}
		})
	}
}

// TestDerivedIDOfAnother: an id that is derived from a user's name for a strategy is one as
// any other. Of two users of a shard who deploy it, one by the name and one by the id, who
// comes first has it, also when the shard reads both in one go.
func TestDerivedIDOfAnother(t *testing.T) {
	for name, apart := range map[string]bool{"at once": false, "one by one": true} {
		t.Run(name, func(t *testing.T) {
			o := newOwned(t)
			second := o.opens()
			o.reads(o.keeper)
			if !apart {
				o.stops(o.keeper)
			}
			deploy := func(user, id, name string) {
				o.n++
				o.command(user, fmt.Sprint("deploy", o.n), account.CmdDeploy, account.Deploy{
					StrategyID: id, Name: name, Symbols: []string{"SYM0"}, External: true,
				})
				if apart {
					o.ready(o.node)
				}
			}
			deploy(o.near, "", "first")
			deploy(second, ident.Derive(o.near, "first"), "taken") // is refused
			deploy(second, ident.Derive(o.near, "later"), "mine")
			deploy(o.near, "", "later") // is refused
			if !apart {
				o.reads(o.keeper)
			}
			o.want("command 3: COMMAND_REFUSED", "command 5: COMMAND_REFUSED")
		})
	}
}

// TestOwnersWithoutPlaces: records of versions that told no places leave all signals to
// the user's shard, as these versions did.
func TestOwnersWithoutPlaces(t *testing.T) {
	o := newOwned(t)
	o.reads(o.home)
	o.deploys(o.far, 1)
	o.ready(o.node)
	old := fmt.Sprintf(`{"strategy_id":%q,"user_id":%q}`, outside, o.far)
	o.cluster.Produce(messages.Out{Topic: messages.TopicStrategies, Partition: messages.AnyPartition, Key: []byte(outside), Value: []byte(old)})
	o.stop(o.node)
	o.begin()
	o.reads(o.home)
	a := o.signals()
	o.passes(o.home)
	o.reads(o.keeper)
	o.removes(o.far)
	o.ready(o.node)
	b := o.signals()
	o.passes(o.home, o.keeper)
	o.deploys(o.near, 1)
	o.ready(o.node)
	c := o.signals()
	o.passes(o.home, o.keeper)
	o.want(a+traded, b+unclaimed, c+traded)
}

// TestWaitForOwnersIsQuiet: while a transaction is open in velox-strategies a shard can't
// read its end, and must wait for it without spinning, also when somebody waits for it.
func TestWaitForOwnersIsQuiet(t *testing.T) {
	const idle, waits = 5 * time.Millisecond, 50
	var polls atomic.Int64
	var end atomic.Pointer[func()]
	k := newKit(t, func(_ context.Context, c memlog.Call) error {
		if f := end.Load(); f != nil && c.Point == memlog.PointPoll && !c.After && c.Shard.Kind == messages.AccountShard && polls.Add(1) == waits {
			(*f)()
		}
		return nil
	})
	txn := k.cluster.Begin()
	if err := txn.Produce(messages.Out{Topic: messages.TopicStrategies, Key: []byte("s"), Value: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	s := messages.Signal{StrategyID: "nobodys", Symbol: "SYM0", TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(1)}
	k.signal(&s)
	c := k.config()
	c.Limits.Idle = idle
	start := time.Now()
	commit := func() { txn.Commit() }
	end.Store(&commit)
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, []int32{messages.HomePartition([]byte("nobodys"), 2)})
	k.ready(node)
	k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
	if took := time.Since(start); took < waits/2*idle {
		t.Errorf("%d polls in %v", waits, took)
	}
}

// TestAnsweringShards: a strategy that goes back and forth names the last shards that
// answer, and each begins where the one before has let go, or later.
func TestAnsweringShards(t *testing.T) {
	shards := make([]owners, 2)
	for i := range shards {
		s := &shard{id: messages.ShardID{Kind: messages.AccountShard, Partition: int32(i)}, frontier: make(frontier)}
		s.counts = map[string]int32{messages.TopicCommands: 2, messages.TopicSignals: 1, messages.TopicOrders: 1}
		s.kind = &accountKind{shard: s}
		shards[i] = newOwners(s)
	}
	tp := messages.TopicPartition{Topic: messages.TopicSignals}
	says := func(me, at int64, value []byte) {
		shards[me].shard.frontier[tp] = at
		out := output{from: fmt.Sprint("user-", me), out: messages.Out{Topic: messages.TopicStrategies, Key: []byte(outside), Value: value}}
		shards[me].complete(&out)
		r := messages.Record{Topic: messages.TopicStrategies, Key: []byte(outside), Value: out.out.Value}
		shards[1-me].learn(&r)
	}
	for i := range int64(20) {
		says(i%2, 10*i, []byte("{}"))
		if i < 19 {
			says(i%2, 10*i+15, nil) // the next shard is behind then
		}
	}
	known := shards[0].known[outside]
	if n := len(known.Answers); n != maxAnswering || known.Number != 39 {
		t.Errorf("it names %d shards, number %d", n, known.Number)
	}
	for offset, want := range map[int64]string{0: "0 false", 124: "0 false", 125: "0 true", 134: "0 true", 135: "1 true", 194: "0 true", 195: "1 true", 999: "1 true"} {
		shard, ok := shards[0].answers(outside, &messages.Record{Topic: messages.TopicSignals, Offset: offset})
		if got := fmt.Sprint(shard, ok); got != want {
			t.Errorf("for the signal at %d answers %s, want %s", offset, got, want)
		}
	}
}

// TestOneIDOfTwoShards: users of two shards who deploy one id in the same moment both have
// it, which is told wherever both records are read; one after the other it is not.
func TestOneIDOfTwoShards(t *testing.T) {
	for name, at := range map[string]struct {
		first, second messages.StrategyOwner
		told          bool
	}{
		"at once":     {messages.StrategyOwner{UserID: "alice", Number: 1}, messages.StrategyOwner{UserID: "bob", Number: 1}, true},
		"a revision":  {messages.StrategyOwner{UserID: "alice", Number: 1}, messages.StrategyOwner{UserID: "alice", Number: 2}, false},
		"in turn":     {messages.StrategyOwner{UserID: "alice", Number: 2, Removed: true}, messages.StrategyOwner{UserID: "bob", Number: 3}, false},
		"no numbers":  {messages.StrategyOwner{UserID: "alice"}, messages.StrategyOwner{UserID: "bob"}, false},
		"read afresh": {messages.StrategyOwner{UserID: "alice", Number: 1}, messages.StrategyOwner{UserID: "alice", Number: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var told bytes.Buffer
			s := &shard{config: &Config{Logger: slog.New(slog.NewTextHandler(&told, nil))}, counts: map[string]int32{messages.TopicCommands: 2}}
			o := newOwners(s)
			for _, owner := range []messages.StrategyOwner{at.first, at.second} {
				owner.StrategyID = outside
				o.learn(&messages.Record{Topic: messages.TopicStrategies, Key: []byte(outside), Value: messages.AppendStrategyOwner(nil, &owner)})
			}
			if got := strings.Contains(told.String(), "strategy_id=outside users=\"alice, bob\""); got != at.told || told.Len() > 0 != at.told {
				t.Errorf("told: %q", told.String())
			}
		})
	}
}

// TestOneIDTakenApart: of two users who have one id, one removes it. Who keeps it has all
// signals for himself, and no letter, once he has deployed it again.
func TestOneIDTakenApart(t *testing.T) {
	for name, nearKeeps := range map[string]bool{"the keeper's user keeps it": true, "the other keeps it": false} {
		t.Run(name, func(t *testing.T) {
			o := newOwned(t)
			keeps, removes := o.far, o.near
			if nearKeeps {
				keeps, removes = removes, keeps
			}
			o.reads(0, 1)
			o.deployBoth()
			o.signals() // both trade it
			o.passes(0, 1)
			o.removes(removes)
			o.ready(o.node)
			o.deploys(keeps, 2)
			o.ready(o.node)
			o.signals()
			o.passes(0, 1)
			o.want("signal 0"+traded, "signal 0"+traded, "signal 1"+traded)
		})
	}
}

// deployBoth has near and far deploy, and neither shard commit before the other has
// found that nobody has the strategy.
func (o *owned) deployBoth() {
	o.t.Helper()
	var come atomic.Int32
	both := make(chan struct{})
	strike := func(ctx context.Context, c memlog.Call) error {
		if c.Point != memlog.PointCommitBegin || c.After || c.Shard.Kind != messages.AccountShard {
			return nil
		}
		switch come.Add(1) {
		case 1:
			select {
			case <-both:
			case <-ctx.Done():
				return ctx.Err()
			}
		case 2:
			close(both)
		}
		return nil
	}
	o.fault.Store(&strike)
	o.deploys(o.near, 1)
	o.until("near's", func() bool { return come.Load() == 1 })
	o.deploys(o.far, 1)
	o.until("far's", func() bool { return come.Load() >= 2 })
	o.ready(o.node)
}
