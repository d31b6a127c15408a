package check

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// These are logs of nodes that were started again with other settings.

// opened marks an update as written at least once.
func opened(o *messages.Out) bool {
	o.Headers = append(o.Headers, messages.Header{Key: messages.HeaderOpening, Value: []byte("7")})
	return true
}

// TestGuaranteeWasChanged: updates that were written at least once, before the nodes wrote
// them exactly once, may repeat, with the same bytes.
func TestGuaranteeWasChanged(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*messages.Out) bool
		again func(*messages.Out)
		want  []string
	}{
		"written at least once":  {opened, func(*messages.Out) {}, nil},
		"written exactly once":   {func(*messages.Out) bool { return true }, func(*messages.Out) {}, []string{"doubled", "order"}},
		"repeated by the next":   {opened, func(o *messages.Out) { o.Headers = o.Headers[:len(o.Headers)-1] }, nil},
		"repeated otherwise":     {opened, func(o *messages.Out) { o.Value = []byte(strings.Replace(string(o.Value), "102", "103", 1)) }, []string{"doubled"}},
		"at least once now only": {func(*messages.Out) bool { return true }, func(o *messages.Out) { opened(o) }, []string{"doubled", "order"}},
	} {
		w := newWritten(t)
		var again messages.Out
		w.spoil["update 3"] = func(o *messages.Out) bool {
			ok := c.spoil(o)
			again = *o
			again.Headers = slices.Clone(o.Headers)
			return ok
		}
		w.more = func() {
			c.again(&again)
			w.log.Produce(again)
		}
		t.Log(name)
		wantFound(t, w.live(), c.want...)
	}
}

// aheadBy is how far tick 6 is ahead of its record in what follows.
const aheadBy = 90_000

func tickAhead(w *written) {
	w.spoil["tick 6"] = replace(fmt.Sprint(baseMs+6000), fmt.Sprint(baseMs+aheadBy))
}

// TestMaxAheadWasChanged: a tick that was too far ahead by the bound of then has a dead
// letter that says so, and one that was not has its update.
func TestMaxAheadWasChanged(t *testing.T) {
	stated := fmt.Sprintf("%s: timestamp %d is %d ms ahead of the record's %d, more than the 1m0s allowed", reasonAhead, baseMs+aheadBy, aheadBy, baseMs)
	for name, c := range map[string]struct {
		bound  int64 // of today, in ms
		letter string
		update bool // it was taken in
		want   bool
	}{
		"refused then":                         {120_000, stated, false, false},
		"refused for another distance":         {120_000, strings.Replace(stated, "90000", "90001", 1), false, true},
		"refused below the bound that it says": {120_000, strings.Replace(stated, "1m0s", "1m40s", 1), false, true},
		"refused without a distance":           {120_000, reasonAhead, false, true},
		"refused today":                        {60_000, stated, false, false},
		"taken in then":                        {60_000, "", true, false},
		"neither":                              {60_000, "", false, true},
		"both":                                 {60_000, stated, true, false}, // an update too many is of another check
		"taken in today":                       {120_000, "", true, false},
	} {
		w := newWritten(t)
		tickAhead(w)
		var value []byte
		keep := w.spoil["tick 6"]
		w.spoil["tick 6"] = func(o *messages.Out) bool { keep(o); value = o.Value; return true }
		if !c.update {
			w.spoil["update 6"] = leaveOut
		}
		w.more = func() {
			if c.letter != "" {
				d := messages.DeadLetter{
					Reason: reasonAhead, Topic: messages.TopicTicks, Offset: 6, Stage: "decode", Error: c.letter,
					Length: len(value), Hash: fmt.Sprintf("%x", sha256.Sum256(value)),
				}
				w.put("ahead", messages.TopicDeadLetters, symbol, messages.AppendDeadLetter(nil, &d), by(symbolBy, "market-data-ticks/0/6/0")...)
			}
		}
		s := w.live()
		s.MaxAhead = time.Duration(c.bound) * time.Millisecond
		if got := lookedFor(t, s, "letters"); got != c.want {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestTicksOfThenHaveUpdates: a tick that was refused by the bound of then is missed
// nowhere, and one that was taken in by it is in the candles.
func TestTicksOfThenHaveUpdates(t *testing.T) {
	w := newWritten(t)
	tickAhead(w)
	s := w.live() // its update is there, as if it had not been ahead
	s.MaxAhead = time.Minute
	f, err := read(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.ticks); n != len(prices) || f.then.taken != 1 || len(f.refused) != 1 {
		t.Errorf("%d ticks, %d of them taken in then; %d refused", n, f.then.taken, len(f.refused))
	}
}

// madeWith writes the record of a symbol shard that makes updates with some settings.
func (w *written) madeWith(settings string) {
	id := messages.ShardID{Kind: messages.SymbolShard}
	w.state("settings "+settings, id, "shard/"+id.String(), &veloxpb.ShardState{Version: 1, Settings: settings})
}

// TestSettingsWereChanged: while updates are left that may have been made with other
// settings, candles and what repeats are not held against those of now; afterwards they are.
func TestSettingsWereChanged(t *testing.T) {
	for name, spoil := range map[string]func(*written, *Subject){
		"symbols.close_grace": func(w *written, _ *Subject) { w.spoil["closing"] = from("market-data-ticks/0/6/0") },
		"symbols.emit":        func(w *written, _ *Subject) { w.spoil["update 3"] = leaveOut },
		"symbols.amend":       func(w *written, _ *Subject) { w.spoil["closing"] = replace(`"volume":5`, `"volume":6`) },
		"symbols.timeframe":   func(_ *written, s *Subject) { s.Candles.Timeframe = "1min" },
		"processing.format": func(w *written, _ *Subject) {
			w.again["update 3"] = true
			w.spoil["update 4"] = from("market-data-ticks/0/3/0")
		},
		"symbols.max_ahead": func(w *written, _ *Subject) {
			tickAhead(w)
			w.spoil["update 6"] = leaveOut // of another source than its symbol's
		},
	} {
		for when, c := range map[string]struct {
			was, is  string // settings of the shard
			laterMs  int64  // after that the rest is written
			excused  bool
			settings string
		}{
			"always the same":             {"new", "new", 0, false, "new"},
			"changed":                     {"old", "new", 0, true, "new"},
			"not known":                   {"old", "new", 0, false, ""},
			"changed long before":         {"old", "new", 3_600_000, false, "new"},
			"others than what is checked": {"old", "old", 0, true, "new"},
		} {
			w := newWritten(t)
			w.madeWith(c.was)
			w.nowMs += c.laterMs
			w.spoil["symbol record"] = shardRecord(func(s *veloxpb.ShardState) { s.Settings = c.is })
			how := &Subject{Candles: &Candles{Timeframe: "5s", AroundTheClock: func(string) bool { return true }}}
			spoil(w, how)
			s := w.live()
			s.Settings, s.Candles, s.Once = c.settings, how.Candles, false
			r := checked(t, s)
			var got []string
			for _, check := range failed(r) {
				if slices.Contains([]string{"candles", "doubled", "letters"}, check) {
					got = append(got, check)
				}
			}
			if c.excused != (len(got) == 0) {
				t.Errorf("%s, %s: found by %v", name, when, got)
			}
			noted := slices.ContainsFunc(r.Results, func(r *Result) bool {
				return slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "other settings than these") })
			})
			if noted != c.excused {
				t.Errorf("%s, %s: noted %v", name, when, noted)
			}
		}
	}
}

// TestKeepsItsTimeframe: a symbol keeps the timeframe that it began with, as its state
// says; one whose state doesn't say so must have that of the settings.
func TestKeepsItsTimeframe(t *testing.T) {
	for kept, want := range map[string]bool{"5s": false, "1min": true, "": true} {
		w := newWritten(t)
		w.spoil["symbol entity"] = func(o *messages.Out) bool {
			payload := &veloxpb.SymbolState{}
			if kept != "" {
				payload.Timeframes = []*veloxpb.TimeframeState{{Timeframe: kept}}
			}
			bytes, err := proto.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			o.Key = []byte("symbol/" + symbol)
			return saved(string(bytes))(o)
		}
		s := w.live()
		s.Candles.Timeframe = "1min"
		if got := lookedFor(t, s, "candles"); got != want {
			t.Errorf("its state has %q, it has updates of 5s alone, and must have 1min: found %v", kept, got)
		}
	}
}
