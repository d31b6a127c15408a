package verify

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/sim/check"
)

func TestLine(t *testing.T) {
	for want, p := range map[string]Progress{
		"[----------]   0 %  transactions": {Doing: "transactions"},
		"[#####-----]  50 %  marks":        {Doing: "marks", Read: 20, Total: 40},
		"[##########] 100 %  checks":       {Doing: "checks", Read: 41, Total: 40},
	} {
		if got := p.Line(10); got != want {
			t.Errorf("%+v is %q, want %q", p, got, want)
		}
	}
}

// TestUnsettled: a log settles only while nothing but what is yet to come is missing.
func TestUnsettled(t *testing.T) {
	report := func(checks ...string) *check.Report {
		r := &check.Report{}
		for _, name := range checks {
			result := &check.Result{Check: name}
			result.Find("here", "wrong")
			r.Add(result)
		}
		r.Add(&check.Result{Check: "ids"})
		return r
	}
	for _, c := range []struct {
		report *check.Report
		want   bool
	}{
		{report(), false}, {report("frontiers"), true}, {report("frontiers", "orders"), true}, {report("frontiers", "doubled"), false},
	} {
		if got := unsettled(c.report); got != c.want {
			t.Errorf("%+v: %v", c.report.Results, got)
		}
	}
}

// TestLasting: while a log settles only that counts which is found twice, save by the
// checks that wait for what is to come; and what was found once may be found again.
func TestLasting(t *testing.T) {
	report := func(accounts, frontiers string) *check.Report {
		r := &check.Report{}
		for name, where := range map[string]string{"accounts": accounts, "frontiers": frontiers} {
			result := &check.Result{Check: name}
			if where != "" {
				result.Find(where, "wrong")
			}
			r.Add(result)
		}
		slices.SortFunc(r.Results, func(a, b *check.Result) int { return strings.Compare(a.Check, b.Check) })
		return r
	}
	for _, c := range []struct {
		earlier, later *check.Report
		found          int
		unsettled      bool
	}{
		{report("", ""), report("", ""), 0, false},
		{report("a", ""), report("b", ""), 0, false},
		{report("a", ""), report("a", ""), 1, false},
		{report("a", "x"), report("b", "y"), 1, true},
		{report("a", "x"), report("a", "y"), 2, false},
		{report("", ""), report("", "y"), 1, true},
	} {
		had := c.later.Found()
		got := lasting(c.earlier, c.later)
		if got.Found() != c.found || got.OK != (c.found == 0) || unsettled(got) != c.unsettled {
			t.Errorf("%+v behind %+v: %+v", c.later.Results, c.earlier.Results, got.Results)
		}
		if c.later.Found() != had {
			t.Errorf("%+v is changed", c.later.Results)
		}
	}
}

func TestReportSaysHowItEnded(t *testing.T) {
	text(t, &Report{Report: check.Report{OK: true}}, "the topics hold no record, so there is nothing else to check, in")
	r := &Report{LeftOut: []string{"candles"}, Seconds: 1.25}
	r.Records = 3
	r.Add(&check.Result{Check: "ids", Promise: "one each", Looked: 3, Notes: []string{"not all"}})
	for _, want := range []string{"ok   ids", "note: not all", "left out: candles", "all promises hold, in 1.2 s"} {
		text(t, r, want)
	}
	r.Add(&check.Result{Check: "positions", Promise: "they add up"})
	text(t, r, "--   positions    nothing to check: they add up")
	text(t, r, "all promises hold of what there is; nothing to check for positions, in 1.2 s")
	var doc bytes.Buffer
	if err := r.WriteJSON(&doc); err != nil || !strings.Contains(doc.String(), `"nothing_to_check": [`) || !r.OK {
		t.Errorf("ok %t, %v: %s", r.OK, err, doc.String())
	}
	wrong := &check.Result{Check: "orders", Promise: "they live", Looked: 3}
	wrong.Find("order-events/0/7", "gone")
	r.Add(wrong)
	text(t, r, "1 finding, in")
}

func text(t *testing.T, r *Report, want string) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
}
