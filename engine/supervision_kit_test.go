package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/supervisor/fault"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// Times of the tests of supervision: ticks begin at startMs, the log stamps its
// records a day later, so that no tick is ahead.
const (
	startMs = int64(1_704_067_200_000)
	stampMs = startMs + 86_400_000
)

// troupe is a node's shards on a log in memory, with what they told.
type troupe struct {
	t       *testing.T
	cluster *memlog.Cluster
	faults  *fault.Injector
	config  actors.Config
	node    *actors.Node
	told    *prompter
	ticks   int // written so far
}

var troupeTopics = map[string]int32{
	messages.TopicTicks: 3, messages.TopicUpdates: 4, messages.TopicSignals: 2, messages.TopicOrders: 2,
	messages.TopicPositions: 2, messages.TopicAlerts: 2, messages.TopicCommands: 2, messages.TopicDeadLetters: 1,
	messages.TopicStrategies: 1, messages.StateTopic(messages.SymbolShard): 3, messages.StateTopic(messages.AccountShard): 2,
}

// newTroupe makes the log and the settings; start starts the shards.
func newTroupe(t *testing.T) *troupe {
	t.Helper()
	faults, err := fault.New(1)
	if err == nil {
		err = faults.Declare(configs.FaultPoints()...)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := &troupe{t: t, faults: faults, told: newPrompter()}
	r.cluster = memlog.New(memlog.Options{NowMs: func() int64 { return stampMs }, Fault: memoryFaults(faults)})
	for topic, n := range troupeTopics {
		compacted := topic == messages.TopicStrategies || strings.HasSuffix(topic, "-state")
		if err := r.cluster.CreateTopic(topic, n, memlog.TopicOptions{Compacted: compacted}); err != nil {
			t.Fatal(err)
		}
	}
	r.config = actors.Config{
		Prefix: "test", Earliest: true,
		Limits:     actors.EpochLimits{PollRecords: 20, Records: 40, Idle: 2 * time.Millisecond},
		Checkpoint: actors.Checkpoints{Min: 20 * time.Millisecond, Max: 20 * time.Millisecond, Replay: time.Nanosecond},
		Symbols: actors.SymbolSettings{
			Timeframe: market.MustParseTimeframe("1min"), Periods: 50, Indicators: []string{"EMA_3", "RSI_3"},
			Grace: time.Second, Calendars: market.Calendars{},
		},
		Log: r.cluster.Log(), Clock: machine{}, Observer: r.told, Logger: discard(),
		Fault: func(point, detail string) error {
			r.told.ask(point, detail)
			return faults.At(point, detail)
		},
	}
	return r
}

func (r *troupe) start() {
	r.t.Helper()
	node, err := actors.StartNode(r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.node = node
	r.t.Cleanup(r.stop)
	r.place(homeTopics)
}

// place gives the node all shards of some kinds.
func (r *troupe) place(kinds map[messages.ShardKind]string) {
	for kind, topic := range kinds {
		r.node.Assigned(alone{}, kind, upTo(r.cluster.Partitions(topic)))
	}
}

// move takes all shards of some kinds away abruptly, and gives them back.
func (r *troupe) move(kinds map[messages.ShardKind]string) {
	for kind, topic := range kinds {
		r.node.Lost(kind, upTo(r.cluster.Partitions(topic)))
	}
	r.place(kinds)
}

// stop ends the shards; what hangs goes on before.
func (r *troupe) stop() {
	if r.node == nil {
		return
	}
	r.faults.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.node.Stop(ctx); err != nil {
		r.t.Error(err)
	}
	r.node = nil
}

// until waits for something that the shards bring about.
func (r *troupe) until(what string, done func() bool) {
	r.t.Helper()
	limit := time.After(time.Minute)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case err := <-r.node.Failed():
			r.t.Fatalf("%s: the node failed: %v", what, err)
		case <-limit:
			r.t.Fatalf("%s: not within a minute; told: %s", what, r.told)
		case <-again.C:
		}
	}
}

// settle waits until everything that is in the log was taken in, and whatever
// restarts has restarted.
func (r *troupe) settle() {
	r.t.Helper()
	r.until("everything taken in", func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		before := r.told.restartsOf("")
		return r.node.Ready(ctx) == nil && r.told.reached(r.cluster) && r.node.Ready(ctx) == nil &&
			r.told.reached(r.cluster) && r.told.restartsOf("") == before
	})
}

// ready waits until commands, and the requests that they make, are taken in.
func (r *troupe) ready() {
	r.t.Helper()
	r.settle()
	r.settle()
}

func (r *troupe) command(user, id string, kind account.CommandType, data any) {
	r.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		r.t.Fatal(err)
	}
	c := messages.Command{CommandID: id, UserID: user, TimeMs: startMs, Type: string(kind), Data: raw}
	r.cluster.Produce(messages.Out{
		Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(user), Value: messages.AppendCommand(nil, &c),
	})
}

// open opens an account with a strategy that trades often on a symbol, and one
// that trades seldom, with orders that wait for their price.
func (r *troupe) open(user, symbol, venue string) {
	r.command(user, "open-"+user, account.CmdOpenAccount, map[string]any{"deposit": 10_000_000, "venue": venue})
	r.command(user, "often-"+user, account.CmdDeploy, account.Deploy{
		StrategyID: "often" + number(user), Name: "often", Symbols: []string{symbol}, Timeframe: "1min",
		Rules: map[string]string{"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "10", "evaluate": "every_tick"},
	})
	r.command(user, "seldom-"+user, account.CmdDeploy, account.Deploy{
		StrategyID: "seldom" + number(user), Name: "seldom", Symbols: []string{symbol}, Timeframe: "1min",
		Rules: map[string]string{
			"entry_short": "RSI_3 > 60", "exit_short": "RSI_3 < 50", "quantity": "7", "stoploss": "close * 1.01", "target": "close * 0.99",
			"evaluate": "every_tick",
		},
	})
}

// number gives the digits of a user's name.
func number(user string) string { return user[len(user)-3:] }

func userName(i int) string { return fmt.Sprintf("user%03d", i) }

func (r *troupe) write(ticks []*market.Tick) {
	for _, k := range ticks {
		r.cluster.Produce(messages.Out{
			Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte(k.Symbol), Value: messages.AppendTick(nil, k),
		})
	}
	r.ticks += len(ticks)
}

// crowd makes ticks of a number of symbols, from a time on, some of them a little
// late, gapMs apart on average, and gives the time at which they end.
func crowd(seed uint64, symbols, n int, fromMs, gapMs int64) ([]*market.Tick, int64) {
	random := rand.New(rand.NewPCG(seed, 7))
	prices := make([]int64, symbols)
	for i := range prices {
		prices[i] = 100_00
	}
	ticks := make([]*market.Tick, n)
	for i := range ticks {
		fromMs += random.Int64N(2 * gapMs)
		s := random.IntN(symbols)
		prices[s] = max(prices[s]+random.Int64N(21)-10, 90_00)
		ticks[i] = &market.Tick{
			Symbol: symbolName(s), Exchange: "SIM", TimeMs: fromMs - random.Int64N(500), Source: "feed", Type: "trade",
			Price: decimal.FromUnits(prices[s] * 1_000_000), Volume: decimal.FromInt(1 + random.Int64N(9)),
		}
	}
	return ticks, fromMs
}

func symbolName(i int) string { return fmt.Sprintf("SYM%03d", i) }

// results are what came out of a run: updates by symbol, orders by strategy,
// positions by user. Ids and offsets are taken out of orders and positions, for
// they differ with the order in which partitions are read.
type results struct{ updates, trades map[string][]string }

func (r *troupe) results() results {
	r.t.Helper()
	return results{r.updates(), r.trades()}
}

func (r *troupe) updates() map[string][]string {
	out := make(map[string][]string)
	r.eachUpdate(func(record *messages.Record) {
		origin, _ := record.Header(messages.HeaderOrigin)
		out[string(record.Key)] = append(out[string(record.Key)], string(origin)+" "+string(record.Value))
	})
	return out
}

// eachUpdate drops repeats as readers do: what is not above the highest origin seen. No
// shard has an owner that doesn't know of the next here. A repeat must be what it repeats,
// byte by byte.
func (r *troupe) eachUpdate(take func(*messages.Record)) {
	r.t.Helper()
	for p := range r.cluster.Partitions(messages.TopicUpdates) {
		highest := make(map[messages.TopicPartition]messages.Origin)
		first := make(map[messages.Origin][]byte)
		for _, record := range r.cluster.Records(messages.TopicUpdates, p) {
			if _, ok := record.Opening(); ok {
				continue
			}
			h, _ := record.Header(messages.HeaderOrigin)
			o, err := messages.ParseOrigin(string(h))
			if err != nil {
				r.t.Fatal(err)
			}
			from := messages.TopicPartition{Topic: o.Topic, Partition: o.Partition}
			last, ok := highest[from]
			if ok && (o.Offset < last.Offset || o.Offset == last.Offset && o.Index <= last.Index) {
				if was, there := first[o]; !there || !bytes.Equal(was, record.Value) {
					r.t.Errorf("an update of origin %s comes after one above it:\n%s\nbefore, with that origin:\n%s", h, record.Value, was)
				}
				continue
			}
			highest[from], first[o] = o, record.Value
			take(record)
		}
	}
}

func (r *troupe) trades() map[string][]string {
	out := make(map[string][]string)
	for _, record := range r.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(record.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		e.OrderID = ""
		out[e.StrategyID] = append(out[e.StrategyID], string(messages.AppendOrderEvent(nil, &e)))
	}
	for _, record := range r.cluster.AllRecords(messages.TopicPositions) {
		p, err := messages.DecodePosition(record.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		p.PositionID = ""
		out[p.UserID] = append(out[p.UserID], string(messages.AppendPosition(nil, &p)))
	}
	for _, lines := range out {
		slices.Sort(lines) // events of one strategy lie in several partitions, by their orders' ids
	}
	return out
}

// difference tells where two results differ first, leaving out symbols,
// strategies and users of which but is part; "" when nowhere.
func (o results) difference(want results, but ...string) string {
	for what, pair := range map[string][2]map[string][]string{"updates": {o.updates, want.updates}, "trades": {o.trades, want.trades}} {
		got, want := pair[0], pair[1]
		keys := maps.Clone(want)
		maps.Copy(keys, got)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if slices.ContainsFunc(but, func(b string) bool { return b != "" && strings.Contains(key, b) }) {
				continue
			}
			for i := range max(len(got[key]), len(want[key])) {
				if i >= len(got[key]) || i >= len(want[key]) || got[key][i] != want[key][i] {
					return fmt.Sprintf("%s of %s: %d, want %d; number %d is %v, want %v", what, key, len(got[key]), len(want[key]), i,
						got[key][min(i, len(got[key])):min(i+1, len(got[key]))], want[key][min(i, len(want[key])):min(i+1, len(want[key]))])
				}
			}
		}
	}
	return ""
}

// prompter notes what shards tell and ask.
type prompter struct {
	mu        sync.Mutex
	counts    map[actors.Counter]map[string]int
	positions map[messages.ShardID]map[messages.TopicPartition]int64
	asked     map[[2]string]int // by point and detail
	restarts  map[[2]string]int // by kind and name
}

func newPrompter() *prompter {
	return &prompter{
		counts: make(map[actors.Counter]map[string]int), positions: make(map[messages.ShardID]map[messages.TopicPartition]int64),
		asked: make(map[[2]string]int), restarts: make(map[[2]string]int),
	}
}

func (l *prompter) Count(c actors.Counter, label string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts[c] == nil {
		l.counts[c] = make(map[string]int)
	}
	l.counts[c][label] += n
}

func (l *prompter) Restarted(kind, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.restarts[[2]string{strings.TrimSuffix(kind, " entity"), name}]++
}

// restarted is how often each of an actor's sort restarted, by name.
func (l *prompter) restarted(actor string) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]int)
	for of, n := range l.restarts {
		if of[0] == actor {
			out[of[1]] = n
		}
	}
	return out
}

func (l *prompter) Time(actors.Timing, string, time.Duration) {}

func (l *prompter) Position(id messages.ShardID, tp messages.TopicPartition, next int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.positions[id] == nil {
		l.positions[id] = make(map[messages.TopicPartition]int64)
	}
	l.positions[id][tp] = next
}

func (l *prompter) Withheld(string, string, strategy.Withheld, int) {}

func (l *prompter) ShardState(messages.ShardID, string, error) {}

func (l *prompter) ask(point, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[[2]string{point, detail}]++
}

// askedOf is how often a point was reached, by detail.
func (l *prompter) askedOf(point string) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]int)
	for at, n := range l.asked {
		if at[0] == point {
			out[at[1]] = n
		}
	}
	return out
}

// sum adds the counts with a label, of all labels when it is empty.
func (l *prompter) sum(c actors.Counter, label string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for name, m := range l.counts[c] {
		if label == "" || name == label {
			n += m
		}
	}
	return n
}

// restartsOf counts restarts of symbol, account, strategy or shard; "": of all.
func (l *prompter) restartsOf(actor string) int {
	if actor == "symbol" || actor == "account" {
		actor += " entity"
	}
	return l.sum(actors.CountRestarts, actor)
}

func (l *prompter) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("restarts %v, quarantined %v, dead letters %v", l.counts[actors.CountRestarts],
		l.counts[actors.CountQuarantined], l.counts[actors.CountDeadLetters])
}

// reached tells whether every shard stands at the end of its ticks or updates.
func (l *prompter) reached(c *memlog.Cluster) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := func(kind messages.ShardKind, shard int32, topic string, p int32) bool {
		end := c.EndOffset(topic, p)
		return end == 0 || l.positions[messages.ShardID{Kind: kind, Partition: shard}][messages.TopicPartition{Topic: topic, Partition: p}] >= end
	}
	for p := range c.Partitions(messages.TopicTicks) {
		if !at(messages.SymbolShard, p, messages.TopicTicks, p) {
			return false
		}
	}
	for s := range c.Partitions(messages.TopicCommands) {
		for p := range c.Partitions(messages.TopicUpdates) {
			if !at(messages.AccountShard, s, messages.TopicUpdates, p) {
				return false
			}
		}
	}
	return true
}
