package actors

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestFarAheadReachesNoAccount: a tick, and an update by others, of next year are dead
// letters: an account's order of the day goes on to wait, and is filled in its day.
func TestFarAheadReachesNoAccount(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "out", Name: "out", Symbols: []string{"SYM1", "SYM2"}, External: true})
	k.ready(node)
	ticks := 0
	tick := func(symbol string, price int64) {
		ticks++
		k.tick(&market.Tick{Symbol: symbol, Exchange: "SIM", TimeMs: baseMs + int64(ticks)*1000, Source: "feed", Type: "trade", Price: decimal.FromInt(price), Volume: decimal.FromInt(1)})
		k.settle(ticks)
	}
	tick("SYM1", 100)
	tick("SYM2", 100)
	k.command("ann", "buy", account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 10, "price": 90})
	k.until("the order", func() bool { return k.seen.get(CountOrders, "PLACED") == 1 })
	tick("SYM1", 100)

	ahead := time.Now().AddDate(0, 0, 400).UnixMilli()
	k.tick(&market.Tick{Symbol: "SYM2", Exchange: "SIM", TimeMs: ahead, Source: "feed", Type: "trade", Price: decimal.FromInt(100)})
	u := messages.IndicatorUpdate{
		Symbol: "SYM2", Timeframe: "5min", TimeMs: ahead,
		Forming: &messages.OHLCV{Open: decimal.FromInt(1), High: decimal.FromInt(1), Low: decimal.FromInt(1), Close: decimal.FromInt(1)},
	}
	k.cluster.Produce(messages.Out{Topic: messages.TopicUpdates, Partition: messages.AnyPartition, Key: []byte("SYM2"), Value: messages.AppendUpdate(nil, &u)})
	k.until("the dead letters", func() bool { return k.total(messages.TopicDeadLetters) >= 2 })
	tick("SYM2", 100)
	tick("SYM1", 89)
	k.until("the fill", func() bool { return k.seen.get(CountOrders, "FILLED") == 1 })
	k.stop(node)
	topics := make(map[string]int)
	for _, r := range k.cluster.AllRecords(messages.TopicDeadLetters) {
		letter, err := messages.DecodeDeadLetter(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Reason != reasonAhead {
			t.Errorf("dead letter %+v", letter)
		}
		topics[letter.Topic]++
	}
	if topics[messages.TopicTicks] != 1 || topics[messages.TopicUpdates] != 1 || len(topics) != 2 {
		t.Errorf("dead letters of %v", topics)
	}
}
