package order

import (
	"errors"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

var d = decimal.MustParse

func fresh() *Order {
	return &Order{ID: "o", Symbol: "X", Side: Buy, Kind: Limit, Quantity: d("10"), Price: d("100"), Status: Pending}
}

func fill(quantity, price string) Report {
	return Report{OrderID: "o", Kind: ReportFill, FilledQuantity: d(quantity), AveragePrice: d(price)}
}

func TestReports(t *testing.T) {
	of := func(k ReportKind) Report { return Report{OrderID: "o", Kind: k} }
	cancelled := fill("4", "100")
	cancelled.Kind = ReportCancelled
	for name, c := range map[string]struct {
		reports []Report
		status  Status
		filled  string
		last    Outcome
	}{
		"accepted":              {[]Report{of(ReportAccepted)}, Open, "0", Outcome{Changed: true}},
		"accepted twice":        {[]Report{of(ReportAccepted), of(ReportAccepted)}, Open, "0", Outcome{}},
		"a part":                {[]Report{fill("4", "100")}, PartiallyFilled, "4", Outcome{Changed: true, Quantity: d("4"), Value: d("400")}},
		"more of it":            {[]Report{fill("4", "100"), fill("10", "103")}, Filled, "10", Outcome{Changed: true, Quantity: d("6"), Value: d("630")}},
		"an old one":            {[]Report{fill("4", "100"), fill("3", "90")}, PartiallyFilled, "4", Outcome{}},
		"late acknowledgement":  {[]Report{fill("10", "100"), of(ReportAccepted)}, Filled, "10", Outcome{}},
		"cancelled with a fill": {[]Report{cancelled}, Cancelled, "4", Outcome{Changed: true, Quantity: d("4"), Value: d("400")}},
		"lost and found":        {[]Report{fill("4", "100"), of(ReportUnknown), of(ReportAccepted)}, PartiallyFilled, "4", Outcome{Changed: true}},
		"lost, and no fill":     {[]Report{of(ReportUnknown), fill("0", "0")}, Unknown, "0", Outcome{}},
		"lost, and an old fill": {[]Report{fill("4", "100"), of(ReportUnknown), fill("4", "100")}, PartiallyFilled, "4", Outcome{Changed: true}},
		"refused":               {[]Report{of(ReportRejected)}, Rejected, "0", Outcome{Changed: true}},
		"seen after all":        {[]Report{of(ReportNotSent), fill("10", "1")}, Filled, "10", Outcome{Changed: true, Quantity: d("10"), Value: d("10"), Sighted: true}},
		"not cancelled":         {[]Report{of(ReportCancelled), of(ReportAccepted)}, Open, "0", Outcome{Changed: true, Sighted: true}},
		"filled while cancelled": {
			[]Report{of(ReportCancelled), fill("4", "100")},
			Cancelled, "4",
			Outcome{Changed: true, Quantity: d("4"), Value: d("400")},
		},
		"too much": {[]Report{fill("12", "1")}, Filled, "12", Outcome{Changed: true, Quantity: d("12"), Value: d("12"), Overfilled: true}},
	} {
		o := fresh()
		var out Outcome
		var err error
		for _, r := range c.reports {
			if out, err = o.Apply(r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if o.Status != c.status || o.FilledQuantity != d(c.filled) || out != c.last {
			t.Errorf("%s: %s with %v filled and %+v; want %s with %s and %+v", name, o.Status, o.FilledQuantity, out, c.status, c.filled, c.last)
		}
	}
}

func TestBadReportsChangeNothing(t *testing.T) {
	for name, r := range map[string]Report{
		"no such kind":     {Kind: "MAYBE"},
		"no price":         fill("5", "0"),
		"negative":         fill("-5", "1"),
		"negative price":   fill("5", "-1"),
		"beyond any bound": fill("99999999999999", "1"),
	} {
		o := fresh()
		if _, err := o.Apply(r); !errors.Is(err, ErrBadReport) || *o != *fresh() {
			t.Errorf("%s: %v, order %+v", name, err, o)
		}
	}
	o := fresh()
	o.Status = Open
	var e *TransitionError
	if _, err := o.Apply(Report{Kind: ReportNotSent}); !errors.As(err, &e) || o.Status != Open {
		t.Errorf("an open order that was not sent: %v, %s", err, o.Status)
	}
}

// TestVenueIDs: the venue's id is kept from the first report that has one.
func TestVenueIDs(t *testing.T) {
	o := fresh()
	for _, c := range []struct{ report, want string }{{"", ""}, {"V1", "V1"}, {"", "V1"}, {"V2", "V1"}} {
		if _, err := o.Apply(Report{OrderID: "o", Kind: ReportAccepted, VenueOrderID: c.report}); err != nil || o.VenueOrderID != c.want {
			t.Errorf("%q gives %q, %v; want %q", c.report, o.VenueOrderID, err, c.want)
		}
	}
}

// TestReached: a report shows that the venue has the order, save those that say
// that nobody knows, that it was never sent, or that it was refused.
func TestReached(t *testing.T) {
	for k, want := range map[ReportKind]bool{
		ReportAccepted: true, ReportAwaits: true, ReportTriggered: true, ReportFill: true, ReportCancelled: true, ReportChanged: true,
		ReportUnchanged: true, ReportRejected: false, ReportUnknown: false, ReportNotSent: false,
	} {
		o := fresh()
		if _, err := o.Apply(Report{OrderID: "o", Kind: k}); err != nil || o.Reached != want {
			t.Errorf("%s: reached %v, %v", k, o.Reached, err)
		}
	}
}

// TestNoTradeOfNegativeValue: more that was filled has cost something. Averages are rounded, so
// what is only by that too little counts at the average; anything else is refused.
func TestNoTradeOfNegativeValue(t *testing.T) {
	for name, c := range map[string]struct{ known, at, now, nowAt, value string }{
		"more for less":                       {"4", "100", "10", "1", ""},
		"more for the same":                   {"4", "100", "8", "50", "0.08"},
		"more for nothing at the very most":   {"4", "100", "8", "49.99", ""},
		"more than all of it":                 {"10", "100", "11", "10", ""},
		"a rounded average of a cheap option": {"1755", "0.08", "1800", "0.07", "3.15"},
		"cheaper":                             {"4", "100", "8", "51", "8"},
	} {
		o := fresh()
		o.Quantity = decimal.Max(d(c.known), d("10"))
		if _, err := o.Apply(fill(c.known, c.at)); err != nil {
			t.Fatal(err)
		}
		was := *o
		out, err := o.Apply(fill(c.now, c.nowAt))
		switch {
		case c.value == "" && (!errors.Is(err, ErrBadReport) || *o != was):
			t.Errorf("%s: %v, order %+v", name, err, o)
		case c.value != "" && (err != nil || out.Value != d(c.value) || o.FilledQuantity != d(c.now)):
			t.Errorf("%s: %v of %v, %v", name, out.Value, o.FilledQuantity, err)
		}
	}
}
