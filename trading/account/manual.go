package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// ManualOrder is ORDER's data: an order of the user's own, or, with Modify or
// Cancel, the change or end of one that is open.
type ManualOrder struct {
	Symbol          string     `json:"symbol,omitempty"`
	TransactionType order.Side `json:"transaction_type,omitempty"`
	// OrderType is by default what the prices make it: MARKET with none, LIMIT with
	// price, SL-M with trigger_price, SL with both.
	OrderType    order.Kind      `json:"order_type,omitempty"`
	Quantity     decimal.Decimal `json:"quantity"`
	Price        decimal.Decimal `json:"price"`
	TriggerPrice decimal.Decimal `json:"trigger_price,omitzero"`
	Validity     order.Validity  `json:"validity,omitempty"` // DAY (default) or IOC
	StopLoss     decimal.Decimal `json:"stoploss"`
	Target       decimal.Decimal `json:"target"`
	// TrailingStop is the distance at which a stop follows the best price.
	TrailingStop decimal.Decimal `json:"trailing_stop,omitzero"`
	// Modify is the id of an open order that gets another quantity (all of it, with
	// what was traded), price, trigger_price or order_type; what is absent stays.
	Modify string `json:"modify,omitempty"`
	// Cancel is the id of an open order, of any strategy. Nothing else goes with it.
	Cancel string `json:"cancel,omitempty"`
}

func (a *Account) manualOrder(d *ManualOrder) (action, error) {
	switch {
	case d.Cancel != "" && d.Modify != "":
		return nil, refused("INVALID_DATA", "modify and cancel exclude each other")
	case d.Cancel != "":
		return a.cancelByCommand(d)
	case d.Modify != "":
		return a.changeByCommand(d)
	case d.Symbol == "":
		// No event could tell of it: events have a symbol.
		return nil, refused(string(order.ReasonSymbol), "an order needs a symbol")
	case tooLong(d.Symbol) != "":
		return nil, refused(string(order.ReasonSymbol), "symbol %q...: want at most %d bytes", tooLong(d.Symbol), maxTextBytes)
	}
	kind := d.OrderType
	if kind == "" {
		kind = order.KindOf(d.Price, d.TriggerPrice)
	}
	return func(timeMs int64) {
		w := draft{leg: "command", timeMs: timeMs}
		w.StrategyID = ManualStrategy(a.s.UserID)
		w.BookID, w.Symbol, w.Side, w.Kind, w.Purpose = w.StrategyID, d.Symbol, d.TransactionType, kind, order.Manual
		w.Quantity, w.Price, w.Trigger, w.Validity = d.Quantity, d.Price, d.TriggerPrice, d.Validity
		w.StopLoss, w.Target, w.TrailingStop = d.StopLoss, d.Target, d.TrailingStop
		a.place(w)
	}, nil
}

func (a *Account) cancelByCommand(d *ManualOrder) (action, error) {
	if *d != (ManualOrder{Cancel: d.Cancel}) {
		return nil, refused("INVALID_DATA", "cancel ends an order as it is, and takes nothing else; to place another give ORDER without cancel, to change it modify")
	}
	o := a.orders[d.Cancel]
	if o == nil {
		return nil, refused(reasonNoSuchOrder, "order %s is not open", d.Cancel)
	}
	return func(timeMs int64) {
		a.cancel(o, order.ReasonUser, a.timeOf(o.Symbol, timeMs))
		a.assess(a.symbols[o.Symbol], timeMs)
	}, nil
}

// cancelSignalled cancels what a strategy's signals have placed in a symbol and is
// still open. Stops, targets and closes by limits stay.
func (a *Account) cancelSignalled(strategyID, symbol string, timeMs int64) {
	s := a.symbols[symbol]
	if s == nil {
		return
	}
	for _, o := range slices.Clone(s.Orders) {
		if o.BookID == strategyID && o.Purpose == order.Signalled {
			a.cancel(o, order.ReasonStrategy, a.timeOf(symbol, timeMs))
		}
	}
	a.assess(s, timeMs)
}
