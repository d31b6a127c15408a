package risk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

var d = decimal.MustParse

// noon is Thursday, 2023-11-16, 12:00:00 UTC.
const noon = 1_700_136_000_000

// asked is an order of 10 X: "BUY 10 MARKET", "SELL 10 LIMIT 100" or "BUY 10 SL 99
// 98", the last price being the trigger.
func asked(text string) *Order {
	f := strings.Fields(text)
	o := &Order{StrategyID: "s", Symbol: "X", Side: order.Side(f[0]), Quantity: d(f[1]), Kind: order.Kind(f[2])}
	if len(f) > 3 {
		o.Price = d(f[3])
	}
	if len(f) > 4 {
		o.Trigger = d(f[4])
	}
	return o
}

// seen is an account that holds nothing: X is at 100 since a second.
func seen(g *Guard) *View {
	t := g.Terms("X")
	return &View{NowMs: noon, Terms: &t, LastPrice: d("100"), LastMs: noon - 1000, Equity: d("10000"), Recent: &Recent{}}
}

// checkCase is one order under limits; view changes what the account shows.
type checkCase struct {
	limits  Limits
	order   string
	view    view
	refused order.Reason
}

type view = func(*View)

func last(price string) view { return func(v *View) { v.LastPrice = d(price) } }

func book(net, buys, sells string) view {
	return func(v *View) { v.Net, v.OpenBuys, v.OpenSells = d(net), d(buys), d(sells) }
}

// others is what other symbols weigh, beside the book of X at 100.
func others(long, short, gross, margin string, b view) view {
	return func(v *View) {
		b(v)
		is := v.Terms.Weigh(v.Net, v.OpenBuys, v.OpenSells, v.LastPrice)
		v.All = is.Add(Weight{Long: d(long), Short: d(short), Gross: d(gross), Margin: d(margin)})
	}
}

func at(ms int64) view { return func(v *View) { v.NowMs = ms } }

func recent(r Recent) view { return func(v *View) { v.Recent = &r } }

func equal(agoMs int64, text string) view {
	return recent(Recent{Equals: []Entry{{noon - agoMs, asked(text).key()}}})
}

func hours(from, to Clock, days ...string) Limits {
	return Limits{TradingHours: []Window{{Days: days, From: from, To: to}}}
}

// holds holds a check at its bound, one below and one above.
func holds(t *testing.T, cases map[string]checkCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := c.limits.Validate(); err != nil {
				t.Fatal(err)
			}
			g := NewGuard(&c.limits)
			v := seen(g)
			if c.view != nil {
				c.view(v)
			}
			got, words := g.Check(asked(c.order), v)
			if got != c.refused || (words != "") != (got != "") {
				t.Errorf("%q: %q; want %q", got, words, c.refused)
			}
		})
	}
}

func TestNoLimits(t *testing.T) {
	holds(t, map[string]checkCase{
		"no limits": {Limits{}, "BUY 92233720368 LIMIT 92233720368", nil, ""},
	})
}

func TestRestrictedSymbols(t *testing.T) {
	holds(t, map[string]checkCase{
		"denied":             {Limits{SymbolsDenied: []string{"Y", "X"}}, "BUY 1 MARKET", nil, order.ReasonRestricted},
		"another is denied":  {Limits{SymbolsDenied: []string{"Y"}}, "BUY 1 MARKET", nil, ""},
		"allowed":            {Limits{SymbolsAllowed: []string{"Y", "X"}}, "BUY 1 MARKET", nil, ""},
		"another is allowed": {Limits{SymbolsAllowed: []string{"Y"}}, "BUY 1 MARKET", nil, order.ReasonRestricted},
		"allowed and denied": {Limits{SymbolsAllowed: []string{"X"}, SymbolsDenied: []string{"X"}}, "BUY 1 MARKET", nil, order.ReasonRestricted},
	})
}

func TestTradingHours(t *testing.T) {
	holds(t, map[string]checkCase{
		"hours began now":         {hours(12*60, 13*60), "BUY 1 MARKET", nil, ""},
		"hours begin in a minute": {hours(12*60+1, 13*60), "BUY 1 MARKET", nil, order.ReasonTradingHours},
		"hours end now":           {hours(11*60, 12*60), "BUY 1 MARKET", nil, order.ReasonTradingHours},
		"hours end in a moment":   {hours(11*60, 12*60), "BUY 1 MARKET", at(noon - 1), ""},
		"hours of Thursday":       {hours(0, 24*60, "THU"), "BUY 1 MARKET", nil, ""},
		"hours of other days":     {hours(0, 24*60, "FRI", "WED", "SAT", "SUN", "MON", "TUE"), "BUY 1 MARKET", nil, order.ReasonTradingHours},
		"hours of workdays":       {hours(0, 24*60), "BUY 1 MARKET", at(noon + 2*dayMs), order.ReasonTradingHours},
		"hours before any market": {hours(0, 24*60), "BUY 1 MARKET", at(0), order.ReasonTradingHours},
		"hours of a zone": {
			Limits{DayOffsetMinutes: 330, TradingHours: []Window{{From: 17*60 + 30, To: 18 * 60}}}, "BUY 1 MARKET", nil, "",
		},
		"hours of a zone in winter": {
			Limits{Zone: "America/New_York", TradingHours: []Window{{From: 9*60 + 30, To: 16 * 60}}}, "BUY 1 MARKET", at(1_705_501_800_000), "", // 2024-01-17 14:30 UTC
		},
		"before hours of a zone in winter": {
			Limits{Zone: "America/New_York", TradingHours: []Window{{From: 9*60 + 30, To: 16 * 60}}}, "BUY 1 MARKET", at(1_705_501_799_999), order.ReasonTradingHours,
		},
		"hours of a zone in summer": {
			Limits{Zone: "America/New_York", TradingHours: []Window{{From: 9*60 + 30, To: 16 * 60}}}, "BUY 1 MARKET", at(1_721_223_000_000), "", // 2024-07-17 13:30 UTC
		},
		"after hours of a zone in summer": {
			Limits{Zone: "America/New_York", TradingHours: []Window{{From: 9*60 + 30, To: 16 * 60}}}, "BUY 1 MARKET", at(1_721_246_400_000), order.ReasonTradingHours, // 20:00 UTC
		},
		"hours of long ago": {hours(0, 24*60, "WED"), "BUY 1 MARKET", at(-1), ""},
	})
}

func TestMaxOrderQuantity(t *testing.T) {
	holds(t, map[string]checkCase{
		"quantity below": {Limits{MaxOrderQuantity: d("10")}, "BUY 9.99999999 MARKET", nil, ""},
		"quantity at":    {Limits{MaxOrderQuantity: d("10")}, "BUY 10 MARKET", nil, ""},
		"quantity above": {Limits{MaxOrderQuantity: d("10")}, "BUY 10.00000001 MARKET", nil, order.ReasonMaxOrderQuantity},
		"a symbol's own": {
			Limits{MaxOrderQuantity: d("10"), Symbols: []SymbolLimits{{Symbol: "X", MaxOrderQuantity: d("20")}}}, "BUY 20 MARKET", nil, "",
		},
		"another's own": {
			Limits{MaxOrderQuantity: d("10"), Symbols: []SymbolLimits{{Symbol: "Y", MaxOrderQuantity: d("20")}}}, "BUY 20 MARKET", nil, order.ReasonMaxOrderQuantity,
		},
	})
}

func TestNoPrice(t *testing.T) {
	holds(t, map[string]checkCase{
		"no price for a value":        {Limits{MaxOrderValue: d("10")}, "BUY 1 MARKET", last("0"), order.ReasonNoPrice},
		"no price is needed":          {Limits{PositionSize: d("1"), OrdersPerDay: 1}, "BUY 1 MARKET", last("0"), ""},
		"a price of its own":          {Limits{MaxOrderValue: d("10")}, "BUY 1 LIMIT 10", last("0"), ""},
		"no price for a band":         {Limits{PriceBandPercent: d("1")}, "BUY 1 LIMIT 10", last("0"), order.ReasonNoPrice},
		"no price for exposure":       {Limits{GrossExposure: d("1")}, "BUY 1 LIMIT 10", last("0"), order.ReasonNoPrice},
		"no price for net exposure":   {Limits{NetExposure: d("1")}, "BUY 1 LIMIT 10", last("0"), order.ReasonNoPrice},
		"no price for margin":         {Limits{MarginPercent: d("1")}, "BUY 1 LIMIT 10", last("0"), order.ReasonNoPrice},
		"no price of an age":          {Limits{MaxPriceAgeMs: 1000}, "BUY 1 MARKET", last("0"), order.ReasonNoPrice},
		"a fresh price":               {Limits{MaxPriceAgeMs: 1001}, "BUY 1 MARKET", nil, ""},
		"a price just in time":        {Limits{MaxPriceAgeMs: 1000}, "BUY 1 MARKET", nil, ""},
		"a stale price":               {Limits{MaxPriceAgeMs: 999}, "BUY 1 MARKET", nil, order.ReasonNoPrice},
		"a price of the near future":  {Limits{MaxPriceAgeMs: 1000}, "BUY 1 MARKET", at(noon - 2000), ""},
		"a price of the future":       {Limits{MaxPriceAgeMs: 1000}, "BUY 1 MARKET", at(noon - 2001), order.ReasonNoPrice},
		"a limit needs no fresh one":  {Limits{MaxPriceAgeMs: 999}, "BUY 1 LIMIT 100", nil, ""},
		"no price of an age, a limit": {Limits{MaxPriceAgeMs: 999}, "BUY 1 LIMIT 100", last("0"), ""},
	})
}

func TestPriceBand(t *testing.T) {
	holds(t, map[string]checkCase{
		"band above, at":     {Limits{PriceBandPercent: d("5")}, "BUY 1 LIMIT 105", nil, ""},
		"band above, over":   {Limits{PriceBandPercent: d("5")}, "BUY 1 LIMIT 105.00000001", nil, order.ReasonPriceBand},
		"band above, within": {Limits{PriceBandPercent: d("5")}, "SELL 1 LIMIT 104.99999999", nil, ""},
		"band below, at":     {Limits{PriceBandPercent: d("5")}, "SELL 1 LIMIT 95", nil, ""},
		"band below, over":   {Limits{PriceBandPercent: d("5")}, "BUY 1 LIMIT 94.99999999", nil, order.ReasonPriceBand},
		"band of a trigger":  {Limits{PriceBandPercent: d("5")}, "BUY 1 SL 104 105.00000001", nil, order.ReasonPriceBand},
		"band of both":       {Limits{PriceBandPercent: d("5")}, "BUY 1 SL 105 104", nil, ""},
		"band of no price":   {Limits{PriceBandPercent: d("5")}, "BUY 1 MARKET", nil, ""},
		"band, nothing is rounded": {
			Limits{PriceBandPercent: d("0.00000001")}, "BUY 1 LIMIT 0.00000002", last("0.00000001"), order.ReasonPriceBand,
		},
		"band of the largest": {Limits{PriceBandPercent: d("1000")}, "BUY 1 LIMIT 92233720368.54775807", last("92233720368.54775807"), ""},
	})
}

func TestMaxOrderValue(t *testing.T) {
	holds(t, map[string]checkCase{
		"value at":              {Limits{MaxOrderValue: d("1000")}, "BUY 10 LIMIT 100", nil, ""},
		"value above":           {Limits{MaxOrderValue: d("1000")}, "BUY 10 LIMIT 100.00000001", nil, order.ReasonMaxOrderValue},
		"value at the last":     {Limits{MaxOrderValue: d("1000")}, "BUY 10 MARKET", nil, ""},
		"value above, at last":  {Limits{MaxOrderValue: d("999.99999999")}, "BUY 10 MARKET", nil, order.ReasonMaxOrderValue},
		"value of a trigger":    {Limits{MaxOrderValue: d("1000")}, "BUY 10 SL 0 101", nil, order.ReasonMaxOrderValue},
		"value of the higher":   {Limits{MaxOrderValue: d("1000")}, "BUY 10 SL 101 100", nil, order.ReasonMaxOrderValue},
		"a limit is no market":  {Limits{MaxOrderValue: d("999")}, "BUY 10 LIMIT 99", nil, ""},
		"value, a symbol's own": {Limits{MaxOrderValue: d("1000"), Symbols: []SymbolLimits{{Symbol: "X", MaxOrderValue: d("5")}}}, "BUY 1 MARKET", nil, order.ReasonMaxOrderValue},
	})
}

func TestPositionSize(t *testing.T) {
	holds(t, map[string]checkCase{
		"size at":                   {Limits{PositionSize: d("100")}, "BUY 100 MARKET", nil, ""},
		"size above":                {Limits{PositionSize: d("100")}, "BUY 100.00000001 MARKET", nil, order.ReasonPositionSize},
		"size short at":             {Limits{PositionSize: d("100")}, "SELL 100 MARKET", nil, ""},
		"size short above":          {Limits{PositionSize: d("100")}, "SELL 100.00000001 MARKET", nil, order.ReasonPositionSize},
		"size with open orders":     {Limits{PositionSize: d("100")}, "BUY 60 MARKET", book("0", "41", "0"), order.ReasonPositionSize},
		"size with open ones, at":   {Limits{PositionSize: d("100")}, "BUY 60 MARKET", book("0", "40", "70"), ""},
		"size from long to short":   {Limits{PositionSize: d("100")}, "SELL 150 MARKET", book("50", "0", "0"), ""},
		"size the other way round":  {Limits{PositionSize: d("100")}, "SELL 150 MARKET", book("50", "0", "1"), order.ReasonPositionSize},
		"size smaller, yet turned":  {Limits{PositionSize: d("100")}, "SELL 115 MARKET", book("110", "0", "100"), order.ReasonPositionSize},
		"size too large, smaller":   {Limits{PositionSize: d("100")}, "SELL 10 MARKET", book("120", "0", "0"), ""},
		"size too large, larger":    {Limits{PositionSize: d("100")}, "BUY 1 MARKET", book("120", "0", "0"), order.ReasonPositionSize},
		"size too large, as large":  {Limits{PositionSize: d("100")}, "BUY 20 MARKET", book("-120", "220", "0"), order.ReasonPositionSize},
		"size up to CRITICAL":       {Limits{PositionSize: d("100"), AlertPercents: []int64{50, 60, 70, 80}}, "BUY 80 MARKET", nil, ""},
		"size above CRITICAL":       {Limits{PositionSize: d("100"), AlertPercents: []int64{50, 60, 70, 80}}, "BUY 80.00000001 MARKET", nil, order.ReasonPositionSize},
		"size of CRITICAL's own":    {Limits{PositionSize: d("100"), Alerts: Alerts{PositionSize: []int64{50, 60, 70, 80}}}, "BUY 81 MARKET", nil, order.ReasonPositionSize},
		"size, a symbol's own":      {Limits{PositionSize: d("100"), Symbols: []SymbolLimits{{Symbol: "X", PositionSize: d("5")}}}, "BUY 6 MARKET", nil, order.ReasonPositionSize},
		"size, only a symbol's own": {Limits{Symbols: []SymbolLimits{{Symbol: "X", PositionSize: d("5")}}}, "BUY 5 MARKET", nil, ""},
	})
}

func TestGrossExposure(t *testing.T) {
	holds(t, map[string]checkCase{
		"gross at":          {Limits{GrossExposure: d("1000")}, "BUY 10 MARKET", nil, ""},
		"gross above":       {Limits{GrossExposure: d("1000")}, "BUY 10.0000001 MARKET", nil, order.ReasonGrossExposure},
		"gross short above": {Limits{GrossExposure: d("1000")}, "SELL 10.0000001 MARKET", nil, order.ReasonGrossExposure},
		"gross with others": {Limits{GrossExposure: d("1000")}, "BUY 5 MARKET", others("0", "-500", "500", "0", book("0", "0", "0")), ""},
		"gross above with others": {
			Limits{GrossExposure: d("1000")}, "BUY 5.01 MARKET", others("0", "-500", "500", "0", book("0", "0", "0")), order.ReasonGrossExposure,
		},
		"gross with open orders, at": {Limits{GrossExposure: d("1000")}, "BUY 5 MARKET", others("0", "0", "0", "0", book("2", "3", "0")), ""},
		"gross with open orders":     {Limits{GrossExposure: d("1000")}, "BUY 5 MARKET", others("0", "0", "0", "0", book("2", "3.01", "0")), order.ReasonGrossExposure},
		"gross of the worse side":    {Limits{GrossExposure: d("1000")}, "BUY 10 MARKET", others("0", "0", "0", "0", book("0", "0", "10")), ""},
		"gross over, no more":        {Limits{GrossExposure: d("1000")}, "BUY 10 MARKET", others("0", "0", "0", "0", book("0", "0", "20")), ""},
	})
}

func TestNetExposure(t *testing.T) {
	holds(t, map[string]checkCase{
		"net at":                     {Limits{NetExposure: d("1000")}, "BUY 10 MARKET", nil, ""},
		"net above":                  {Limits{NetExposure: d("1000")}, "BUY 10.0000001 MARKET", nil, order.ReasonNetExposure},
		"net short at":               {Limits{NetExposure: d("1000")}, "SELL 10 MARKET", nil, ""},
		"net short above":            {Limits{NetExposure: d("1000")}, "SELL 10.0000001 MARKET", nil, order.ReasonNetExposure},
		"net, others short":          {Limits{NetExposure: d("1000")}, "BUY 15 MARKET", others("-500", "-500", "500", "0", book("0", "0", "0")), ""},
		"net above, others short":    {Limits{NetExposure: d("1000")}, "BUY 15.01 MARKET", others("-500", "-500", "500", "0", book("0", "0", "0")), order.ReasonNetExposure},
		"net of what is held, at":    {Limits{NetExposure: d("1000")}, "BUY 5 MARKET", others("0", "0", "0", "0", book("2", "3", "1")), ""},
		"net of what is held, above": {Limits{NetExposure: d("1000")}, "BUY 5.01 MARKET", others("0", "0", "0", "0", book("2", "3", "1")), order.ReasonNetExposure},
		"net, back from too short":   {Limits{NetExposure: d("1000")}, "BUY 1 MARKET", others("-5000", "-5000", "5000", "0", book("0", "0", "0")), ""},
	})
}

func TestMargin(t *testing.T) {
	holds(t, map[string]checkCase{
		"margin at":                  {Limits{MarginPercent: d("20")}, "BUY 500 MARKET", nil, ""},
		"margin above":               {Limits{MarginPercent: d("20")}, "BUY 500.000001 MARKET", nil, order.ReasonMargin},
		"margin short above":         {Limits{MarginPercent: d("20")}, "SELL 500.000001 MARKET", nil, order.ReasonMargin},
		"margin with others":         {Limits{MarginPercent: d("20")}, "BUY 250 MARKET", others("0", "0", "0", "5000", book("0", "0", "0")), ""},
		"margin above, others":       {Limits{MarginPercent: d("20")}, "BUY 251 MARKET", others("0", "0", "0", "5000", book("0", "0", "0")), order.ReasonMargin},
		"margin of what is held, at": {Limits{MarginPercent: d("20")}, "BUY 250 MARKET", others("0", "0", "0", "0", book("200", "50", "0")), ""},
		"margin over, no more":       {Limits{MarginPercent: d("20")}, "SELL 1 MARKET", others("0", "0", "0", "0", book("600", "0", "0")), ""},
		"margin without any equity": {
			Limits{MarginPercent: d("20")}, "BUY 1 MARKET", func(v *View) { v.Equity = d("-1") }, order.ReasonMargin,
		},
		"margin up to CRITICAL": {
			Limits{MarginPercent: d("20"), Alerts: Alerts{Margin: []int64{50, 60, 70, 80}}}, "BUY 401 MARKET", nil, order.ReasonMargin,
		},
		"margin, a symbol's own": {Limits{Symbols: []SymbolLimits{{Symbol: "X", MarginPercent: d("50")}}}, "BUY 201 MARKET", nil, order.ReasonMargin},
		"margin, another's own":  {Limits{Symbols: []SymbolLimits{{Symbol: "Y", MarginPercent: d("50")}}}, "BUY 999 MARKET", nil, ""},
	})
}

func TestDuplicates(t *testing.T) {
	holds(t, map[string]checkCase{
		"duplicate":              {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(499, "BUY 10 LIMIT 100"), order.ReasonDuplicate},
		"duplicate of now":       {Limits{DuplicateWindowMs: 1}, "BUY 10 LIMIT 100", equal(0, "BUY 10 LIMIT 100"), order.ReasonDuplicate},
		"duplicate, late":        {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(500, "BUY 10 LIMIT 100"), ""},
		"duplicate of tomorrow":  {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(-1, "BUY 10 LIMIT 100"), ""},
		"duplicate, other side":  {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(0, "SELL 10 LIMIT 100"), ""},
		"duplicate, quantity":    {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(0, "BUY 10.1 LIMIT 100"), ""},
		"duplicate, other price": {Limits{DuplicateWindowMs: 500}, "BUY 10 LIMIT 100", equal(0, "BUY 10 LIMIT 100.1"), ""},
		"duplicate, other type":  {Limits{DuplicateWindowMs: 500}, "BUY 10 MARKET", equal(0, "BUY 10 LIMIT"), ""},
		"duplicate, trigger":     {Limits{DuplicateWindowMs: 500}, "BUY 10 SL 100 99", equal(0, "BUY 10 SL 100 98"), ""},
		"duplicates are off":     {Limits{}, "BUY 10 LIMIT 100", equal(0, "BUY 10 LIMIT 100"), ""},
	})
}

func TestOrdersInATime(t *testing.T) {
	holds(t, map[string]checkCase{
		"a second's last":     {Limits{OrdersPerSecond: 2}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon}}), ""},
		"a second is full":    {Limits{OrdersPerSecond: 2}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon - 999, noon}}), order.ReasonOrdersPerSecond},
		"a second is over":    {Limits{OrdersPerSecond: 2}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon - 1000, noon}}), ""},
		"a second is fuller":  {Limits{OrdersPerSecond: 1}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon - 5000, noon - 999}}), order.ReasonOrdersPerSecond},
		"seconds of tomorrow": {Limits{OrdersPerSecond: 1}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon + 1}}), ""},
		"a minute is full":    {Limits{OrdersPerMinute: 2}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon - 59_999, noon}}), order.ReasonOrdersPerMinute},
		"a minute is over":    {Limits{OrdersPerMinute: 2}, "BUY 1 MARKET", recent(Recent{TimesMs: []int64{noon - 60_000, noon}}), ""},
		"a day's last":        {Limits{OrdersPerDay: 2}, "BUY 1 MARKET", recent(Recent{Today: 1}), ""},
		"a day is full":       {Limits{OrdersPerDay: 2}, "BUY 1 MARKET", recent(Recent{Today: 2}), order.ReasonOrdersPerDay},
		"a day is fuller":     {Limits{OrdersPerDay: 2}, "BUY 1 MARKET", recent(Recent{Today: 3}), order.ReasonOrdersPerDay},
	})
}

// TestFirstRefusalCounts: of several limits that an order breaks, the first in the
// order of checks is named.
func TestFirstRefusalCounts(t *testing.T) {
	l := Limits{
		SymbolsDenied: []string{"X"}, TradingHours: []Window{{Days: []string{"SUN"}, To: 1}}, MaxOrderQuantity: d("1"),
		MaxPriceAgeMs: 1, PriceBandPercent: d("1"), MaxOrderValue: d("1"), PositionSize: d("1"), GrossExposure: d("1"),
		NetExposure: d("1"), MarginPercent: d("1000"), DuplicateWindowMs: 1000, OrdersPerSecond: 1, OrdersPerMinute: 1, OrdersPerDay: 1,
	}
	broken := []struct {
		reason order.Reason
		mend   func()
	}{
		{order.ReasonRestricted, func() { l.SymbolsDenied = nil }},
		{order.ReasonTradingHours, func() { l.TradingHours = nil }},
		{order.ReasonMaxOrderQuantity, func() { l.MaxOrderQuantity = d("0") }},
		{order.ReasonPriceBand, func() { l.PriceBandPercent = d("0") }},
		{order.ReasonMaxOrderValue, func() { l.MaxOrderValue = d("0") }},
		{order.ReasonPositionSize, func() { l.PositionSize = d("0") }},
		{order.ReasonGrossExposure, func() { l.GrossExposure = d("0") }},
		{order.ReasonNetExposure, func() { l.NetExposure = d("0") }},
		{order.ReasonMargin, func() { l.MarginPercent = d("0") }},
		{order.ReasonDuplicate, func() { l.DuplicateWindowMs = 0 }},
		{order.ReasonOrdersPerSecond, func() { l.OrdersPerSecond = 0 }},
		{order.ReasonOrdersPerMinute, func() { l.OrdersPerMinute = 0 }},
		{order.ReasonOrdersPerDay, func() { l.OrdersPerDay = 0 }},
		{"", func() {}},
	}
	o := asked("BUY 11 LIMIT 200")
	var recent Recent
	NewGuard(&l).Note(&recent, o, noon, true)
	for _, b := range broken {
		g := NewGuard(&l)
		v := seen(g)
		v.Recent = &recent
		if got, words := g.Check(o, v); got != b.reason {
			t.Errorf("%s: %s; want %s", got, words, b.reason)
		}
		b.mend()
	}
}

// TestRefusalsHaveTheirNumbers: the words of a refusal say what was asked and what
// may be.
func TestRefusalsHaveTheirNumbers(t *testing.T) {
	for _, c := range []struct {
		limits Limits
		want   string
	}{
		{Limits{MaxOrderQuantity: d("5")}, "quantity 10, at most 5"},
		{Limits{MaxOrderValue: d("5")}, "value 1010, at most 5"},
		{Limits{PriceBandPercent: d("0.5")}, "price 101, the last is 100, at most 0.5 % away"},
		{Limits{PositionSize: d("5")}, "the position could become 10, at most 5"},
		{Limits{GrossExposure: d("5")}, "gross exposure could become 1000, at most 5"},
		{Limits{NetExposure: d("5")}, "net exposure could become 1000 on the side of a BUY, at most 5"},
		{Limits{MarginPercent: d("1000")}, "margin of 10000 could be needed, the equity gives 9999"},
		{Limits{TradingHours: []Window{{From: 1, To: 2}}}, "market time is THU 12:00:00, outside of trading_hours"},
	} {
		g := NewGuard(&c.limits)
		v := seen(g)
		v.Equity = d("9999")
		if _, words := g.Check(asked("BUY 10 LIMIT 101"), v); words != c.want {
			t.Errorf("%q; want %q", words, c.want)
		}
	}
}

// TestWeight holds the model of exposure and margin against figures made by hand.
func TestWeight(t *testing.T) {
	g := NewGuard(&Limits{MarginPercent: d("25")})
	terms := g.Terms("X")
	for _, c := range []struct{ net, buys, sells, price, want string }{
		{"0", "0", "0", "100", "0 0 0 0 0"},
		{"10", "0", "0", "100", "1000 1000 1000 250 250"},
		{"-10", "0", "0", "100", "-1000 -1000 1000 250 250"},
		{"10", "5", "0", "100", "1500 1000 1500 375 250"},
		{"10", "0", "5", "100", "1000 500 1000 250 250"},
		{"10", "1", "30", "100", "1100 -2000 2000 500 250"},
		{"0", "1", "2", "100", "100 -200 200 50 0"},
		{"10", "1", "30", "0", "0 0 0 0 0"},
	} {
		w := terms.Weigh(d(c.net), d(c.buys), d(c.sells), d(c.price))
		if got := fmt.Sprint(w.Long, w.Short, w.Gross, w.Margin, w.Held); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
		if w.Add(w).Sub(w) != w {
			t.Errorf("%+v: twice and once off is another weight", c)
		}
	}
	for _, l := range []Limits{{}, {PositionSize: d("1"), Symbols: []SymbolLimits{{Symbol: "Y", PositionSize: d("1")}}}} {
		if NewGuard(&l).Weighs() {
			t.Errorf("%+v: no limit looks at weights, yet they are kept", l)
		}
	}
	for _, l := range []Limits{{GrossExposure: d("1")}, {NetExposure: d("1")}, {MarginPercent: d("1")}, {Symbols: []SymbolLimits{{Symbol: "Y", MarginPercent: d("1")}}}} {
		if !NewGuard(&l).Weighs() {
			t.Errorf("%+v: nobody keeps weights", l)
		}
	}
}
