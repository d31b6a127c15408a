package venue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/strategy"
)

const user = "ann"

var (
	errDead = errors.New("the node is dead")
	errLost = errors.New("lost on its way")
	shardID = messages.ShardID{Kind: messages.AccountShard}
)

// world is an exchange, a log, and nodes of which one at a time has the account.
type world struct {
	t      *testing.T
	random *rand.Rand
	log    *memlog.Cluster
	x      *Exchange
	kill   *kill
	mu     sync.Mutex
	nodes  []*node
	// lossy is how many requests in a hundred get lost, and answers likewise.
	lossy    int
	commands int
	began    int64         // when a comparison with the venue became due
	down     atomic.Bool   // the venue can't be reached
	panics   atomic.Bool   // the session panics when it is asked what the venue has
	looks    atomic.Int64  // times that it was asked what it has
	stopping chan struct{} // a token for each node that stops in the background
}

func newWorld(t *testing.T, seed uint64, o Options) *world {
	w := &world{t: t, random: rand.New(rand.NewPCG(seed, 600)), x: New(o), stopping: make(chan struct{}, 8)}
	w.log = memlog.New(memlog.Options{NowMs: func() int64 { return time.Now().UnixMilli() }, Fault: w.fault})
	for _, topic := range []string{
		messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts, messages.TopicCommands,
		messages.TopicDeadLetters, messages.TopicStrategies, messages.StateTopic(messages.AccountShard),
	} {
		compacted := topic == messages.TopicStrategies || topic == messages.StateTopic(messages.AccountShard)
		if err := w.log.CreateTopic(topic, 1, memlog.TopicOptions{Compacted: compacted}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// node is one life of a node: once it is dead nothing of it reaches anything. One that
// stands still is held wherever it reaches for something, until it wakes.
type node struct {
	world *world
	log   *memlog.Node
	node  *actors.Node
	dead  atomic.Bool
	lost  atomic.Bool                   // its group has told it that another has the account
	still atomic.Pointer[chan struct{}] // closed when it wakes; nil: it never stood still
}

// stand has it stand still for a time.
func (n *node) stand(d time.Duration) {
	woken := make(chan struct{})
	n.still.Store(&woken)
	time.AfterFunc(d, func() { close(woken) })
}

// awake waits until it doesn't stand still.
func (n *node) awake() {
	if woken := n.still.Load(); woken != nil {
		<-*woken
	}
}

// start begins a node and gives it the account.
func (w *world) start() {
	n := &node{world: w, log: w.log.Log()}
	w.began = time.Now().UnixMilli()
	w.mu.Lock()
	w.nodes = append(w.nodes, n)
	w.mu.Unlock()
	var err error
	n.node, err = actors.StartNode(actors.Config{
		Prefix: "kills", Earliest: true, Log: n.log, Clock: n, Observer: n, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Venues: n,
		ShardRestarts: actors.Restarts{Max: 1000, Window: 1000 * time.Second}, Jitter: func() float64 { return 0.5 },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	n.node.Assigned(n, messages.AccountShard, []int32{0})
}

// bury ends what is left of a dead node, in the background; of one that stood still some
// time after it woke, in which it doesn't know that it has lost the account.
func (w *world) bury(n *node, unknowing time.Duration) {
	w.stopping <- struct{}{}
	go func() {
		n.awake()
		time.Sleep(unknowing)
		n.lost.Store(true)
		n.stop()
		<-w.stopping
	}()
}

func (n *node) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if n.dead.Load() || n.lost.Load() {
		n.node.Lost(messages.AccountShard, []int32{0})
	}
	if err := n.node.Stop(ctx); err != nil {
		n.world.t.Error(err)
	}
}

// end stops everything.
func (w *world) end() {
	w.nodes[len(w.nodes)-1].stop()
	for len(w.stopping) > 0 {
		time.Sleep(time.Second)
	}
}

// Venue implements actors.Venues.
func (n *node) Venue(_, name string) (actors.Venue, bool) {
	return &Session{Exchange: n.world.x, User: user, Now: n.Now, Way: n.way, Match: match}, name == "mock"
}

// way is the network between a node and the exchange. What is drawn hangs on the
// order and not on when it comes.
func (n *node) way(ctx context.Context, s Stage, c account.VenueCommand) error {
	n.awake()
	if n.dead.Load() {
		return errDead
	}
	if s == Writing && c.Action == account.VenueShow {
		n.world.looks.Add(1)
		if n.world.panics.Load() {
			panic("a bug of the session")
		}
	}
	if n.world.down.Load() {
		return errLost
	}
	if s == Sent || s == Taken {
		latency := time.NewTimer(time.Duration(5+len(c.ClientOrderID)) * time.Millisecond)
		defer latency.Stop()
		select {
		case <-latency.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		n.awake()
		if n.dead.Load() {
			return errDead
		}
	}
	if c.Action == account.VenueSend {
		if err := n.world.kill.onTheWay(n, s, c); err != nil {
			return err
		}
		draw := drawn(c.ClientOrderID, string(s))
		if lost := draw.IntN(100) < n.world.lossy; lost && (s == Sent || s == Taken) {
			if s == Sent && draw.IntN(2) == 0 {
				return &LateError{time.Duration(draw.IntN(9000)) * time.Millisecond}
			}
			return errLost
		}
	}
	return nil
}

// drawn is chance that hangs on a name alone.
func drawn(id, what string) *rand.Rand {
	u := ident.Derive(id, what)
	var a, b uint64
	for i := range len(u) {
		a, b = a*31+uint64(u[i]), b*37+uint64(u[i])
	}
	return rand.New(rand.NewPCG(a, b))
}

// match is the market: it refuses, trades all of an order, half of it, or nothing.
func match(c account.VenueCommand) Match {
	m := Match{Price: decimal.FromInt(100)}
	switch r := drawn(c.ClientOrderID, "match").IntN(8); {
	case r == 0:
		m.Reject = true
	case r < 4:
		m.Quantity = c.Quantity
	case r < 6:
		m.Quantity = c.Quantity.Div(decimal.FromInt(2))
	}
	return m
}

// fault is the log's FaultFunc.
func (w *world) fault(_ context.Context, c memlog.Call) error {
	w.mu.Lock()
	n := w.nodes[slices.IndexFunc(w.nodes, func(n *node) bool { return n.log.Number() == c.Node })]
	w.mu.Unlock()
	if c.Point == memlog.PointCommitWrite || c.Point == memlog.PointCommitEnd {
		time.Sleep(time.Millisecond) // a commit takes time, in which others run
	}
	n.awake()
	if !n.dead.Load() {
		w.kill.atTheLog(n, c)
	}
	n.awake()
	if n.dead.Load() {
		return fmt.Errorf("%w: %w", memlog.ErrLeftOpen, errDead)
	}
	return nil
}

// command gives a command and gives its place as an origin.
func (w *world) command(kind account.CommandType, data any) (origin string) {
	raw, err := json.Marshal(data)
	if err != nil {
		w.t.Fatal(err)
	}
	w.commands++
	c := messages.Command{CommandID: fmt.Sprint("c", w.commands), UserID: user, TimeMs: time.Now().UnixMilli(), Type: string(kind), Data: raw}
	_, offset := w.log.Produce(messages.Out{Topic: messages.TopicCommands, Key: []byte(user), Value: messages.AppendCommand(nil, &c)})
	return fmt.Sprintf("%s/0/%d", messages.TopicCommands, offset)
}

// nextOrder is the id that an order of the next command gets.
func (w *world) nextOrder() string {
	origin := fmt.Sprintf("%s/0/%d", messages.TopicCommands, w.log.EndOffset(messages.TopicCommands, 0))
	return ident.Derive("order", user, account.ManualStrategy(user), origin, "command")
}

// order gives an order at random.
func (w *world) order(symbol string) {
	d := map[string]any{
		"symbol": symbol, "transaction_type": []order.Side{order.Buy, order.Sell}[w.random.IntN(2)], "quantity": 2 * (1 + w.random.IntN(50)),
	}
	if w.random.IntN(2) == 0 {
		d["price"] = 90 + w.random.IntN(20)
	}
	w.command(account.CmdOrder, d)
}

// fates gives the statuses that an order's committed events tell of, in order.
func (w *world) fates(id string) []string {
	var list []string
	for _, r := range w.log.CommittedRecords(messages.TopicOrders, 0) {
		if string(r.Key) != id {
			continue
		}
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, e.Order.Status)
	}
	return list
}

// last gives the newest record of the state topic under a key, nil when there is none.
func (w *world) last(key string) *messages.Record {
	for _, r := range slices.Backward(w.log.Records(messages.StateTopic(messages.AccountShard), 0)) {
		if string(r.Key) == key {
			return r
		}
	}
	return nil
}

// state is the account as it is saved.
func (w *world) state() account.State {
	var s account.State
	if r := w.last(string(messages.AccountShard) + "/" + user); r != nil {
		e := &veloxpb.EntityState{}
		if err := proto.Unmarshal(r.Value, e); err != nil {
			w.t.Fatal(err)
		}
		if err := json.Unmarshal(e.Payload, &s); err != nil {
			w.t.Fatal(err)
		}
	}
	return s
}

// until waits for something, in virtual time.
func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	for range 6000 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%s: not within 5 minutes; the account: %+v, orders at the venue: %+v", what, w.state(), w.x.Orders(user))
}

// agrees waits until all commands are taken in and the account agrees with the venue.
func (w *world) agrees() {
	w.t.Helper()
	w.until("the account agrees with the venue", func() bool {
		if !w.takenIn() { // before the state is looked at: it is committed with that
			return false
		}
		s := w.state()
		return s.Open && !s.Reconciliation.Pending && s.Reconciliation.TimeMs >= w.began
	})
}

// takenIn tells whether the shard's record is past the last command.
func (w *world) takenIn() bool {
	last := &veloxpb.ShardState{}
	if r := w.last("shard/" + shardID.String()); r != nil {
		if err := proto.Unmarshal(r.Value, last); err != nil {
			w.t.Fatal(err)
		}
	}
	return slices.ContainsFunc(last.Frontier, func(p *veloxpb.Position) bool {
		return p.Topic == messages.TopicCommands && p.Next == w.log.EndOffset(messages.TopicCommands, 0)
	})
}

// Now implements actors.Clock.
func (n *node) Now() time.Time { return time.Now() }

// Confirm implements actors.Group.
func (n *node) Confirm(context.Context, int32) error {
	n.awake()
	n.world.mu.Lock()
	owner := n.world.nodes[len(n.world.nodes)-1]
	n.world.mu.Unlock()
	switch {
	case n.dead.Load():
		return errDead
	case owner != n:
		return messages.ErrNotAssigned
	}
	return nil
}

// Publish implements actors.Group.
func (n *node) Publish(messages.ShardID, map[messages.TopicPartition]int64) {}

// Count implements actors.Observer.
func (n *node) Count(actors.Counter, string, int) {}

// Restarted implements actors.Observer.
func (n *node) Restarted(string, string) {}

// Time implements actors.Observer.
func (n *node) Time(actors.Timing, string, time.Duration) {}

// Withheld implements actors.Observer.
func (n *node) Withheld(string, string, strategy.Withheld, int) {}

// Position implements actors.Observer.
func (n *node) Position(messages.ShardID, messages.TopicPartition, int64) {}

// ShardState implements actors.Observer.
func (n *node) ShardState(messages.ShardID, string, error) {}
