package order

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
)

// seen takes in that the venue has the order, perhaps with the terms that it was
// asked for.
func (o *Order) seen(step Step, r Report) (Outcome, error) {
	if err := o.Step(step); err != nil {
		return Outcome{}, err
	}
	if o.Wanted != (Terms{}) && r.Terms == o.Wanted {
		return o.changed(r)
	}
	return Outcome{}, nil
}

// unchanged takes in that the venue refused other terms.
func (o *Order) unchanged() (Outcome, error) {
	out := Outcome{Refused: o.Wanted != Terms{}}
	o.Wanted = Terms{}
	return out, o.settleTerms()
}

// changed takes other terms in: those that the venue shows, or those that it was
// asked for. Nothing is left to trade when they are below what was traded.
func (o *Order) changed(r Report) (Outcome, error) {
	terms := r.Terms
	if terms == (Terms{}) {
		terms = o.Wanted
	}
	o.Wanted = Terms{}
	if terms == (Terms{}) || terms == o.Terms() {
		return Outcome{}, o.settleTerms()
	}
	n := *o
	n.SetTerms(terms)
	if reason, detail := n.CheckTerms(); reason != "" || !n.Kind.Valid() || n.Quantity.Sign() <= 0 || !n.Quantity.Bounded() {
		return Outcome{}, fmt.Errorf("%w: terms %+v: %s %s", ErrBadReport, terms, reason, detail)
	}
	o.SetTerms(terms)
	return Outcome{Changed: true, NewTerms: true}, o.settleTerms()
}

// settleTerms brings the status in line with terms that are certain again.
func (o *Order) settleTerms() error {
	if o.Rest().IsZero() {
		return o.Step(FillWhole)
	}
	return o.Step(Change)
}

// adopt takes a fill of more than the order's quantity for a sign that the venue
// has changed the order as it was asked to.
func (o *Order) adopt(filled decimal.Decimal) bool {
	if !filled.Greater(o.Quantity) || !o.Wanted.Quantity.Greater(o.Quantity) {
		return false
	}
	o.SetTerms(o.Wanted)
	o.Wanted = Terms{}
	return true
}
