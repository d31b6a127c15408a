package check

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
)

// both gives a log at rest and as a cluster's.
func both(t *testing.T, write func() *written, check func(t *testing.T, s *Subject)) {
	t.Helper()
	for name, live := range map[string]bool{"at rest": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			s := write().subject()
			s.Live = live
			check(t, s)
		})
	}
}

func without(ps []*veloxpb.Position, topic string) []*veloxpb.Position {
	return slices.DeleteFunc(slices.Clone(ps), func(p *veloxpb.Position) bool { return p.Topic == topic })
}

// TestMissingInput: a shard keeps its place in everything that it reads.
func TestMissingInput(t *testing.T) {
	for record, topics := range map[string][]string{
		"account": {messages.TopicCommands, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicAlerts},
		"symbol":  {messages.TopicTicks, messages.TopicSignals},
	} {
		for _, topic := range topics {
			both(t, func() *written {
				w := newWritten(t)
				w.spoil[record+" record"] = shardRecord(func(s *veloxpb.ShardState) {
					s.Frontier, s.SafeFrontier = without(s.Frontier, topic), without(s.SafeFrontier, topic)
				})
				w.spoil[record+" entity"] = entity(func(e *veloxpb.EntityState) { e.Frontier = without(e.Frontier, topic) })
				return w
			}, func(t *testing.T, s *Subject) {
				if got := failed(checked(t, s)); !slices.Contains(got, "frontiers") {
					t.Errorf("%s without %s: found by %v", record, topic, got)
				}
			})
		}
	}
}

// TestMissingSafeInput: nor does it lack one in its safe frontier, from which it would
// read again.
func TestMissingSafeInput(t *testing.T) {
	w := newWritten(t)
	w.spoil["symbol record"] = shardRecord(func(s *veloxpb.ShardState) { s.SafeFrontier = without(s.SafeFrontier, messages.TopicSignals) })
	wantFound(t, w.subject(), "frontiers")
}

// TestPublishedBehind: what a settled cluster shows to tools is what it has taken in,
// of each partition by the shard that speaks for it; while nodes run it may be behind.
func TestPublishedBehind(t *testing.T) {
	for _, c := range []struct {
		kind    messages.ShardKind
		topic   string
		settled bool
		want    bool
	}{
		{messages.SymbolShard, messages.TopicTicks, true, true},
		{messages.SymbolShard, messages.TopicTicks, false, false},
		{messages.SymbolShard, messages.TopicSignals, true, false},
		{messages.AccountShard, messages.TopicUpdates, true, true},
		{messages.AccountShard, messages.TopicSignals, true, true},
		{messages.AccountShard, messages.TopicOrders, true, false},
	} {
		s := newWritten(t).live()
		s.Settled = c.settled
		s.Published[messages.ShardID{Kind: c.kind}][messages.TopicPartition{Topic: c.topic}]--
		if got := lookedFor(t, s, "frontiers"); got != c.want {
			t.Errorf("%+v: found %v", c, got)
		}
	}
}

// TestStateGone: what a shard has put out is not left to the next verification when
// the shard has no state at all.
func TestStateGone(t *testing.T) {
	w := newWritten(t)
	w.spoil["account record"], w.spoil["account entity"] = leaveOut, leaveOut
	w.spoil["sell filled"] = leaveOut
	wantFound(t, w.live(), "origins", "frontiers") // its timer was never counted
}

// TestLettersAreNotBelieved: a good tick that is called bad is found, and so are a bad
// tick and a bad command of which nothing tells.
func TestLettersAreNotBelieved(t *testing.T) {
	both(t, func() *written {
		w := newWritten(t)
		w.spoil["update 6"] = leaveOut
		w.more = func() {
			d := messages.DeadLetter{Reason: messages.ReasonMalformed, Topic: messages.TopicTicks, Offset: 6}
			w.put("of a tick", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/6/0")...)
		}
		return w
	}, func(t *testing.T, s *Subject) { wantFound(t, s, "letters", "candles") })
	both(t, func() *written {
		w := newWritten(t)
		w.more = func() {
			w.put("garbage", messages.TopicTicks, symbol, []byte("{garbage"))
			w.put("garbage 2", messages.TopicCommands, user, []byte("{garbage"))
		}
		return w
	}, func(t *testing.T, s *Subject) {
		r := wantFound(t, s, "letters")
		if r.Found() != 2 {
			t.Errorf("%d findings, want 2", r.Found())
		}
	})
}

// TestPassedOver: an input that its entity failed at twice is a finding in a log of
// which nothing should have failed so; of a cluster it is told, and nothing is missed.
func TestPassedOver(t *testing.T) {
	both(t, func() *written {
		w := newWritten(t)
		w.spoil["update 6"] = leaveOut
		w.more = func() {
			d := messages.DeadLetter{Reason: reasonFailed, Topic: messages.TopicTicks, Offset: 6}
			w.put("of a tick", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/6/0")...)
		}
		return w
	}, func(t *testing.T, s *Subject) {
		if !s.Live {
			wantFound(t, s, "letters")
			return
		}
		for _, result := range wantFound(t, s).Results {
			if result.Check == "letters" && len(result.Notes) != 1 {
				t.Errorf("notes: %v", result.Notes)
			}
		}
	})
}

// TestPassedOverMovesClock: a tick that its symbol failed at twice has moved the clock of
// its source all the same, and with it closed a candle.
func TestPassedOverMovesClock(t *testing.T) {
	w := newWritten(t)
	w.spoil["update 5"] = leaveOut
	w.spoil["update 6"] = func(o *messages.Out) bool { // its candle has this tick alone
		u, price := messages.IndicatorUpdate{}, decimal.FromInt(prices[6])
		if err := messages.DecodeUpdateRecord(&messages.Record{Topic: o.Topic, Value: o.Value}, &u); err != nil {
			t.Fatal(err)
		}
		u.Forming = &messages.OHLCV{Open: price, High: price, Low: price, Close: price, Volume: decimal.FromInt(1)}
		o.Value = messages.AppendUpdate(nil, &u)
		return true
	}
	w.spoil["sell filled"], w.spoil["sell position"] = leaveOut, leaveOut // updates stand elsewhere
	w.more = func() {
		d := messages.DeadLetter{Reason: reasonFailed, Topic: messages.TopicTicks, Offset: 5}
		w.put("of a tick", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/5/1")...)
	}
	for _, r := range checked(t, w.subject()).Results {
		if r.Check == "candles" && r.Found > 0 {
			t.Errorf("found: %v", r.First)
		}
	}
}

// TestOtherExchange: a tick of another exchange than its symbol's has its letter, and
// no other has one.
func TestOtherExchange(t *testing.T) {
	letter := func(w *written) {
		d := messages.DeadLetter{Reason: reasonExchange, Topic: messages.TopicTicks, Offset: 6}
		w.put("of a tick", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/6/0")...)
	}
	both(t, func() *written {
		w := newWritten(t)
		w.spoil["tick 6"], w.spoil["update 6"] = replace(`"SIM"`, `"OTHER"`), leaveOut
		w.more = func() { letter(w) }
		return w
	}, func(t *testing.T, s *Subject) { wantFound(t, s) })
	both(t, func() *written {
		w := newWritten(t)
		w.spoil["update 6"] = leaveOut
		w.more = func() { letter(w) }
		return w
	}, func(t *testing.T, s *Subject) { wantFound(t, s, "letters", "candles") })
}

// TestSignalTwice: one signal under the next index is found, with an order of its own
// and without.
func TestSignalTwice(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		both(t, func() *written {
			w := newWritten(t)
			w.more = func() {
				g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, Action: "SELL", Quantity: decimal.FromInt(2)}
				w.put("again", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, "indicator-updates/0/4/2")...)
				if ordered {
					e := messages.OrderEvent{
						OrderID: orderID(4, 1), StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: "REJECTED",
						Order: messages.OrderDetails{TransactionType: "SELL", OrderType: "MARKET", Quantity: decimal.FromInt(2), Status: "REJECTED"},
					}
					w.put("again rejected", messages.TopicOrders, orderID(4, 1), messages.AppendOrderEvent(nil, &e), by(accountBy, "indicator-updates/0/4/3")...)
				}
			}
			return w
		}, func(t *testing.T, s *Subject) {
			if !lookedFor(t, s, "answers") { // beside others: the order is behind a later one
				t.Error("not found")
			}
		})
	}
	both(t, func() *written {
		w := newWritten(t)
		w.more = func() {
			g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(2)}
			w.put("another", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, "indicator-updates/0/4/2")...)
		}
		return w
	}, func(t *testing.T, s *Subject) {
		if !lookedFor(t, s, "answers") { // beside its rules
			t.Error("not found")
		}
	})
}

// TestForeignSignal: a signal of others comes to an order or a dead letter, and not to two.
func TestForeignSignal(t *testing.T) {
	for letters, want := range [][]string{{"answers"}, nil, {"answers"}} {
		w := newWritten(t)
		w.more = func() {
			g := messages.Signal{StrategyID: "nobodys", Symbol: symbol, TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(2)}
			w.put("foreign", messages.TopicSignals, "nobodys", messages.AppendSignal(nil, &g))
			for i := range letters {
				d := messages.DeadLetter{Reason: reasonUnclaimed, Topic: messages.TopicSignals, Offset: 2}
				w.put(fmt.Sprint("of it ", i), messages.TopicDeadLetters, "nobodys", messages.AppendDeadLetter(nil, &d), by(accountBy, fmt.Sprintf("strategy-signals/0/2/%d", i))...)
			}
		}
		wantFound(t, w.subject(), want...)
	}
}

// TestForeignUpdateAhead: an update of others that is too far ahead of its record's
// timestamp can't be taken in, as a tick can't, and has the dead letter that says so.
func TestForeignUpdateAhead(t *testing.T) {
	for _, c := range []struct {
		ahead  int64
		letter string
		want   []string
	}{
		{60_000, "", nil},
		{60_001, reasonAhead, nil},
		{60_001, messages.ReasonUnknown, []string{"letters"}},
		{60_001, "", []string{"letters"}},
		{60_000, reasonAhead, []string{"letters"}},
	} {
		w := newWritten(t)
		w.more = func() {
			u := messages.IndicatorUpdate{Symbol: symbol, Timeframe: "5s", TimeMs: w.nowMs + c.ahead, Indicators: []messages.IndicatorValue{{Name: "X", Value: 1}}}
			at, value := w.log.EndOffset(messages.TopicUpdates, 0), messages.AppendUpdate(nil, &u)
			w.put("foreign", messages.TopicUpdates, symbol, value)
			if c.letter == "" {
				return
			}
			d := messages.DeadLetter{Reason: c.letter, Topic: messages.TopicUpdates, Offset: at, Length: len(value), Hash: fmt.Sprintf("%x", sha256.Sum256(value))}
			w.put("of it", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(accountBy, fmt.Sprintf("indicator-updates/0/%d/0", at))...)
		}
		t.Run(fmt.Sprint(c), func(t *testing.T) { wantFound(t, w.subject(), c.want...) })
	}
}

// TestPaperPrices: a paper fill is at the price of the tick that it happened at, or
// worse by the slippage that its account asked for.
func TestPaperPrices(t *testing.T) {
	price := func(w *written, to string) {
		w.spoil["buy filled"] = replace(`"average_price":101`, `"average_price":`+to)
		w.spoil["buy position"] = func(o *messages.Out) bool {
			p, err := messages.DecodePosition(o.Value)
			if err != nil {
				panic(err)
			}
			p.Position.AveragePrice = decimal.MustParse(to)
			p.Position.UnrealizedPnL = p.Position.CurrentPrice.Sub(p.Position.AveragePrice).MulInt(2)
			o.Value = messages.AppendPosition(nil, &p)
			return true
		}
		w.spoil["sell signal"], w.spoil["sell placed"], w.spoil["sell filled"], w.spoil["sell position"] = leaveOut, leaveOut, leaveOut, leaveOut
		w.spoil["account entity"] = saved(long)
	}
	limited := func(limit string) func(*messages.Out) bool {
		return func(o *messages.Out) bool {
			e, err := messages.DecodeOrderEvent(o.Value)
			if err != nil {
				panic(err)
			}
			e.Order.OrderType, e.Order.Price = "LIMIT", decimal.MustParse(limit)
			o.Value = messages.AppendOrderEvent(nil, &e)
			return true
		}
	}
	for name, c := range map[string]struct {
		open, price, limit string
		found              bool
	}{
		"the tick's":             {`{}`, "101", "", false},
		"a million":              {`{}`, "1000000", "", true},
		"slipped without asking": {`{}`, "101.01", "", true},
		"slipped as asked":       {`{"paper":{"slippage_bps":10,"tick_size":0.05}}`, "101.15", "", false},
		"slipped by ticks":       {`{"paper":{"slippage_ticks":2,"tick_size":0.05}}`, "101.1", "", false},
		"slipped too far":        {`{"paper":{"slippage_bps":10,"tick_size":0.05}}`, "101.2", "", true},
		"slipped the other way":  {`{"paper":{"slippage_bps":10,"tick_size":0.05}}`, "100.9", "", true},
		"at its limit":           {`{}`, "101", "101", false},
		"beyond its limit":       {`{}`, "101", "100.9", true},
	} {
		w := newWritten(t)
		price(w, c.price)
		w.spoil["open"] = replace(`{"venue":"mock"}`, c.open)
		if c.limit != "" {
			w.spoil["buy signal"] = replace(`"quantity":2`, `"price":`+c.limit+`,"quantity":2`)
			w.spoil["buy placed"], w.spoil["buy filled"] = limited(c.limit), limited(c.limit)
		}
		var want []string
		if c.found {
			want = []string{"prices"}
		}
		t.Run(name, func(t *testing.T) { wantFound(t, w.subject(), want...) })
	}
	w := newWritten(t) // at a venue, which fills as it likes
	price(w, "1000000")
	wantFound(t, w.subject())
}
