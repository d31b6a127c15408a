package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// resume makes the account ACTIVE. Each limit that was reached is granted once
// more, and counts afresh from now; one that is still broken is found so at once.
// Closes end that nothing asks for any longer. A live account is compared with its
// venue before it takes entries.
func (a *Account) resume(d *Resume, commandID string, timeMs int64) {
	granted := a.grant()
	a.s.Closing = false
	for _, s := range a.s.Symbols {
		s.Closing = false
	}
	a.marked = 0
	a.changeMode(modeData{
		Reason: reasonCommand, Mode: Active, Detail: wording(d.Reason), By: wording(d.By), CommandID: commandID, Granted: granted,
	}, risk.Info, "Account resumed", timeMs)
	a.assess(nil, timeMs)
	a.assessSizes(timeMs)
	for _, s := range a.s.Symbols {
		a.endCloses(s, timeMs)
	}
	if a.live() {
		a.s.Reconciliation.SetAside = d.SetAside
		a.askVenue()
	}
}

// grant counts the limits that were reached afresh, and gives which these are. Their
// present use doesn't matter: closing may have left it below what is CRITICAL.
func (a *Account) grant() []AlertType {
	was := func(what AlertType, level risk.Level) bool {
		return level == risk.LevelCritical || slices.Contains(a.s.Reached, what) || a.s.ModeReason == string(what)
	}
	var list []AlertType
	if was(AlertDailyLoss, a.s.LossLevel) {
		a.grantDay()
		list = append(list, AlertDailyLoss)
	}
	if was(AlertDrawdown, a.s.DrawdownLevel) {
		a.s.Peak, a.s.DrawdownLevel = a.profit(), 0
		list = append(list, AlertDrawdown)
	}
	sizes := was(AlertPositionSize, 0)
	for _, s := range a.s.Symbols {
		if s.SizeLevel == risk.LevelCritical {
			// What is within the limit by now stays told of; what is not, is told again.
			s.SizeLevel, sizes = min(a.guard.Size.Level(s.Net.Quantity.Abs(), s.scale.terms.PositionSize), risk.LevelCritical-1), true
		}
	}
	if sizes {
		list = append(list, AlertPositionSize)
	}
	if was(AlertMargin, a.s.MarginLevel) {
		if a.s.MarginLevel == risk.LevelCritical {
			a.s.MarginLevel = min(a.guard.Margin.Level(a.weights.Held, a.Equity()), risk.LevelCritical-1)
		}
		list = append(list, AlertMargin)
	}
	a.s.Reached = nil
	return list
}

// endCloses cancels a symbol's closes by risk that nothing asks for any longer: who
// resumes wants to keep what is still held. What the margin or the size of the position
// asks for goes on, and so does a stop that was touched: without HALT, it would have. So does
// what a strategy is to leave by another command.
func (a *Account) endCloses(s *Symbol, timeMs int64) {
	if s.Closing {
		return
	}
	side := closingSide(s.Net.Quantity)
	asked, needed := decimal.Decimal{}, decimal.Max(s.excess(), decimal.Decimal{})
	for _, o := range s.Orders {
		if o.Purpose == order.RiskClose && o.Side == side {
			asked = asked.Add(o.Rest())
		}
	}
	ended := false
	for _, o := range slices.Clone(s.Orders) {
		if o.Purpose == order.RiskClose && o.EntryID == "" && !s.leaves(o.BookID) && (o.Side != side || asked.Greater(s.wholeLots(needed))) {
			a.cancel(o, order.ReasonUser, a.timeOf(s.Name, timeMs))
			ended = true
		}
	}
	if ended {
		a.closeExcess(s, needed, timeMs)
	}
}
