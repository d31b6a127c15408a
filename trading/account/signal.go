package account

import (
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/strategy"
)

// Signal trades a strategy's signal. leg counts the signals of one strategy and
// origin. One with Cancel first cancels the strategy's open orders in the symbol,
// in whatever status the strategy is; HOLD does nothing else. One with SquareOff is
// carried out while the strategy is paused, too. An exit of more than one order may have
// is split. An external strategy's signal that equals one of its
// last 1,000 in symbol, timestamp and action is Ignored. The caller has checked
// that the strategy is this account's; any other's is rejected.
func (a *Account) Signal(g strategy.Signal, cause Cause, leg int) []Event {
	if g.Action == strategy.Hold && !g.Cancel {
		return nil
	}
	nowMs := a.begin(cause)
	d := a.deployed(g.StrategyID)
	if d != nil && d.External {
		id := g.Symbol + "\x00" + strconv.FormatInt(g.TimeMs, 10) + "\x00" + string(g.Action)
		if a.signals[g.StrategyID].has(id) {
			a.emit(Ignored{What: "signal", Detail: "an equal one was taken in before"})
			return a.end()
		}
		a.signals[g.StrategyID].add(id)
	}
	if d != nil && !d.External {
		a.marketMs = nowMs
		if a.onUpdate() {
			a.marketMs = max(nowMs, a.telling.ms)
			if s := a.symbols[g.Symbol]; s != nil {
				a.marketMs = max(a.marketMs, s.Told.Ms)
			}
		}
	}
	if g.Cancel && d != nil {
		a.cancelSignalled(g.StrategyID, g.Symbol, nowMs)
	}
	if g.Action == strategy.Hold {
		return a.end()
	}
	w := draft{leg: "signal/" + strconv.Itoa(leg), exit: g.Exit, timeMs: nowMs}
	w.StrategyID, w.BookID, w.Symbol, w.Side = g.StrategyID, g.StrategyID, g.Symbol, order.Side(g.Action)
	w.Purpose, w.Quantity, w.Price, w.Trigger, w.Validity = order.Signalled, g.Quantity, g.Price, g.Trigger, g.Validity
	w.StopLoss, w.Target, w.TrailingStop = g.StopLoss, g.Target, g.TrailingStop
	if g.Market {
		w.Price = decimal.Decimal{}
	}
	w.Kind, w.computed = order.KindOf(w.Price, w.Trigger), d != nil && !d.External
	switch {
	case !a.s.Open:
		a.rejectDraft(w, order.ReasonNotOpen, "OPEN_ACCOUNT comes first")
	case d == nil:
		a.rejectDraft(w, order.ReasonUnknownStrategy, "")
	case d.Status == Paused && !g.SquareOff:
		a.rejectDraft(w, order.ReasonStrategyPaused, "")
	case d.Status == Failed:
		a.rejectDraft(w, order.ReasonStrategyFailed, d.Detail)
	case g.Exit:
		a.placeExit(w)
	default:
		a.place(w)
	}
	return a.end()
}
