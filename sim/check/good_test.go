package check

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/market"
)

// written is a log that is made by hand, record by record, as a shard would have
// made it; a test spoils one of them.
type written struct {
	t   *testing.T
	log *memlog.Cluster
	// spoil changes a record before it is written, or leaves it out: by its name.
	spoil map[string]func(*messages.Out) bool
	again map[string]bool // it is written twice
	// before are ticks of an hour before the others, which have no updates.
	before int
	// timeframes are those that the symbol has beside 5s; none of their candles closes.
	timeframes []string
	// more writes what comes at the end, before the states.
	more  func()
	nowMs int64 // the log's time; an hour passes before each trade
	n     int   // of further outputs of one cause
}

const (
	baseMs    = int64(1_704_067_200_000)
	symbol    = "S"
	user      = "u"
	strategy  = "strategy"
	accountBy = "sim/account/0"
	symbolBy  = "sim/symbol/0"
)

func newWritten(t *testing.T) *written {
	w := &written{t: t, spoil: make(map[string]func(*messages.Out) bool), again: make(map[string]bool), nowMs: baseMs}
	w.log = memlog.New(memlog.Options{NowMs: func() int64 { return w.nowMs }})
	for _, topic := range append([]string{messages.StateTopic(messages.SymbolShard), messages.StateTopic(messages.AccountShard)}, eventTopics...) {
		if err := w.log.CreateTopic(topic, 1, memlog.TopicOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// put writes a record under a name, unless it is spoilt.
func (w *written) put(name, topic, key string, value []byte, headers ...messages.Header) {
	out := messages.Out{Topic: topic, Partition: messages.HomePartition([]byte(key), w.log.Partitions(topic)), Key: []byte(key), Value: value, Headers: headers}
	if spoil := w.spoil[name]; spoil != nil && !spoil(&out) {
		return
	}
	w.log.Produce(out)
	if w.again[name] {
		w.log.Produce(out)
	}
}

func by(writer, origin string, more ...messages.Header) []messages.Header {
	return append([]messages.Header{
		{Key: messages.HeaderWriter, Value: []byte(writer)}, {Key: messages.HeaderOrigin, Value: []byte(origin)},
	}, more...)
}

// prices of the ticks, one second apart.
var prices = []int64{100, 99, 101, 102, 103, 103, 105}

func (w *written) ticks() {
	tick := func(name string, timeMs, price int64) {
		k := market.Tick{
			Symbol: symbol, Exchange: "SIM", TimeMs: timeMs, Source: "feed", Type: "trade",
			Price: decimal.FromInt(price), Volume: decimal.FromInt(1),
		}
		w.put(name, messages.TopicTicks, symbol, messages.AppendTick(nil, &k))
	}
	for range w.before {
		tick("before", baseMs-3_600_000, 1)
	}
	for i, p := range prices {
		tick(fmt.Sprint("tick ", i), baseMs+int64(i)*1000, p)
	}
}

// updates are those of 5-second candles with SMA_1, and the closing of the first
// candle by tick 5.
func (w *written) updates() {
	forming := func(from, to int) *messages.OHLCV {
		c := &messages.OHLCV{Open: decimal.FromInt(prices[from]), Close: decimal.FromInt(prices[to]), Volume: decimal.FromInt(int64(to - from + 1))}
		c.High, c.Low = c.Open, c.Open
		for _, p := range prices[from : to+1] {
			c.High, c.Low = decimal.Max(c.High, decimal.FromInt(p)), decimal.Min(c.Low, decimal.FromInt(p))
		}
		return c
	}
	put := func(name, timeframe, origin string, timeMs int64, c *messages.OHLCV, closing bool) {
		u := messages.IndicatorUpdate{Symbol: symbol, Timeframe: timeframe, TimeMs: timeMs, Forming: c, Indicators: []messages.IndicatorValue{
			{Name: "SMA_1", Value: c.Close.Float64(), Realtime: !closing},
		}}
		h := messages.TickHeader{Price: c.Close, Closing: closing}
		w.put(name, messages.TopicUpdates, symbol, messages.AppendUpdate(nil, &u),
			by(symbolBy, origin, messages.Header{Key: messages.HeaderTick, Value: h.Append(nil)})...)
	}
	for i := range prices {
		index, from := 0, 0
		if i == 5 {
			put("closing", "5s", fmt.Sprintf("market-data-ticks/0/%d/0", 5+w.before), baseMs+4999, forming(0, 4), true)
			index = 1
		}
		if i >= 5 {
			from = 5
		}
		name, at := fmt.Sprint("update ", i), baseMs+int64(i)*1000
		put(name, "5s", fmt.Sprintf("market-data-ticks/0/%d/%d", i+w.before, index), at, forming(from, i), false)
		for k, timeframe := range w.timeframes {
			put(name+" "+timeframe, timeframe, fmt.Sprintf("market-data-ticks/0/%d/%d", i+w.before, index+1+k), at, forming(0, i), false)
		}
	}
}

// account is an account with one strategy, which buys 2 at update 1, filled by
// update 2, and sells them at update 4, filled by the closing's next.
func (w *written) account() {
	command := func(name, kind, data string) {
		c := messages.Command{CommandID: name, UserID: user, TimeMs: baseMs, Type: kind, Data: []byte(data)}
		w.put(name, messages.TopicCommands, user, messages.AppendCommand(nil, &c))
	}
	command("open", "OPEN_ACCOUNT", `{"venue":"mock"}`)
	command("deploy", "DEPLOY", `{"name":"x"}`)
	w.put("bad command", messages.TopicCommands, user, []byte("{"))
	d := messages.DeadLetter{Reason: messages.ReasonMalformed, Topic: messages.TopicCommands, Offset: 2, Stage: "decode", Length: 1, Hash: fmt.Sprintf("%x", sha256.Sum256([]byte("{")))}
	w.put("letter", messages.TopicDeadLetters, user, messages.AppendDeadLetter(nil, &d), by(accountBy, "velox-account-commands/0/2/0")...)
	w.put("owner", messages.TopicStrategies, strategy,
		messages.AppendStrategyOwner(nil, &messages.StrategyOwner{StrategyID: strategy, UserID: user}), by(accountBy, "velox-account-commands/0/1/0")...)
	w.trade("buy", "BUY", "OPENED", 1, 2, 101)
	w.trade("sell", "SELL", "CLOSED", 4, 6, 103)
	a := messages.RiskAlert{AlertID: "alert", UserID: user, TimeMs: baseMs, AlertType: "SYSTEM", Severity: "INFO", Message: "m"}
	w.put("alert", messages.TopicAlerts, user, messages.AppendAlert(nil, &a), by(accountBy, "timer/0/0/0")...)
}

// orderID is that of the order by a signal for an update.
func orderID(update, leg int) string {
	return ident.Derive("order", user, strategy, fmt.Sprintf("indicator-updates/0/%d", update), fmt.Sprintf("signal/%d", leg))
}

func (w *written) trade(name, side, what string, at, filled int, price int64) {
	w.nowMs += 3_600_000
	cause := func(update, index int) string { return fmt.Sprintf("indicator-updates/0/%d/%d", update, index) }
	g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, Action: side, Quantity: decimal.FromInt(2)}
	if side == "BUY" {
		g.StopLoss, g.Target = decimal.FromInt(98), decimal.FromInt(110)
	}
	w.put(name+" signal", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, cause(at, 0))...)
	id := orderID(at, 0)
	e := messages.OrderEvent{
		OrderID: id, StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: "PLACED",
		Order: messages.OrderDetails{TransactionType: side, OrderType: "MARKET", Quantity: decimal.FromInt(2), Status: "PENDING"},
	}
	w.put(name+" placed", messages.TopicOrders, id, messages.AppendOrderEvent(nil, &e), by(accountBy, cause(at, 1))...)
	e.EventType, e.Order.Status = "FILLED", "FILLED"
	e.Execution = &messages.Execution{AveragePrice: decimal.FromInt(price), FilledQuantity: decimal.FromInt(2), ExecutionTimeMs: baseMs}
	w.put(name+" filled", messages.TopicOrders, id, messages.AppendOrderEvent(nil, &e), by(accountBy, cause(filled, 0))...)
	p := messages.PositionUpdate{
		PositionID: "position", UserID: user, Symbol: symbol, TimeMs: baseMs, EventType: what,
		Position: messages.PositionDetails{Quantity: decimal.FromInt(2), AveragePrice: decimal.FromInt(price), CurrentPrice: decimal.FromInt(price + 1), UnrealizedPnL: decimal.FromInt(2), Status: "OPEN"},
	}
	if what == "CLOSED" {
		p.Position = messages.PositionDetails{CurrentPrice: decimal.FromInt(price), RealizedPnL: decimal.FromInt(4), Status: "CLOSED"} // 2, bought at 101
	}
	w.put(name+" position", messages.TopicPositions, user, messages.AppendPosition(nil, &p), by(accountBy, cause(filled, 1))...)
}

// flat is the state of an account that holds nothing and has nothing open.
const flat = `{"version":3,"user_id":"u","symbols":[{"name":"S","net":{"quantity":0,"cost":0,"realized":4}}]}`

// long is the state of one that holds what the buy has bought.
const long = `{"version":3,"user_id":"u","symbols":[{"name":"S","net":{"quantity":2,"cost":202,"realized":0}}]}`

// entity changes the state of an account or symbol.
func entity(change func(*veloxpb.EntityState)) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		e := &veloxpb.EntityState{}
		if err := proto.Unmarshal(o.Value, e); err != nil {
			panic(err)
		}
		change(e)
		o.Value, _ = proto.Marshal(e)
		return true
	}
}

func saved(payload string) func(*messages.Out) bool {
	return entity(func(e *veloxpb.EntityState) { e.Payload = []byte(payload) })
}

// states are the shard records and one entity each.
func (w *written) states() map[messages.ShardID]map[messages.TopicPartition]int64 {
	published := make(map[messages.ShardID]map[messages.TopicPartition]int64)
	for kind, inputs := range map[messages.ShardKind][]string{
		messages.SymbolShard:  {messages.TopicTicks, messages.TopicSignals},
		messages.AccountShard: {messages.TopicCommands, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts},
	} {
		id := messages.ShardID{Kind: kind}
		published[id] = make(map[messages.TopicPartition]int64)
		var at []*veloxpb.Position
		for _, topic := range inputs {
			end := w.log.EndOffset(topic, 0)
			at = append(at, &veloxpb.Position{Topic: topic, Next: end})
			published[id][messages.TopicPartition{Topic: topic}] = end
		}
		w.state(string(kind)+" record", id, "shard/"+id.String(), &veloxpb.ShardState{Version: 1, Frontier: at, SafeFrontier: at, Timers: 1})
		key, payload := "x", `{"a":1}`
		if kind == messages.AccountShard {
			key, payload = user, flat
		}
		w.state(string(kind)+" entity", id, string(kind)+"/"+key, &veloxpb.EntityState{Version: 1, Part: string(kind), Key: key, Frontier: at, Payload: []byte(payload)})
	}
	return published
}

func (w *written) state(name string, id messages.ShardID, key string, m proto.Message) {
	value, err := proto.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	w.put(name, messages.StateTopic(id.Kind), key, value)
}

// subject writes everything, spoilt or not, and gives it to be checked.
func (w *written) subject() *Subject {
	w.ticks()
	w.updates()
	w.account()
	if w.more != nil {
		w.more()
	}
	published := w.states()
	return &Subject{
		View: Memory(w.log), Published: published, Once: true, Settled: true,
		Candles: &Candles{Timeframe: "5s", AroundTheClock: func(string) bool { return true }},
	}
}
