package account

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
)

// Statement is what an account holds, has open and has gained, for people and programs
// to read. Words and signs are those of position-updates and order-events. Times are
// market time in Unix milliseconds; amounts are exact.
type Statement struct {
	UserID string `json:"user_id"`
	Open   bool   `json:"open"` // OPEN_ACCOUNT has come
	Venue  string `json:"venue"`
	Mode   Mode   `json:"mode"`
	// ModeReason says why the account is not ACTIVE.
	ModeReason string `json:"mode_reason,omitempty"`
	// TimeMs is the latest market time that the account has seen; 0 before any.
	TimeMs int64 `json:"timestamp"`
	// Equity is Deposits and all profit, less Fees; Cash is what of it is not in
	// positions, at what they have cost.
	Deposits decimal.Decimal `json:"deposits"`
	Cash     decimal.Decimal `json:"cash"`
	Equity   decimal.Decimal `json:"equity"`
	// RealizedPnL, UnrealizedPnL and Fees are of all positions, ever. Fees are in
	// neither profit.
	RealizedPnL   decimal.Decimal `json:"realized_pnl"`
	UnrealizedPnL decimal.Decimal `json:"unrealized_pnl"`
	Fees          decimal.Decimal `json:"fees"`
	// DayPnL is what the equity has gained, deposits aside, since the account's day
	// began, or since a RESUME of that day that granted the daily loss again.
	DayPnL decimal.Decimal `json:"day_pnl"`
	// Limits are those in money that are set.
	Limits []LimitUse `json:"limits"`
	// Reconciling: no entries are taken until the account was compared with its live venue.
	Reconciling bool `json:"reconciling"`
	// HaltedSymbols take no entries: a live venue doesn't tell the fate of an order.
	HaltedSymbols []string `json:"halted_symbols"`
	// Positions are sorted by symbol, OpenOrders by symbol and then in the order of
	// placement, Strategies by name.
	Positions  []PositionStatement `json:"positions"`
	OpenOrders []OrderStatement    `json:"open_orders"`
	Strategies []StrategyStatement `json:"strategies"`
}

// LimitUse is how far a limit is used; Used is 0 when there is a gain in place of a loss.
// The limit of the margin is the equity, which may be 0 or less. Of which share of a limit
// there are alerts, alert_percents say.
type LimitUse struct {
	// Name is as in the data of SET_LIMITS; drawdown is the smaller of it and
	// drawdown_percent, in money.
	Name  string          `json:"name"`
	Used  decimal.Decimal `json:"used"`
	Limit decimal.Decimal `json:"limit"`
}

// PositionStatement is a position that is open.
type PositionStatement struct {
	PositionID    string          `json:"position_id"`
	Symbol        string          `json:"symbol"`
	Quantity      decimal.Decimal `json:"quantity"` // negative for short
	AveragePrice  decimal.Decimal `json:"average_price"`
	CurrentPrice  decimal.Decimal `json:"current_price"`
	UnrealizedPnL decimal.Decimal `json:"unrealized_pnl"`
	RealizedPnL   decimal.Decimal `json:"realized_pnl"` // since it was opened, as Fees
	Fees          decimal.Decimal `json:"fees"`
	// PriceTimeMs is the time of CurrentPrice.
	PriceTimeMs int64 `json:"price_timestamp"`
}

// OrderStatement is an open order.
type OrderStatement struct {
	OrderID         string          `json:"order_id"`
	StrategyID      string          `json:"strategy_id"`
	Symbol          string          `json:"symbol"`
	TransactionType order.Side      `json:"transaction_type"`
	OrderType       order.Kind      `json:"order_type"`
	Status          order.Status    `json:"status"`
	Quantity        decimal.Decimal `json:"quantity"`
	FilledQuantity  decimal.Decimal `json:"filled_quantity"`
	Price           decimal.Decimal `json:"price"`
	TriggerPrice    decimal.Decimal `json:"trigger_price,omitzero"`
	PlacedMs        int64           `json:"placed"`
}

// StrategyStatement is what came of a strategy. Of all together, RealizedPnL and
// UnrealizedPnL sum up to the account's, save for the last digit; one alone need not: where
// one is long and another short of a symbol, the account holds neither.
type StrategyStatement struct {
	StrategyID string `json:"strategy_id"`
	// Name is "manual" for the user's own orders, and "removed" for strategies that are
	// gone.
	Name string `json:"name"`
	// Status and Timeframe are empty where nothing is deployed, and Timeframe is where
	// signals come from outside.
	Status        Status          `json:"status,omitempty"`
	Detail        string          `json:"detail,omitempty"` // why it has its status, when that was told
	Timeframe     string          `json:"timeframe,omitempty"`
	Symbols       []string        `json:"symbols,omitempty"` // that it may trade
	Positions     int             `json:"positions"`         // that it has open
	Trades        int64           `json:"trades"`            // positions opened so far
	RealizedPnL   decimal.Decimal `json:"realized_pnl"`
	UnrealizedPnL decimal.Decimal `json:"unrealized_pnl"`
	Fees          decimal.Decimal `json:"fees"`
}

// Statement gives the account as it stands. It shares nothing with the account.
func (a *Account) Statement() Statement {
	st := Statement{
		UserID: a.s.UserID, Open: a.s.Open, Venue: a.s.Venue, Mode: a.s.Mode, ModeReason: a.s.ModeReason, TimeMs: a.s.ClockMs,
		Deposits: a.s.Deposits, Cash: a.s.Cash, Equity: a.Equity(), RealizedPnL: a.s.Realized, UnrealizedPnL: a.s.Unrealized, Fees: a.s.Fees,
		DayPnL: a.profit().Sub(a.s.DayBase), Limits: a.limitUses(), Reconciling: a.s.Reconciliation.Pending,
		HaltedSymbols: []string{}, Positions: []PositionStatement{}, OpenOrders: []OrderStatement{}, Strategies: a.strategyStatements(),
	}
	for _, s := range a.s.Symbols {
		if s.Halted {
			st.HaltedSymbols = append(st.HaltedSymbols, s.Name)
		}
		if !s.Net.Quantity.IsZero() {
			st.Positions = append(st.Positions, PositionStatement{
				PositionID: a.positionID(s), Symbol: s.Name, Quantity: s.Net.Quantity, AveragePrice: s.Net.AveragePrice(), CurrentPrice: s.Price,
				UnrealizedPnL: s.Unrealized, RealizedPnL: s.Net.Realized.Sub(s.OpenRealized), Fees: s.Fees.Sub(s.OpenFees), PriceTimeMs: s.TimeMs,
			})
		}
		for _, o := range s.Orders {
			st.OpenOrders = append(st.OpenOrders, OrderStatement{
				OrderID: o.ID, StrategyID: o.StrategyID, Symbol: s.Name, TransactionType: o.Side, OrderType: o.Kind, Status: o.Status,
				Quantity: o.Quantity, FilledQuantity: o.FilledQuantity, Price: o.Price, TriggerPrice: o.Trigger, PlacedMs: o.PlacedMs,
			})
		}
	}
	return st
}

// positionID names the position that is open in a symbol, or was last.
func (a *Account) positionID(s *Symbol) string {
	return ident.Derive("position", a.s.UserID, s.Name, strconv.FormatInt(s.Positions, 10))
}

func (a *Account) limitUses() []LimitUse {
	uses := []LimitUse{}
	ifSet := func(name string, used, limit decimal.Decimal) {
		if !limit.IsZero() {
			uses = append(uses, LimitUse{name, used, limit})
		}
	}
	var zero decimal.Decimal
	profit, l := a.profit(), &a.s.Limits
	ifSet("daily_loss", decimal.Max(zero, a.s.DayBase.Sub(profit)), l.DailyLoss)
	if limit, ok := a.guard.DrawdownLimit(a.s.Deposits.Add(a.s.Peak)); ok {
		ifSet("drawdown", decimal.Max(zero, a.s.Peak.Sub(profit)), limit)
	}
	ifSet("gross_exposure", a.weights.Gross, l.GrossExposure)
	ifSet("net_exposure", decimal.Max(a.weights.Long.Abs(), a.weights.Short.Abs()), l.NetExposure)
	if a.guard.NeedsMargin() {
		uses = append(uses, LimitUse{"margin_percent", a.weights.Held, a.Equity()}) // as alerts tell it, of no equity, too
	}
	return uses
}

func (a *Account) strategyStatements() []StrategyStatement {
	all := make(map[string]*StrategyStatement)
	for _, d := range a.s.Strategies {
		all[d.StrategyID] = &StrategyStatement{
			StrategyID: d.StrategyID, Name: d.Name, Status: d.Status, Detail: d.Detail, Timeframe: d.Timeframe, Symbols: slices.Clone(d.Symbols),
		}
	}
	for _, s := range a.s.Symbols {
		for _, b := range s.Books {
			of := all[b.StrategyID]
			if of == nil {
				of = &StrategyStatement{StrategyID: b.StrategyID, Name: b.StrategyID}
				if b.StrategyID == ManualStrategy(a.s.UserID) {
					of.Name = "manual"
				}
				all[b.StrategyID] = of
			}
			if !b.Quantity.IsZero() {
				of.Positions++
			}
			of.Trades += b.Trades
			of.RealizedPnL = of.RealizedPnL.Add(b.Realized)
			of.UnrealizedPnL = of.UnrealizedPnL.Add(b.Unrealized(s.Price))
			of.Fees = of.Fees.Add(b.Fees)
		}
	}
	list := make([]StrategyStatement, 0, len(all))
	for _, of := range all {
		list = append(list, *of)
	}
	slices.SortFunc(list, func(x, y StrategyStatement) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.StrategyID, y.StrategyID))
	})
	return list
}
