package venue

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
)

// alerts gives the account's SYSTEM alerts as "SEVERITY REASON", or with the mode that
// they tell of.
func (w *world) alerts() []string {
	var list []string
	for _, r := range w.log.CommittedRecords(messages.TopicAlerts, 0) {
		a, err := messages.DecodeAlertRecord(r)
		if err != nil {
			w.t.Fatal(err)
		}
		var data struct{ Reason, Mode string }
		if err := json.Unmarshal(a.Data, &data); err != nil {
			w.t.Fatal(err)
		}
		line := a.Severity + " " + data.Reason
		if data.Mode != "" {
			line += " " + data.Mode
		}
		list = append(list, line)
	}
	return list
}

// quiet is a world in which nothing is lost and nobody is killed.
func quiet(t *testing.T) *world {
	w := newWorld(t, 1, Options{})
	w.kill = &kill{world: w, done: make(chan struct{})}
	return w
}

// TestUnreachableVenue: while the venue can't be reached, entries are refused with
// their reason, it is asked less and less often, and one alert tells of it; then the
// account trades.
func TestUnreachableVenue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t)
		w.down.Store(true)
		w.start()
		defer w.end()
		w.command(account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "venue": "mock"})
		time.Sleep(10 * time.Second)
		refused := w.nextOrder()
		w.order("X")
		time.Sleep(100 * time.Second)
		if got := w.fates(refused); !slices.Equal(got, []string{"REJECTED"}) {
			t.Errorf("an entry meanwhile is %v", got)
		}
		if got := w.alerts(); !slices.Equal(got, []string{"ERROR VENUE_RECONCILING"}) {
			t.Errorf("alerts %v", got)
		}
		// After 0, 1, 3, 7, 15, 31, 61 and 91 s, and some milliseconds each.
		if n := w.looks.Load(); n != 8 {
			t.Errorf("asked %d times in 110 s", n)
		}
		w.command(account.CmdResume, map[string]any{}) // another question takes the place of the first
		time.Sleep(time.Second)
		w.began = time.Now().UnixMilli()
		w.down.Store(false)
		w.agrees()
		if n := w.looks.Load(); n != 10 {
			t.Errorf("asked %d times; want once for the new question, and once when the venue is there again", n-8)
		}
		taken := w.nextOrder()
		w.order("X")
		w.until("the order is sent", func() bool { sent, _ := w.x.Sendings(taken); return sent == 1 })
		if got := w.alerts(); !slices.Equal(got, []string{"ERROR VENUE_RECONCILING", "INFO COMMAND ACTIVE", "INFO RECONCILIATION"}) {
			t.Errorf("alerts %v", got)
		}
	})
}

// TestPanickingSession: a session that panics has shown nothing, and is asked again.
func TestPanickingSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t)
		w.panics.Store(true)
		w.start()
		defer w.end()
		w.command(account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "venue": "mock"})
		w.until("the account is open", func() bool { return w.takenIn() && w.state().Open })
		time.Sleep(5 * time.Second)
		if s := w.state(); !s.Reconciliation.Pending || w.looks.Load() != 3 {
			t.Errorf("after 0, 1 and 3 s it was asked %d times; entries wait: %v", w.looks.Load(), s.Reconciliation.Pending)
		}
		w.panics.Store(false)
		w.agrees()
	})
}

// TestForeignTrades: what was traded past the account halts it when a node takes it
// up, until a RESUME sets it aside or it is gone.
func TestForeignTrades(t *testing.T) {
	for _, way := range []string{"set aside", "closed"} {
		synctest.Test(t, func(t *testing.T) {
			w := quiet(t)
			w.start()
			defer w.end()
			w.command(account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "venue": "mock"})
			w.agrees()
			w.order("X")
			time.Sleep(time.Second)
			buy := account.VenueCommand{ClientOrderID: "by hand", Symbol: "Z", Quantity: decimal.FromInt(7), Side: "BUY", Kind: "MARKET"}
			whole := Match{Quantity: decimal.FromInt(7), Price: decimal.FromInt(50)}
			w.x.Take(user, buy, whole)
			w.nodes[0].stop()
			w.start()
			w.until("the account is halted", func() bool { return w.state().Mode == account.Halted })
			if got := w.alerts(); !slices.Equal(got, []string{"INFO RECONCILIATION", "CRITICAL RECONCILIATION HALTED"}) {
				t.Errorf("alerts %v", got)
			}
			refused := w.nextOrder()
			w.order("X")
			w.until("an answer to an entry", func() bool { return len(w.fates(refused)) == 1 })
			if got, why := w.fates(refused), w.state().ModeReason; !slices.Equal(got, []string{"REJECTED"}) || why != "RECONCILIATION" {
				t.Errorf("an entry is %v; halted for %s", got, why)
			}
			w.began = time.Now().UnixMilli()
			if way == "closed" {
				sell := buy
				sell.Side = "SELL"
				w.x.Take(user, sell, whole)
				w.command(account.CmdResume, map[string]any{})
			} else {
				w.command(account.CmdResume, map[string]any{"set_aside": true})
			}
			w.agrees()
			w.nodes[1].stop()
			w.start()
			w.agrees()
			if s := w.state(); s.Mode != account.Active || len(s.Reconciliation.Aside) != map[string]int{"closed": 0, "set aside": 1}[way] {
				t.Errorf("%s: %s, aside %v", way, s.Mode, s.Reconciliation.Aside)
			}
		})
	}
}
