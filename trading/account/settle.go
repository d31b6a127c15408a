package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// Settle is SETTLE's data: what became of an order of unknown fate, as somebody has
// found out at the venue that doesn't tell it.
type Settle struct {
	OrderID string `json:"order_id"`
	// VenueOrderID is the venue's own id of the order: the venue is asked by it. Without
	// it the order is over, and FilledQuantity at AveragePrice is all that was traded
	// of it.
	VenueOrderID   string          `json:"venue_order_id,omitempty"`
	FilledQuantity decimal.Decimal `json:"filled_quantity,omitzero"`
	AveragePrice   decimal.Decimal `json:"average_price,omitzero"`
	Reason         string          `json:"reason,omitempty"`
	// By is who says so. It and Reason are recorded.
	By string `json:"by,omitempty"`
}

// settleData is the data of the SYSTEM alert that records a SETTLE.
type settleData struct {
	orderData
	By        string `json:"by,omitempty"`
	CommandID string `json:"command_id"`
}

func (a *Account) settleOrder(d *Settle, commandID string) (action, error) {
	switch {
	case d.OrderID == "":
		return nil, refused("INVALID_DATA", "SETTLE needs order_id")
	case d.VenueOrderID != "" && (!d.FilledQuantity.IsZero() || !d.AveragePrice.IsZero()):
		return nil, refused("INVALID_DATA", "with venue_order_id the venue says what was traded; leave out filled_quantity and average_price")
	case tooLong(d.VenueOrderID) != "":
		return nil, refused("INVALID_DATA", "venue_order_id %q...: want at most %d bytes", tooLong(d.VenueOrderID), maxTextBytes)
	case (d.FilledQuantity.Sign() > 0) != (d.AveragePrice.Sign() > 0) || !d.AveragePrice.Bounded():
		return nil, refused(string(order.ReasonPrice), "average_price %v for filled_quantity %v; want both above 0, or neither", d.AveragePrice, d.FilledQuantity)
	}
	o, other := a.orders[d.OrderID], a.known().byVenue[d.VenueOrderID]
	switch {
	case o == nil:
		return nil, refused(reasonNoSuchOrder, "order %.64q is not open", d.OrderID)
	case o.Status != order.Unknown:
		return nil, refused("ORDER_KNOWN", "order %s is %s; only one of unknown fate can be settled", o.ID, o.Status)
	case other != nil && other != o:
		return nil, refused("INVALID_DATA", "venue_order_id %q is that of order %s", d.VenueOrderID, other.ID)
	case d.VenueOrderID == "" && (d.FilledQuantity.Less(o.FilledQuantity) || d.FilledQuantity.Greater(o.Quantity)):
		return nil, refused(string(order.ReasonQuantity), "filled_quantity %v; want %v to %v: what is known to be traded, to all of the order",
			d.FilledQuantity, o.FilledQuantity, o.Quantity)
	}
	over := order.Report{
		OrderID: o.ID, Kind: order.ReportCancelled, Reason: order.ReasonUser,
		FilledQuantity: d.FilledQuantity, AveragePrice: d.AveragePrice, Detail: wording(d.Reason),
	}
	if trial := *o; d.VenueOrderID == "" {
		if _, err := trial.Apply(over); err != nil {
			return nil, refused(string(order.ReasonPrice), "average_price %v: %v", d.AveragePrice, err)
		}
	}
	return func(timeMs int64) {
		a.moved()
		a.alert(AlertSystem, risk.Warning, "An order of unknown fate was settled by command", settleData{
			orderData: orderData{OrderID: o.ID, Symbol: o.Symbol, Status: o.Status, Detail: wording(d.Reason)}, By: wording(d.By), CommandID: commandID,
		}, timeMs)
		if d.VenueOrderID != "" {
			o.VenueOrderID = d.VenueOrderID
			a.query(o)
			return
		}
		a.report(o, over, timeMs)
		a.assess(a.symbols[o.Symbol], timeMs)
	}, nil
}

// haltSymbol stops entries in an order's symbol: nobody knows what the order has
// traded or may trade yet. It goes on when all its orders are known again.
func (a *Account) haltSymbol(o *order.Order, message string, timeMs int64) {
	a.symbols[o.Symbol].Halted = true
	a.alert(AlertSystem, risk.Critical, message, orderData{OrderID: o.ID, Symbol: o.Symbol, Status: o.Status, Detail: o.Detail, SymbolHalted: true}, timeMs)
}

// goOn lets a symbol that was halted trade again when the fate of all its orders is
// known.
func (a *Account) goOn(s *Symbol, timeMs int64) {
	if !s.Halted || slices.ContainsFunc(s.Orders, func(o *order.Order) bool { return o.Status == order.Unknown }) {
		return
	}
	s.Halted = false
	a.alert(AlertSystem, risk.Info, "The fate of all orders of a halted symbol is known; it trades again", map[string]string{"symbol": s.Name}, timeMs)
}
