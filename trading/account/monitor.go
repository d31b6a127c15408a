package account

import (
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// lossData, drawdownData, sizeData and marginData are the data of alerts. Only a
// CRITICAL one closes.
type lossData struct {
	CurrentLoss      decimal.Decimal `json:"current_loss"`
	Limit            decimal.Decimal `json:"limit"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

type drawdownData struct {
	CurrentDrawdown  decimal.Decimal `json:"current_drawdown"`
	Limit            decimal.Decimal `json:"limit"`
	HighWaterMark    decimal.Decimal `json:"high_water_mark"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

type sizeData struct {
	Symbol           string          `json:"symbol"`
	CurrentQuantity  decimal.Decimal `json:"current_quantity"`
	Limit            decimal.Decimal `json:"limit"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

type marginData struct {
	CurrentMargin    decimal.Decimal `json:"current_margin"`
	Limit            decimal.Decimal `json:"limit"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

// assess holds the account against its limits after something has changed; s is
// the symbol that has, nil when none.
func (a *Account) assess(s *Symbol, timeMs int64) {
	profit := a.profit() // nothing of what follows trades
	a.assessLoss(profit, timeMs)
	a.assessDrawdown(profit, timeMs)
	if s != nil {
		a.assessSize(s, timeMs)
	}
	a.assessMargin(a.s.Deposits.Add(profit), timeMs)
	a.closing(timeMs)
}

// assessSizes holds every symbol's position against its limit.
func (a *Account) assessSizes(timeMs int64) {
	for _, s := range a.s.Symbols {
		a.assessSize(s, timeMs)
	}
}

// profit is all that was gained and lost, realised and not.
func (a *Account) profit() decimal.Decimal { return a.Equity().Sub(a.s.Deposits) }

// assessLoss holds the loss since the day began, realised or not, against its
// limit; a gain is a loss below 0.
func (a *Account) assessLoss(profit decimal.Decimal, timeMs int64) {
	loss, limit := a.s.DayBase.Sub(profit), a.s.Limits.DailyLoss
	level, crossed := a.guard.Loss.Move(a.s.LossLevel, loss, limit)
	a.s.LossLevel = level
	if !crossed {
		return
	}
	data := lossData{CurrentLoss: loss, Limit: limit}
	message := fmt.Sprintf("Daily loss is %v of %v", loss, limit)
	if level == risk.LevelCritical {
		message = "Daily loss limit reached"
		data.PositionsToClose = a.held()
	}
	a.alert(AlertDailyLoss, level.Severity(), message, data, timeMs)
	if level == risk.LevelCritical {
		a.closeDown(AlertDailyLoss, timeMs)
	}
}

// assessDrawdown holds the equity against its highest so far. Deposits and
// withdrawals move that as well: they are neither profit nor loss.
func (a *Account) assessDrawdown(profit decimal.Decimal, timeMs int64) {
	a.s.Peak = decimal.Max(a.s.Peak, profit)
	drawdown, peak := a.s.Peak.Sub(profit), a.s.Deposits.Add(a.s.Peak)
	if drawdown.IsZero() && a.s.DrawdownLevel == 0 {
		return
	}
	limit, ok := a.guard.DrawdownLimit(peak)
	if !ok {
		a.s.DrawdownLevel = 0
		return
	}
	level, crossed := a.guard.Drawdown.Move(a.s.DrawdownLevel, drawdown, limit)
	a.s.DrawdownLevel = level
	if !crossed {
		return
	}
	data := drawdownData{CurrentDrawdown: drawdown, Limit: limit, HighWaterMark: peak}
	message := fmt.Sprintf("Drawdown is %v of %v", drawdown, limit)
	if level == risk.LevelCritical {
		message = "Drawdown limit reached"
		data.PositionsToClose = a.held()
	}
	a.alert(AlertDrawdown, level.Severity(), message, data, timeMs)
	if level == risk.LevelCritical {
		a.closeDown(AlertDrawdown, timeMs)
	}
}

// assessSize holds one symbol's position against its limit. What is above is
// closed: the limit was lowered, or a venue filled what it should not have.
func (a *Account) assessSize(s *Symbol, timeMs int64) {
	size, limit := s.Net.Quantity.Abs(), s.scale.terms.PositionSize
	if limit.IsZero() {
		s.SizeLevel = 0
		return
	}
	level, crossed := a.guard.Size.Move(s.SizeLevel, size, limit)
	s.SizeLevel = level
	if crossed {
		data := sizeData{Symbol: s.Name, CurrentQuantity: s.Net.Quantity, Limit: limit}
		message := fmt.Sprintf("Position in %s is %v of %v", s.Name, size, limit)
		if level == risk.LevelCritical {
			message = fmt.Sprintf("Position in %s is above its limit", s.Name)
			data.PositionsToClose = []string{s.Name}
		}
		a.alert(AlertPositionSize, level.Severity(), message, data, timeMs)
		if level == risk.LevelCritical {
			a.reduce(AlertPositionSize)
			a.cancelFor(data.PositionsToClose, order.ReasonPositionSize, timeMs)
		}
	}
	if excess := s.excess(); excess.Sign() > 0 {
		a.closeExcess(s, excess, timeMs)
	}
}

// excess gives how much of a symbol's position is above its limit; 0 or less for none.
func (s *Symbol) excess() decimal.Decimal {
	if s.scale.terms.PositionSize.IsZero() {
		return decimal.Decimal{}
	}
	return s.Net.Quantity.Abs().Sub(s.scale.terms.SizeCritical)
}

// assessMargin holds the margin that the positions need against the equity. Of
// what is too much, whole positions are closed: what part of one a venue would
// trade, its lots, is not known here.
func (a *Account) assessMargin(equity decimal.Decimal, timeMs int64) {
	need := a.weights.Held
	if need.IsZero() && a.s.MarginLevel == 0 {
		return
	}
	level, crossed := a.guard.Margin.Move(a.s.MarginLevel, need, equity)
	a.s.MarginLevel = level
	// What was named is closed, and it was not enough: there is more to name.
	more := level == risk.LevelCritical && a.marked == 0 && !a.s.Closing && a.guard.Margin.Level(need, equity) == risk.LevelCritical
	if !crossed && !more {
		return
	}
	data := marginData{CurrentMargin: need, Limit: equity}
	message := fmt.Sprintf("Margin needed is %v, the equity is %v", need, equity)
	if level == risk.LevelCritical {
		message = "Margin needed is above the equity"
		data.PositionsToClose = a.tooMuchMargin(need.Sub(a.guard.MarginLimit(equity)))
	}
	a.alert(AlertMargin, level.Severity(), message, data, timeMs)
	if level == risk.LevelCritical {
		a.reduce(AlertMargin)
		a.cancelFor(data.PositionsToClose, order.ReasonMargin, timeMs)
		a.closeMarked(data.PositionsToClose, timeMs)
	}
}

// tooMuchMargin gives, sorted, the symbols whose positions to close so that so
// much less margin is needed: those that need the most first. Those that are
// being closed already count, and are named again.
func (a *Account) tooMuchMargin(excess decimal.Decimal) []string {
	list := slices.Clone(a.s.Symbols)
	slices.SortStableFunc(list, func(x, y *Symbol) int {
		switch {
		case x.Closing == y.Closing:
			return y.scale.weight.Held.Cmp(x.scale.weight.Held)
		case x.Closing:
			return -1
		default:
			return 1
		}
	})
	names := []string{}
	for _, s := range list {
		if excess.Sign() <= 0 || s.scale.weight.Held.IsZero() {
			break
		}
		excess = excess.Sub(s.scale.weight.Held)
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// goOnMarked goes on to close the symbols that are marked, until they are closed.
func (a *Account) goOnMarked(timeMs int64) {
	for _, s := range a.s.Symbols {
		switch {
		case !s.Closing:
		case s.scale.held > 0:
			a.closeSymbol(s, order.ReasonMargin, timeMs)
		default:
			s.Closing = false
			a.marked--
		}
	}
}

// closeMarked marks symbols, so that they are closed however often it takes, and
// orders the closes.
func (a *Account) closeMarked(names []string, timeMs int64) {
	for _, name := range names {
		s := a.symbols[name]
		if !s.Closing {
			s.Closing = true
			a.marked++
		}
		a.closeSymbol(s, order.ReasonMargin, timeMs)
	}
}
