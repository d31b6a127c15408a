package venue

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

var d = decimal.MustParse

func command(id string, quantity string) account.VenueCommand {
	return account.VenueCommand{ClientOrderID: id, Symbol: "X", Side: order.Buy, Kind: order.Limit, Quantity: d(quantity), Price: d("100")}
}

func terms(quantity, price string) order.Terms {
	return order.Terms{Kind: order.Limit, Quantity: d(quantity), Price: d(price)}
}

// TestRepeats: what a second order under one id is depends on the sort of venue, and
// is counted.
func TestRepeats(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		orders  int
		doubled []string
	}{
		"drops repeats": {Options{Deduplicates: true}, 1, nil},
		"takes them":    {Options{}, 2, []string{"a"}},
	} {
		x := New(c.options)
		for range 2 {
			x.Sent("a")
			if r := x.Take("ann", command("a", "5"), Match{Quantity: d("2"), Price: d("99")}); r.Kind != order.ReportFill || r.FilledQuantity != d("2") {
				t.Errorf("%s: answered with %+v", name, r)
			}
		}
		sent, made := x.Sendings("a")
		if n := len(x.Orders("ann")); n != c.orders || sent != 2 || made != c.orders || !slices.Equal(x.Doubled(), c.doubled) || !slices.Equal(x.Resent(), []string{"a"}) {
			t.Errorf("%s: %d orders, sent %d, made %d, doubled %v, sent again %v", name, n, sent, made, x.Doubled(), x.Resent())
		}
	}
}

// TestShown: the book has what is open, the trades all that was traded, the positions
// their sum; client order ids only where they are shown.
func TestShown(t *testing.T) {
	for _, hides := range []bool{false, true} {
		x := New(Options{HidesIDs: hides})
		x.Take("ann", command("a", "5"), Match{Quantity: d("2"), Price: d("99")})
		x.Take("ann", command("b", "3"), Match{Quantity: d("3"), Price: d("100")})
		x.Take("ann", command("c", "1"), Match{Reject: true})
		x.Take("bob", command("d", "7"), Match{})
		x.Trade("V1", d("1"), d("96"))
		x.Trade("V2", d("1"), d("96")) // nothing is left of it
		id := func(s string) string {
			if hides {
				return ""
			}
			return s
		}
		fill := func(n, client, of, quantity, price string) account.VenueFill {
			return account.VenueFill{ID: n, OrderID: id(client), VenueOrderID: of, Symbol: "X", Side: order.Buy, Quantity: d(quantity), Price: d(price)}
		}
		want := account.VenueSnapshot{
			Orders: []account.VenueOrder{{
				Report: order.Report{OrderID: id("a"), Kind: order.ReportFill, VenueOrderID: "V1", FilledQuantity: d("3"), AveragePrice: d("98"), Terms: terms("5", "100")},
				Symbol: "X", Side: order.Buy, Quantity: d("5"),
			}},
			Fills:     []account.VenueFill{fill("T1", "a", "V1", "2", "99"), fill("T2", "b", "V2", "3", "100"), fill("T3", "a", "V1", "1", "96")},
			Positions: []account.VenuePosition{{Symbol: "X", Quantity: d("6")}},
		}
		if got := x.Snapshot("ann"); !reflect.DeepEqual(got, want) {
			t.Errorf("hides ids %v: shows\n%+v, want\n%+v", hides, got, want)
		}
		byClient, byVenue := command("a", "5"), command("a", "5")
		byVenue.VenueOrderID = "V1"
		kind := order.ReportFill
		if hides {
			kind = order.ReportUnknown
		}
		if r := x.Query(byClient); r.Kind != kind {
			t.Errorf("hides ids %v: asked by the client's id it says %+v", hides, r)
		}
		if r := x.Query(byVenue); r.Kind != order.ReportFill || r.OrderID != "a" {
			t.Errorf("hides ids %v: asked by its own id it says %+v", hides, r)
		}
	}
}

// TestChangesAndEnds: an order is changed and cancelled while it is open; a bad restart
// ends all and forgets what repeats were dropped by.
func TestChangesAndEnds(t *testing.T) {
	x := New(Options{Deduplicates: true})
	x.Take("ann", command("a", "5"), Match{Quantity: d("2"), Price: d("100")})
	kinds := func(want ...order.ReportKind) {
		t.Helper()
		if got := []order.ReportKind{x.Change(command("a", "2")).Kind, x.Change(command("a", "4")).Kind, x.Query(command("z", "1")).Kind}; !slices.Equal(got, want) {
			t.Errorf("answers %v, want %v", got, want)
		}
	}
	kinds(order.ReportUnchanged, order.ReportChanged, order.ReportNotSent)
	if r := x.Cancel(command("a", "0")); r.Kind != order.ReportCancelled || r.FilledQuantity != d("2") {
		t.Errorf("cancelled: %+v", r)
	}
	kinds(order.ReportUnchanged, order.ReportUnchanged, order.ReportNotSent)
	x.Take("ann", command("b", "5"), Match{})
	x.Restart()
	x.Take("ann", command("b", "5"), Match{})
	if o := x.Orders("ann"); len(o) != 3 || o[1].Ended != order.ReportCancelled || !slices.Equal(x.Doubled(), []string{"b"}) {
		t.Errorf("after a restart: %+v, doubled %v", o, x.Doubled())
	}
}

// TestTermsAreShown: who asks is shown the terms that an order has, as it was sent and as
// it was changed; a stop waits until it trades.
func TestTermsAreShown(t *testing.T) {
	x := New(Options{})
	c := command("a", "5")
	c.Kind, c.Trigger = order.StopLimit, d("99")
	x.Take("ann", c, Match{})
	want := order.Terms{Kind: order.StopLimit, Quantity: d("5"), Price: d("100"), Trigger: d("99")}
	if r := x.Query(c); r.Kind != order.ReportAwaits || r.Terms != want {
		t.Errorf("as it was sent: %+v", r)
	}
	c.Quantity, c.Price, c.Trigger = d("7"), d("102"), d("101")
	want = order.Terms{Kind: order.StopLimit, Quantity: d("7"), Price: d("102"), Trigger: d("101")}
	if r := x.Change(c); r.Kind != order.ReportChanged || r.Terms != want {
		t.Errorf("changed: %+v", r)
	}
	x.Trade("V1", d("3"), d("101"))
	if r := x.Query(c); r.Kind != order.ReportFill || r.Terms != want {
		t.Errorf("asked for afterwards: %+v", r)
	}
	c.Quantity = d("3") // all that was traded
	if r := x.Change(c); r.Kind != order.ReportUnchanged || r.Terms != want || x.Snapshot("ann").Orders[0].Quantity != d("7") {
		t.Errorf("changed to what was traded: %+v", r)
	}
}

// TestStages: what is lost on its way leaves what had been done by then.
func TestStages(t *testing.T) {
	lost := errors.New("lost")
	for _, c := range []struct {
		at         Stage
		err        error
		kind       order.ReportKind
		sent, made int
	}{
		{"nowhere", nil, order.ReportAccepted, 1, 1},
		{Writing, lost, order.ReportUnknown, 0, 0},
		{Sent, lost, order.ReportUnknown, 1, 0},
		{Sent, &LateError{time.Second}, order.ReportUnknown, 1, 1},
		{Taken, lost, order.ReportUnknown, 1, 1},
		{Answered, lost, order.ReportUnknown, 1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := New(Options{})
			s := &Session{
				Exchange: x, User: "ann", Now: time.Now, Match: func(account.VenueCommand) Match { return Match{} },
				Way: func(_ context.Context, at Stage, _ account.VenueCommand) error {
					if at == c.at {
						return c.err
					}
					return nil
				},
			}
			if r := s.Send(t.Context(), command("late", "1"), time.Now().Add(-1)); r.Kind != order.ReportNotSent && c.at != Writing {
				t.Errorf("after its deadline: %s", r.Kind)
			}
			r := s.Send(t.Context(), command("a", "1"), time.Now())
			time.Sleep(2 * time.Second)
			if sent, made := x.Sendings("a"); r.Kind != c.kind || sent != c.sent || made != c.made {
				t.Errorf("%s, %v: %s, sent %d, made %d", c.at, c.err, r.Kind, sent, made)
			}
			if _, err := s.Snapshot(t.Context()); (err != nil) != (c.err != nil) {
				t.Errorf("%s: a snapshot gives %v", c.at, err)
			}
		})
	}
}
