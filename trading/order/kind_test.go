package order

import (
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		kind                 Kind
		valid, limited, stop bool
	}{
		{Market, true, false, false},
		{Limit, true, true, false},
		{StopLimit, true, true, true},
		{StopMarket, true, false, true},
		{"STOP", false, false, false},
		{"", false, false, false},
	} {
		if c.kind.Valid() != c.valid || c.kind.Limited() != c.limited || c.kind.Stop() != c.stop {
			t.Errorf("%q: %v %v %v", c.kind, c.kind.Valid(), c.kind.Limited(), c.kind.Stop())
		}
	}
	for _, c := range []struct {
		price, trigger string
		want           Kind
	}{{"0", "0", Market}, {"1", "0", Limit}, {"0", "1", StopMarket}, {"1", "1", StopLimit}, {"-1", "0", Limit}} {
		if got := KindOf(d(c.price), d(c.trigger)); got != c.want {
			t.Errorf("price %s and trigger %s make %s", c.price, c.trigger, got)
		}
	}
	for v, want := range map[Validity]bool{"": true, Day: true, IOC: true, "GTC": false, "day": false} {
		if v.Valid() != want {
			t.Errorf("%q is valid: %v", v, !want)
		}
	}
}

func TestTerms(t *testing.T) {
	all := Terms{Quantity: d("5"), Price: d("2"), Trigger: d("1")}
	for kind, want := range map[Kind]Terms{
		Market:     {Market, d("5"), d("0"), d("0")},
		Limit:      {Limit, d("5"), d("2"), d("0")},
		StopLimit:  {StopLimit, d("5"), d("2"), d("1")},
		StopMarket: {StopMarket, d("5"), d("0"), d("1")},
	} {
		all.Kind = kind
		o := fresh()
		o.SetTerms(all)
		if o.Terms() != want {
			t.Errorf("%+v", o.Terms())
		}
	}
}

func TestWaits(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		status Status
		want   bool
	}{
		{Market, Pending, false},
		{Market, PartiallyFilled, false},
		{Limit, Pending, true},
		{StopLimit, Open, true},
		{StopMarket, TriggerPending, true},
		{StopMarket, Open, false},
		{StopMarket, PartiallyFilled, false},
	} {
		if o := (&Order{Kind: c.kind, Status: c.status}); o.Waits() != c.want {
			t.Errorf("%s %s waits: %v", c.kind, c.status, !c.want)
		}
	}
}

func TestCheckTerms(t *testing.T) {
	const huge = "99999999999999"
	for _, c := range []struct {
		side           Side
		kind           Kind
		price, trigger string
		validity       Validity
		want           Reason
		words          string
	}{
		{Buy, Market, "0", "0", "", "", ""},
		{Buy, Market, "5", "0", IOC, "", ""}, // a price that is not looked at
		{Buy, Market, "-5", "0", "", ReasonPrice, "-5"},
		{Buy, Market, huge, "0", "", ReasonPrice, huge},
		{Buy, Market, "0", "1", "", ReasonTrigger, "MARKET order has none"},
		{Buy, Limit, "5", "0", Day, "", ""},
		{Buy, Limit, "0", "0", "", ReasonPrice, "above 0"},
		{Buy, Limit, "5", "1", "", ReasonTrigger, "LIMIT order has none"},
		{Buy, Limit, "5", "-1", "", ReasonTrigger, "-1"},
		{Buy, Limit, "5", huge, "", ReasonTrigger, huge},
		{Buy, StopMarket, "0", "5", "", "", ""},
		{Buy, StopMarket, "0", "0", "", ReasonTrigger, "above 0"},
		{Sell, StopMarket, "0", "-1", "", ReasonTrigger, "above 0"},
		{Buy, StopLimit, "5", "5", "", "", ""},
		{Buy, StopLimit, "5", "4", "", "", ""},
		{Buy, StopLimit, "5", "5.1", "", ReasonTrigger, "starts at 5.1"},
		{Buy, StopLimit, "0", "5", "", ReasonPrice, "above 0"},
		{Sell, StopLimit, "5", "5", "", "", ""},
		{Sell, StopLimit, "5", "6", "", "", ""},
		{Sell, StopLimit, "5", "4.9", "", ReasonTrigger, "starts at 4.9"},
		{Buy, Market, "0", "0", "GTC", ReasonValidity, "GTC"},
		{Buy, StopMarket, "0", "5", IOC, ReasonValidity, "IOC does not"},
		{Buy, StopLimit, "5", "5", IOC, ReasonValidity, "IOC does not"},
		{Buy, StopMarket, "0", "5", Day, "", ""},
	} {
		o := &Order{Side: c.side, Kind: c.kind, Price: d(c.price), Trigger: d(c.trigger), Validity: c.validity}
		if reason, words := o.CheckTerms(); reason != c.want || !strings.Contains(words, c.words) {
			t.Errorf("%+v: %s %q", c, reason, words)
		}
	}
}

// TestEvents writes the whole mapping out: each status, without and with a trade.
func TestEvents(t *testing.T) {
	want := map[Status][2]EventType{
		Pending:         {EventPlaced, EventFilled},
		Open:            {EventPlaced, EventFilled},
		TriggerPending:  {EventPlaced, EventFilled},
		PartiallyFilled: {EventPlaced, EventFilled},
		Unknown:         {EventPlaced, EventFilled},
		Filled:          {EventFilled, EventFilled},
		Cancelled:       {EventCancelled, EventFilled},
		Rejected:        {EventRejected, EventFilled},
	}
	if len(want) != len(transitions) || len(events) != len(transitions) {
		t.Errorf("%d statuses, %d of them mapped, %d tested", len(transitions), len(events), len(want))
	}
	for s, w := range want {
		if s.Event(false) != w[0] || s.Event(true) != w[1] {
			t.Errorf("%s gives %s, and traded %s", s, s.Event(false), s.Event(true))
		}
	}
}
