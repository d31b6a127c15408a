package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// outside tells of a position that order events of others change.
type outside struct{ ledger }

// event is one by which all that a buy has traded comes to a quantity at an average price.
func (o *outside) event(kind, id string, filled int64, average string) *messages.OrderEvent {
	e := &messages.OrderEvent{
		OrderID: id, StrategyID: strategy, Symbol: o.symbol, TimeMs: o.w.nowMs, EventType: kind,
		Order: messages.OrderDetails{TransactionType: "BUY", OrderType: "MARKET", Quantity: whole(1000), Status: kind},
	}
	if filled > 0 {
		e.Execution = &messages.Execution{AveragePrice: decimal.MustParse(average), FilledQuantity: whole(filled), ExecutionTimeMs: baseMs}
	}
	return e
}

// puts writes an event in a partition, and gives the beginning of an origin at its place.
func (o *outside) puts(partition int32, e *messages.OrderEvent, headers ...messages.Header) string {
	partition, offset := o.w.log.Produce(messages.Out{
		Topic: messages.TopicOrders, Partition: partition, Key: []byte(e.OrderID), Value: messages.AppendOrderEvent(nil, e), Headers: headers,
	})
	return fmt.Sprintf("%s/%d/%d/", messages.TopicOrders, partition, offset)
}

// takes tells that an account has taken a part in.
func (o *outside) takes(origin string, quantity int64, value string) {
	what := "MODIFIED"
	if o.book.Quantity.IsZero() {
		what = "OPENED"
	}
	o.book.Fill(whole(quantity), decimal.MustParse(value))
	o.tell(what, o.book, whole(10), origin)
}

// TestFillsThatSayNothing: a fill by others that doesn't say what was traded can't be taken
// in. It has a dead letter, and no position update is missed.
func TestFillsThatSayNothing(t *testing.T) {
	for letter, want := range map[bool][]string{true: nil, false: {"letters"}} {
		w := newWritten(t)
		w.more = func() {
			o := outside{ledger{w: w, symbol: "X"}}
			e := o.event("FILLED", "x", 5, "10")
			e.Order.TransactionType = ""
			origin := o.puts(0, e)
			if !letter {
				return
			}
			value := messages.AppendOrderEvent(nil, e)
			sum := sha256.Sum256(value)
			d := messages.DeadLetter{Reason: messages.ReasonMissing, Topic: messages.TopicOrders, Offset: 4, Stage: "decode", Length: len(value), Hash: hex.EncodeToString(sum[:])}
			w.put("of it", messages.TopicDeadLetters, "x", messages.AppendDeadLetter(nil, &d), by(accountBy, origin+"0")...)
		}
		wantFound(t, w.subject(), want...)
	}
}

// TestCancelledByOthers: that an order of others is over may tell of more that was traded of
// it, which an account takes in. When it does not, nothing is missed: an order that it
// doesn't know is not looked at.
func TestCancelledByOthers(t *testing.T) {
	for name, c := range map[string]struct {
		taken, value int64
		found        bool
	}{
		"more":          {10, 100, false},
		"not taken in":  {0, 0, false},
		"less than all": {9, 90, true},
		"at a price":    {10, 110, true},
	} {
		w := newWritten(t)
		w.more = func() {
			o := outside{ledger{w: w, symbol: "X"}}
			o.takes(o.puts(0, o.event("FILLED", "x", 10, "10"))+"0", 10, "100")
			if origin := o.puts(0, o.event("CANCELLED", "x", 20, "10")); c.taken > 0 {
				o.takes(origin+"0", c.taken, whole(c.value).String())
			}
		}
		if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// scattering is a good log whose order events have four partitions.
func scattering(t *testing.T) (*written, *outside) {
	t.Helper()
	w := newWritten(t)
	if err := w.log.AddPartitions(messages.TopicOrders, 4); err != nil {
		t.Fatal(err)
	}
	return w, &outside{ledger{w: w, symbol: "X"}}
}

// TestFillsInSeveralPartitions: others may write of an order in other partitions than its
// events before. It is in the order of what it has traded that an account has taken them in.
func TestFillsInSeveralPartitions(t *testing.T) {
	for last, want := range map[int64]bool{5: false, 6: true} {
		for name, story := range map[string]func(o *outside){
			"by others": func(o *outside) {
				o.takes(o.puts(3, o.event("FILLED", "x", 5, "10"))+"0", 5, "50")
				o.takes(o.puts(1, o.event("FILLED", "x", 10, "11"))+"0", last, "60")
			},
			"by Velox after others": func(o *outside) {
				o.takes(o.puts(3, o.event("FILLED", "x", 5, "10"))+"0", 5, "50")
				o.puts(1, o.event("FILLED", "x", 10, "11"), by(accountBy, "timer/0/1/0")...)
				o.takes("timer/0/1/1", last, "60")
			},
			"by Velox before others": func(o *outside) {
				o.puts(3, o.event("FILLED", "x", 5, "10"), by(accountBy, "timer/0/1/0")...)
				o.takes("timer/0/1/1", 5, "50")
				o.takes(o.puts(1, o.event("CANCELLED", "x", 10, "11"))+"0", last, "60")
			},
		} {
			w, o := scattering(t)
			w.more = func() { story(o) }
			if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != want {
				t.Errorf("%s, %d: found %v", name, last, got)
			}
		}
	}
}

// TestEndsInAnotherPartition: a command has its order where others wrote in another partition
// that it is over, before which nothing tells where that came.
func TestEndsInAnotherPartition(t *testing.T) {
	for placed, want := range map[bool]bool{true: false, false: true} {
		w, o := scattering(t)
		w.more = func() {
			w.command("o", "ORDER", buysTwo)
			id := orderIDOf(caused{messages.TopicPartition{Topic: messages.TopicCommands}, 3, manual}, user, "command")
			home := messages.HomePartition([]byte(id), 4)
			if home == 0 {
				t.Fatal("there is no partition before the order's")
			}
			e := o.event("PLACED", id, 0, "")
			e.StrategyID, e.Symbol, e.Order.Quantity, e.Order.Status = manual, symbol, whole(2), "PENDING"
			if placed {
				o.puts(home, e, by(accountBy, third+"/0")...)
			}
			e.EventType, e.Order.Status = "CANCELLED", "CANCELLED"
			o.puts(0, e)
		}
		if got := textsOf(t, w.subject(), "answers"); (len(got) > 0) != want {
			t.Errorf("placed %v: found %v", placed, got)
		}
	}
}

// TestLivesInSeveralPartitions: of an order of which others wrote in another partition, what
// was before is not known. Before what they wrote in the same it is.
func TestLivesInSeveralPartitions(t *testing.T) {
	for others, want := range map[int32]bool{1: true, 2: false} {
		w, o := scattering(t)
		w.more = func() {
			e := o.event("PLACED", "x", 0, "")
			e.Order.Status = "PENDING"
			o.puts(1, e, by(accountBy, "timer/0/1/0")...)
			e = o.event("CANCELLED", "x", 5, "10")
			o.puts(1, e, by(accountBy, "timer/0/2/0")...)
			o.puts(others, o.event("FILLED", "x", 5, "10"))
		}
		if got := textsOf(t, w.subject(), "orders"); (len(got) > 0) != want {
			t.Errorf("others in partition %d: found %v", others, got)
		}
	}
}

// TestClosesBetweenFills: there is to close what was traded before, wherever it is told.
func TestClosesBetweenFills(t *testing.T) {
	for quantity, want := range map[int64]bool{5: false, 6: true} {
		w, o := scattering(t)
		w.more = func() {
			o.puts(3, o.event("FILLED", "x", 5, "10"))
			w.nowMs += 3_600_000
			w.rejected(strategy, later, "close/1", "SELL", "X", quantity)
			w.nowMs += 3_600_000
			o.puts(1, o.event("FILLED", "x", 10, "10"))
		}
		if got := textsOf(t, w.subject(), "answers"); (len(got) > 0) != want {
			t.Errorf("%d: found %v", quantity, got)
		}
	}
}

// TestCoarseAverages: an average may be so coarse that what it adds seems to be worth nothing.
// The account then reckons with what rounding explains, so that the next part is worth
// another amount than the averages say.
func TestCoarseAverages(t *testing.T) {
	for name, c := range map[string]struct {
		story func(o *outside)
		found bool
	}{
		"by others": {func(o *outside) {
			o.takes(o.puts(0, o.event("FILLED", "x", 110, "9.95"))+"0", 9, "93.59")
			o.takes(o.puts(0, o.event("FILLED", "x", 120, "10"))+"0", 10, "105.5")
		}, false},
		"by Velox": {func(o *outside) {
			o.puts(0, o.event("FILLED", "x", 110, "9.95"), by(accountBy, "timer/0/1/0")...)
			o.takes("timer/0/1/1", 9, "93.59")
			o.takes(o.puts(0, o.event("FILLED", "x", 120, "10"))+"0", 10, "105.5")
		}, false},
		"twice": {func(o *outside) {
			o.takes(o.puts(0, o.event("FILLED", "x", 102, "9.81"))+"0", 1, "0.73") // less than 1000.91, as the account has it
			o.takes(o.puts(0, o.event("FILLED", "x", 110, "9.95"))+"0", 8, "92.86")
		}, false},
		"otherwise after that": {func(o *outside) {
			o.takes(o.puts(0, o.event("FILLED", "x", 110, "9.95"))+"0", 9, "93.59")
			o.takes(o.puts(0, o.event("FILLED", "x", 120, "10"))+"0", 10, "106.5")
		}, true},
	} {
		w := newWritten(t)
		w.more = func() {
			o := &outside{ledger{w: w, symbol: "X"}}
			o.takes(o.puts(0, o.event("FILLED", "x", 100, "10"))+"0", 100, "1000")
			o.takes(o.puts(0, o.event("FILLED", "x", 101, "9.9"))+"0", 1, "0.91")
			c.story(o)
		}
		if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestWrittenAgain: a fill that was taken in, and is deleted, changes nothing when others
// write it again: the account knows its order from before. One that it has only just come to
// know should have been told of.
func TestWrittenAgain(t *testing.T) {
	for name, c := range map[string]struct {
		since  time.Duration // the good log it is that the account has known the order
		filled int64         // as it knows
		kept   bool          // nothing is deleted
		found  bool
	}{
		"from before":                  {0, 5, false, false},
		"from before, with more":       {0, 6, false, false},
		"from before, with less":       {0, 4, false, true},
		"not at all":                   {0, 0, false, true},
		"from then":                    {8*24*time.Hour + time.Hour, 5, false, true},
		"from before, nothing deleted": {0, 5, true, true},
	} {
		w := newWritten(t)
		finished := ""
		if c.filled > 0 {
			finished = fmt.Sprintf(`{"id":"x","status":"PARTIALLY_FILLED","filled_quantity":%d,"placed_ms":%d}`, c.filled, baseMs+c.since.Milliseconds())
		}
		w.spoil["account entity"] = saved(`{"version":3,"user_id":"u","symbols":[{"name":"S","net":{"quantity":0}}],"finished":[` + finished + `]}`)
		w.more = func() {
			o := outside{ledger{w: w, symbol: "X"}}
			w.nowMs = baseMs + (8 * 24 * time.Hour).Milliseconds()
			o.puts(0, o.event("PLACED", "y", 0, ""))
			if !c.kept {
				w.deleteBelow(messages.TopicOrders, 4)
			}
			w.nowMs += time.Hour.Milliseconds()
			o.puts(0, o.event("FILLED", "x", 5, "10"))
		}
		if got := textsOf(t, w.live(), "positions"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestBegunInAnotherPartition: what an order had traded by the first event that is left of
// it counts, where others told of more in another partition.
func TestBegunInAnotherPartition(t *testing.T) {
	for taken, want := range map[int64]bool{5: false, 6: true} {
		w, o := scattering(t)
		w.more = func() {
			o.puts(3, o.event("PLACED", "y", 0, ""))
			w.nowMs += time.Hour.Milliseconds()
			e := o.event("PLACED", "x", 5, "10")
			e.Order.Status = "PARTIALLY_FILLED"
			o.puts(3, e, by(accountBy, "timer/0/1/0")...)
			if err := w.log.DeleteRecords(messages.TopicOrders, 3, w.log.EndOffset(messages.TopicOrders, 3)-1); err != nil {
				t.Fatal(err)
			}
			w.nowMs += time.Hour.Milliseconds()
			o.takes(o.puts(1, o.event("FILLED", "z", 1, "10"))+"0", 1, "10") // is believed
			o.takes(o.puts(1, o.event("FILLED", "x", 10, "10"))+"0", taken, whole(10*taken).String())
		}
		if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != want {
			t.Errorf("%d taken: found %v", taken, got)
		}
	}
}

// TestToldElsewhereBefore: a fill that others told of in another partition was taken in before
// the first event that is left in the order's own, which knows of it.
func TestToldElsewhereBefore(t *testing.T) {
	for _, filled := range []int64{3, 5} { // of 5
		w, o := scattering(t)
		w.more = func() {
			o.puts(3, o.event("PLACED", "y", 0, ""))
			w.nowMs += time.Hour.Milliseconds()
			if err := w.log.DeleteRecords(messages.TopicOrders, 3, w.log.EndOffset(messages.TopicOrders, 3)); err != nil {
				t.Fatal(err)
			}
			o.puts(3, o.event("PLACED", "z", 0, ""))
			w.nowMs += time.Hour.Milliseconds()
			o.takes(o.puts(1, o.event("FILLED", "z", 1, "10"))+"0", 1, "10") // is believed
			nothing := o.event("CANCELLED", "x", 5, "10")
			nothing.Execution.FilledQuantity = whole(0)
			o.tell("MODIFIED", o.book, whole(10), o.puts(1, nothing)+"0") // of another order that goes on
			o.takes(o.puts(1, o.event("FILLED", "x", filled, "10"))+"0", filled, whole(10*filled).String())
			e := o.event("PLACED", "x", 5, "10")
			e.Order.Status = "PARTIALLY_FILLED"
			o.puts(3, e, by(accountBy, "timer/0/1/0")...)
		}
		if got := textsOf(t, w.subject(), "positions"); len(got) > 0 {
			t.Errorf("%d filled: found %v", filled, got)
		}
	}
}

// TestLivesAfterOthers: others don't tell all of an order, also where theirs is the first
// event that is left of it.
func TestLivesAfterOthers(t *testing.T) {
	w := newWritten(t)
	w.more = func() {
		o := outside{ledger{w: w, symbol: "X"}}
		o.puts(0, o.event("FILLED", "x", 5, "10"))
		w.deleteBelow(messages.TopicOrders, 4)
		e := o.event("FILLED", "x", 8, "10")
		e.Order.Status = "PARTIALLY_FILLED"
		o.puts(0, e, by(accountBy, "timer/0/1/0")...)
	}
	if got := textsOf(t, w.subject(), "orders"); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}
