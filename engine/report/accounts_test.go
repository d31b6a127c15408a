package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

func sampleAccount() Account {
	manual, risk := account.ManualStrategy("ann"), account.RiskStrategy("ann")
	return Account{SavedMs: began, Statement: account.Statement{
		UserID: "ann", Open: true, Venue: "paper", Mode: account.Reducing, ModeReason: "DAILY_LOSS", TimeMs: began,
		Deposits: d("1000000"), Cash: d("900000.005"), Equity: d("998765.4321"), RealizedPnL: d("-1300"), UnrealizedPnL: d("65.4321"), DayPnL: d("-1234.5679"),
		Limits:        []account.LimitUse{{Name: "daily_loss", Used: d("1234.5679"), Limit: d("1200")}, {Name: "margin_percent", Used: d("5"), Limit: d("0")}},
		Reconciling:   true,
		HaltedSymbols: []string{"HALT"},
		Positions: []account.PositionStatement{
			{Symbol: "COIN", Quantity: d("-0.12345678"), AveragePrice: d("60000.5"), CurrentPrice: d("59000"), UnrealizedPnL: d("123.52"), Fees: d("0.001")},
			{Symbol: "NIFTY", Quantity: d("1500"), AveragePrice: d("100.33333333"), CurrentPrice: d("100"), UnrealizedPnL: d("-500")},
		},
		OpenOrders: []account.OrderStatement{
			{OrderID: "o-1", StrategyID: "s-1", Symbol: "NIFTY", TransactionType: order.Sell, OrderType: order.StopLimit, Status: order.Open, Quantity: d("1500"), FilledQuantity: d("2"), Price: d("99"), TriggerPrice: d("99.5"), PlacedMs: began},
			{OrderID: "o-2", StrategyID: manual, Symbol: "COIN", TransactionType: order.Buy, OrderType: order.Market, Status: order.Unknown, Quantity: d("1"), PlacedMs: began},
			{OrderID: "o-3", StrategyID: risk, Symbol: "COIN", TransactionType: order.Buy, OrderType: order.Market, Status: order.Pending, Quantity: d("1"), PlacedMs: began},
			{OrderID: "o-4", StrategyID: "gone", Symbol: "COIN", TransactionType: order.Buy, OrderType: order.Market, Status: order.Pending, Quantity: d("1"), PlacedMs: began},
		},
		Strategies: []account.StrategyStatement{
			{StrategyID: "s-1", Name: "swing", Status: account.Failed, Detail: "it failed twice", Timeframe: "5min", Positions: 1, Trades: 1234, RealizedPnL: d("-1300"), UnrealizedPnL: d("65.4321")},
			{StrategyID: manual, Name: "manual", Trades: 1},
		},
	}}
}

const accountText = `ann: REDUCING (DAILY_LOSS) at venue paper, equity 998,765.43, market time 2023-11-14 22:13:20 UTC, saved 3s ago
deposits 1,000,000.00, cash 900,000.00, realised -1,300.00, unrealised 65.43, fees 0.00, today -1,234.57
no entries are taken: the account is being compared with its venue
HALT takes no entries: the fate of an order is not known

limit               used        of
daily_loss      1,234.57  1,200.00  103 %
margin_percent      5.00      0.00      –

position     quantity  average price      price  unrealised  realised   fees
COIN      -0.12345678      60,000.50  59,000.00      123.52      0.00  0.001
NIFTY           1,500   100.33333333     100.00     -500.00      0.00   0.00

open order  symbol  side  type    quantity  filled  price  trigger  status   by              placed, UTC
o-1         NIFTY   SELL  SL         1,500       2  99.00    99.50  OPEN     swing   2023-11-14 22:13:20
o-2         COIN    BUY   MARKET         1       0      –        –  UNKNOWN  manual  2023-11-14 22:13:20
o-3         COIN    BUY   MARKET         1       0      –        –  PENDING  risk    2023-11-14 22:13:20
o-4         COIN    BUY   MARKET         1       0      –        –  PENDING  gone    2023-11-14 22:13:20

strategy  status  timeframe  positions  trades   realised  unrealised  fees
swing     FAILED       5min          1   1,234  -1,300.00       65.43  0.00
manual    –               –          0       1       0.00        0.00  0.00
swing is FAILED: it failed twice
`

// TestAccountText: the whole of an account as a terminal shows it.
func TestAccountText(t *testing.T) {
	var out bytes.Buffer
	a := sampleAccount()
	if err := a.Text(&out, time.UnixMilli(began+3000)); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != accountText {
		t.Errorf("got\n%s", got)
	}
}

// TestAccountsText: a line for each account, and their sum.
func TestAccountsText(t *testing.T) {
	a, b := sampleAccount(), Account{SavedMs: began + 9000, Statement: account.Statement{UserID: "bob\x1b[31m", Mode: account.Active, Equity: d("10")}}
	var out bytes.Buffer
	if err := Accounts(&out, []Account{a, b}, time.UnixMilli(began+3000)); err != nil {
		t.Fatal(err)
	}
	want := `account     mode                       equity      today   realised  unrealised  fees  positions  orders  strategies  saved
ann         REDUCING (DAILY_LOSS)  998,765.43  -1,234.57  -1,300.00       65.43  0.00          2       4           1     3s
bob?[31m    ACTIVE                      10.00       0.00       0.00        0.00  0.00          0       0           0     0s
2 accounts                         998,775.43  -1,234.57  -1,300.00       65.43  0.00
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
	out.Reset()
	if err := Accounts(&out, nil, time.UnixMilli(began)); err != nil || !strings.Contains(out.String(), "OPEN_ACCOUNT") {
		t.Errorf("none are %q, %v", out.String(), err)
	}
}

// TestShareOfALimit: however far a limit is passed, there is something to show.
func TestShareOfALimit(t *testing.T) {
	for _, c := range []struct{ used, limit, want string }{
		{"0", "5", "0 %"},
		{"4.6", "5", "92 %"},
		{"5000", "5", "100000 %"},
		{"8500000000000000000000", "0.00000001", "over 100000 %"},
		{"1", "-5", none},
	} {
		if got := share(d(c.used), d(c.limit)); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.used, c.limit, got, c.want)
		}
	}
}
