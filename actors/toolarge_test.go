package actors

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// misplaced gives a partition that is not the home of a key.
func (k *kit) misplaced(topic, key string) int32 {
	n := k.cluster.Partitions(topic)
	return (messages.HomePartition([]byte(key), n) + 1) % n
}

// filling makes a tick whose record is as large as its topic takes.
func filling(symbol string, bytes int) []byte {
	tick := market.Tick{Symbol: symbol, Exchange: "SIM", TimeMs: baseMs, Price: decimal.FromInt(100), Source: "feed"}
	value := messages.AppendTick(nil, &tick)
	head := append(value[:len(value)-1], `,"note":"`...)
	const framing = 80
	return fmt.Appendf(head, `%s"}`, strings.Repeat("n", bytes-framing-len(symbol)-len(head)-len(`"}`)))
}

// TestOversizedLetters: what a shard itself says of a record fits into its topic, whatever
// others have put into the record: each gets one dead letter, and the shard goes on.
func TestOversizedLetters(t *testing.T) {
	const large = 1_000_000
	order := `{"order_id":"o1","strategy_id":"s1","symbol":"SYM","timestamp":1704067200000,"event_type":"%s","order":{}}`
	update := `{"symbol":"SYM","timeframe":"1min","timestamp":1704067200000,"indicators":{"%s":5}}`
	signal := `{"strategy_id":"s1","symbol":"SYM","timestamp":1704067200000,"signal":{"action":"HOLD"},"indicators":{"%s":"x"}}`
	alert := `{"alert_id":"a1","user_id":"u","alert_type":"SYSTEM","timestamp":1704067200000,"severity":"%s"}`
	number := `{"timestamp":%s}`
	tick := market.Tick{Symbol: "SYM", Exchange: "SIM", TimeMs: baseMs, Price: decimal.FromInt(100), Source: "feed"}
	for name, c := range map[string]struct {
		topic, reason string
		key, value    []byte
	}{
		"event type":     {messages.TopicOrders, messages.ReasonUnknown, nil, fmt.Appendf(nil, order, strings.Repeat("E", large))},
		"severity":       {messages.TopicAlerts, messages.ReasonUnknown, nil, fmt.Appendf(nil, alert, strings.Repeat("<", large))},
		"number":         {messages.TopicAlerts, messages.ReasonWrongType, nil, fmt.Appendf(nil, number, strings.Repeat("9", large))},
		"indicator name": {messages.TopicUpdates, messages.ReasonWrongType, nil, fmt.Appendf(nil, update, strings.Repeat("I", large))},
		"quoted name":    {messages.TopicSignals, messages.ReasonWrongType, nil, fmt.Appendf(nil, signal, strings.Repeat("é", large/2))},
		"tick's key":     {messages.TopicTicks, reasonKeyMismatch, []byte(strings.Repeat("\x01", 300_000)), messages.AppendTick(nil, &tick)},
		"misplaced tick": {messages.TopicTicks, reasonTooLarge, []byte("SYM"), filling("SYM", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, nil)
			node := k.startAll(k.config())
			k.cluster.Produce(messages.Out{Topic: c.topic, Partition: k.misplaced(c.topic, "SYM"), Key: c.key, Value: c.value})
			k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
			k.tick(&tick)
			k.cluster.Produce(messages.Out{Topic: c.topic, Partition: k.misplaced(c.topic, "SYM"), Value: []byte("{}")})
			k.until("what is behind it", func() bool { return k.total(messages.TopicDeadLetters) == 2 })
			k.stop(node)
			d, err := messages.DecodeDeadLetter(k.all(messages.TopicDeadLetters)[0].Value)
			if err != nil || d.Reason != c.reason || d.Topic != c.topic || d.Length != len(c.value) {
				t.Errorf("dead letter %s of %s, %d bytes: %.200s, %v", d.Reason, d.Topic, d.Length, d.Error, err)
			}
		})
	}
}

// TestOversizedCopies: ticks at another partition than their home, each as large as the
// topic takes, cost one restart together and not one each, which would end the node.
func TestOversizedCopies(t *testing.T) {
	const limit, n = 4096, 30
	k := newKitWith(t, nil, map[string]int{messages.TopicTicks: limit})
	node := k.startAll(k.config())
	for i := range n {
		k.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: k.misplaced(messages.TopicTicks, "SYM"), Key: []byte("SYM"), Value: filling("SYM", limit)})
		if i == n/2 {
			k.until("the first ones' letters", func() bool { return k.total(messages.TopicDeadLetters) == i+1 })
		}
	}
	k.until("the letters", func() bool { return k.total(messages.TopicDeadLetters) == n })
	k.stop(node)
	if restarts := k.seen.get(CountRestarts, "shard"); restarts != 1 {
		t.Errorf("%d restarts for %d ticks", restarts, n)
	}
	for _, r := range k.all(messages.TopicDeadLetters) {
		if d, err := messages.DecodeDeadLetter(r.Value); err != nil || d.Reason != reasonTooLarge || len(d.Data) == 0 {
			t.Errorf("dead letter %s with %d bytes of the record: %v", d.Reason, len(d.Data), err)
		}
	}
}

// TestBareLetters: where the topic of dead letters takes less than one with its record,
// they go without.
func TestBareLetters(t *testing.T) {
	k := newKitWith(t, nil, map[string]int{messages.TopicDeadLetters: 2048})
	node := k.startAll(k.config())
	value := fmt.Appendf(nil, `{"note":"%s"}`, strings.Repeat("n", 5000))
	k.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: 0, Value: value})
	k.until("the letter", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
	k.stop(node)
	d, err := messages.DecodeDeadLetter(k.all(messages.TopicDeadLetters)[0].Value)
	if err != nil || d.Reason != messages.ReasonMissing || len(d.Data) > 0 || d.Length != len(value) || d.Hash == "" {
		t.Errorf("dead letter %+v, %v", d, err)
	}
}

// TestStateTooLarge: a state that its topic doesn't take ends the node, with an error that
// says whose it is and what to do: it would be as large after any restart. From the 40th
// tick on it has 3 to 4.5 KB.
func TestStateTooLarge(t *testing.T) {
	k := newKitWith(t, nil, map[string]int{messages.StateTopic(messages.SymbolShard): 2048})
	node := k.start(k.config())
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	for i := range int64(300) {
		k.tick(&market.Tick{Symbol: "SYM1", Exchange: "SIM", TimeMs: baseMs + i*60_000, Source: "feed", Price: decimal.FromInt(100 + i)})
	}
	select {
	case err := <-node.Failed():
		if !errors.As(err, new(*RefusedError)) || !strings.Contains(err.Error(), `"symbol/SYM1"`) || !strings.Contains(err.Error(), "max_message_bytes") {
			t.Errorf("the node ends with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the node goes on; counts:", k.seen.all())
	}
	if n := k.seen.get(CountRestarts, "shard"); n != 0 {
		t.Errorf("%d restarts", n)
	}
}
