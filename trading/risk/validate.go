package risk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/setting"
)

// Bounds of the limits themselves.
const (
	maxListed     = 5_000     // symbols with limits of their own, denied or allowed
	maxWindows    = 50        // of trading hours
	maxPercent    = 1_000     // of price bands and margins
	maxRemembered = 1_000     // orders in a second, a minute, or a window of duplicates
	maxADay       = 1_000_000 // orders
	maxWindowMs   = dayMs     // of duplicates, and a price's age
)

// Validate gives everything that is wrong with the limits in one error, nil when
// nothing is.
func (l *Limits) Validate() error {
	return setting.Join(l.Problems())
}

// Problems gives everything that is wrong with the limits, in their order.
func (l *Limits) Problems() []setting.Problem {
	var v validator
	v.money("daily_loss", l.DailyLoss)
	v.money("position_size", l.PositionSize)
	v.money("max_order_quantity", l.MaxOrderQuantity)
	v.money("max_order_value", l.MaxOrderValue)
	v.money("drawdown", l.Drawdown)
	v.percent("drawdown_percent", l.DrawdownPercent, 100)
	v.percent("price_band_percent", l.PriceBandPercent, maxPercent)
	v.count("max_price_age_ms", l.MaxPriceAgeMs, maxWindowMs)
	v.money("gross_exposure", l.GrossExposure)
	v.money("net_exposure", l.NetExposure)
	v.percent("margin_percent", l.MarginPercent, maxPercent)
	v.count("orders_per_second", l.OrdersPerSecond, maxRemembered)
	v.count("orders_per_minute", l.OrdersPerMinute, maxRemembered)
	v.count("orders_per_day", l.OrdersPerDay, maxADay)
	v.count("duplicate_window_ms", l.DuplicateWindowMs, maxWindowMs)
	v.names("symbols_denied", l.SymbolsDenied)
	v.names("symbols_allowed", l.SymbolsAllowed)
	v.windows(l.TradingHours)
	v.symbols(l.Symbols)
	v.percents("alert_percents", l.AlertPercents)
	v.percents("alerts.daily_loss", l.Alerts.DailyLoss)
	v.percents("alerts.drawdown", l.Alerts.Drawdown)
	v.percents("alerts.position_size", l.Alerts.PositionSize)
	v.percents("alerts.margin", l.Alerts.Margin)
	if l.DayOffsetMinutes < -1439 || l.DayOffsetMinutes > 1439 {
		v.wrong("day_offset_minutes", strconv.FormatInt(l.DayOffsetMinutes, 10), "want -1439 to 1439")
	}
	switch {
	case l.Zone == "":
	case zoneOf(l.Zone) == nil:
		v.wrong("zone", l.Zone, "want an IANA time zone, such as America/New_York or UTC")
	case l.DayOffsetMinutes != 0:
		v.wrong("zone", l.Zone, "want it or day_offset_minutes, not both")
	}
	return v
}

type validator []setting.Problem

func (v *validator) wrong(path, value, want string) {
	*v = append(*v, setting.Problem{Path: path, Value: value, Want: want})
}

func (v *validator) money(path string, d decimal.Decimal) {
	if d.Sign() < 0 || !d.Bounded() {
		v.wrong(path, d.String(), "want 0 to 92233720368.54775807")
	}
}

func (v *validator) percent(path string, d decimal.Decimal, most int64) {
	if d.Sign() < 0 || d.Greater(decimal.FromInt(most)) {
		v.wrong(path, d.String(), fmt.Sprintf("want 0 to %d", most))
	}
}

func (v *validator) count(path string, n, most int64) {
	if n < 0 || n > most {
		v.wrong(path, strconv.FormatInt(n, 10), fmt.Sprintf("want 0 to %d", most))
	}
}

func (v *validator) names(path string, list []string) {
	if len(list) > maxListed {
		v.wrong(path, fmt.Sprintf("%d symbols", len(list)), fmt.Sprintf("want at most %d", maxListed))
		return
	}
	seen := make(map[string]bool, len(list))
	for i, name := range list {
		v.name(fmt.Sprintf("%s[%d]", path, i), name, seen)
	}
}

func (v *validator) name(path, name string, seen map[string]bool) {
	switch {
	case name == "":
		v.wrong(path, "", "want a symbol")
	case seen[name]:
		v.wrong(path, name, "given twice")
	}
	seen[name] = true
}

func (v *validator) windows(list []Window) {
	if len(list) > maxWindows {
		v.wrong("trading_hours", fmt.Sprintf("%d windows", len(list)), fmt.Sprintf("want at most %d", maxWindows))
		return
	}
	for i := range list {
		path, w := fmt.Sprintf("trading_hours[%d]", i), &list[i]
		for j, day := range w.Days {
			if !slices.Contains(weekdays[:], day) {
				v.wrong(fmt.Sprintf("%s.days[%d]", path, j), day, dayMeant(day)+"want MON, TUE, WED, THU, FRI, SAT or SUN")
			}
		}
		switch {
		case w.From == 0 && w.To == 0:
			v.wrong(path, "", `want from and to, such as {from: "09:15", to: "15:30"}`)
		case w.To == 0:
			v.wrong(path, "", `want to, the time at which it ends: "24:00" is the end of the day`)
		case w.From == lastClock:
			v.wrong(path+".from", "24:00", "want a time before 24:00, the end of the day: a day begins at 00:00")
		case w.From < 0 || w.From >= w.To || w.To > lastClock:
			from, _ := w.From.MarshalText()
			to, _ := w.To.MarshalText()
			v.wrong(path, string(from)+" to "+string(to), "want from before to: a window over midnight is written as two")
		}
	}
}

// dayMeant asks for the day that was probably meant: Tuesday, tue.
func dayMeant(day string) string {
	if len(day) >= 3 && slices.Contains(weekdays[:], strings.ToUpper(day[:3])) {
		return "did you mean " + strings.ToUpper(day[:3]) + "? "
	}
	return ""
}

func (v *validator) symbols(list []SymbolLimits) {
	if len(list) > maxListed {
		v.wrong("symbols", fmt.Sprintf("%d symbols", len(list)), fmt.Sprintf("want at most %d", maxListed))
		return
	}
	seen := make(map[string]bool, len(list))
	for i := range list {
		path, s := fmt.Sprintf("symbols[%d]", i), &list[i]
		v.name(path+".symbol", s.Symbol, seen)
		v.money(path+".position_size", s.PositionSize)
		v.money(path+".max_order_quantity", s.MaxOrderQuantity)
		v.money(path+".max_order_value", s.MaxOrderValue)
		v.percent(path+".price_band_percent", s.PriceBandPercent, maxPercent)
		v.percent(path+".margin_percent", s.MarginPercent, maxPercent)
	}
}

func (v *validator) percents(path string, list []int64) {
	if n := len(list); n != 0 && n != 3 && n != 4 {
		v.wrong(path, fmt.Sprintf("%d numbers", n), "want 3, for INFO, WARNING and ERROR, or 4, with CRITICAL")
		return
	}
	last := int64(0)
	for i, p := range list {
		if p <= last || p >= 100 && i < 3 || p > 100 {
			v.wrong(path, fmt.Sprint(list), "want rising numbers, three above 0 and below 100, the fourth, of CRITICAL, at most 100")
			return
		}
		last = p
	}
}
