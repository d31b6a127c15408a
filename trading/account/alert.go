package account

import (
	"encoding/json"
	"strings"

	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// wording gives as much of what others say in words as is kept and told: a venue may
// answer with a whole page.
func wording(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxTextBytes)], "") }

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
	// SymbolHalted: no entries in the symbol until its orders are known.
	SymbolHalted bool `json:"symbol_halted,omitempty"`
}

func (a *Account) alertOrder(o *order.Order, severity risk.Severity, message string, timeMs int64) {
	a.alert(AlertSystem, severity, message, orderData{OrderID: o.ID, Symbol: o.Symbol, Status: o.Status, Detail: o.Detail}, timeMs)
}
