package actors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/market"
)

// TestMisplacedTicksArePassedOn: ticks that a producer with another partitioner
// put anywhere reach their symbols once, with their original origin.
func TestMisplacedTicksArePassedOn(t *testing.T) {
	const n = 600
	for _, g := range []Guarantee{ExactlyOnce, AtLeastOnce} {
		t.Run(string(g), func(t *testing.T) {
			k := newKit(t, nil)
			misplaced := 0
			for i, tick := range walk(21, 8, n, "feed") {
				p := int32(i % 3)
				if messages.HomePartition([]byte(tick.Symbol), 3) != p {
					misplaced++
				}
				k.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: p, Key: []byte(tick.Symbol), Value: messages.AppendTick(nil, tick)})
			}
			c := k.config()
			c.Guarantees[messages.SymbolShard] = g
			// Ticks of the three partitions come together in another order than by time.
			c.Symbols.Grace = time.Hour
			node := k.start(c)
			node.Assigned(&member{}, messages.SymbolShard, allTicks)
			k.until("all ticks at home", func() bool { return k.seen.get(CountTicks, "") == n })
			k.stop(node)
			updates := 0
			for _, u := range k.updates() {
				updates += len(u)
			}
			if updates != n || k.seen.get(CountPassedOn, messages.TopicTicks) != misplaced {
				t.Errorf("%d updates of %d ticks, %d of %d misplaced ones passed on", updates, n, k.seen.get(CountPassedOn, messages.TopicTicks), misplaced)
			}
			for _, r := range k.cluster.AllRecords(messages.TopicTicks) {
				if !r.WrittenByVelox() {
					continue
				}
				h, _ := r.Header(messages.HeaderOrigin)
				if o, err := messages.ParseOrigin(string(h)); err != nil || o.Partition == r.Partition {
					t.Fatalf("passed on with origin %s into partition %d: %v", h, r.Partition, err)
				}
			}
		})
	}
}

// TestBadTicksAreDeadLetters: each bad record is one dead letter with its reason,
// and the ticks around it are taken in.
func TestBadTicksAreDeadLetters(t *testing.T) {
	k := newKit(t, nil)
	good := walk(22, 1, 40, "feed")
	value := string(messages.AppendTick(nil, good[0]))
	bad := map[string]string{
		messages.ReasonMalformed:  value[:len(value)/2],
		messages.ReasonMissing:    `{"symbol":"SYM0","timestamp":5}`,
		messages.ReasonWrongType:  `{"symbol":"SYM0","timestamp":5,"price":"1"}`,
		messages.ReasonOutOfRange: `{"symbol":"SYM0","timestamp":5,"price":-1}`,
		reasonKeyMismatch:         `{"symbol":"OTHER","exchange":"SIM","timestamp":5,"price":1}`,
		reasonAhead:               `{"symbol":"SYM0","exchange":"SIM","timestamp":9704067200000,"price":1}`,
		reasonExchange:            `{"symbol":"SYM0","exchange":"ELSEWHERE","timestamp":1704067200001,"price":1,"source":"feed"}`,
	}
	for i, tick := range good {
		k.tick(tick)
		if i == 20 {
			for _, reason := range sortedKeys(bad) {
				k.cluster.Produce(messages.Out{Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte("SYM0"), Value: []byte(bad[reason])})
			}
		}
	}
	node := k.start(k.config())
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("all updates and dead letters", func() bool {
		return k.total(messages.TopicUpdates) >= len(good) && k.total(messages.TopicDeadLetters) == len(bad)
	})
	k.stop(node)
	for _, r := range k.cluster.AllRecords(messages.TopicDeadLetters) {
		letter, err := messages.DecodeDeadLetter(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if string(letter.Data) != bad[letter.Reason] || letter.Length != len(letter.Data) || letter.Topic != messages.TopicTicks || len(letter.Hash) != 64 {
			t.Errorf("dead letter %+v", letter)
		}
	}
}

// TestGrowthIsRefused: a partition count other than the state's stops the node
// with a message that says what to do.
func TestGrowthIsRefused(t *testing.T) {
	k := newKit(t, nil)
	node := k.start(k.config())
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(node)
	k.stop(node)
	if err := k.cluster.AddPartitions(messages.TopicTicks, 5); err != nil {
		t.Fatal(err)
	}
	again := k.start(k.config())
	again.Assigned(&member{}, messages.SymbolShard, allTicks)
	select {
	case err := <-again.Failed():
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "has 5 partitions") || !strings.Contains(err.Error(), "KAFKA_GROUP_ID_PREFIX") {
			t.Errorf("the node failed with: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the node runs on")
	}
}

// TestLostInputs: updates that were deleted before an account took them in are
// counted, and the account goes to REDUCING with an alert; ticks likewise.
func TestLostInputs(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.accounts(4)
	k.ready(node)
	ticks := walk(23, 8, 600, "feed")
	for _, tick := range ticks[:300] {
		k.tick(tick)
	}
	k.settle(300)
	k.stop(node)
	for _, tick := range ticks[300:] {
		k.tick(tick)
	}
	lost := int64(0)
	for p := range k.cluster.Partitions(messages.TopicTicks) {
		start, end := k.seen.at(messages.SymbolShard, p, messages.TopicTicks), k.cluster.EndOffset(messages.TopicTicks, p)
		if end-start < 10 {
			t.Fatalf("only %d ticks in partition %d after the stop", end-start, p)
		}
		lost += 10
		if err := k.cluster.DeleteRecords(messages.TopicTicks, p, start+10); err != nil {
			t.Fatal(err)
		}
	}
	again := k.startAll(k.config())
	k.until("the rest is taken in", func() bool { return k.seen.get(CountTicks, "") >= 600-int(lost) && k.seen.caughtUp(k.cluster) })
	k.stop(again)
	if got := k.seen.get(CountLost, messages.TopicTicks); got != int(lost) {
		t.Errorf("%d ticks are counted as lost, want %d", got, lost)
	}
}

// at gives where a shard stands in its partition of a topic.
func (w *witness) at(kind messages.ShardKind, p int32, topic string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.positions[messages.ShardID{Kind: kind, Partition: p}][messages.TopicPartition{Topic: topic, Partition: p}]
}

// pastCandles is a history port with candles of one price.
type pastCandles struct{ asked chan string }

func (h *pastCandles) Candles(_ context.Context, symbol, _ string, tf market.Timeframe, periods int, beforeMs int64) ([]market.Candle, error) {
	length := tf.Duration().Milliseconds()
	end := beforeMs / length * length
	price := walk(24, 1, 1, "feed")[0].Price
	var out []market.Candle
	for i := int64(periods); i > 0; i-- {
		out = append(out, market.Candle{StartMs: end - i*length, EndMs: end - (i-1)*length, Open: price, High: price, Low: price, Close: price})
	}
	h.asked <- symbol
	return out, nil
}

// savedBars gives the number of candles in a symbol's latest committed state.
func (k *kit) savedBars(c *Config, symbol string) int {
	bars := 0
	for _, r := range k.cluster.AllRecords(messages.StateTopic(messages.SymbolShard)) {
		var e veloxpb.EntityState
		if string(r.Key) != "symbol/"+symbol || proto.Unmarshal(r.Value, &e) != nil {
			continue
		}
		m := newSymbol(symbol, c)
		if err := m.load([]part{{name: e.Part, key: e.Key, payload: e.Payload}}); err != nil {
			k.t.Fatal(err)
		}
		bars = 0
		for _, f := range m.frames {
			bars += len(f.bars)
		}
	}
	return bars
}

// TestHistoryWarmsIndicators: a symbol's first tick asks for the past, and the
// indicators are warm with it, also after the shard has moved.
func TestHistoryWarmsIndicators(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	history := &pastCandles{asked: make(chan string, 10)}
	c.History = history
	nodes := []*Node{k.start(c), k.start(c)}
	nodes[0].Assigned(&member{}, messages.SymbolShard, allTicks)
	ticks := walk(24, 1, 40, "feed")
	k.tick(ticks[0])
	k.until("history is asked for", func() bool { return len(history.asked) == 1 })
	// History is counted in the step, before its commit.
	k.until("it is committed", func() bool { return k.savedBars(&c, "SYM0") > 0 })
	nodes[0].Lost(messages.SymbolShard, allTicks)
	nodes[1].Assigned(&member{}, messages.SymbolShard, allTicks)
	k.tick(ticks[1])
	k.until("the second tick's update", func() bool { return k.total(messages.TopicUpdates) >= 2 })
	for _, n := range nodes {
		k.stop(n)
	}
	all := k.all(messages.TopicUpdates)
	var u messages.IndicatorUpdate
	if err := messages.DecodeUpdate(all[len(all)-1].Value, &u); err != nil {
		t.Fatal(err)
	}
	if len(u.Indicators) != 2 {
		t.Errorf("with 50 candles of the past the update has %+v", u.Indicators)
	}
}
