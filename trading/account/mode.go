package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// modeData is the data of the SYSTEM alerts that record a change of the account's
// mode: what it became and was, why, and at whose word. The alert's timestamp says
// when.
type modeData struct {
	// Reason is a code: COMMAND, EXTERNAL_ALERT, RECONCILIATION, or the limit's name. Detail are the
	// words that came with it.
	Reason string `json:"reason"`
	Mode   Mode   `json:"mode"`
	Was    Mode   `json:"was"`
	// WasReason says why it was not ACTIVE.
	WasReason string `json:"was_reason,omitempty"`
	Detail    string `json:"detail,omitempty"`
	By        string `json:"by,omitempty"`
	CommandID string `json:"command_id,omitempty"`
	// Granted are the limits that a RESUME counts afresh.
	Granted []AlertType `json:"granted,omitempty"`
	// Differences are what RECONCILIATION could not explain, the first of them.
	Differences []Difference `json:"differences,omitempty"`
}

const reasonCommand = "COMMAND"

// setMode changes what the account may do.
func (a *Account) setMode(m Mode, reason string) {
	a.s.Mode, a.s.ModeReason = m, reason
}

// changeMode changes the mode and records it in an alert.
func (a *Account) changeMode(d modeData, severity risk.Severity, message string, timeMs int64) {
	d.Was, d.WasReason = a.s.Mode, a.s.ModeReason
	reason := d.Reason
	if d.Mode == Active {
		reason = ""
	}
	a.setMode(d.Mode, reason)
	a.alert(AlertSystem, severity, message, d, timeMs)
}

// reached notes that a limit was reached.
func (a *Account) reached(what AlertType) {
	if !slices.Contains(a.s.Reached, what) {
		a.s.Reached = append(a.s.Reached, what)
	}
}

// reduce puts an ACTIVE account into REDUCING because of a limit.
func (a *Account) reduce(what AlertType) {
	a.reached(what)
	if a.s.Mode == Active {
		a.setMode(Reducing, string(what))
	}
}

// closeDown begins the end of trading: everything is cancelled and closed, and the
// account is REDUCING until nothing is held, and HALTED then.
func (a *Account) closeDown(what AlertType, timeMs int64) {
	a.reached(what)
	if a.s.Mode != Halted {
		a.setMode(Reducing, string(what))
	}
	a.s.Closing = true
	a.cancelAll(order.Reason(what), timeMs)
}

// closing goes on with what is to be closed, after something has changed: a venue
// may have refused a close, or filled what it should not have.
func (a *Account) closing(timeMs int64) {
	if a.marked > 0 {
		a.goOnMarked(timeMs)
	}
	switch {
	case !a.s.Closing:
	case a.heldBooks > 0:
		a.closeAll(a.limitReason(order.ReasonHalted), timeMs)
	case a.s.Mode == Reducing:
		a.changeMode(modeData{Reason: a.s.ModeReason, Mode: Halted}, risk.Critical, "Account halted: all positions are closed after "+a.s.ModeReason, timeMs)
	}
	if a.leaving > 0 {
		a.goOnLeaving(timeMs)
	}
}

// halt stops all trading but the closes of the account's own limits and the exits at
// stops, which go on while it is halted: one that was touched just before is one of
// them. d has the reason and its words.
func (a *Account) halt(d modeData, timeMs int64) {
	for _, s := range a.s.Symbols {
		for _, o := range slices.Clone(s.Orders) {
			if o.Purpose != order.RiskClose && o.Purpose != order.StopExit {
				a.cancel(o, order.ReasonHalted, timeMs)
			}
		}
	}
	d.Mode = Halted
	a.changeMode(d, risk.Critical, "Account halted: "+d.Detail, timeMs)
}

func (a *Account) haltCommand(d *Halt, commandID string, timeMs int64) {
	words := wording(d.Reason)
	if words == "" {
		words = "by command"
	}
	a.halt(modeData{Reason: reasonCommand, Detail: words, By: wording(d.By), CommandID: commandID}, timeMs)
	if d.ClosePositions {
		a.s.Closing = true
		a.closeAll(order.ReasonHalted, timeMs)
	}
}

// limitReason gives the limit for which the account is in its mode, and otherwise
// another reason, when it is in it for none.
func (a *Account) limitReason(otherwise order.Reason) order.Reason {
	switch r := order.Reason(a.s.ModeReason); r {
	case order.ReasonDailyLoss, order.ReasonDrawdown:
		return r
	default:
		return otherwise
	}
}
