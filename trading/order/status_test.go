package order

import (
	"errors"
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
