package actors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestWordsOfVenuesAreBounded: what an event says in words is short, and is text.
func TestWordsOfVenuesAreBounded(t *testing.T) {
	for said, want := range map[string]string{
		"":                               "",
		"no funds":                       "no funds",
		"bad \xff byte":                  "bad  byte",
		strings.Repeat("x", 2000):        strings.Repeat("x", messages.MaxTextBytes),
		strings.Repeat("x", 1023) + "₹₹": strings.Repeat("x", 1023),
	} {
		if got := words(said); got != want {
			t.Errorf("%.20q becomes %.20q of %d bytes", said, got, len(got))
		}
	}
}

// TestLargeSumsAreRead: what an account writes of positions that add up to more than
// an input may have, and of orders that were refused for their size, can be read, in
// both formats. An order event by others with such numbers is a dead letter.
func TestLargeSumsAreRead(t *testing.T) {
	for _, protobuf := range []bool{false, true} {
		t.Run(fmt.Sprint("protobuf ", protobuf), func(t *testing.T) { largeSums(t, protobuf) })
	}
}

func largeSums(t *testing.T, protobuf bool) {
	k := newKit(t, nil)
	c := k.config()
	c.Protobuf = protobuf
	node := k.startAll(c)
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "out", Name: "out", Symbols: []string{"SYM1"}, External: true})
	k.ready(node)
	ticks := 0
	tick := func() {
		ticks++
		k.tick(&market.Tick{Symbol: "SYM1", Exchange: "SIM", TimeMs: baseMs + int64(ticks)*1000, Source: "feed", Type: "trade", Price: decimal.FromInt(90_000_000_000), Volume: decimal.FromInt(1)})
		k.settle(ticks)
	}
	tick()
	for i := range 3 {
		k.command("ann", fmt.Sprint("buy", i), account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 90_000_000_000})
	}
	k.command("ann", "quantity", account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1e20})
	k.command("ann", "price", account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1, "price": 1e20})
	k.signal(&messages.Signal{StrategyID: "out", Symbol: "SYM1", TimeMs: baseMs, Action: messages.Buy, Quantity: decimal.MustParse("1e20")})
	k.until("the orders", func() bool { return k.seen.get(CountOrders, "PLACED") == 3 && k.seen.get(CountOrders, "REJECTED") == 3 })
	tick()
	k.command("ann", "halt", account.CmdHalt, map[string]any{"close_positions": true})
	k.until("the close", func() bool { return k.seen.get(CountOrders, "PLACED") == 4 })
	tick()
	k.until("its fill", func() bool { return k.seen.get(CountOrders, "FILLED") == 4 })
	k.cluster.Produce(messages.Out{Topic: messages.TopicOrders, Partition: messages.AnyPartition, Key: []byte("o"), Value: []byte(
		`{"order_id":"o","strategy_id":"out","symbol":"SYM1","timestamp":1704067200123,"event_type":"FILLED","order":{"transaction_type":"BUY","quantity":1e11},` +
			`"execution":{"filled_quantity":1e11,"average_price":1,"execution_time":1}}`)})
	k.until("the dead letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
	k.stop(node)

	reasons := make(map[string]int)
	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		if !r.WrittenByVelox() {
			continue
		}
		e, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			t.Fatalf("%s: %v", r.Value, err)
		}
		reasons[e.Order.Reason]++
		if e.Order.Reason == "" && e.Order.TransactionType == "SELL" && e.Order.Quantity != decimal.FromInt(270_000_000_000) {
			t.Errorf("the close is of %v", e.Order.Quantity)
		}
	}
	if reasons["INVALID_QUANTITY"] != 2 || reasons["INVALID_PRICE"] != 1 {
		t.Errorf("reasons %v", reasons)
	}
	for _, r := range k.cluster.AllRecords(messages.TopicPositions) {
		if _, err := messages.DecodePositionRecord(r); err != nil {
			t.Fatalf("%s: %v", r.Value, err)
		}
	}
	letter, err := messages.DecodeDeadLetter(k.cluster.AllRecords(messages.TopicDeadLetters)[0].Value)
	if err != nil || letter.Reason != messages.ReasonOutOfRange {
		t.Errorf("dead letter %+v, %v", letter, err)
	}
}
