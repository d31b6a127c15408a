// Package fees computes what trading costs beside the price: brokerage, taxes and
// charges, by schemes. It is a pure function of what an order has traded.
//
// Rounding: each charge is worked out on all that the order has traded so far,
// half even at 8 places, and rounded half even to the scheme's step. What a fill
// costs is the difference to what was charged before; so an order that fills in
// parts costs what it would have cost in one, to the last digit.
package fees

import (
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// Base is what a charge's rate is applied to.
type Base string

// The bases. OnValue, the default and also the empty text, is per cent of the
// traded value (of an option, of its premium). OnQuantity is money for each unit.
// OnOrder is money for each order that trades. OnCharges is per cent of the
// charges that Of names.
const (
	OnValue    Base = "value"
	OnQuantity Base = "quantity"
	OnOrder    Base = "order"
	OnCharges  Base = "charges"
)

// Charge is one line of a scheme.
type Charge struct {
	Name string `json:"name"`
	// Side is BUY or SELL; empty: both.
	Side order.Side `json:"side,omitempty"`
	On   Base       `json:"on,omitempty"`
	// Rate has at most 6 places.
	Rate decimal.Decimal `json:"rate"`
	// Max is the most that one order is charged; 0: no such bound.
	Max decimal.Decimal `json:"max,omitzero"`
	// Of names earlier charges, for OnCharges.
	Of []string `json:"of,omitempty"`
	// Since and Source tell, in the shipped table, a day from which on the rate is
	// known to hold, and who says so.
	Since  string `json:"-"`
	Source string `json:"-"`
}

// Scheme is a list of charges; the zero value charges nothing. Order matters only
// for OnCharges.
type Scheme struct {
	// Round is the step that each charge is rounded to; 0: 0.01.
	Round   decimal.Decimal `json:"round,omitzero"`
	Charges []Charge        `json:"charges,omitempty"`
}

// maxCharges bounds a scheme.
const maxCharges = 20

var (
	cent     = decimal.MustParse("0.01")
	hundred  = decimal.FromInt(100)
	rateStep = decimal.MustParse("0.000001")
)

// Total gives what an order costs that has traded a quantity for a value.
func (s *Scheme) Total(side order.Side, quantity, value decimal.Decimal) decimal.Decimal {
	total := decimal.Decimal{}
	for _, amount := range s.Amounts(side, quantity, value) {
		total = total.Add(amount)
	}
	return total
}

// Amounts gives each charge of such an order, in the order of Charges.
func (s *Scheme) Amounts(side order.Side, quantity, value decimal.Decimal) []decimal.Decimal {
	step := s.Round
	if step.IsZero() {
		step = cent
	}
	list := make([]decimal.Decimal, len(s.Charges))
	for i := range s.Charges {
		c := &s.Charges[i]
		if quantity.IsZero() || c.Side != "" && c.Side != side {
			continue
		}
		amount := c.Rate
		switch c.On {
		case OnQuantity:
			amount = quantity.Mul(c.Rate)
		case OnOrder:
		case OnCharges:
			amount = s.sum(list[:i], c.Of).Mul(c.Rate.Div(hundred))
		default:
			amount = value.Mul(c.Rate.Div(hundred)) // exact: a rate has 6 places
		}
		if c.Max.Sign() > 0 {
			amount = decimal.Min(amount, c.Max)
		}
		list[i] = amount.RoundTo(step)
	}
	return list
}

func (s *Scheme) sum(amounts []decimal.Decimal, names []string) decimal.Decimal {
	total := decimal.Decimal{}
	for i, amount := range amounts {
		if slices.Contains(names, s.Charges[i].Name) {
			total = total.Add(amount)
		}
	}
	return total
}

// Validate gives what is wrong with a scheme.
func (s *Scheme) Validate() error {
	if s.Round.Sign() < 0 || !s.Round.Bounded() {
		return fmt.Errorf("round is %v; want a step such as 0.01, or 0 for that", s.Round)
	}
	if len(s.Charges) > maxCharges {
		return fmt.Errorf("%d charges; want at most %d", len(s.Charges), maxCharges)
	}
	for i := range s.Charges {
		if err := s.validate(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scheme) validate(i int) error {
	c := &s.Charges[i]
	named := func(name string) bool {
		return slices.ContainsFunc(s.Charges[:i], func(c Charge) bool { return c.Name == name })
	}
	switch {
	case c.Name == "":
		return fmt.Errorf("charge %d has no name", i+1)
	case named(c.Name):
		return fmt.Errorf("charge %s is given twice", c.Name)
	case c.Side != "" && !c.Side.Valid():
		return fmt.Errorf("charge %s: side is %q; want BUY, SELL or nothing", c.Name, c.Side)
	case !slices.Contains([]Base{"", OnValue, OnQuantity, OnOrder, OnCharges}, c.On):
		return fmt.Errorf("charge %s: on is %q; want value, quantity, order or charges", c.Name, c.On)
	case c.Rate.Sign() <= 0 || !c.Rate.Bounded() || c.Rate.RoundTo(rateStep) != c.Rate:
		return fmt.Errorf("charge %s: rate is %v; want it above 0, with at most 6 places", c.Name, c.Rate)
	case c.percent() && c.Rate.Greater(hundred):
		return fmt.Errorf("charge %s: rate is %v per cent; want at most 100", c.Name, c.Rate)
	case c.Max.Sign() < 0 || !c.Max.Bounded():
		return fmt.Errorf("charge %s: max is %v; want it above 0, or 0 for no bound", c.Name, c.Max)
	case (c.On == OnCharges) != (len(c.Of) > 0):
		return fmt.Errorf("charge %s: want of with on: charges, and only there", c.Name)
	}
	for _, name := range c.Of {
		if !named(name) {
			return fmt.Errorf("charge %s: of names %q, which is no earlier charge", c.Name, name)
		}
	}
	return nil
}

func (c *Charge) percent() bool { return c.On != OnQuantity && c.On != OnOrder }
