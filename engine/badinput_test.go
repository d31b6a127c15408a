package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
)

// badTicks are records on the ticks' topic that must not be taken in, with the
// reason of their dead letters. Each goes into the partition of a good symbol.
func badTicks(symbol string, ms int64) map[string]struct{ key, value, reason string } {
	tick := func(price, more string) string {
		return fmt.Sprintf(`{"symbol":%q,"exchange":"SIM","timestamp":%d,"price":%s,"volume":1%s}`, symbol, ms, price, more)
	}
	return map[string]struct{ key, value, reason string }{
		"truncated":       {symbol, tick("100", "")[:30], messages.ReasonMalformed},
		"empty":           {symbol, "", messages.ReasonMalformed},
		"not an object":   {symbol, `[1,2]`, messages.ReasonMalformed},
		"NaN":             {symbol, tick("NaN", ""), messages.ReasonMalformed},
		"wrong type":      {symbol, tick(`"100"`, ""), messages.ReasonWrongType},
		"missing price":   {symbol, fmt.Sprintf(`{"symbol":%q,"timestamp":%d}`, symbol, ms), messages.ReasonMissing},
		"missing symbol":  {symbol, fmt.Sprintf(`{"timestamp":%d,"price":1}`, ms), messages.ReasonMissing},
		"negative price":  {symbol, tick("-1", ""), messages.ReasonOutOfRange},
		"huge price":      {symbol, tick("1e300", ""), messages.ReasonOutOfRange},
		"negative volume": {symbol, fmt.Sprintf(`{"symbol":%q,"timestamp":%d,"price":1,"volume":-1}`, symbol, ms), messages.ReasonOutOfRange},
		"another key":     {"OTHER", tick("100", ""), "KEY_MISMATCH"},
		"far ahead": {
			symbol, fmt.Sprintf(`{"symbol":%q,"exchange":"SIM","timestamp":%d,"price":1}`, symbol, time.Now().Add(time.Hour).UnixMilli()),
			"TIMESTAMP_AHEAD",
		},
		"oversized": {symbol, tick("100", `,"x":"`+strings.Repeat("x", 900_000)+`","price":"`), messages.ReasonMalformed},
	}
}

// badCommands are records on the commands' topic, likewise.
var badCommands = map[string]struct{ value, reason string }{
	"truncated":        {`{"command_id":"b1","user_id":"alice","type":"DEPO`, messages.ReasonMalformed},
	"no id":            {`{"user_id":"alice","timestamp":1,"type":"DEPOSIT","data":{"amount":1}}`, messages.ReasonMissing},
	"unknown type":     {`{"command_id":"b3","user_id":"alice","timestamp":1,"type":"RICH","data":{}}`, "COMMAND_REFUSED"},
	"null limit":       {`{"command_id":"b4","user_id":"alice","timestamp":1,"type":"SET_LIMITS","data":{"daily_loss":null}}`, "COMMAND_REFUSED"},
	"unknown field":    {`{"command_id":"b5","user_id":"alice","timestamp":1,"type":"SET_LIMITS","data":{"dayly_loss":1}}`, "COMMAND_REFUSED"},
	"a rule's mistake": {`{"command_id":"b6","user_id":"alice","timestamp":1,"type":"DEPLOY","data":{"name":"n","symbols":["X"],"rules":{"entry_long":"EMA_20 >"}}}`, "COMMAND_REFUSED"},
}

// rawProducer writes records of any key into the home partition of a key.
func rawProducer(t *testing.T, c *configs.Config, n *node) func(topic, home, key, value string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.BootstrapServers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return func(topic, home, key, value string) {
		t.Helper()
		count, err := n.log.PartitionCount(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		r := &kgo.Record{Topic: topic, Partition: messages.HomePartition([]byte(home), count), Key: []byte(key), Value: []byte(value)}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatalf("%.60s: %v", value, err)
		}
	}
}

// firstEvent gives the first event of the order of a quantity.
func firstEvent(t *testing.T, c *configs.Config, quantity string) (kind string) {
	t.Helper()
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicOrders, func(r *kgo.Record) bool {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		kind = e.EventType
		return e.Order.Quantity.String() == quantity
	})
	return kind
}

// untilPriced gives orders until one is placed: an update and a command come to the
// account over topics of their own, in any order, and it rejects orders until it
// has seen the price.
func untilPriced(t *testing.T, event func(quantity string) string, give func(quantity string)) {
	t.Helper()
	for i := range 100 {
		quantity := fmt.Sprint(1000 + i)
		give(quantity)
		if event(quantity) == "PLACED" {
			return
		}
	}
	t.Fatal("after 100 orders the account still has no price")
}

// TestBadInput: on a real broker, every bad record is one dead letter with its
// reason, a command that comes twice counts once, and the good records behind
// them in the same partitions are taken in.
func TestBadInput(t *testing.T) {
	c := onBroker(t, "")
	n := readyNode(t, c)
	produce := rawProducer(t, c, n)
	ms := time.Now().UnixMilli()
	command := func(id, kind, data string) string {
		return fmt.Sprintf(`{"command_id":%q,"user_id":"alice","timestamp":%d,"type":%q,"data":%s}`, id, ms, kind, data)
	}
	produce(messages.TopicCommands, "alice", "alice", command("open", "OPEN_ACCOUNT", `{"deposit":1000}`))
	for _, bad := range badCommands {
		produce(messages.TopicCommands, "alice", "alice", bad.value)
	}
	deploy := command("deploy", "DEPLOY", `{"name":"external","strategy_id":"external","symbols":["GOOD"],"external":true}`)
	order := command("order", "ORDER", `{"symbol":"GOOD","transaction_type":"BUY","quantity":5}`)
	produce(messages.TopicCommands, "alice", "alice", deploy)

	var want []string
	for what, bad := range badTicks("GOOD", ms) {
		produce(messages.TopicTicks, "GOOD", bad.key, bad.value)
		want = append(want, messages.TopicTicks+" "+bad.reason)
		t.Logf("tick, %s: want %s", what, bad.reason)
	}
	for _, bad := range badCommands {
		want = append(want, messages.TopicCommands+" "+bad.reason)
	}
	slices.Sort(want)
	good := func(symbol string, at int64) {
		produce(messages.TopicTicks, symbol, symbol, fmt.Sprintf(`{"symbol":%q,"exchange":"SIM","timestamp":%d,"price":100,"volume":1,"source":"test"}`, symbol, at))
	}
	good("GOOD", ms)
	good("NEVERSEEN", ms)
	updated := make(map[string]bool)
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicUpdates, func(r *kgo.Record) bool {
		updated[string(r.Key)] = true
		return updated["GOOD"] && updated["NEVERSEEN"]
	})
	event := func(quantity string) string { return firstEvent(t, c, quantity) }
	untilPriced(t, event, func(quantity string) {
		produce(messages.TopicCommands, "alice", "alice", command("probe"+quantity, "ORDER",
			`{"symbol":"GOOD","transaction_type":"BUY","quantity":`+quantity+`,"price":0.01}`))
	})
	produce(messages.TopicCommands, "alice", "alice", order)
	produce(messages.TopicCommands, "alice", "alice", order) // the same once more
	var got []string
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicDeadLetters, func(r *kgo.Record) bool {
		d, err := messages.DecodeDeadLetter(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Topic+" "+d.Reason)
		return len(got) == len(want)
	})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("dead letters\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// A second order behind the repeated command shows that the repeat was passed.
	produce(messages.TopicCommands, "alice", "alice", command("order2", "ORDER", `{"symbol":"GOOD","transaction_type":"BUY","quantity":1}`))
	if first, second := event("5"), event("1"); first != "PLACED" || second != "PLACED" {
		t.Fatalf("the orders of 5 and of 1 are %s and %s", first, second)
	}
	good("GOOD", ms+1000)
	filledOnce(t, c)
}

// filledOnce: both orders fill, each once.
func filledOnce(t *testing.T, c *configs.Config) {
	t.Helper()
	filled := make(map[string]int)
	readTopic(t, c.Kafka.BootstrapServers, messages.TopicOrders, func(r *kgo.Record) bool {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if e.EventType == "FILLED" {
			filled[e.Order.Quantity.String()]++
		}
		return len(filled) == 2
	})
	if filled["5"] != 1 || filled["1"] != 1 {
		t.Errorf("fills by quantity: %v; want one each", filled)
	}
}
