package report

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
)

// Account is a statement, and when what it is of was saved, in Unix milliseconds of the
// broker's or the node's clock.
type Account struct {
	account.Statement
	SavedMs int64 `json:"saved"`
}

// Accounts writes a line for each account, and what they come to together.
func Accounts(w io.Writer, list []Account, now time.Time) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no accounts: open one with `veloxd command USER OPEN_ACCOUNT '{\"deposit\": 100000}'`")
		return err
	}
	var t table
	t.row("account", "mode", "equity", "today", "realised", "unrealised", "fees", "positions", "orders", "strategies", "saved")
	var sum account.Statement
	for i := range list {
		a := &list[i]
		t.row(a.UserID, a.mode(), money(a.Equity), money(a.DayPnL), money(a.RealizedPnL), money(a.UnrealizedPnL), money(a.Fees),
			number(len(a.Positions)), number(len(a.OpenOrders)), number(a.deployed()), a.saved(now))
		sum.Equity, sum.DayPnL, sum.Fees = sum.Equity.Add(a.Equity), sum.DayPnL.Add(a.DayPnL), sum.Fees.Add(a.Fees)
		sum.RealizedPnL, sum.UnrealizedPnL = sum.RealizedPnL.Add(a.RealizedPnL), sum.UnrealizedPnL.Add(a.UnrealizedPnL)
	}
	if len(list) > 1 {
		t.row(number(len(list))+" accounts", "", money(sum.Equity), money(sum.DayPnL), money(sum.RealizedPnL), money(sum.UnrealizedPnL), money(sum.Fees), "", "", "", "")
	}
	return t.write(w)
}

// Text writes the whole of the account for a terminal.
func (a *Account) Text(w io.Writer, now time.Time) error {
	out := bufio.NewWriter(w)
	c := clock{time.UTC}
	fmt.Fprintf(out, "%s: %s at venue %s, equity %s", harmless(a.UserID), harmless(a.mode()), harmless(a.Venue), money(a.Equity))
	if a.TimeMs > 0 {
		fmt.Fprintf(out, ", market time %s UTC", c.second(a.TimeMs))
	}
	fmt.Fprintf(out, ", saved %s ago\n", a.saved(now))
	fmt.Fprintf(out, "deposits %s, cash %s, realised %s, unrealised %s, fees %s, today %s\n",
		money(a.Deposits), money(a.Cash), money(a.RealizedPnL), money(a.UnrealizedPnL), money(a.Fees), money(a.DayPnL))
	if a.Reconciling {
		fmt.Fprintln(out, "no entries are taken: the account is being compared with its venue")
	}
	for _, s := range a.HaltedSymbols {
		fmt.Fprintf(out, "%s takes no entries: the fate of an order is not known\n", harmless(s))
	}
	names := make(map[string]string)
	for _, s := range a.Strategies {
		names[s.StrategyID] = s.Name
	}
	if len(a.Limits) > 0 {
		fmt.Fprintln(out)
		var t table
		t.row("limit", "used", "of", "")
		for _, l := range a.Limits {
			t.row(l.Name, money(l.Used), money(l.Limit), share(l.Used, l.Limit))
		}
		_ = t.write(out) // it keeps its error
	}
	a.holdings(out)
	a.orders(out, c, names)
	a.strategies(out)
	return out.Flush()
}

func (a *Account) holdings(out io.Writer) {
	if len(a.Positions) == 0 {
		fmt.Fprintln(out, "\nno positions")
		return
	}
	fmt.Fprintln(out)
	var t table
	t.row("position", "quantity", "average price", "price", "unrealised", "realised", "fees")
	for _, p := range a.Positions {
		t.row(p.Symbol, quantity(p.Quantity), price(p.AveragePrice), price(p.CurrentPrice), money(p.UnrealizedPnL), money(p.RealizedPnL), money(p.Fees))
	}
	_ = t.write(out)
}

func (a *Account) orders(out io.Writer, c clock, names map[string]string) {
	if len(a.OpenOrders) == 0 {
		fmt.Fprintln(out, "\nno open orders")
		return
	}
	fmt.Fprintln(out)
	var t table
	t.row("open order", "symbol", "side", "type", "quantity", "filled", "price", "trigger", "status", "by", "placed, UTC")
	for _, o := range a.OpenOrders {
		by := names[o.StrategyID]
		switch {
		case o.StrategyID == account.ManualStrategy(a.UserID):
			by = "manual"
		case o.StrategyID == account.RiskStrategy(a.UserID):
			by = "risk"
		case by == "":
			by = o.StrategyID
		}
		t.row(o.OrderID, o.Symbol, string(o.TransactionType), string(o.OrderType), quantity(o.Quantity), quantity(o.FilledQuantity),
			orNone(o.Price), orNone(o.TriggerPrice), string(o.Status), by, c.second(o.PlacedMs))
	}
	_ = t.write(out)
}

func (a *Account) strategies(out io.Writer) {
	if len(a.Strategies) == 0 {
		fmt.Fprintln(out, "\nno strategies")
		return
	}
	fmt.Fprintln(out)
	var t table
	t.row("strategy", "status", "timeframe", "positions", "trades", "realised", "unrealised", "fees")
	for _, s := range a.Strategies {
		t.row(cut(s.Name, 30), textOr(string(s.Status), none), textOr(s.Timeframe, none), number(s.Positions), number(s.Trades),
			money(s.RealizedPnL), money(s.UnrealizedPnL), money(s.Fees))
	}
	_ = t.write(out)
	for _, s := range a.Strategies {
		if s.Detail != "" {
			fmt.Fprintf(out, "%s is %s: %s\n", harmless(s.Name), s.Status, harmless(s.Detail))
		}
	}
}

// mode is the account's mode, and why when it is not ACTIVE.
func (a *Account) mode() string {
	if a.ModeReason == "" {
		return string(a.Mode)
	}
	return string(a.Mode) + " (" + a.ModeReason + ")"
}

func (a *Account) deployed() int {
	n := 0
	for _, s := range a.Strategies {
		if s.Status != "" {
			n++
		}
	}
	return n
}

// saved is how long ago the account was saved; clocks may differ.
func (a *Account) saved(now time.Time) string {
	return duration(max(0, now.UnixMilli()-a.SavedMs))
}

func share(used, limit decimal.Decimal) string {
	switch {
	case limit.Sign() <= 0:
		return none
	case used.Greater(limit.MulInt(1000)): // of a tiny limit, more than a decimal holds
		return "over 100000 %"
	}
	return used.Mul(decimal.FromInt(100)).Div(limit).RoundTo(decimal.FromInt(1)).String() + " %"
}

// price shows a price with all its places, two at least.
func price(d decimal.Decimal) string { return atLeast(d.String(), 2) }

func orNone(d decimal.Decimal) string {
	if d.IsZero() {
		return none
	}
	return price(d)
}

func textOr(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
