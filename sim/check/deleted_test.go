package check

import (
	"fmt"
	"slices"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// emptied gives a topic of a good log two more partitions. Of those that are no home of
// these keys all was deleted, as of those that hold little, be it verify's marks alone.
func (w *written) emptied(topic string, homes ...string) {
	w.t.Helper()
	if err := w.log.AddPartitions(topic, 3); err != nil {
		w.t.Fatal(err)
	}
	for p := range int32(3) {
		if slices.ContainsFunc(homes, func(key string) bool { return messages.HomePartition([]byte(key), 3) == p }) {
			continue
		}
		for range 5 {
			w.log.Produce(messages.Out{Topic: topic, Partition: p, Key: []byte("k"), Value: []byte("{}")})
		}
		if err := w.log.DeleteRecords(topic, p, 5); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestEmptiedPartitions: what is wrong is found where its own partition is whole, whatever
// is deleted in others, and the report says of how many nothing is left.
func TestEmptiedPartitions(t *testing.T) {
	sparse := func() *written {
		w := newWritten(t)
		w.emptied(messages.TopicSignals, strategy)
		w.emptied(messages.TopicPositions, user)
		w.emptied(messages.TopicDeadLetters, user, symbol)
		return w
	}
	r := checked(t, sparse().subject())
	for _, check := range []string{"whole", "answers", "positions", "letters", "accounts"} {
		if found(r, check) {
			t.Errorf("with nothing wrong found by %s: %v", check, textsOf(t, sparse().subject(), check))
		}
		if check != "accounts" && len(notesOf(r, check)) == 0 {
			t.Errorf("%s says nothing of what is deleted", check)
		}
	}
	for _, fault := range []string{
		"an order on the other side", "an order of more", "a profit that is wrong", "a lost signal", "a signal without an order", "a deploy without an owner",
		"a bad command without a letter", "a fill without a position", "a lost fill",
	} {
		w, c := sparse(), faults[fault]
		w.spoil[c.record] = c.spoil
		if !found(checked(t, w.subject()), c.check) {
			t.Errorf("%s is not found", fault)
		}
	}
}

// TestEmptiedHome: what belongs to a partition of which nothing is left is not missed.
func TestEmptiedHome(t *testing.T) {
	w := newWritten(t)
	w.emptied(messages.TopicPositions)
	w.emptied(messages.TopicSignals)
	w.spoil["buy position"], w.spoil["sell position"], w.spoil["buy signal"], w.spoil["sell signal"] = leaveOut, leaveOut, leaveOut, leaveOut
	r := checked(t, w.subject())
	for _, check := range []string{"whole", "answers", "positions"} {
		if found(r, check) {
			t.Errorf("found by %s", check)
		}
	}
}

// signalEvent changes a signal.
func signalEvent(change func(*messages.Signal)) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		g, err := messages.DecodeSignalRecord(&messages.Record{Topic: o.Topic, Key: o.Key, Value: o.Value, Headers: o.Headers})
		if err != nil {
			panic(err)
		}
		change(&g)
		o.Value = messages.AppendSignal(nil, &g)
		return true
	}
}

// TestOrdersAfterDeletions: with the beginning of the order events deleted, a later order
// is still what was asked for.
func TestOrdersAfterDeletions(t *testing.T) {
	limit := orderEvent(func(e *messages.OrderEvent) { e.Order.OrderType, e.Order.Price = "LIMIT", decimal.FromInt(103) })
	priced := func(price int64) func(*messages.Out) bool {
		return signalEvent(func(g *messages.Signal) { g.Price = decimal.FromInt(price) })
	}
	for name, c := range map[string]struct {
		spoil map[string]func(*messages.Out) bool
		found bool
	}{
		"as it must be":    {},
		"of more":          {spoil: map[string]func(*messages.Out) bool{"again signal": replace(`"quantity":2`, `"quantity":1`)}, found: true},
		"at its price":     {spoil: map[string]func(*messages.Out) bool{"again signal": priced(103), "again placed": limit, "again filled": limit}},
		"at a worse price": {spoil: map[string]func(*messages.Out) bool{"again signal": priced(104), "again placed": limit, "again filled": limit}, found: true},
	} {
		w := old(t)
		for record, spoil := range c.spoil {
			w.spoil[record] = spoil
		}
		if got := textsOf(t, w.live(), "answers"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestCommandsAfterDeletions: an order by a command is what that asked for, whatever is
// deleted of other orders.
func TestCommandsAfterDeletions(t *testing.T) {
	for quantity, want := range map[int64]bool{2: false, 3: true} {
		w := old(t)
		trades := w.more
		w.more = func() {
			trades()
			w.command("o", "ORDER", buysTwo)
			w.rejected(manual, third, "command", "BUY", "S", quantity)
		}
		if got := textsOf(t, w.live(), "answers"); (len(got) > 0) != want {
			t.Errorf("%d of 2: found %v", quantity, got)
		}
	}
}

// TestFilledBeforeDeletions: what an order had traded by the first event that is left of it
// is no fill of that event's, nor of the next.
func TestFilledBeforeDeletions(t *testing.T) {
	for _, price := range []int64{10, 11} { // of all that is held in the end
		w := newWritten(t)
		w.more = func() {
			event := func(what, status string, filled, index int64) {
				e := messages.OrderEvent{
					OrderID: "parts", StrategyID: strategy, Symbol: "X", TimeMs: baseMs, EventType: what,
					Order: messages.OrderDetails{TransactionType: "BUY", OrderType: "LIMIT", Quantity: whole(10), Price: whole(10), Status: status},
				}
				if filled > 0 {
					e.Execution = &messages.Execution{AveragePrice: whole(10), FilledQuantity: whole(filled), ExecutionTimeMs: baseMs}
				}
				w.put("event", messages.TopicOrders, "parts", messages.AppendOrderEvent(nil, &e), by(accountBy, fmt.Sprintf("timer/0/%d/0", index))...)
			}
			update := func(what string, quantity, price, index int64) {
				p := messages.PositionUpdate{PositionID: "parts", UserID: user, Symbol: "X", TimeMs: baseMs, EventType: what, Position: messages.PositionDetails{
					Quantity: whole(quantity), AveragePrice: whole(price), CurrentPrice: whole(price), Status: "OPEN",
				}}
				w.put("update", messages.TopicPositions, user, messages.AppendPosition(nil, &p), by(accountBy, fmt.Sprintf("timer/0/%d/1", index))...)
			}
			event("PLACED", "PENDING", 0, 1)
			event("FILLED", "PARTIALLY_FILLED", 5, 2)
			update("OPENED", 5, 10, 2)
			w.deleteBelow(messages.TopicOrders, w.log.EndOffset(messages.TopicOrders, 0))
			event("PLACED", "PARTIALLY_FILLED", 5, 3) // with other terms
			w.nowMs += 3_600_000
			event("FILLED", "FILLED", 10, 4)
			update("MODIFIED", 10, price, 4)
		}
		if got := textsOf(t, w.live(), "positions"); (len(got) > 0) != (price != 10) {
			t.Errorf("10 at %d: found %v", price, got)
		}
	}
}
