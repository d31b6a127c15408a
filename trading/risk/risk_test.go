package risk

import (
	"math"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

var d = decimal.MustParse

func TestCheck(t *testing.T) {
	l := Limits{PositionSize: d("100"), MaxOrderQuantity: d("150"), MaxOrderValue: d("10000")}
	for _, c := range []struct {
		side                                    order.Side
		quantity, price, net, buys, sells, last string
		want                                    order.Reason
	}{
		{order.Buy, "100", "0", "0", "0", "0", "100", ""},
		{order.Buy, "100.00000001", "0", "0", "0", "0", "1", order.ReasonPositionSize},
		{order.Sell, "100.00000001", "0", "0", "0", "0", "1", order.ReasonPositionSize},
		{order.Buy, "60", "1", "0", "41", "0", "1", order.ReasonPositionSize}, // open orders count
		{order.Buy, "60", "1", "0", "40", "70", "1", ""},                      // those of the other side don't
		{order.Sell, "150", "1", "50", "0", "0", "1", ""},
		{order.Sell, "150", "1", "50", "0", "1", "1", order.ReasonPositionSize},
		{order.Sell, "115", "1", "110", "0", "100", "1", order.ReasonPositionSize}, // smaller, but the other way round and too large
		{order.Sell, "10", "1", "120", "0", "0", "1", ""},                          // still too large, but smaller
		{order.Buy, "1", "1", "120", "0", "0", "1", order.ReasonPositionSize},
		{order.Sell, "150.1", "1", "150", "0", "0", "1", order.ReasonMaxOrderQuantity},
		{order.Buy, "100", "100.1", "0", "0", "0", "1", order.ReasonMaxOrderValue},
		{order.Buy, "100", "0", "0", "0", "0", "100.1", order.ReasonMaxOrderValue},
		{order.Buy, "1", "0", "0", "0", "0", "0", order.ReasonNoPrice}, // its value is unknown
	} {
		e := Exposure{Net: d(c.net), OpenBuys: d(c.buys), OpenSells: d(c.sells), LastPrice: d(c.last)}
		if got, detail := l.Check(c.side, d(c.quantity), d(c.price), e); got != c.want || (detail == "") != (got == "") {
			t.Errorf("%+v: %q %q", c, got, detail)
		}
	}
	none := Limits{}
	if got, _ := none.Check(order.Buy, d("92233720368"), d("92233720368"), Exposure{}); got != "" {
		t.Errorf("no limits refuse with %s", got)
	}
}

func TestMeter(t *testing.T) {
	m := NewMeter(d("1000"), nil, true)
	level, alerts := Level(0), ""
	for _, use := range []string{"-5", "499.99", "500", "499", "500", "449.99", "500", "901", "849", "900", "999.99", "1000", "999", "1000", "100", "1200"} {
		var crossed bool
		if level, crossed = m.Move(level, d(use)); crossed {
			alerts += use + " " + string(level.Severity()) + ", "
		}
	}
	if want := "500 INFO, 500 INFO, 901 ERROR, 900 ERROR, 1000 CRITICAL, 1200 CRITICAL, "; alerts != want {
		t.Errorf("got %s\nwant %s", alerts, want)
	}
	exclusive := NewMeter(d("1000"), []int64{1, 2, 3}, false)
	if exclusive.Level(d("1000")) != 3 || exclusive.Level(d("1000.00000001")) != LevelCritical || exclusive.Level(d("10")) != 1 {
		t.Error("a limit that may be reached is critical above it only")
	}
	off := NewMeter(decimal.Decimal{}, nil, true)
	if off.Level(d("92233720368")) != 0 {
		t.Error("no limit, yet an alert")
	}
}

func TestValidate(t *testing.T) {
	for name, l := range map[string]Limits{
		"negative":        {DailyLoss: d("-1")},
		"too large":       {MaxOrderValue: d("92233720369")},
		"two percents":    {AlertPercents: []int64{1, 2}},
		"falling":         {AlertPercents: []int64{1, 3, 2}},
		"above all":       {AlertPercents: []int64{1, 3, 100}},
		"a day too far":   {DayOffsetMinutes: 1440},
		"another too far": {DayOffsetMinutes: math.MinInt64},
	} {
		if l.Validate() == nil {
			t.Errorf("%s: %+v is taken", name, l)
		}
	}
	good := Limits{DailyLoss: d("1"), AlertPercents: []int64{10, 20, 30}, DayOffsetMinutes: -300}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestDay(t *testing.T) {
	utc, india := Limits{}, Limits{DayOffsetMinutes: 330}
	const hour = 3_600_000
	if utc.Day(24*hour-1) != 0 || utc.Day(24*hour) != 1 || utc.Day(-1) != -1 {
		t.Error("days of UTC")
	}
	if india.Day(18*hour+hour/2-1) != 0 || india.Day(18*hour+hour/2) != 1 {
		t.Error("days of India")
	}
}
