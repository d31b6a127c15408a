package actors

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// slowVenue takes 100 ms for everything, and notes when it was asked.
type slowVenue struct {
	deafVenue
	began time.Time
	asked []string
}

func (v *slowVenue) Venue(string, string) (Venue, bool) { return v, true }

func (v *slowVenue) note(c account.VenueCommand, kind order.ReportKind) order.Report {
	v.asked = append(v.asked, fmt.Sprintf("%s %v", c.ClientOrderID, time.Since(v.began)))
	time.Sleep(100 * time.Millisecond)
	return order.Report{OrderID: c.ClientOrderID, Kind: kind}
}

func (v *slowVenue) Send(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	if c.ClientOrderID == "late" {
		return order.Report{Kind: order.ReportNotSent}
	}
	return v.note(c, order.ReportAccepted)
}

func (v *slowVenue) Cancel(_ context.Context, c account.VenueCommand) order.Report {
	return v.note(c, order.ReportCancelled)
}

func (v *slowVenue) Change(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return v.note(c, order.ReportChanged)
}

// TestPaceOfOrders: however many orders are committed at once, a venue gets no more
// of them in a second of the wall clock than the account's limit; what can't be sent
// before its deadline is not sent, and says why.
func TestPaceOfOrders(t *testing.T) {
	send, change, cancel := account.VenueSend, account.VenueChange, account.VenueCancel
	type call struct {
		id     string
		action account.VenueAction
		most   int64
	}
	for name, c := range map[string]struct {
		age   time.Duration // of the session
		calls []call
		want  string // what the venue was asked, and when
		not   string // what was not sent
	}{
		"no limit": {0, []call{{"1", send, 0}, {"2", send, 0}, {"3", send, 0}}, "1 0s, 2 100ms, 3 200ms", ""},
		"a limit": {
			time.Minute,
			[]call{{"1", send, 2}, {"2", send, 2}, {"3", send, 2}, {"4", send, 2}, {"5", send, 2}, {"6", send, 2}},
			"1 0s, 2 100ms, 3 1.1s, 4 1.2s", "5 6",
		},
		"a former owner may have sent as many":                      {300 * time.Millisecond, []call{{"1", send, 2}, {"2", send, 2}}, "1 700ms, 2 800ms", ""},
		"changes count, and wait, as long as their deadline allows": {time.Minute, []call{{"1", send, 1}, {"2", change, 1}, {"3", change, 1}, {"4", send, 1}}, "1 0s, 2 1.1s", "3 4"},
		"cancels don't":             {time.Minute, []call{{"1", send, 1}, {"1", cancel, 1}, {"2", send, 1}, {"2", cancel, 1}}, "1 0s, 1 100ms, 2 1.1s, 2 1.2s", ""},
		"what was not sent doesn't": {time.Minute, []call{{"late", send, 1}, {"2", send, 1}}, "2 0s", "late"},
		"a limit that is new":       {time.Minute, []call{{"1", send, 0}, {"2", send, 5}}, "1 0s, 2 1.1s", ""},
		"a limit that is lowered":   {time.Minute, []call{{"1", send, 3}, {"2", send, 3}, {"3", send, 1}}, "1 0s, 2 100ms, 3 1.2s", ""},
		"a limit that is raised":    {time.Minute, []call{{"1", send, 1}, {"2", send, 3}, {"3", send, 3}}, "1 0s, 2 100ms, 3 200ms", ""},
		"an exit doesn't wait for entries": {
			time.Minute,
			[]call{{"1", send, 1}, {"2", send, 1}, {"3", send, 1}, {"4", change, 1}, {"exit", send, 1}},
			"exit 0s, 1 1.1s", "2 3 4",
		},
		"an exit waits for the cancel before it": {
			time.Minute,
			[]call{{"1", send, 1}, {"old", cancel, 1}, {"exit", send, 1}, {"1", cancel, 1}},
			"old 0s, exit 100ms, 1 1.2s, 1 1.3s", "",
		},
		"exits stay in order": {time.Minute, []call{{"1", send, 1}, {"exit", send, 1}, {"exit2", send, 1}}, "exit 0s, exit2 1.1s", "1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			venue := &slowVenue{began: time.Now().Add(c.age)}
			s := newSessions(&shard{config: &Config{Clock: wall{}, Venues: venue}})
			defer s.close()
			p := &pace{full: time.Now()}
			time.Sleep(c.age)
			var not []string
			waiting, calls := line{}, make(chan timedCall, len(c.calls))
			for _, one := range c.calls {
				command := account.VenueCommand{Action: one.action, ClientOrderID: one.id, PerSecond: one.most}
				if one.action != cancel {
					command.Deadline, command.Exit = account.SendDeadline, strings.HasPrefix(one.id, "exit")
				}
				calls <- timedCall{venueCall{"ann", command}, venue.began}
			}
			for range c.calls {
				one, _ := s.wait(p, &waiting, calls)
				id, r := one.command.ClientOrderID, s.paced(p, one)
				if changeUnsent(one.command, &r); r.Kind == order.ReportNotSent || r.Kind == order.ReportUnchanged {
					not = append(not, id)
				}
				if id == "5" && !strings.Contains(r.Detail, "orders_per_second is 2,") {
					t.Errorf("%s: not sent because %q", name, r.Detail)
				}
			}
			if got := strings.Join(venue.asked, ", "); got != c.want || strings.Join(not, " ") != c.not {
				t.Errorf("%s: the venue was asked %q, want %q; not sent %q, want %q", name, got, c.want, not, c.not)
			}
		})
	}
}

// TestPaceEndsWithItsSession: who waits for his turn doesn't keep a shard.
func TestPaceEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		venue := &slowVenue{began: time.Now()}
		s := newSessions(&shard{config: &Config{Clock: wall{}, Venues: venue}})
		var ok bool
		s.work.Go(func() {
			calls := make(chan timedCall, 1)
			calls <- timedCall{venueCall{"ann", account.VenueCommand{Action: account.VenueSend, PerSecond: 1, Deadline: account.SendDeadline}}, time.Now()}
			_, ok = s.wait(&pace{full: time.Now()}, &line{}, calls)
		})
		synctest.Wait()
		s.close()
		if ok || len(venue.asked) > 0 {
			t.Errorf("a call was given, the venue was asked %q", venue.asked)
		}
	})
}

// TestExitComesWhileEntriesWait: an exit that is asked for later than entries that wait
// for their turn takes the next one, and a full line is not made longer.
func TestExitComesWhileEntriesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		venue := &slowVenue{began: time.Now()}
		s := newSessions(&shard{config: &Config{Clock: wall{}, Venues: venue}})
		defer s.close()
		call := func(id string, exit bool) timedCall {
			return timedCall{venueCall{"ann", account.VenueCommand{
				Action: account.VenueSend, ClientOrderID: id, PerSecond: 1, Deadline: account.SendDeadline, Exit: exit,
			}}, time.Now()}
		}
		waiting, calls := line{}, make(chan timedCall, 2*sessionQueue)
		for i := range sessionQueue - 1 {
			calls <- call(fmt.Sprint(i), false)
		}
		s.work.Go(func() {
			time.Sleep(500 * time.Millisecond)
			calls <- call("exit", true)
			calls <- call("another", false)
		})
		c, ok := s.wait(&pace{full: time.Now()}, &waiting, calls)
		if !ok || c.command.ClientOrderID != "exit" || time.Since(venue.began) != time.Second {
			t.Errorf("%q after %v, want the exit after 1s", c.command.ClientOrderID, time.Since(venue.began))
		}
		if len(waiting) != sessionQueue-1 || len(calls) != 1 {
			t.Errorf("%d in the line and %d besides, want %d and 1", len(waiting), len(calls), sessionQueue-1)
		}
	})
}
