package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestPositionsByTheirUpdates: what a position update says beside its numbers is what has
// become of the position.
func TestPositionsByTheirUpdates(t *testing.T) {
	with := func(record, from, to string) func(w *written) {
		return func(w *written) { w.spoil[record] = replace(from, to) }
	}
	nth := func(n int, from, to string) func(w *written) { return with(fmt.Sprint("F ", n), from, to) }
	for name, c := range map[string]struct {
		spoil func(w *written)
		want  string
	}{
		"as it must be":                 {func(*written) {}, ""},
		"opened, told as modified":      {with("buy position", `"OPENED"`, `"MODIFIED"`), "MODIFIED, and none is open"},
		"opened by another id":          {with("buy position", `"position_id":"position"`, `"position_id":"other"`), "CLOSED as position, and other is open"},
		"closed by another id":          {with("sell position", `"position_id":"position"`, `"position_id":"other"`), "CLOSED as other, and position is open"},
		"closed without having opened":  {func(w *written) { w.spoil["buy position"] = leaveOut }, "CLOSED, and none is open"},
		"open with the status CLOSED":   {with("buy position", `"status":"OPEN"`, `"status":"CLOSED"`), "OPENED with status \"CLOSED\""},
		"closed with the status OPEN":   {with("sell position", `"status":"CLOSED"`, `"status":"OPEN"`), "CLOSED with status \"OPEN\""},
		"modified, told as opened":      {nth(2, `"MODIFIED"`, `"OPENED"`), "OPENED, and one is open"},
		"modified by another id":        {nth(2, `"F-1"`, `"F-0"`), "MODIFIED as F-0, and F-1 is open"},
		"turned, and closed by another": {nth(3, `"F-1"`, `"F-2"`), "CLOSED as F-2, and F-1 is open"},
		"turned, and of the same id":    {nth(4, `"F-2"`, `"F-1"`), "OPENED as F-1, which is closed"},
		"turned, without being closed": {func(w *written) {
			w.spoil["F 3"] = leaveOut
			w.spoil["F 4"] = inTurn(replace(`"OPENED"`, `"MODIFIED"`), replace(`"F-2"`, `"F-1"`))
		}, "MODIFIED, and the one that is open has another side"},
	} {
		both(t, func() *written {
			w := newWritten(t)
			c.spoil(w)
			w.more = func() {
				n := 0
				w.spoil["position"] = func(o *messages.Out) bool {
					n++
					change := w.spoil[fmt.Sprint("F ", n)]
					return change == nil || change(o)
				}
				l := ledger{w: w, symbol: "F"}
				l.fill(whole(2), whole(100))
				l.fill(whole(1), whole(100))
				l.fill(whole(-5), whole(101))
				l.fill(whole(2), whole(102))
			}
			return w
		}, func(t *testing.T, s *Subject) {
			got := textsOf(t, s, "positions")
			if (len(got) > 0) != (c.want != "") || c.want != "" && !strings.Contains(got[0].Text, c.want) {
				t.Errorf("%s: found %v", name, got)
			}
		})
	}
}

// TestPositionsOfDeletedBeginning: of a position whose first updates may be deleted the first
// that is left is believed, whatever is deleted of its fills, and those behind it are not.
func TestPositionsOfDeletedBeginning(t *testing.T) {
	for _, again := range []string{"second", "position"} { // which is the one that is closed
		w := old(t)
		trades := w.more
		w.more = func() {
			trades()
			w.deleteBelow(messages.TopicOrders, w.log.EndOffset(messages.TopicOrders, 0))
		}
		w.spoil["again position"] = replace(`"position_id":"position"`, fmt.Sprintf(`"position_id":%q`, again))
		if got := textsOf(t, w.live(), "positions"); (len(got) > 0) != (again == "position") {
			t.Errorf("%s is opened: found %v", again, got)
		}
	}
}
