package check

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// deleteBelow deletes what a topic holds below an offset.
func (w *written) deleteBelow(topic string, offset int64) {
	w.t.Helper()
	if err := w.log.DeleteRecords(topic, 0, offset); err != nil {
		w.t.Fatal(err)
	}
}

// TestRetentionWithinRepeats: updates that a crash has made repeat may have had originals
// that are deleted since; what comes out of order behind the first that is left had not.
func TestRetentionWithinRepeats(t *testing.T) {
	for _, c := range []struct {
		lost   string // the original of a repeat
		before int64  // what is deleted
		found  bool
	}{
		{"", 0, false},
		{"", 4, false}, // of the originals, the fifth on and the closing are left
		{"update 5", 4, true},
		{"update 3", 0, true},
		{"update 1", 4, false}, // nobody can tell
	} {
		w := newWritten(t)
		w.more = func() {
			for _, r := range w.log.Records(messages.TopicUpdates, 0) {
				if r.Offset > 0 {
					w.log.Produce(messages.Out{Topic: r.Topic, Key: r.Key, Value: r.Value, Headers: r.Headers})
				}
			}
			w.deleteBelow(messages.TopicUpdates, c.before)
		}
		if c.lost != "" {
			var lost messages.Out
			w.spoil[c.lost] = func(o *messages.Out) bool { lost = *o; return false }
			repeat := w.more
			w.more = func() { // it comes after all others, and is repeated
				w.log.Produce(lost)
				repeat()
			}
		}
		s := w.live()
		s.Once = false
		if got := lookedFor(t, s, "order"); got != c.found {
			t.Errorf("%q lost, below %d deleted: found %v", c.lost, c.before, got)
		}
	}
}

// sentBy makes a tick one of another source.
func sentBy(source string) func(*messages.Out) bool {
	return replace(`"source":"feed"`, fmt.Sprintf(`"source":%q`, source))
}

// TestSourceHasChanged: when the ticks of a symbol's earlier source are deleted, those of
// the next have no updates for as long as the symbol didn't follow it; and no longer.
func TestSourceHasChanged(t *testing.T) {
	for _, c := range []struct {
		lost  []int // updates that there are not
		found bool
	}{
		{nil, false},
		{[]int{2}, false},
		{[]int{2, 3}, false},
		{[]int{2, 3, 4}, true},
		{[]int{3}, true},
		{[]int{2, 3, 5}, true},
		{[]int{2, 3, 4, 5, 6}, true},
	} {
		w := newWritten(t)
		for i := 2; i < len(prices); i++ {
			w.spoil[fmt.Sprint("tick ", i)] = sentBy("other")
		}
		for _, i := range c.lost {
			w.spoil[fmt.Sprint("update ", i)] = leaveOut
		}
		w.more = func() { w.deleteBelow(messages.TopicTicks, 2) }
		s := w.live()
		s.Candles.Silence = 2 * time.Second
		if got := lookedFor(t, s, "candles"); got != c.found {
			t.Errorf("updates %v are not there: found %v", c.lost, got)
		}
	}
}

// TestTicksAreKeptLonger: ticks whose updates are deleted have none, even those that dead
// letters of long ago show to have been read; later ones have.
func TestTicksAreKeptLonger(t *testing.T) {
	for name, c := range map[string]struct {
		later bool // the symbol has a tick behind the first update that is left
		all   bool // updates are deleted, of other symbols, too
		found bool
	}{
		"no later tick":       {false, false, false},
		"a later tick":        {true, false, true},
		"no update is left":   {false, true, false},
		"nothing can be told": {true, true, false},
	} {
		w := newWritten(t)
		bad := []byte("{")
		w.spoil["tick 0"] = func(o *messages.Out) bool { o.Value = bad; return true }
		w.spoil["update 0"] = leaveOut
		w.more = func() {
			d := messages.DeadLetter{Reason: messages.ReasonMalformed, Topic: messages.TopicTicks, Stage: "decode", Length: 1, Hash: fmt.Sprintf("%x", sha256.Sum256(bad))}
			w.put("bad tick", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/0/0")...)
			w.deleteBelow(messages.TopicUpdates, w.log.EndOffset(messages.TopicUpdates, 0))
			w.nowMs += 3_600_000
			w.tickOf("T", true)
			w.nowMs += 3_600_000
			if c.later {
				w.tickOf(symbol, false)
			}
			if c.all {
				w.deleteBelow(messages.TopicUpdates, w.log.EndOffset(messages.TopicUpdates, 0))
			}
		}
		if got := lookedFor(t, w.live(), "candles"); got != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// tickOf writes a tick of now, with its update or without.
func (w *written) tickOf(of string, update bool) {
	k := market.Tick{Symbol: of, Exchange: "SIM", TimeMs: w.nowMs, Source: "feed", Type: "trade", Price: decimal.FromInt(1), Volume: decimal.FromInt(1)}
	at := w.log.EndOffset(messages.TopicTicks, 0)
	w.put("tick of "+of, messages.TopicTicks, of, messages.AppendTick(nil, &k))
	if update {
		u := messages.IndicatorUpdate{Symbol: of, Timeframe: "5s", TimeMs: w.nowMs, Forming: &messages.OHLCV{Open: k.Price, High: k.Price, Low: k.Price, Close: k.Price, Volume: k.Volume}}
		h := messages.TickHeader{Price: k.Price}
		w.put("update of "+of, messages.TopicUpdates, of, messages.AppendUpdate(nil, &u),
			by(symbolBy, fmt.Sprintf("market-data-ticks/0/%d/0", at), messages.Header{Key: messages.HeaderTick, Value: h.Append(nil)})...)
	}
}
