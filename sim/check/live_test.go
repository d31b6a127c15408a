package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
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
	w.spoil["account entity"] = leaveOut
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
	wantFound(t, s, "positions")
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

// TestClosedByTheClock: a candle that a timer has closed is beyond the oracle, and so
// is what follows it in its series; what was before is not.
func TestClosedByTheClock(t *testing.T) {
	for lost, want := range map[string]bool{"": false, "update 2": true} {
		w := newWritten(t)
		w.spoil["closing"] = from("timer/0/0/0")
		w.spoil[lost] = leaveOut
		s := w.live()
		if got := lookedFor(t, s, "candles"); got != want {
			t.Errorf("%q is lost: found %v", lost, got)
		}
	}
}

// old writes a third trade, and deletes the first and the ticks and updates of the
// beginning.
func old(t *testing.T) *written {
	w := newWritten(t)
	w.spoil["again position"] = replace(`"position_id":"position"`, `"position_id":"second"`)
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
		"sell placed": "", "sell filled": "", "sell position": "", // of the next that is left: its beginning may be gone
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
