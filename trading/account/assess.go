package account

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// lossData and sizeData are the data of alerts. Only a CRITICAL one closes.
type lossData struct {
	CurrentLoss      decimal.Decimal `json:"current_loss"`
	Limit            decimal.Decimal `json:"limit"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

type sizeData struct {
	Symbol           string          `json:"symbol"`
	CurrentQuantity  decimal.Decimal `json:"current_quantity"`
	Limit            decimal.Decimal `json:"limit"`
	PositionsToClose []string        `json:"positions_to_close,omitzero"`
}

// assess holds the account against its limits after something has changed; s is
// the symbol that has.
func (a *Account) assess(s *Symbol, timeMs int64) {
	a.assessLoss(timeMs)
	if s != nil {
		a.assessSize(s, timeMs)
	}
	if a.s.Closing {
		a.closeAll(timeMs)
	}
}

// dailyLoss is the loss since the day began; a gain is below 0.
func (a *Account) dailyLoss() decimal.Decimal {
	return a.s.DayBase.Sub(a.s.Realized).Sub(a.s.Unrealized)
}

func (a *Account) assessLoss(timeMs int64) {
	loss := a.dailyLoss()
	level, crossed := a.lossMeter.Move(a.s.LossLevel, loss)
	a.s.LossLevel = level
	if !crossed {
		return
	}
	data := lossData{CurrentLoss: loss, Limit: a.s.Limits.DailyLoss}
	message := fmt.Sprintf("Daily loss is %v of %v", loss, a.s.Limits.DailyLoss)
	if level == risk.LevelCritical {
		message = "Daily loss limit reached"
		data.PositionsToClose = a.held()
	}
	a.alert(AlertDailyLoss, level.Severity(), message, data, timeMs)
	if level != risk.LevelCritical {
		return
	}
	if a.s.Mode == Active {
		a.setMode(Reducing, string(order.ReasonDailyLoss))
	}
	a.s.Closing = true
	a.cancelAll(timeMs, nil)
}

// held gives, sorted, the symbols in which any book holds something.
func (a *Account) held() []string {
	list := []string{} // never nil: a CRITICAL alert tells that there is nothing to close
	for _, s := range a.s.Symbols {
		if slices.ContainsFunc(s.Books, func(b *Book) bool { return !b.Quantity.IsZero() }) {
			list = append(list, s.Name)
		}
	}
	return list
}

// cancelAll cancels the open orders of a symbol, or of all when it is nil, save
// closes by risk.
func (a *Account) cancelAll(timeMs int64, only *Symbol) {
	for _, s := range a.s.Symbols {
		if only != nil && s != only {
			continue
		}
		for _, o := range slices.Clone(s.Orders) {
			if o.Purpose != order.RiskClose {
				a.cancel(o, timeMs)
			}
		}
	}
}

// closeAll orders the close of every book that is not closed and not about to be.
func (a *Account) closeAll(timeMs int64) {
	for _, s := range a.s.Symbols {
		for _, b := range s.Books {
			if !b.Quantity.IsZero() {
				a.closeBook(s, b, b.Quantity.Abs(), timeMs)
			}
		}
	}
}

// closeBook orders, in the name of risk, the close of up to a quantity of a book,
// and gives what it ordered.
func (a *Account) closeBook(s *Symbol, b *Book, quantity decimal.Decimal, timeMs int64) decimal.Decimal {
	side := order.Sell
	if b.Quantity.Sign() < 0 {
		side = order.Buy
	}
	quantity = decimal.Min(quantity, s.closable(b.StrategyID, side))
	if quantity.Sign() <= 0 || a.justRefused(b) {
		return decimal.Decimal{}
	}
	a.s.Leg++
	d := draft{leg: "close/" + strconv.Itoa(a.s.Leg), timeMs: timeMs}
	d.StrategyID, d.BookID, d.Symbol = RiskStrategy(a.s.UserID), b.StrategyID, s.Name
	d.Side, d.Kind, d.Purpose, d.Quantity = side, order.Market, order.RiskClose, quantity
	if a.place(d) == nil {
		return decimal.Decimal{}
	}
	return quantity
}

// assessSize holds one symbol's position against its limit. What is above is
// closed: the limit was lowered, or a venue filled what it should not have.
func (a *Account) assessSize(s *Symbol, timeMs int64) {
	size := s.Net.Quantity.Abs()
	level, crossed := a.sizeMeter.Move(s.SizeLevel, size)
	s.SizeLevel = level
	limit := a.s.Limits.PositionSize
	if crossed {
		data := sizeData{Symbol: s.Name, CurrentQuantity: s.Net.Quantity, Limit: limit}
		message := fmt.Sprintf("Position in %s is %v of %v", s.Name, size, limit)
		if level == risk.LevelCritical {
			message = fmt.Sprintf("Position in %s is above its limit", s.Name)
			data.PositionsToClose = []string{s.Name}
		}
		a.alert(AlertPositionSize, level.Severity(), message, data, timeMs)
		if level == risk.LevelCritical {
			a.cancelAll(timeMs, s)
		}
	}
	if a.sizeMeter.Level(size) == risk.LevelCritical {
		a.closeExcess(s, size.Sub(limit), timeMs)
	}
}

// closeExcess closes an excess from the books on the side of the net position.
func (a *Account) closeExcess(s *Symbol, excess decimal.Decimal, timeMs int64) {
	side := order.Sell
	if s.Net.Quantity.Sign() < 0 {
		side = order.Buy
	}
	for _, o := range s.Orders {
		if o.Purpose == order.RiskClose && o.Side == side {
			excess = excess.Sub(o.Rest())
		}
	}
	for _, b := range s.Books {
		if excess.Sign() <= 0 {
			return
		}
		if b.Quantity.Sign() == s.Net.Quantity.Sign() {
			excess = excess.Sub(a.closeBook(s, b, excess, timeMs))
		}
	}
}

// setMode changes what the account may do.
func (a *Account) setMode(m Mode, reason string) {
	a.s.Mode, a.s.ModeReason = m, reason
}

func (a *Account) alert(what AlertType, severity risk.Severity, message string, data any, timeMs int64) {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err) // the data's types have JSON
	}
	a.emit(Alert{
		AlertID: a.nextID("alert"), UserID: a.s.UserID, TimeMs: timeMs, Type: what, Severity: severity,
		Message: message, Data: text,
	})
}

// orderData is the data of SYSTEM alerts about an order.
type orderData struct {
	OrderID string       `json:"order_id"`
	Symbol  string       `json:"symbol"`
	Status  order.Status `json:"status"`
	Detail  string       `json:"detail,omitempty"`
}

func (a *Account) alertOrder(o *order.Order, severity risk.Severity, message string, timeMs int64) {
	a.alert(AlertSystem, severity, message, orderData{OrderID: o.ID, Symbol: o.Symbol, Status: o.Status, Detail: o.Detail}, timeMs)
}
