package configs

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/risk"
)

// TestEveryLimit: each limit can be written in YAML, and the command that the
// configuration becomes means the same to an account, which reads it strictly.
func TestEveryLimit(t *testing.T) {
	cfg, err := Parse("mine.yaml", []byte(`
accounts:
  - user_id: a
    limits:
      daily_loss: 20000
      drawdown: 50000
      drawdown_percent: 7.5
      position_size: 500
      max_order_quantity: 200
      max_order_value: 250000
      price_band_percent: 3
      max_price_age_ms: 5000
      gross_exposure: 1000000
      net_exposure: 600000
      margin_percent: 20
      orders_per_second: 9
      orders_per_minute: 180
      orders_per_day: 2500
      duplicate_window_ms: 1000
      symbols_denied: [PENNY]
      symbols_allowed: [NIFTY, SIM01]
      trading_hours:
        - {from: "09:15", to: "15:30"}
        - {days: [SAT], from: 09:15, to: "24:00"}
      symbols:
        - {symbol: NIFTY, position_size: 50, max_order_quantity: 25, max_order_value: 1000000, price_band_percent: 1, margin_percent: 12.5}
      alert_percents: [40, 60, 80, 95]
      alerts: {daily_loss: [10, 20, 30], drawdown: [20, 30, 40], position_size: [30, 40, 50], margin: [60, 70, 80]}
      day_offset_minutes: 330
  - {user_id: b, limits: {zone: Asia/Kolkata}}
`))
	if err != nil {
		t.Fatal(err)
	}
	limits := cfg.Accounts[0].Limits
	for _, v := range []reflect.Value{reflect.ValueOf(limits), reflect.ValueOf(limits.Alerts), reflect.ValueOf(limits.Symbols[0])} {
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).IsZero() && (name != "Zone" || cfg.Accounts[1].Limits.Zone == "") { // it excludes day_offset_minutes
				t.Errorf("%s was not read", name)
			}
		}
	}
	if w := limits.TradingHours[1]; w.From != 9*60+15 || w.To != 24*60 {
		t.Errorf("hours are %+v", w)
	}
	data, err := json.Marshal(account.OpenAccount{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	c, err := account.ParseCommand("c", "a", 1, account.CmdOpenAccount, data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	if got := c.Data.(*account.OpenAccount).Limits; !reflect.DeepEqual(got, limits) {
		t.Errorf("the command has\n%+v\nthe configuration\n%+v", got, limits)
	}
	// The names in YAML and in commands are the same.
	for _, kind := range []reflect.Type{reflect.TypeFor[risk.Limits](), reflect.TypeFor[risk.SymbolLimits](), reflect.TypeFor[risk.Alerts](), reflect.TypeFor[risk.Window]()} {
		for i := range kind.NumField() {
			f := kind.Field(i)
			if yaml, json := f.Tag.Get("yaml"), f.Tag.Get("json"); len(json) < len(yaml) || json[:len(yaml)] != yaml {
				t.Errorf("%s.%s is %s in YAML and %s in JSON", kind, f.Name, yaml, json)
			}
		}
	}
}
