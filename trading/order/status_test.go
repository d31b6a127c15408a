package order

import (
	"errors"
	"testing"
)

var allSteps = []Step{Accept, Await, Trigger, FillPart, FillWhole, Cancel, Reject, NotSent, LoseTrack}

// TestTransitions writes the whole table out: a row a status, in the order of
// allSteps; "-" is an error.
func TestTransitions(t *testing.T) {
	const no = Status("-")
	for from, want := range map[Status][9]Status{
		Pending:         {Open, TriggerPending, no, PartiallyFilled, Filled, Cancelled, Rejected, Rejected, Unknown},
		Open:            {Open, no, no, PartiallyFilled, Filled, Cancelled, Rejected, no, Unknown},
		TriggerPending:  {no, TriggerPending, Open, PartiallyFilled, Filled, Cancelled, Rejected, no, Unknown},
		PartiallyFilled: {PartiallyFilled, no, no, PartiallyFilled, Filled, Cancelled, Cancelled, no, Unknown},
		Unknown:         {Open, TriggerPending, no, PartiallyFilled, Filled, Cancelled, Rejected, Rejected, Unknown},
		Filled:          {no, no, no, no, no, no, no, no, no},
		Cancelled:       {Open, no, no, Cancelled, Filled, Cancelled, no, no, no},
		Rejected:        {Open, no, no, PartiallyFilled, Filled, Cancelled, no, no, no},
		"NONSENSE":      {no, no, no, no, no, no, no, no, no},
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
