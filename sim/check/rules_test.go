package check

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// ruledLog is a log of one plain strategy: each record of its story is an update, a
// command or an output of the update before.
type ruledLog struct {
	*written
	moments []Moment
	n       int
}

const averaged = `{"strategy_id":"strategy","symbols":["S"],"timeframe":"5s","rules":{"entry_long":"close > EMA_3","exit_long":"close < EMA_3","quantity":"2","evaluate":"every_tick"}}`

func (l *ruledLog) command(kind, data string) {
	m := make(Moment)
	for _, topic := range []string{messages.TopicCommands, messages.TopicUpdates} {
		m[messages.TopicPartition{Topic: topic}] = l.log.EndOffset(topic, 0)
	}
	l.moments = append(l.moments, m)
	c := messages.Command{CommandID: fmt.Sprint(len(l.moments)), UserID: user, TimeMs: baseMs, Type: kind, Data: []byte(data)}
	l.put("command", messages.TopicCommands, user, messages.AppendCommand(nil, &c))
}

// update puts one with an average of 100.
func (l *ruledLog) update(timeMs, price int64, closing bool) {
	c := messages.OHLCV{Open: decimal.FromInt(price), High: decimal.FromInt(price), Low: decimal.FromInt(price), Close: decimal.FromInt(price)}
	u := messages.IndicatorUpdate{
		Symbol: symbol, Timeframe: "5s", TimeMs: baseMs + timeMs, Forming: &c,
		Indicators: []messages.IndicatorValue{{Name: "EMA_3", Value: 100, Realtime: !closing}},
	}
	h := messages.TickHeader{Price: c.Close, Closing: closing}
	l.put("update", messages.TopicUpdates, symbol, messages.AppendUpdate(nil, &u),
		by(symbolBy, fmt.Sprintf("market-data-ticks/0/%d/0", l.n), messages.Header{Key: messages.HeaderTick, Value: h.Append(nil)})...)
	l.n++
}

func (l *ruledLog) signal(action string, quantity int64) {
	g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, Action: action, Quantity: decimal.FromInt(quantity)}
	l.put("signal", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, fmt.Sprintf("indicator-updates/0/%d/0", l.n-1))...)
}

func (l *ruledLog) order(id, event, status, side string) {
	e := messages.OrderEvent{
		OrderID: id, StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: event,
		Order: messages.OrderDetails{TransactionType: side, OrderType: "MARKET", Quantity: decimal.FromInt(2), Status: status},
	}
	if event == "FILLED" {
		e.Execution = &messages.Execution{AveragePrice: decimal.FromInt(101), FilledQuantity: decimal.FromInt(2), ExecutionTimeMs: baseMs}
	}
	l.put("order", messages.TopicOrders, id, messages.AppendOrderEvent(nil, &e), by(accountBy, fmt.Sprintf("indicator-updates/0/%d/1", l.n-1))...)
}

// TestPlainRules: of a plain strategy the check knows which update must lead to which
// signal, and finds one too many, one too few, and another.
func TestPlainRules(t *testing.T) {
	bought := func(l *ruledLog) {
		l.command("DEPLOY", averaged)
		l.update(0, 101, false)
		l.signal("BUY", 2)
		l.order("o", "PLACED", "PENDING", "BUY")
		l.update(1000, 101, false) // it is open still when this is asked
		l.order("o", "FILLED", "FILLED", "BUY")
	}
	for name, c := range map[string]struct {
		story func(l *ruledLog)
		found int
	}{
		"as it must be":      {func(l *ruledLog) { bought(l); l.update(2000, 99, false); l.signal("SELL", 2) }, 0},
		"an exit is missing": {func(l *ruledLog) { bought(l); l.update(2000, 99, false) }, 1},
		"an exit too many":   {func(l *ruledLog) { bought(l); l.update(2000, 101, false); l.signal("SELL", 2) }, 1},
		"another quantity":   {func(l *ruledLog) { bought(l); l.update(2000, 99, false); l.signal("SELL", 1) }, 1},
		"the other side":     {func(l *ruledLog) { bought(l); l.update(2000, 99, false); l.signal("BUY", 2) }, 1},
		"an entry is missing": {func(l *ruledLog) {
			l.command("DEPLOY", averaged)
			l.update(0, 101, false)
		}, 1},
		"before it is deployed": {func(l *ruledLog) { l.update(0, 101, false); l.command("DEPLOY", averaged) }, 0},
		"while it is paused": {func(l *ruledLog) {
			l.command("DEPLOY", averaged)
			l.command("PAUSE", `{"strategy_id":"strategy"}`)
			l.update(0, 101, false)
			l.command("RESUME_STRATEGY", `{"strategy_id":"strategy"}`)
			l.update(1000, 101, false) // an entry was given up in this candle
			l.update(4999, 101, true)
			l.signal("BUY", 2)
		}, 0},
		"once in a candle": {func(l *ruledLog) {
			l.command("DEPLOY", averaged)
			l.update(0, 101, false)
			l.signal("BUY", 2)
			l.order("o", "REJECTED", "REJECTED", "BUY")
			l.update(1000, 101, false)
			l.update(4999, 99, true)
			l.update(5000, 101, false)
			l.signal("BUY", 2)
		}, 0},
		"after it is removed": {func(l *ruledLog) {
			l.command("DEPLOY", averaged)
			l.command("REMOVE", `{"strategy_id":"strategy"}`)
			l.update(0, 101, false)
			l.signal("BUY", 2)
		}, 0}, // whether nobody's strategy may signal is another check's
	} {
		l := &ruledLog{written: newWritten(t)}
		c.story(l)
		r := checked(t, &Subject{View: Memory(l.log), Moments: l.moments})
		for _, result := range r.Results {
			if result.Check == "rules" && (result.Found != c.found || result.Looked == 0 && c.found > 0) {
				t.Errorf("%s: %d found, want %d: %v", name, result.Found, c.found, result.First)
			}
		}
	}
}
