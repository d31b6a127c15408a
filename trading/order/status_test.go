package order

import (
	"errors"
	"os"
	"strings"
	"testing"
)

var allSteps = []Step{Accept, Await, Trigger, FillPart, FillWhole, Cancel, Reject, NotSent, LoseTrack, Change}

// TestTransitions writes the whole table out: a row a status, in the order of
// allSteps; "-" is an error.
func TestTransitions(t *testing.T) {
	const no = Status("-")
	for from, want := range map[Status][10]Status{
		Pending:         {Open, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, Rejected, Rejected, Unknown, Pending},
		Open:            {Open, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, Rejected, no, Unknown, Open},
		TriggerPending:  {TriggerPending, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, Rejected, no, Unknown, TriggerPending},
		PartiallyFilled: {PartiallyFilled, no, PartiallyFilled, PartiallyFilled, Filled, Cancelled, Cancelled, no, Unknown, PartiallyFilled},
		Unknown:         {Open, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, Rejected, Rejected, Unknown, Open},
		Filled:          {no, no, no, no, no, no, no, no, no, no},
		Cancelled:       {Open, TriggerPending, Open, Cancelled, Filled, Cancelled, no, no, no, no},
		Rejected:        {Open, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, no, no, no, no},
		"NONSENSE":      {no, no, no, no, no, no, no, no, no, no},
	} {
		for i, step := range allSteps {
			got, err := from.Next(step)
			var e *TransitionError
			switch {
			case want[i] == no && (!errors.As(err, &e) || got != from):
				t.Errorf("%s + %s gives %s, %v; want an error", from, step, got, err)
			case want[i] != no && (err != nil || got != want[i]):
				t.Errorf("%s + %s gives %s, %v; want %s", from, step, got, err, want[i])
			}
		}
	}
}

// TestDocumentedTransitions: docs/orders.md shows the whole table, and names every
// reason.
func TestDocumentedTransitions(t *testing.T) {
	page, err := os.ReadFile("../../docs/orders.md")
	if err != nil {
		t.Fatal(err)
	}
	for from, row := range transitions {
		line := "| " + string(from)
		for _, step := range allSteps {
			to := "–"
			if s, ok := row[step]; ok {
				to = string(s)
			}
			line += " | " + to
		}
		if !strings.Contains(string(page), line+" |\n") {
			t.Errorf("docs/orders.md lacks the row\n%s |", line)
		}
	}
	source, err := os.ReadFile("reason.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		if _, rest, ok := strings.Cut(line, "Reason = \""); ok {
			reason, _, _ := strings.Cut(rest, "\"")
			if !strings.Contains(string(page), "`"+reason+"`") {
				t.Errorf("docs/orders.md doesn't tell of %s", reason)
			}
		}
	}
}

func TestSides(t *testing.T) {
	for _, c := range []struct {
		side, other Side
		valid       bool
		signed      string
	}{{Buy, Sell, true, "5"}, {Sell, Buy, true, "-5"}, {"SHORT", Buy, false, "5"}} {
		if c.side.Valid() != c.valid || c.side.Opposite() != c.other || c.side.Signed(d("5")) != d(c.signed) {
			t.Errorf("%s: %v %s %v", c.side, c.side.Valid(), c.side.Opposite(), c.side.Signed(d("5")))
		}
	}
}

func TestFinal(t *testing.T) {
	for s := range transitions {
		if want := s == Filled || s == Cancelled || s == Rejected; s.Final() != want {
			t.Errorf("%s is final: %v", s, !want)
		}
	}
}
