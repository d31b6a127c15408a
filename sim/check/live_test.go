package check

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/sim/memlog"
)

// live gives a log as a cluster's, which may run on.
func (w *written) live() *Subject {
	s := w.subject()
	s.Live, s.Settled = true, false
	return s
}

// wantFound checks a log and wants these checks, and no others, to find something.
func wantFound(t *testing.T, s *Subject, want ...string) *Report {
	t.Helper()
	r := checked(t, s)
	if got := failed(r); !slices.Equal(got, want) {
		var text strings.Builder
		if err := r.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		t.Errorf("found by %v, want %v:\n%s", got, want, text.String())
	}
	return r
}

// at sets the frontier of a shard record in one input.
func at(topic string, next int64) func(*veloxpb.ShardState) {
	return func(s *veloxpb.ShardState) {
		for _, ps := range [][]*veloxpb.Position{s.Frontier, s.SafeFrontier} {
			for _, p := range ps {
				if p.Topic == topic {
					p.Next = next
				}
			}
		}
	}
}

// halfway is a log whose account shard stood at the buy when its state was read, and
// had gone on when its outputs were: the sell's are there, or a part of them.
func halfway(t *testing.T) *written {
	w := newWritten(t)
	w.spoil["account record"] = shardRecord(at(messages.TopicUpdates, 4)) // the sell's cause is at 4
	w.spoil["account entity"] = func(o *messages.Out) bool {
		return saved(long)(o) && entity(func(e *veloxpb.EntityState) {
			for _, p := range e.Frontier {
				p.Next = min(p.Next, 4)
			}
		})(o)
	}
	return w
}

// TestCut: what a shard put out after its state was read does not count, wherever the
// reading of the partitions went through its commits.
func TestCut(t *testing.T) {
	outputs := []string{"sell signal", "sell placed", "sell filled", "sell position"}
	for some := range 1 << len(outputs) {
		w := halfway(t)
		for i, name := range outputs {
			if some>>i&1 == 1 {
				w.spoil[name] = leaveOut
			}
		}
		s := w.live()
		s.Published = nil
		wantFound(t, s)
	}
	w := halfway(t)
	w.spoil["buy position"] = leaveOut
	s := w.live()
	s.Published = nil
	wantFound(t, s, "accounts", "positions")
}

// lookedFor tells whether a check has found something.
func lookedFor(t *testing.T, s *Subject, name string) bool {
	t.Helper()
	return slices.Contains(failed(checked(t, s)), name)
}

// TestCutOfSymbols: ticks and updates count up to the frontier of their shard.
func TestCutOfSymbols(t *testing.T) {
	for next, want := range map[int64]bool{3: false, 6: true} {
		w := newWritten(t)
		w.spoil["symbol record"] = shardRecord(at(messages.TopicTicks, next))
		w.spoil["update 3"] = leaveOut
		if got := lookedFor(t, w.live(), "candles"); got != want {
			t.Errorf("update 3 is lost, the frontier at %d: found %v, want %v", next, got, want)
		}
	}
}

// TestBeganInTheMiddle: ticks from before the first that has an update are those from
// before Velox began to read.
func TestBeganInTheMiddle(t *testing.T) {
	w := newWritten(t)
	w.before = 2
	wantFound(t, w.live())
	w = newWritten(t)
	w.before = 2
	w.spoil["update 1"] = leaveOut
	if !lookedFor(t, w.live(), "candles") {
		t.Error("a lost update is not found behind such ticks")
	}
}

// struck makes a record one that a timer has caused, with what it says of itself.
func struck(at, told string) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		o.Headers = append(o.Headers, messages.Header{Key: messages.HeaderTold, Value: []byte(told)})
		if at != "" {
			o.Headers = append(o.Headers, messages.Header{Key: messages.HeaderStruck, Value: []byte(at)})
		}
		return from("timer/0/0/0")(o)
	}
}

// TestClosedByTheClock: a timer has closed a candle, at the place and with the time that
// its update says. Nothing is found then, and what is wrong is, before it and behind.
func TestClosedByTheClock(t *testing.T) {
	end := strconv.FormatInt(baseMs+5000, 10)
	for name, c := range map[string]struct {
		at, told string
		spoil    map[string]func(*messages.Out) bool
		found    bool
	}{
		"as it must be":                     {at: "5", told: end},
		"it told of more":                   {at: "5", told: strconv.FormatInt(baseMs+9999, 10)},
		"an update before is lost":          {at: "5", told: end, spoil: map[string]func(*messages.Out) bool{"update 2": leaveOut}, found: true},
		"an update behind is lost":          {at: "5", told: end, spoil: map[string]func(*messages.Out) bool{"update 6": leaveOut}, found: true},
		"a candle behind is wrong":          {at: "5", told: end, spoil: map[string]func(*messages.Out) bool{"update 6": replace(`"high":105`, `"high":106`)}, found: true},
		"before a tick that came before":    {at: "4", told: end, found: true},
		"behind a tick that came after":     {at: "6", told: end, found: true},
		"before the candle was due":         {at: "5", told: strconv.FormatInt(baseMs+4999, 10), found: true},
		"what makes the ticks behind late":  {at: "5", told: strconv.FormatInt(baseMs+10_000, 10), found: true},
		"it doesn't say where it struck":    {told: end, found: true},
		"it doesn't say what it has closed": {at: "5", told: "x", found: true},
	} {
		w := newWritten(t)
		w.spoil["closing"] = struck(c.at, c.told)
		for record, how := range c.spoil {
			w.spoil[record] = how
		}
		if got := lookedFor(t, w.live(), "candles"); got != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestTimersAgree: what one timer has caused says the same of it, and of two timers the
// later one doesn't stand before the other.
func TestTimersAgree(t *testing.T) {
	end := strconv.FormatInt(baseMs+5000, 10)
	for name, c := range map[string]struct {
		origin, at, told string
		found            bool
	}{
		"the same":        {"timer/0/0/1", "5", end, false},
		"another place":   {"timer/0/0/1", "7", end, true},
		"another time":    {"timer/0/0/1", "5", end + "0", true},
		"the next":        {"timer/0/1/0", "7", end, false},
		"the next before": {"timer/0/1/0", "3", end, true},
	} {
		w := newWritten(t)
		w.spoil["closing"] = struck("5", end)
		f, err := read(w.subject(), nil)
		if err != nil {
			t.Fatal(err)
		}
		closing := slices.IndexFunc(f.updates, func(v valueFact) bool { return v.origin.Topic == messages.TimerTopic })
		again, record := *f.updates[closing].mark, *f.updates[closing].record
		if again.origin, err = messages.ParseOrigin(c.origin); err != nil {
			t.Fatal(err)
		}
		record.Headers = []messages.Header{{Key: messages.HeaderTold, Value: []byte(c.told)}, {Key: messages.HeaderStruck, Value: []byte(c.at)}}
		f.updates, f.truncated = append(f.updates, valueFact{&again, &record}), true // their order is another test's
		var out Result
		if f.timers(&out); (out.Found > 0) != c.found {
			t.Errorf("%s: found %v", name, out.First)
		}
	}
}

// old writes a third trade, and deletes the first and the ticks and updates of the
// beginning.
func old(t *testing.T) *written {
	w := newWritten(t)
	w.spoil["again position"] = replace(`"position_id":"position"`, `"position_id":"second"`)
	w.spoil["account entity"] = saved(long)
	w.more = func() {
		w.trade("again", "BUY", "OPENED", 6, 7, 105)
		for topic, before := range map[string]int64{
			messages.TopicSignals: 1, messages.TopicOrders: 2, messages.TopicPositions: 1, messages.TopicTicks: 2, messages.TopicUpdates: 1,
		} {
			if err := w.log.DeleteRecords(topic, 0, before); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

// TestDeleted: what retention has deleted is not missed, nor what may belong to it, and
// the report says so; what is gone of the rest is.
func TestDeleted(t *testing.T) {
	r := wantFound(t, old(t).live())
	notes := 0
	for _, result := range r.Results {
		notes += len(result.Notes)
	}
	if notes < 4 {
		t.Errorf("%d notes", notes)
	}
	for lost, check := range map[string]string{
		"sell placed": "", "sell position": "", // of the next that is left: its beginning may be gone
		"sell filled":  "accounts", // what is left says that it is open
		"again placed": "answers", "again filled": "positions", "again position": "positions", "update 4": "candles",
	} {
		w := old(t)
		w.spoil[lost] = leaveOut
		got := failed(checked(t, w.live()))
		if check != "" && !slices.Contains(got, check) || check == "" && len(got) > 0 {
			t.Errorf("%s is lost: found by %v, want %q", lost, got, check)
		}
	}
	w := newWritten(t)
	w.spoil["buy placed"] = leaveOut
	if !lookedFor(t, w.live(), "answers") {
		t.Error("with nothing deleted, what is lost at the beginning is not found")
	}
}

// TestDeletedBeforeTakenIn: what a shard has not taken in and retention has deleted is
// lost, whether the log has settled or not.
func TestDeletedBeforeTakenIn(t *testing.T) {
	for before, want := range map[int64]bool{3: false, 4: true} {
		w := newWritten(t)
		w.spoil["symbol record"] = shardRecord(at(messages.TopicTicks, 3))
		w.spoil["symbol entity"] = leaveOut
		w.more = func() {
			if err := w.log.DeleteRecords(messages.TopicTicks, 0, before); err != nil {
				t.Fatal(err)
			}
		}
		s := w.live()
		s.Published = nil
		if got := lookedFor(t, s, "frontiers"); got != want {
			t.Errorf("taken in up to 3, deleted below %d: found %v", before, got)
		}
	}
}

// TestSettledOutputs: what a log that has settled holds of a shard lies below its
// frontier; while nodes run, it may have come after the state that was read.
func TestSettledOutputs(t *testing.T) {
	for _, settled := range []bool{false, true} {
		w := newWritten(t)
		w.spoil["account record"] = shardRecord(at(messages.TopicUpdates, 4))
		w.spoil["account entity"] = leaveOut
		s := w.live()
		s.Settled, s.Published = settled, nil
		found := false
		for _, result := range checked(t, s).Results {
			for _, f := range result.First {
				found = found || strings.Contains(f.Text, "beyond its frontier")
			}
		}
		if found != settled {
			t.Errorf("settled %t, a signal beyond its shard's frontier is found: %t", settled, found)
		}
	}
}

// TestNothingSettled: where there is no record, no shard has anything to begin with.
func TestNothingSettled(t *testing.T) {
	c := memlog.New(memlog.Options{})
	for _, topic := range append([]string{messages.StateTopic(messages.SymbolShard), messages.StateTopic(messages.AccountShard)}, eventTopics...) {
		if err := c.CreateTopic(topic, 2, memlog.TopicOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s := &Subject{View: Memory(c), Settled: true, Live: true}
	wantFound(t, s)
	c.Produce(messages.Out{Topic: messages.TopicTicks, Key: []byte("A"), Value: []byte("{}")})
	if !lookedFor(t, s, "frontiers") {
		t.Error("a tick that no shard is there for is not found")
	}
}

// TestSettledLive: all that stands in a cluster's inputs must be taken in; marks behind
// the last record need not.
func TestSettledLive(t *testing.T) {
	for next, want := range map[int64]bool{7: false, 6: true} {
		w := newWritten(t)
		w.more = func() { w.log.Begin().Abort() }
		w.spoil["symbol record"] = shardRecord(at(messages.TopicTicks, next))
		w.spoil["symbol entity"] = leaveOut
		s := w.live()
		s.Settled, s.Published = true, nil
		if got := lookedFor(t, s, "frontiers"); got != want {
			t.Errorf("taken in up to %d of 7: found %v", next, got)
		}
	}
}
