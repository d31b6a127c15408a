package order

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
)

// ReportKind says what a venue reports.
type ReportKind string

// The kinds of report. ReportUnknown and ReportNotSent come from the venue
// session itself: no clear reply; never sent.
const (
	ReportAccepted  ReportKind = "ACCEPTED"
	ReportAwaits    ReportKind = "TRIGGER_PENDING" // it has a stop, which waits
	ReportTriggered ReportKind = "TRIGGERED"
	ReportRejected  ReportKind = "REJECTED"
	ReportFill      ReportKind = "FILL"
	ReportCancelled ReportKind = "CANCELLED"
	ReportChanged   ReportKind = "CHANGED"     // it has other terms
	ReportUnchanged ReportKind = "NOT_CHANGED" // the venue refused to change it
	ReportUnknown   ReportKind = "UNKNOWN"
	ReportNotSent   ReportKind = "NOT_SENT"
)

// Report is a venue's word about one order, named by the client order id that it
// was sent with, which is the order's ID.
type Report struct {
	OrderID      string
	Kind         ReportKind
	VenueOrderID string
	TimeMs       int64
	// FilledQuantity and AveragePrice are cumulative: all that was traded of the
	// order so far, in a FILL and, when known, in a CANCELLED.
	FilledQuantity decimal.Decimal
	AveragePrice   decimal.Decimal
	// Terms are what the venue shows; zero when it doesn't tell. They settle a change
	// whose answer got lost, and are the new ones of a CHANGED.
	Terms Terms
	// Settled are the terms of a change that can't arrive at the venue any more: what it
	// shows stands. Zero says nothing.
	Settled Terms
	// Reason says why, in a REJECTED and in a CANCELLED that nobody asked for; empty:
	// VENUE.
	Reason Reason
	// Detail holds the venue's words.
	Detail string
}

// Outcome is what a report did to an order.
type Outcome struct {
	// Changed is false for a report that says nothing new.
	Changed bool
	// Quantity and Value are what was traded since the last report; both zero
	// without a fill.
	Quantity, Value decimal.Decimal
	// Sighted: the order was taken for dead, but the venue has it.
	Sighted bool
	// Overfilled: more was traded than the order asked for.
	Overfilled bool
	// Missing: the venue no longer shows an order that it had. Nothing has changed:
	// it was sent, and nobody knows its fate.
	Missing bool
	// Refused: the venue did not change the order. NewTerms: it has.
	Refused, NewTerms bool
	// Lost: the venue has the order, but not with the terms that it was asked for, which
	// can't arrive any more.
	Lost bool
}

// ErrBadReport is wrapped by errors about reports that make no sense.
var ErrBadReport = errors.New("report makes no sense")

// Apply takes a report in. A fill that is not above what is known says nothing
// new, save of an order of unknown fate: the venue has it. On an error the order is unchanged.
func (o *Order) Apply(r Report) (Outcome, error) {
	was := *o
	out, err := o.apply(r)
	if err != nil {
		*o = was
		return Outcome{}, fmt.Errorf("order %s (%s): %s: %w", o.ID, o.Symbol, r.Kind, err)
	}
	switch r.Kind {
	case ReportAccepted, ReportAwaits, ReportTriggered, ReportFill, ReportCancelled, ReportChanged, ReportUnchanged:
		o.Reached = true
	}
	switch {
	case o.Status.Final():
		o.Wanted = Terms{}
	case r.Settled != Terms{} && r.Settled == o.Wanted && o.Status != Unknown:
		out.Lost = true
	}
	if r.VenueOrderID != "" && o.VenueOrderID == "" {
		o.VenueOrderID = r.VenueOrderID
	}
	dead := was.Status == Rejected || was.Status == Cancelled
	out.Sighted = was.Status == Rejected && o.Status != Rejected || dead && !o.Status.Final()
	if dead && o.Status != was.Status && o.Status != Cancelled {
		o.Reason, o.Detail = "", ""
	}
	out.Changed = out.Changed || o.Status != was.Status
	out.Overfilled = out.Quantity.Sign() > 0 && o.FilledQuantity.Greater(o.Quantity)
	return out, nil
}

func (o *Order) apply(r Report) (Outcome, error) {
	if o.stale(r.Kind) {
		return Outcome{}, nil
	}
	switch r.Kind {
	case ReportAccepted:
		return o.seen(Accept, r)
	case ReportAwaits:
		return o.seen(Await, r)
	case ReportTriggered:
		return o.seen(Trigger, r)
	case ReportChanged:
		return o.changed(r)
	case ReportUnchanged:
		return o.unchanged()
	case ReportRejected:
		if err := o.end(Reject); err != nil {
			return Outcome{}, err
		}
		if o.Status != Filled {
			o.Reason, o.Detail = cmp.Or(r.Reason, ReasonVenue), r.Detail
		}
		return Outcome{}, nil
	case ReportNotSent:
		if o.Status == Unknown && (o.Reached || o.VenueOrderID != "") {
			return Outcome{Missing: true}, nil
		}
		if err := o.Step(NotSent); err != nil {
			return Outcome{}, err
		}
		o.Reason, o.Detail = ReasonNotSent, r.Detail
		return Outcome{}, nil
	case ReportUnknown:
		o.Detail = r.Detail
		return Outcome{}, o.Step(LoseTrack)
	case ReportFill:
		return o.traded(r)
	case ReportCancelled:
		return o.cancelled(r)
	default:
		return Outcome{}, fmt.Errorf("%w: no such kind", ErrBadReport)
	}
}

// cancelled takes in that the rest will not be traded, for the reason for which the
// venue was asked to cancel it.
func (o *Order) cancelled(r Report) (Outcome, error) {
	out, err := o.fillTo(r)
	if err != nil || o.Status == Filled {
		return out, err
	}
	was := o.Status
	if err := o.end(Cancel); err != nil {
		return out, err
	}
	if was != Cancelled && o.Status == Cancelled {
		o.Reason, o.Detail = cmp.Or(o.CancelReason, r.Reason, ReasonVenue), r.Detail
	}
	return out, nil
}

// end ends an order. One that has traded all of its own quantity, and was only open
// because a venue was asked for more, is filled.
func (o *Order) end(step Step) error {
	if !o.Status.Final() && o.FilledQuantity.GreaterEq(o.Quantity) {
		step = FillWhole
	}
	return o.Step(step)
}

// stale tells whether a report only comes late: what it says was overtaken by how
// the order ended.
func (o *Order) stale(k ReportKind) bool {
	switch k {
	case ReportAccepted, ReportTriggered:
		return o.Status == Filled
	case ReportAwaits:
		return o.Status == Filled || o.Status == PartiallyFilled
	case ReportUnknown, ReportNotSent, ReportChanged, ReportUnchanged:
		return o.Status.Final()
	case ReportRejected:
		return o.Status == Cancelled || o.Status == Rejected
	}
	return false
}

// traded takes a fill in. One that tells of nothing new still shows that the venue has
// an order that nobody knew the fate of, and any may show that a change was made.
func (o *Order) traded(r Report) (Outcome, error) {
	out, err := o.fillTo(r)
	if err == nil && o.Status == Unknown && r.FilledQuantity.Sign() > 0 {
		return o.seen(Accept, r)
	}
	if err != nil || o.Wanted == (Terms{}) || r.Terms != o.Wanted || o.Status.Final() {
		return out, err
	}
	terms, err := o.changed(r)
	out.Changed, out.NewTerms = out.Changed || terms.Changed, out.NewTerms || terms.NewTerms
	return out, err
}

// fillTo brings the order to the report's cumulative fill.
func (o *Order) fillTo(r Report) (Outcome, error) {
	quantity := r.FilledQuantity.Sub(o.FilledQuantity)
	switch {
	case r.FilledQuantity.Sign() < 0 || r.AveragePrice.Sign() < 0 || !r.FilledQuantity.Bounded() || !r.AveragePrice.Bounded():
		return Outcome{}, fmt.Errorf("%w: filled %v at %v", ErrBadReport, r.FilledQuantity, r.AveragePrice)
	case r.FilledQuantity.IsZero() || quantity.Sign() <= 0:
		return Outcome{}, nil
	case r.AveragePrice.IsZero():
		return Outcome{}, fmt.Errorf("%w: filled %v without a price", ErrBadReport, r.FilledQuantity)
	}
	value, err := o.valueOf(quantity, r)
	if err != nil {
		return Outcome{}, err
	}
	if o.Status == Filled {
		// More than all of it: the venue's word stands.
		o.FilledQuantity, o.FilledValue = r.FilledQuantity, o.FilledValue.Add(value)
		return Outcome{Changed: true, Quantity: quantity, Value: value}, nil
	}
	adopted := o.adopt(r.FilledQuantity)
	if err := o.Fill(quantity, value); err != nil {
		return Outcome{}, err
	}
	return Outcome{Changed: true, Quantity: quantity, Value: value, NewTerms: adopted}, nil
}

// averageStep is as coarse as venues round averages.
var averageStep = decimal.MustParse("0.01")

// valueOf gives what a quantity that a report adds was traded for. Averages are rounded,
// so a small part of a large order may seem to have cost nothing, or less: it counts at the
// average, or at the most that rounding can explain. What is below that can't be.
func (o *Order) valueOf(quantity decimal.Decimal, r Report) (decimal.Decimal, error) {
	value := r.FilledQuantity.Mul(r.AveragePrice).Sub(o.FilledValue)
	if value.Sign() > 0 {
		return value, nil
	}
	if most := value.Add(r.FilledQuantity.Mul(averageStep)); most.Sign() > 0 {
		return decimal.Min(quantity.Mul(r.AveragePrice), most), nil
	}
	return value, fmt.Errorf("%w: filled %v at %v is worth no more than %v at %v, which is known to be traded of it",
		ErrBadReport, r.FilledQuantity, r.AveragePrice, o.FilledQuantity, o.AveragePrice())
}
