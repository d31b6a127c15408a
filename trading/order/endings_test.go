package order

import (
	"errors"
	"testing"
)

// TestLateWords: what a report says after, or against, what is known already.
func TestLateWords(t *testing.T) {
	full := fill("10", "100")
	full.Kind = ReportCancelled
	withID := of(ReportUnknown)
	withID.VenueOrderID = "V1"
	for name, c := range map[string]struct {
		reports []Report
		status  Status
		reason  Reason
		last    Outcome
		fails   bool // the last one
	}{
		"a refusal has its reason":             {[]Report{of(ReportRejected)}, Rejected, ReasonVenue, Outcome{Changed: true}, false},
		"seen after all, it has none":          {[]Report{of(ReportRejected), of(ReportAccepted)}, Open, "", Outcome{Changed: true, Sighted: true}, false},
		"refused twice":                        {[]Report{of(ReportRejected), of(ReportRejected)}, Rejected, ReasonVenue, Outcome{}, false},
		"not sent":                             {[]Report{of(ReportUnknown), of(ReportNotSent)}, Rejected, ReasonNotSent, Outcome{Changed: true}, false},
		"not sent at once":                     {[]Report{of(ReportNotSent)}, Rejected, ReasonNotSent, Outcome{Changed: true}, false},
		"missing":                              {[]Report{of(ReportAccepted), of(ReportUnknown), of(ReportNotSent)}, Unknown, "", Outcome{Missing: true}, false},
		"missing, known by its id":             {[]Report{withID, of(ReportNotSent)}, Unknown, "", Outcome{Missing: true}, false},
		"the venue had it, so it was sent":     {[]Report{of(ReportAccepted), of(ReportNotSent)}, Open, "", Outcome{}, true},
		"a refusal after the whole fill":       {[]Report{fill("10", "100"), of(ReportRejected)}, Filled, "", Outcome{}, true},
		"cancelled, and all of it was traded":  {[]Report{full}, Filled, "", Outcome{Changed: true, Quantity: d("10"), Value: d("1000")}, false},
		"cancelled with a fill without price":  {[]Report{{Kind: ReportCancelled, FilledQuantity: d("4")}}, Pending, "", Outcome{}, true},
		"more of an overfill":                  {[]Report{fill("12", "1"), fill("13", "1")}, Filled, "", Outcome{Changed: true, Overfilled: true, Quantity: d("1"), Value: d("1")}, false},
		"an overfill again":                    {[]Report{fill("12", "1"), fill("12", "1")}, Filled, "", Outcome{}, false},
		"the trigger of a waiting one":         {[]Report{of(ReportAwaits), of(ReportTriggered)}, Open, "", Outcome{Changed: true}, false},
		"a trigger after some of it":           {[]Report{fill("4", "1"), of(ReportTriggered)}, PartiallyFilled, "", Outcome{}, false},
		"a trigger after all of it":            {[]Report{fill("10", "1"), of(ReportTriggered)}, Filled, "", Outcome{}, false},
		"waiting after some of it":             {[]Report{fill("4", "1"), of(ReportAwaits)}, PartiallyFilled, "", Outcome{}, false},
		"waiting after all of it":              {[]Report{fill("10", "1"), of(ReportAwaits)}, Filled, "", Outcome{}, false},
		"waiting after it was cancelled":       {[]Report{of(ReportCancelled), of(ReportAwaits)}, TriggerPending, "", Outcome{Changed: true, Sighted: true}, false},
		"waiting, lost, and found in part":     {[]Report{fill("4", "1"), of(ReportUnknown), of(ReportAwaits)}, PartiallyFilled, "", Outcome{Changed: true}, false},
		"lost, and found with what it had":     {[]Report{fill("4", "1"), of(ReportUnknown), fill("4", "1")}, PartiallyFilled, "", Outcome{Changed: true}, false},
		"lost, and found by an older word":     {[]Report{fill("4", "1"), of(ReportUnknown), fill("3", "1")}, PartiallyFilled, "", Outcome{Changed: true}, false},
		"refused, lost, with a part":           {[]Report{fill("4", "1"), of(ReportUnknown), of(ReportRejected)}, Cancelled, ReasonVenue, Outcome{Changed: true}, false},
		"a filled one that nobody knows of":    {[]Report{fill("10", "1"), of(ReportUnknown)}, Filled, "", Outcome{}, false},
		"a filled one that was not sent":       {[]Report{fill("10", "1"), of(ReportNotSent)}, Filled, "", Outcome{}, false},
		"a refused one that was not sent":      {[]Report{of(ReportRejected), of(ReportNotSent)}, Rejected, ReasonVenue, Outcome{}, false},
		"a cancelled one that was not changed": {[]Report{of(ReportCancelled), of(ReportUnchanged)}, Cancelled, ReasonVenue, Outcome{}, false},
		"cancelled, then refused":              {[]Report{of(ReportCancelled), of(ReportRejected)}, Cancelled, ReasonVenue, Outcome{}, false},
		"cancelled, and there after all":       {[]Report{of(ReportCancelled), of(ReportAccepted)}, Open, "", Outcome{Changed: true, Sighted: true}, false},
		"cancelled, and all of it was traded after all": {
			[]Report{of(ReportCancelled), fill("10", "100")},
			Filled, "",
			Outcome{Changed: true, Quantity: d("10"), Value: d("1000")},
			false,
		},
		"refused, and cancelled after all": {[]Report{of(ReportNotSent), of(ReportCancelled)}, Cancelled, ReasonVenue, Outcome{Changed: true, Sighted: true}, false},
	} {
		o := fresh()
		var out Outcome
		var err error
		for i, r := range c.reports {
			was := *o
			out, err = o.Apply(r)
			if fails := c.fails && i == len(c.reports)-1; fails != (err != nil) || fails && *o != was {
				t.Errorf("%s: report %d: %v", name, i+1, err)
			}
		}
		if o.Status != c.status || o.Reason != c.reason || out != c.last {
			t.Errorf("%s: %s %s and %+v", name, o.Status, o.Reason, out)
		}
	}
	var e *TransitionError
	o := fresh()
	o.Status = Filled
	if _, err := o.Apply(of(ReportRejected)); !errors.As(err, &e) || e.From != Filled || e.Step != Reject {
		t.Errorf("%v", err)
	}
}

func TestAveragePrice(t *testing.T) {
	o := fresh()
	if !o.AveragePrice().IsZero() {
		t.Errorf("before a fill: %v", o.AveragePrice())
	}
	if _, err := o.Apply(fill("4", "100.5")); err != nil || o.AveragePrice() != d("100.5") {
		t.Errorf("%v, %v", o.AveragePrice(), err)
	}
}

// TestCancelReasons: an order ends with the reason for which the venue was asked to
// cancel it, one that nobody asked to cancel with who says so; a second report
// changes neither.
func TestCancelReasons(t *testing.T) {
	for name, c := range map[string]struct {
		asked  Reason
		report Report
		status Status
		want   Reason
	}{
		"asked by the user":       {ReasonUser, of(ReportCancelled), Cancelled, ReasonUser},
		"asked, others tell":      {ReasonUser, Report{Kind: ReportCancelled, Reason: ReasonExternal}, Cancelled, ReasonUser},
		"nobody asked":            {"", of(ReportCancelled), Cancelled, ReasonVenue},
		"others tell":             {"", Report{Kind: ReportCancelled, Reason: ReasonExternal}, Cancelled, ReasonExternal},
		"others tell of a no":     {"", Report{Kind: ReportRejected, Reason: ReasonExternal}, Rejected, ReasonExternal},
		"refused, asked or not":   {ReasonUser, of(ReportRejected), Rejected, ReasonVenue},
		"asked, all traded first": {ReasonUser, fill("10", "100"), Filled, ""},
	} {
		o := fresh()
		o.CancelReason = c.asked
		for range 2 {
			if _, err := o.Apply(c.report); err != nil || o.Status != c.status || o.Reason != c.want {
				t.Errorf("%s: %s %q, %v; want %s %q", name, o.Status, o.Reason, err, c.status, c.want)
			}
			c.report.Reason = ReasonNotSent // of no account any more
		}
	}
}
