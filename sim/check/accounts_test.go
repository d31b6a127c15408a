package check

import (
	"slices"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestAccounts: what an account's state holds and has open is what its last events say,
// however much of these is lost.
func TestAccounts(t *testing.T) {
	sell := orderID(4, 0)
	open := func(status, filled string) string {
		return `{"symbols":[{"name":"S","net":{"quantity":2},"orders":[{"id":"` + sell + `","status":"` + status + `","filled_quantity":` + filled + `}]}]}`
	}
	ended := []string{"sell filled", "sell position"}
	for name, c := range map[string]struct {
		lost  []string
		state string
		found bool
	}{
		"as it must be":                      {state: flat},
		"the last fill and its position":     {lost: ended, state: flat, found: true},
		"the same, as if it was never":       {lost: ended, state: open("PENDING", "0")},
		"the last position":                  {lost: []string{"sell position"}, state: flat, found: true},
		"another status":                     {lost: ended, state: open("OPEN", "0"), found: true},
		"a part that no event tells of":      {lost: ended, state: open("PENDING", "1"), found: true},
		"an order that no event tells of":    {lost: append([]string{"sell placed"}, ended...), state: open("PENDING", "0"), found: true},
		"a position that no update tells of": {state: `{"symbols":[{"name":"T","net":{"quantity":5}}]}`, found: true},
		"no position where one is":           {lost: append([]string{"sell placed"}, ended...), state: flat, found: true},
	} {
		both(t, func() *written {
			w := onPaper(newWritten(t))
			for _, record := range c.lost {
				w.spoil[record] = leaveOut
			}
			w.spoil["account entity"] = saved(c.state)
			return w
		}, func(t *testing.T, s *Subject) {
			if got := lookedFor(t, s, "accounts"); got != c.found {
				t.Errorf("%s: found %v", name, got)
			}
		})
	}
}

// TestOrdersOfTwoUsers: when two users have deployed one strategy in the same moment, an
// order is of the one that its id derives from, whoever was the last to say that he has it.
func TestOrdersOfTwoUsers(t *testing.T) {
	both(t, func() *written {
		w := onPaper(newWritten(t))
		w.more = func() {
			w.put("second owner", messages.TopicStrategies, strategy,
				messages.AppendStrategyOwner(nil, &messages.StrategyOwner{StrategyID: strategy, UserID: "another"}), by(accountBy, "velox-account-commands/0/1/1")...)
		}
		return w
	}, func(t *testing.T, s *Subject) {
		got := failed(checked(t, s))
		for _, name := range []string{"accounts", "positions"} {
			if slices.Contains(got, name) {
				t.Errorf("found by %s", name)
			}
		}
	})
}

// TestPlaceOfAPosition: a position that disagrees is named by its account and symbol, for
// on a log that runs on its last update is another one at the next reading.
func TestPlaceOfAPosition(t *testing.T) {
	w := newWritten(t)
	w.spoil["account entity"] = saved(long)
	if got := textsOf(t, w.subject(), "accounts"); len(got) != 1 || got[0].Where != "account u in S" {
		t.Errorf("%v", got)
	}
}

// TestOrdersOfNoState: an order that is open, of an account that has no state, is found.
func TestOrdersOfNoState(t *testing.T) {
	for name, c := range map[string]struct {
		lost  []string
		found bool
	}{
		"open":           {[]string{"buy filled", "sell placed", "sell filled"}, true},
		"all have ended": {nil, false},
	} {
		w := newWritten(t)
		for _, record := range append(c.lost, "account entity", "buy position", "sell position") {
			w.spoil[record] = leaveOut
		}
		if got := textsOf(t, w.subject(), "accounts"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
