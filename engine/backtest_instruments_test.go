package engine

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/order"
)

// TestBacktestByInstrument: a backtest trades each symbol in its own lots, at its own
// ticks, and for its own fees, as the account that it stands for would.
func TestBacktestByInstrument(t *testing.T) {
	c := settings(t, nil)
	c.Accounts = parseAccounts(t, `accounts:
  - user_id: ann
    deposit: 10000
    paper: {slippage_ticks: 1, tick_size: 0.01, lot_size: 1, fees: nse_equity_intraday}
    instruments:
      - {symbol: "WAV*", tick_size: 0.25, lot_size: 4, fees: nse_options}
    strategies:
      - {name: swing, symbols: [WAVE], timeframe: 10s, rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: "10"}}
      - {name: still, symbols: [FLAT], timeframe: 10s, rules: {entry_long: position == 0, exit_long: position > 0, quantity: "10.5"}}
`)
	o := wavesOptions(t, waves(t, 20_000))
	if err := Backtest(t.Context(), c, o); err != nil {
		t.Fatal(err)
	}
	doc, _ := readReport(t, o.JSON)
	seen := make(map[string]int)
	for _, trade := range doc.Trades {
		seen[trade.Symbol]++
		name, quantity, tick := fees.NSEEquityIntraday, decimal.FromInt(10), decimal.MustParse("0.01")
		if trade.Symbol == "WAVE" {
			name, quantity, tick = fees.NSEOptions, decimal.FromInt(8), decimal.MustParse("0.25")
		}
		scheme, _ := fees.Named(name)
		cost := scheme.Total(order.Buy, quantity, quantity.Mul(trade.EntryPrice)).Add(scheme.Total(order.Sell, quantity, quantity.Mul(trade.ExitPrice)))
		if trade.Quantity != quantity || trade.Fees != cost {
			t.Errorf("%s: %v for fees of %v, want %v for %v", trade.Symbol, trade.Quantity, trade.Fees, quantity, cost)
		}
		for _, price := range []decimal.Decimal{trade.EntryPrice, trade.ExitPrice} {
			if price.RoundTo(tick) != price {
				t.Errorf("%s: a fill at %v, and ticks are %v", trade.Symbol, price, tick)
			}
		}
		if trade.Symbol == "FLAT" && trade.EntryPrice.Sub(trade.ExitPrice) != decimal.MustParse("0.02") {
			t.Errorf("bought at %v and sold at %v, with a tick of slippage each", trade.EntryPrice, trade.ExitPrice)
		}
	}
	if seen["WAVE"] < 4 || seen["FLAT"] < 10 {
		t.Errorf("trades: %v", seen)
	}
}
