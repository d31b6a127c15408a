package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

// TestExitOfDeletedEntry: the exit of an entry whose events are deleted in their partition
// is no finding in another, of which nothing is.
func TestExitOfDeletedEntry(t *testing.T) {
	home := func(id string) int32 { return messages.HomePartition([]byte(id), 2) }
	entry, exit, cause := orderID(1, 0), "", ""
	for update := 7; exit == "" || home(exit) == home(entry); update-- {
		cause = fmt.Sprintf("indicator-updates/0/%d", update)
		exit = ident.Derive("order", user, strategy, cause, "exit/"+entry)
	}
	for _, deleted := range []bool{false, true} {
		w := newWritten(t)
		if err := w.log.AddPartitions(messages.TopicOrders, 2); err != nil {
			t.Fatal(err)
		}
		w.more = func() {
			if deleted {
				if err := w.log.DeleteRecords(messages.TopicOrders, home(entry), w.log.EndOffset(messages.TopicOrders, home(entry))); err != nil {
					t.Fatal(err)
				}
			}
			w.rejected(strategy, cause, "exit/"+entry, "SELL", symbol, 2)
		}
		s := w.subject()
		if got := textsOf(t, s, "answers"); len(got) > 0 {
			t.Errorf("deleted %t: found %v", deleted, got)
		}
		if notes := strings.Join(notesOf(checked(t, s), "answers"), "; "); strings.Contains(notes, "1 orders are believed") != deleted {
			t.Errorf("deleted %t: notes %s", deleted, notes)
		}
	}
}

// TestUnderivedAfterDeletions: an order whose id derives from nothing may be a change of an
// older one, or the exit of one that is deleted; what is neither is found for as long as a
// partition lasts.
func TestUnderivedAfterDeletions(t *testing.T) {
	const hour, days = time.Hour, 5 * 24 * time.Hour
	for name, c := range map[string]struct {
		after   time.Duration
		kind    string
		cause   string
		command string // at velox-account-commands/0/3
		found   bool
	}{
		"soon, which may be changed":             {hour, "LIMIT", later, `{}`, false},
		"long after":                             {days, "LIMIT", later, `{}`, true},
		"long after, which a command changes":    {days, "LIMIT", third, `{"modify":"whose"}`, false},
		"long after, when another is changed":    {days, "LIMIT", third, `{"modify":"another"}`, true},
		"long after, which may exit one":         {days, "MARKET", later, `{}`, false},
		"long after, by a command, like no exit": {days, "MARKET", third, `{}`, true},
	} {
		w := old(t)
		trades := w.more
		w.more = func() {
			trades()
			w.nowMs += c.after.Milliseconds()
			w.command("c", "ORDER", c.command)
			e := messages.OrderEvent{
				OrderID: "whose", StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: "PLACED",
				Order: messages.OrderDetails{TransactionType: "SELL", OrderType: c.kind, Quantity: whole(1), Price: whole(100), Status: "PENDING"},
			}
			w.put("whose", messages.TopicOrders, "whose", messages.AppendOrderEvent(nil, &e), by(accountBy, c.cause+"/0")...)
		}
		var got []Finding
		for _, f := range textsOf(t, w.live(), "answers") {
			if strings.Contains(f.Text, "derives from none") {
				got = append(got, f)
			}
		}
		if (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
