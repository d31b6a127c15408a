package account

import (
	"errors"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// precheckVenue is a live venue's place: there an order is checked without a price
// of its symbol.
const precheckVenue = "check"

const reasonNoSuchOrder = "NO_SUCH_ORDER"

// Check tells whether a command could be carried out by some account: nil, or the
// *RefusedError that every account would give, with the Reason of the REJECTED event
// for an order that every account would reject. Whether its own account, as it stands
// then, takes it is another question: its limits, its cash, its orders.
func (c Command) Check() error {
	a := New(c.UserID)
	if c.Type != CmdOpenAccount {
		open := &OpenAccount{Venue: precheckVenue}
		if d, ok := c.Data.(*Deposit); ok && d.Amount.Bounded() {
			open.Deposit = decimal.Max(d.Amount.Neg(), decimal.Decimal{}) // to withdraw
		}
		a.precede(c.UserID, CmdOpenAccount, open)
		a.done(0) // there is no venue to agree with
	}
	if ref, ok := c.Data.(*StrategyRef); ok {
		name := ref.Name
		if name == "" {
			name = "any"
		}
		a.precede(c.UserID, CmdDeploy, &Deploy{StrategyID: ref.StrategyID, Name: name, Symbols: []string{"ANY"}, External: true})
	}
	events, err := a.Command(c, Cause{Origin: "check/0/1", TimeMs: c.TimeMs})
	var r *RefusedError
	if errors.As(err, &r) && r.Reason == reasonNoSuchOrder {
		return nil // its account may have it
	}
	for _, e := range events {
		if o, ok := e.(OrderEvent); ok && o.Type == order.EventRejected {
			return refused(string(o.Reason), "%s", o.Detail)
		}
	}
	return err
}

// precede gives the account of a check what a command needs to find there. What it
// can't have is the command's own fault, which is told then.
func (a *Account) precede(user string, t CommandType, data any) {
	_, _ = a.Command(Command{ID: "check/" + string(t), UserID: user, Type: t, Data: data}, Cause{Origin: "check/0/0/" + string(t)})
}
