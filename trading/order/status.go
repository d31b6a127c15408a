// Package order is the life of one order: what it asks for, the states that it
// may pass through, and how a venue's reports change it.
package order

import "fmt"

// Status is where an order stands.
type Status string

// The statuses. TriggerPending is for orders that wait for a stop price.
const (
	Pending         Status = "PENDING"
	Open            Status = "OPEN"
	TriggerPending  Status = "TRIGGER_PENDING"
	PartiallyFilled Status = "PARTIALLY_FILLED"
	Filled          Status = "FILLED"
	Cancelled       Status = "CANCELLED"
	Rejected        Status = "REJECTED"
	Unknown         Status = "UNKNOWN"
)

// Final tells whether nothing more is expected of the order. A venue may still
// say more; that is then taken as fact.
func (s Status) Final() bool { return s == Filled || s == Cancelled || s == Rejected }

// Step is something that happens to an order.
type Step string

// The steps.
const (
	Accept    Step = "ACCEPT"     // the venue has it
	Await     Step = "AWAIT"      // the venue has it and waits for its trigger
	Trigger   Step = "TRIGGER"    // its stop price was touched
	FillPart  Step = "FILL_PART"  // some of it was traded
	FillWhole Step = "FILL_WHOLE" // all of it was traded
	Cancel    Step = "CANCEL"     // the rest will not be traded
	Reject    Step = "REJECT"     // the venue refused it
	NotSent   Step = "NOT_SENT"   // it never left, as far as anyone can tell
	LoseTrack Step = "LOSE_TRACK" // no clear reply: ask, never send again
	Change    Step = "CHANGE"     // it has other terms
)

// transitions is the one table of an order's life; what is not in it is an
// error.
var transitions = map[Status]map[Step]Status{
	Pending: {
		Accept: Open, Await: TriggerPending, Trigger: Open, Change: Pending,
		FillPart: PartiallyFilled, FillWhole: Filled, // a fill may overtake the acknowledgement
		Cancel: Cancelled, Reject: Rejected, NotSent: Rejected, LoseTrack: Unknown,
	},
	Open: {
		Accept: Open, Await: TriggerPending, // a venue may take a stop before it looks at its price
		Trigger: Open, Change: Open, FillPart: PartiallyFilled, FillWhole: Filled,
		Cancel: Cancelled, Reject: Rejected, // venues take an order back after accepting it
		LoseTrack: Unknown,
	},
	TriggerPending: {
		Accept: TriggerPending, // the acknowledgement came late
		Await:  TriggerPending, Trigger: Open, Change: TriggerPending,
		FillPart: PartiallyFilled, FillWhole: Filled, // a fill may overtake its trigger
		Cancel: Cancelled, Reject: Rejected, LoseTrack: Unknown,
	},
	PartiallyFilled: {
		Accept: PartiallyFilled, Trigger: PartiallyFilled, // they came late
		Change: PartiallyFilled, FillPart: PartiallyFilled, FillWhole: Filled,
		Cancel: Cancelled, Reject: Cancelled, // the rest is refused; what was traded stays
		LoseTrack: Unknown,
	},
	Unknown: {
		Accept: Open, Await: TriggerPending, Trigger: Open, Change: Open,
		FillPart: PartiallyFilled, FillWhole: Filled,
		Cancel: Cancelled, Reject: Rejected, NotSent: Rejected, LoseTrack: Unknown,
	},
	// Final states. What is listed here are sightings: the venue's word stands.
	Filled: {},
	Cancelled: {
		Accept: Open, Await: TriggerPending, Trigger: Open,
		FillPart: Cancelled, FillWhole: Filled, // the fill was under way when the cancel arrived
		Cancel: Cancelled,
	},
	Rejected: {
		Accept: Open, Await: TriggerPending, Trigger: Open,
		FillPart: PartiallyFilled, FillWhole: Filled, Cancel: Cancelled,
	},
}

// TransitionError is a step that an order can't take.
type TransitionError struct {
	From Status
	Step Step
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("an order that is %s can't take the step %s", e.From, e.Step)
}

// Next gives the status after a step, or a *TransitionError.
func (s Status) Next(step Step) (Status, error) {
	to, ok := transitions[s][step]
	if !ok {
		return s, &TransitionError{From: s, Step: step}
	}
	return to, nil
}
