package check

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestRemovedBeforeDeletions: a strategy that was removed, and whose DEPLOY is deleted, is of
// the user whose positions its fills have changed; of one without such fills a note tells.
func TestRemovedBeforeDeletions(t *testing.T) {
	for name, c := range map[string]struct {
		deleted     int64 // commands, of which the second is the DEPLOY
		spoil       map[string]func(*messages.Out) bool
		found, note bool
	}{
		"with all updates":                 {2, nil, false, false},
		"without its updates":              {2, map[string]func(*messages.Out) bool{"buy position": leaveOut, "sell position": leaveOut}, false, true},
		"with updates of other causes":     {2, map[string]func(*messages.Out) bool{"buy position": from("indicator-updates/0/3/1"), "sell position": from("indicator-updates/0/7/1")}, true, true},
		"with one that is wrong":           {2, map[string]func(*messages.Out) bool{"buy position": replace(`"quantity":2`, `"quantity":3`)}, true, false},
		"with all updates, and the DEPLOY": {1, nil, false, false},
		"without updates, but the DEPLOY":  {1, map[string]func(*messages.Out) bool{"buy position": leaveOut, "sell position": leaveOut}, true, false},
		"nothing is deleted":               {0, map[string]func(*messages.Out) bool{"deploy": goodCommand}, true, false},
	} {
		w := newWritten(t)
		w.spoil["owner"], w.spoil["deploy"] = leaveOut, replace(`{"name":"x"}`, `{"name":"x","strategy_id":"strategy"}`)
		for record, spoil := range c.spoil {
			w.spoil[record] = spoil
		}
		w.more = func() { w.deleteBelow(messages.TopicCommands, c.deleted) }
		r := checked(t, w.live())
		notes := strings.Join(notesOf(r, "positions"), "; ")
		if found(r, "positions") != c.found || strings.Contains(notes, "nobody is left") != c.note {
			t.Errorf("%s: found %t, notes %q", name, found(r, "positions"), notes)
		}
	}
}

// TestRemovedWithoutFills: what the signals of such a strategy have come to isn't known when
// no fill says whose it was.
func TestRemovedWithoutFills(t *testing.T) {
	for deleted, want := range map[int64]bool{0: true, 2: false} {
		w := newWritten(t)
		w.spoil["owner"], w.spoil["deploy"] = leaveOut, replace(`{"name":"x"}`, `{"name":"x","strategy_id":"strategy"}`)
		if deleted == 0 {
			w.spoil["deploy"] = goodCommand
		}
		for _, record := range []string{"buy filled", "buy position", "sell filled", "sell position"} {
			w.spoil[record] = leaveOut
		}
		w.more = func() { w.deleteBelow(messages.TopicCommands, deleted) }
		if got := textsOf(t, w.live(), "answers"); (len(got) > 0) != want {
			t.Errorf("%d commands are deleted: found %v", deleted, got)
		}
	}
}
