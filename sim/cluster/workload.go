package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/market"
)

// step is a part of a workload. The records of one that is apart are written after
// everything before was taken in and saved, and taken in before anything after, for
// between partitions there is no order that two runs share.
type step struct {
	records []messages.Out
	apart   bool
	// stall is how long nothing follows.
	stall time.Duration
	// amending adds what can't be known before.
	amending *amending
}

// workload is what comes into a cluster: everything that a seed decides of it.
type workload struct {
	shape  *shape
	random *rand.Rand
	steps  []step

	symbols []*walk
	users   []*trader
	nowMs   int64
	n       int // of commands and external records, for their ids
	// mistaken is how likely a tick is wrong: see mistakes.
	mistaken float64
	// stalls is chance for the feed's stalls; nil when no timer would strike in them.
	stalls *rand.Rand
	// amends is chance for what the live account's user does with orders, and amended
	// numbers his commands.
	amends  *rand.Rand
	amended int
}

// walk is a symbol and its price in hundredths.
type walk struct {
	name  string
	price int64
	known bool // it has had a tick, and with it an exchange
}

// The live account depends on the venue's time. The free one has symbols of two
// homes, between whose updates there is no order. Neither is compared with an
// undisturbed run, nor are hasty users.
const (
	liveUser = "live"
	freeUser = "free"
)

func notCompared(user string) bool { return user == liveUser || user == freeUser || isHasty(user) }

// trader is an account.
type trader struct {
	user       string
	live       bool
	symbols    []string
	strategies []string
	external   string
}

// ruleSets are strategies that trade often enough for a short run. They are shaped
// as those of configs/strategies are.
var ruleSets = []map[string]string{
	{"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "2", "evaluate": "every_tick"},
	{
		"let":        "up = cross_above(EMA_2, EMA_4)\ndown = cross_below(EMA_2, EMA_4)\ntrend = tf(\"15s\", EMA_2)",
		"entry_long": "up and close > trend", "entry_short": "down and close < trend", "exit_long": "down", "exit_short": "up",
		"stoploss": "price * (1 - 0.01 * side)", "quantity": "5",
	},
	{
		"entry_long": "cross_above(RSI_3, 30)", "entry_short": "cross_below(RSI_3, 70)", "exit_long": "RSI_3 > 50", "exit_short": "RSI_3 < 50",
		"stoploss": "price - 2 * ATR_3 * side", "quantity": "3", "max_trades_a_day": "6",
	},
	{
		"zone": "Asia/Kolkata", "session": "09:15-15:30", "let": "top = highest(high, 3)\nbottom = lowest(low, 3)",
		"entry_long": "close >= top", "entry_short": "close <= bottom", "stoploss": "price * (1 - 0.005 * side)",
		"target": "price * (1 + 0.005 * side)", "quantity": "1",
	},
}

// pairRules trade two symbols against each other.
func pairRules(a, b string) map[string]string {
	return map[string]string{
		"let":        fmt.Sprintf("ratio = of(%q, close) / of(%q, close)\nz = (ratio - average(ratio, 4)) / stdev(ratio, 4)\ncheap = is(%q) ? z < -1 : z > 1", a, b, a),
		"entry_long": "cheap", "exit_long": "not cheap", "quantity": "floor(500 / price) + 1", "max_age": "1",
	}
}

// newWorkload draws a workload.
func newWorkload(d *dice, s *shape) *workload {
	w := &workload{shape: s, random: d.stream("workload", 0), amends: d.stream("amends", 0), nowMs: startMs}
	w.mistaken = pick(w.random, 0, 0.02, 0.06)
	if s.idleClose > 0 {
		w.stalls = d.stream("stalls", 0)
	}
	w.chooseSymbols()
	w.openAccounts()
	phases := 2 + w.random.IntN(4)
	for range phases {
		w.trade(20 + w.random.IntN(50))
		for range 1 + w.random.IntN(2) {
			w.interfere()
		}
		w.amend()
	}
	w.trade(30)
	if hurried := d.stream("hasty", 0); hurried.IntN(2) == 0 {
		w.steps = newHasty(w, hurried).steps(w.steps)
	}
	return w
}

// chooseSymbols takes one to three homes, and two symbols of each: symbols of one
// home share the partition of their ticks and that of their updates.
func (w *workload) chooseSymbols() {
	byHome := make(map[[2]int32][]string)
	var homes [][2]int32
	for i := 0; len(homes) < 1+w.random.IntN(3) && i < 60; i++ {
		name := fmt.Sprintf("S%d", i)
		h := [2]int32{
			messages.HomePartition([]byte(name), w.shape.counts[messages.TopicTicks]),
			messages.HomePartition([]byte(name), w.shape.counts[messages.TopicUpdates]),
		}
		if byHome[h] = append(byHome[h], name); len(byHome[h]) == 2 {
			homes = append(homes, h)
		}
	}
	for _, h := range homes {
		var names []string
		for _, name := range byHome[h][:2] {
			w.symbols = append(w.symbols, &walk{name: name, price: 100_00 + w.random.Int64N(50_00)})
			names = append(names, name)
		}
		for range 1 + w.random.IntN(2) {
			w.users = append(w.users, &trader{user: fmt.Sprintf("user-%d", len(w.users)), symbols: names})
		}
	}
	if len(homes) > 1 {
		w.users = append(w.users, &trader{user: freeUser, symbols: []string{byHome[homes[0]][0], byHome[homes[1]][0]}})
	}
	if w.random.IntN(2) == 0 {
		w.users = append(w.users, &trader{user: liveUser, live: true, symbols: []string{w.symbols[0].name}})
	}
}

func (w *workload) openAccounts() {
	for _, t := range w.users {
		open := map[string]any{"deposit": 100_000, "limits": map[string]any{}}
		if t.live {
			open["venue"] = venueName
		} else if w.random.IntN(2) == 0 {
			open["limits"] = map[string]any{"daily_loss": 20 + w.random.IntN(100), "position_size": 10}
		}
		w.command(t, account.CmdOpenAccount, open)
		for i := range 1 + w.random.IntN(2) {
			w.deploy(t, fmt.Sprintf("s%d", i))
		}
		if w.random.IntN(2) == 0 {
			t.external = w.strategy(t, "outside")
			w.command(t, account.CmdDeploy, map[string]any{"name": "outside", "symbols": t.symbols, "external": true})
		}
	}
}

// strategy names a strategy, and remembers whose it is.
func (w *workload) strategy(t *trader, name string) string {
	id := ident.Derive(t.user, name)
	w.shape.families[id] = t.user
	return id
}

func (w *workload) deploy(t *trader, name string) {
	t.strategies = append(t.strategies, w.strategy(t, name))
	deploy := map[string]any{"name": name, "symbols": t.symbols, "timeframe": pick(w.random, "5s", "10s"), "rules": pick(w.random, ruleSets...)}
	if !t.live && w.random.IntN(4) == 0 {
		deploy["rules"] = pairRules(t.symbols[0], t.symbols[1])
	}
	w.command(t, account.CmdDeploy, deploy)
}

func (w *workload) command(t *trader, kind account.CommandType, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Errorf("command %s: %w", kind, err))
	}
	w.n++
	c := messages.Command{CommandID: fmt.Sprintf("c-%d", w.n), UserID: t.user, TimeMs: w.nowMs, Type: string(kind), Data: raw}
	out := messages.Out{
		Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(t.user), Value: messages.AppendCommand(nil, &c),
	}
	if w.mistaken > 0 && w.random.IntN(6) == 0 {
		w.misplace(&out)
	}
	records := []messages.Out{out}
	if w.random.IntN(6) == 0 {
		records = append(records, out) // a client that was not sure
	}
	w.steps = append(w.steps, step{records: records, apart: true})
}

// trade adds a phase of ticks, in bursts.
func (w *workload) trade(n int) {
	var burst []messages.Out
	for range n {
		w.nowMs += w.random.Int64N(900)
		s := w.symbols[w.random.IntN(len(w.symbols))]
		s.price = max(s.price+w.random.Int64N(101)-50, 10_00)
		k := market.Tick{
			Symbol: s.name, Exchange: "SIM", TimeMs: w.nowMs - w.random.Int64N(400), Source: "feed", Type: "trade",
			Price: decimal.FromUnits(s.price * 1_000_000), Volume: decimal.FromInt(1 + w.random.Int64N(9)),
		}
		if w.random.Float64() < w.mistaken {
			out, apart := w.mistake(s, &k)
			if apart {
				w.steps = append(w.steps, step{records: burst}, step{records: []messages.Out{out}, apart: true})
				burst = nil
				continue
			}
			burst = append(burst, out)
		} else {
			burst = append(burst, tickRecord(s.name, messages.AppendTick(nil, &k)))
			s.known = true
		}
		if w.random.IntN(12) == 0 {
			w.steps = append(w.steps, step{records: burst, stall: w.stall()})
			burst = nil
		}
	}
	w.steps = append(w.steps, step{records: burst, stall: w.stall()})
}

// stall gives how long the feed stalls now: mostly not at all, otherwise longer than it
// takes a timer to strike. What comes behind is of the time in which it comes, or was
// held up and is late by the timer.
func (w *workload) stall() time.Duration {
	if w.stalls == nil || w.stalls.IntN(4) > 0 {
		return 0
	}
	d := w.shape.idleClose + time.Duration(w.stalls.Int64N(int64(3*w.shape.idleClose)))
	if w.stalls.IntN(3) > 0 {
		w.nowMs += d.Milliseconds()
	}
	return d
}

// interfere adds something that is no tick.
func (w *workload) interfere() {
	t := w.users[w.random.IntN(len(w.users))]
	symbol := pick(w.random, t.symbols...)
	price := w.symbols[w.random.IntN(len(w.symbols))].price / 100
	switch w.random.IntN(11) {
	case 0, 1, 2:
		data := map[string]any{"symbol": symbol, "transaction_type": pick(w.random, "BUY", "SELL"), "quantity": 1 + w.random.IntN(5)}
		if w.random.IntN(2) == 0 {
			data["price"] = price
		}
		w.command(t, account.CmdOrder, data)
	case 3:
		w.command(t, account.CmdDeposit, map[string]any{"amount": w.random.IntN(2000) - 500})
	case 4:
		w.command(t, account.CmdHalt, map[string]any{"close_positions": w.random.IntN(2) == 0})
	case 5:
		w.command(t, account.CmdResume, map[string]any{})
	case 6:
		kind, data := pick(w.random, account.CmdPause, account.CmdResumeStrategy, account.CmdRemove), map[string]any{"strategy_id": pick(w.random, t.strategies...)}
		if kind == account.CmdPause {
			data["close_positions"] = w.random.IntN(2) == 0
		}
		w.command(t, kind, data)
	case 7:
		w.command(t, account.CmdSetLimits, map[string]any{"daily_loss": 50 + w.random.IntN(500)})
	case 8:
		w.deploy(t, fmt.Sprintf("later%d", w.n))
	case 9:
		w.signal(t, symbol)
	case 10:
		w.fill(t, symbol, price)
	}
}

// signal is one of an external strategy; of an account without one, nobody's.
func (w *workload) signal(t *trader, symbol string) {
	w.n++
	g := messages.Signal{
		StrategyID: t.external, Symbol: symbol, TimeMs: w.nowMs + int64(w.n), Action: pick(w.random, messages.Buy, messages.Sell),
		Confidence: 0.5, Quantity: decimal.FromInt(1 + w.random.Int64N(4)),
	}
	if g.StrategyID == "" {
		g.StrategyID = "nobodys"
	}
	w.steps = append(w.steps, step{apart: true, records: []messages.Out{{
		Topic: messages.TopicSignals, Partition: messages.AnyPartition, Key: []byte(g.StrategyID), Value: messages.AppendSignal(nil, &g),
	}}})
}

// fill is a trade that others made for an external strategy.
func (w *workload) fill(t *trader, symbol string, price int64) {
	if t.external == "" || t.live {
		return
	}
	w.n++
	quantity := decimal.FromInt(1 + w.random.Int64N(3))
	e := messages.OrderEvent{
		OrderID: fmt.Sprintf("outside-%d", w.n), StrategyID: t.external, Symbol: symbol, TimeMs: w.nowMs, EventType: "FILLED",
		Order:     messages.OrderDetails{TransactionType: pick(w.random, "BUY", "SELL"), OrderType: "MARKET", Quantity: quantity, Status: "FILLED"},
		Execution: &messages.Execution{AveragePrice: decimal.FromInt(price), FilledQuantity: quantity, ExecutionTimeMs: w.nowMs},
	}
	w.steps = append(w.steps, step{apart: true, records: []messages.Out{{
		Topic: messages.TopicOrders, Partition: messages.AnyPartition, Key: []byte(e.OrderID), Value: messages.AppendOrderEvent(nil, &e),
	}}})
}
