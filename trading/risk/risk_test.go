package risk

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

func TestMeter(t *testing.T) {
	m, limit := NewMeter(true, true), d("1000")
	level, alerts := Level(0), ""
	for _, use := range []string{"-5", "499.99", "500", "499", "500", "450", "500", "449.99", "500", "901", "850", "900", "849", "900", "999.99", "1000", "999", "1000", "100", "1200", "0", "500"} {
		var crossed bool
		if level, crossed = m.Move(level, d(use), limit); crossed {
			alerts += use + " " + string(level.Severity()) + ", "
		}
	}
	if want := "500 INFO, 500 INFO, 901 ERROR, 900 ERROR, 1000 CRITICAL, 1200 CRITICAL, 500 INFO, "; alerts != want {
		t.Errorf("got %s\nwant %s", alerts, want)
	}
	for name, c := range map[string]struct {
		m          Meter
		use, limit string
		want       Level
	}{
		"may be reached":             {NewMeter(true, false), "1000", "1000", 3},
		"may not be passed":          {NewMeter(true, false), "1000.00000001", "1000", LevelCritical},
		"just below INFO":            {NewMeter(true, true, []int64{1, 2, 3}), "9.99999999", "1000", 0},
		"INFO of its own":            {NewMeter(true, true, []int64{1, 2, 3}), "10", "1000", 1},
		"WARNING of its own":         {NewMeter(true, true, []int64{1, 2, 3}), "20", "1000", 2},
		"CRITICAL stays at 100":      {NewMeter(true, true, []int64{1, 2, 3}), "999", "1000", 3},
		"CRITICAL of its own":        {NewMeter(true, true, []int64{1, 2, 3, 4}), "40", "1000", LevelCritical},
		"CRITICAL may be reached":    {NewMeter(true, false, []int64{1, 2, 3, 4}), "40", "1000", 3},
		"the first list counts":      {NewMeter(true, true, []int64{60, 70, 80}, []int64{1, 2, 3}), "599", "1000", 0},
		"an empty list does not":     {NewMeter(true, true, nil, []int64{1, 2, 3}), "29", "1000", 2},
		"off":                        {NewMeter(false, true), "92233720368", "1", 0},
		"no use":                     {NewMeter(true, true), "0", "0", 0},
		"a use of nothing":           {NewMeter(true, false), "0.00000001", "0", LevelCritical},
		"a use of less than nothing": {NewMeter(true, false), "0.00000001", "-5", LevelCritical},
		"a gain of less than that":   {NewMeter(true, false), "-7", "-5", 0},
	} {
		if got := c.m.Level(d(c.use), d(c.limit)); got != c.want {
			t.Errorf("%s: level %d, want %d", name, got, c.want)
		}
	}
	own := NewMeter(true, true, []int64{1, 2, 3, 40})
	if got := own.Critical(d("55.5")); got != d("22.2") {
		t.Errorf("CRITICAL is from %v on", got)
	}
	// Each level is left in the same way, be it reached or passed.
	for _, inclusive := range []bool{true, false} {
		m := NewMeter(true, inclusive)
		for _, c := range []struct {
			was  Level
			use  string
			want Level
		}{{LevelCritical, "950", LevelCritical}, {LevelCritical, "949.99999999", 3}, {3, "850", 3}, {3, "849.99999999", 2}, {1, "450", 1}, {1, "449.99999999", 0}} {
			if level, crossed := m.Move(c.was, d(c.use), limit); level != c.want || crossed {
				t.Errorf("inclusive %v, %s after level %d: level %d, want %d", inclusive, c.use, c.was, level, c.want)
			}
		}
	}
	// Below nothing there is no margin to re-arm by.
	margin := NewMeter(true, false)
	if level, crossed := margin.Move(LevelCritical, decimal.Decimal{}, d("-5")); level != 0 || crossed {
		t.Errorf("nothing used of nothing: level %d", level)
	}
	if level, _ := margin.Move(LevelCritical, d("1"), d("-5")); level != LevelCritical {
		t.Errorf("something used of nothing: level %d", level)
	}
}

func TestDrawdownLimit(t *testing.T) {
	for _, c := range []struct{ money, percent, peak, want string }{
		{"0", "0", "1000", "none"},
		{"50", "0", "-5", "50"},
		{"50", "0", "1000", "50"},
		{"0", "10", "1000", "100"},
		{"50", "10", "1000", "50"},
		{"150", "10", "1000", "100"},
		{"0", "10", "0", "none"},
		{"0", "10", "-1", "none"},
		{"50", "10", "0", "50"},
	} {
		g := NewGuard(&Limits{Drawdown: d(c.money), DrawdownPercent: d(c.percent)})
		got := "none"
		if limit, ok := g.DrawdownLimit(d(c.peak)); ok {
			got = limit.String()
		}
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestMetersOfLimits: each monitor has its limit's own percents, or those of all,
// and is off without its limit.
func TestMetersOfLimits(t *testing.T) {
	g := NewGuard(&Limits{
		DailyLoss: d("1"), DrawdownPercent: d("1"), Symbols: []SymbolLimits{{Symbol: "X", MarginPercent: d("1")}}, AlertPercents: []int64{40, 50, 60},
		Alerts: Alerts{DailyLoss: []int64{1, 2, 3}, Drawdown: []int64{2, 3, 4}, Margin: []int64{4, 5, 6}},
	})
	for _, c := range []struct {
		m     Meter
		first int64
		at    bool // reaching it is CRITICAL
	}{{g.Loss, 1, true}, {g.Drawdown, 2, true}, {g.Size, 40, false}, {g.Margin, 4, false}} {
		if c.m.percents[0] != c.first || !c.m.on || c.m.inclusive != c.at {
			t.Errorf("%+v, want %+v", c.m, c)
		}
	}
	none := NewGuard(&Limits{})
	if none.Loss.on || none.Drawdown.on || none.Margin.on {
		t.Errorf("no limits: %+v", none)
	}
	money := NewGuard(&Limits{Drawdown: d("5"), MarginPercent: d("5"), Alerts: Alerts{PositionSize: []int64{7, 8, 9}}})
	if !money.Drawdown.on || !money.Margin.on || money.Size.percents[0] != 7 {
		t.Errorf("%+v", money)
	}
}

// TestProblems: everything that is wrong is told, each with its place; what is at
// a bound is taken.
func TestProblems(t *testing.T) {
	many := make([]string, maxListed+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for name, c := range map[string]struct {
		limits Limits
		want   []string
	}{
		"none":                 {Limits{}, nil},
		"negative":             {Limits{DailyLoss: d("-1")}, []string{"daily_loss"}},
		"too large":            {Limits{MaxOrderValue: d("92233720369")}, []string{"max_order_value"}},
		"money":                {Limits{PositionSize: d("-1"), MaxOrderQuantity: d("-1"), Drawdown: d("-1"), GrossExposure: d("-1"), NetExposure: d("-1")}, []string{"position_size", "max_order_quantity", "drawdown", "gross_exposure", "net_exposure"}},
		"percents":             {Limits{DrawdownPercent: d("100.1"), PriceBandPercent: d("1000.1"), MarginPercent: d("-0.1")}, []string{"drawdown_percent", "price_band_percent", "margin_percent"}},
		"percents at":          {Limits{DrawdownPercent: d("100"), PriceBandPercent: d("1000"), MarginPercent: d("1000")}, nil},
		"counts":               {Limits{OrdersPerSecond: 1001, OrdersPerMinute: -1, OrdersPerDay: 1_000_001, DuplicateWindowMs: dayMs + 1, MaxPriceAgeMs: -1}, []string{"max_price_age_ms", "orders_per_second", "orders_per_minute", "orders_per_day", "duplicate_window_ms"}},
		"counts at":            {Limits{OrdersPerSecond: 1000, OrdersPerMinute: 1000, OrdersPerDay: 1_000_000, DuplicateWindowMs: dayMs, MaxPriceAgeMs: dayMs}, nil},
		"two percents":         {Limits{AlertPercents: []int64{1, 2}}, []string{"alert_percents"}},
		"five percents":        {Limits{AlertPercents: []int64{1, 2, 3, 4, 5}}, []string{"alert_percents"}},
		"falling":              {Limits{AlertPercents: []int64{1, 3, 2}}, []string{"alert_percents"}},
		"equal":                {Limits{AlertPercents: []int64{1, 2, 2}}, []string{"alert_percents"}},
		"from nothing":         {Limits{AlertPercents: []int64{0, 2, 3}}, []string{"alert_percents"}},
		"ERROR at the limit":   {Limits{AlertPercents: []int64{1, 2, 100}}, []string{"alert_percents"}},
		"ERROR just below":     {Limits{AlertPercents: []int64{1, 2, 99}}, nil},
		"CRITICAL beyond":      {Limits{AlertPercents: []int64{1, 2, 99, 101}}, []string{"alert_percents"}},
		"CRITICAL at":          {Limits{AlertPercents: []int64{1, 2, 99, 100}}, nil},
		"of single limits":     {Limits{Alerts: Alerts{DailyLoss: []int64{1}, Drawdown: []int64{1}, PositionSize: []int64{1}, Margin: []int64{1}}}, []string{"alerts.daily_loss", "alerts.drawdown", "alerts.position_size", "alerts.margin"}},
		"a day too far":        {Limits{DayOffsetMinutes: 1440}, []string{"day_offset_minutes"}},
		"another too far":      {Limits{DayOffsetMinutes: math.MinInt64}, []string{"day_offset_minutes"}},
		"a zone":               {Limits{Zone: "America/New_York"}, nil},
		"no zone":              {Limits{Zone: "America/Nowhere"}, []string{"zone"}},
		"a machine's zone":     {Limits{Zone: "Local"}, []string{"zone"}},
		"a zone and an offset": {Limits{Zone: "Asia/Kolkata", DayOffsetMinutes: 330}, []string{"zone"}},
		"as far as may be":     {Limits{DayOffsetMinutes: 1439}, nil},
		"as far the other way": {Limits{DayOffsetMinutes: -1439}, nil},
		"names":                {Limits{SymbolsDenied: []string{"X", "", "X"}, SymbolsAllowed: []string{""}}, []string{"symbols_denied[1]", "symbols_denied[2]", "symbols_allowed[0]"}},
		"too many names":       {Limits{SymbolsDenied: many, SymbolsAllowed: many[1:]}, []string{"symbols_denied"}},
		"symbols": {Limits{Symbols: []SymbolLimits{
			{Symbol: "X", PositionSize: d("-1"), MaxOrderQuantity: d("-1"), MaxOrderValue: d("-1"), PriceBandPercent: d("1001"), MarginPercent: d("1001")}, {Symbol: "X"}, {},
		}}, []string{
			"symbols[0].position_size", "symbols[0].max_order_quantity", "symbols[0].max_order_value", "symbols[0].price_band_percent", "symbols[0].margin_percent",
			"symbols[1].symbol", "symbols[2].symbol",
		}},
		"too many symbols": {Limits{Symbols: make([]SymbolLimits, maxListed+1)}, []string{"symbols"}},
		"hours":            {Limits{TradingHours: []Window{{From: 5, To: 5}, {From: -1, To: 5}, {From: 0, To: 1441}, {To: 1, Days: []string{"MON", "mon"}}}}, []string{"trading_hours[0]", "trading_hours[1]", "trading_hours[2]", "trading_hours[3].days[1]"}},
		"hours at":         {Limits{TradingHours: []Window{{From: 0, To: 1440}, {From: 1439, To: 1440, Days: []string{"SUN"}}}}, nil},
		"too many windows": {Limits{TradingHours: make([]Window, maxWindows+1)}, []string{"trading_hours"}},
	} {
		var got []string
		for _, p := range c.limits.Problems() {
			got = append(got, p.Path)
			if p.Want == "" || p.String() == "" {
				t.Errorf("%s: %+v says nothing", name, p)
			}
		}
		if !reflect.DeepEqual(got, c.want) || (c.limits.Validate() == nil) != (c.want == nil) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	l := Limits{DailyLoss: d("-1"), SymbolsDenied: []string{""}}
	if got := l.Validate().Error(); got != "daily_loss is -1; want 0 to 92233720368.54775807\nsymbols_denied[0]: want a symbol" {
		t.Error(got)
	}
}

// TestWordsOfWindows: what is wrong with a window is told in words that say which part
// of it lacks, and which day was meant.
func TestWordsOfWindows(t *testing.T) {
	for name, c := range map[string]struct {
		window Window
		want   string
	}{
		"empty":            {Window{}, `want from and to, such as {from: "09:15", to: "15:30"}`},
		"without its end":  {Window{From: 555}, `want to, the time at which it ends: "24:00" is the end of the day`},
		"a day, spelt out": {Window{To: 1, Days: []string{"Tuesday"}}, "did you mean TUE? want MON, TUE, WED, THU, FRI, SAT or SUN"},
		"small letters":    {Window{To: 1, Days: []string{"fri"}}, "did you mean FRI? want MON, TUE, WED, THU, FRI, SAT or SUN"},
		"too short":        {Window{To: 1, Days: []string{"TU"}}, "want MON, TUE, WED, THU, FRI, SAT or SUN"},
		"no day":           {Window{To: 1, Days: []string{"holiday"}}, "want MON, TUE, WED, THU, FRI, SAT or SUN"},
	} {
		problems := (&Limits{TradingHours: []Window{c.window}}).Problems()
		if len(problems) != 1 || problems[0].Want != c.want {
			t.Errorf("%s: %+v, want %q", name, problems, c.want)
		}
	}
}

func TestDay(t *testing.T) {
	const hour = 3_600_000
	utc, india := NewGuard(&Limits{}), NewGuard(&Limits{DayOffsetMinutes: 330})
	if utc.Day(24*hour-1) != 0 || utc.Day(24*hour) != 1 || utc.Day(-1) != -1 {
		t.Error("days of UTC")
	}
	if india.Day(18*hour+hour/2-1) != 0 || india.Day(18*hour+hour/2) != 1 {
		t.Error("days of India")
	}
	// The day begins at five hours of UTC in New York's winter, and at four in summer.
	york := NewGuard(&Limits{Zone: "America/New_York"})
	for text, offset := range map[string]int64{"2024-01-10": 5, "2024-03-10": 5, "2024-03-11": 4, "2024-07-10": 4, "2024-11-03": 4, "2024-11-04": 5} {
		date, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		day := date.UnixMilli() / (24 * hour)
		if start := date.UnixMilli() + offset*hour; york.Day(start) != day || york.Day(start-1) != day-1 {
			t.Errorf("%s does not begin %d hours after UTC's", text, offset)
		}
	}
}

func TestClock(t *testing.T) {
	for text, want := range map[string]Clock{"00:00": 0, "09:15": 555, "23:59": 1439, "24:00": 1440} {
		var c Clock
		if err := c.UnmarshalText([]byte(text)); err != nil || c != want {
			t.Errorf("%s: %d, %v", text, c, err)
		}
		if b, err := c.MarshalText(); err != nil || string(b) != text {
			t.Errorf("%s is written as %s", text, b)
		}
	}
	for _, text := range []string{"", "9:15", "09:60", "24:01", "25:00", "09-15", "0a:15", "09:15:00", "-1:15", "00:0:", ":0:00"} {
		c := Clock(7)
		if err := c.UnmarshalText([]byte(text)); err == nil || c != 7 {
			t.Errorf("%q is taken for %d", text, c)
		}
	}
}

// TestLimitsAreSavedWhole: what is written reads back the same, and limits that
// are not there leave no trace, so that a configuration from before gives the
// commands it gave.
func TestLimitsAreSavedWhole(t *testing.T) {
	if b, _ := json.Marshal(Limits{}); string(b) != `{"daily_loss":0,"position_size":0,"max_order_quantity":0,"max_order_value":0}` {
		t.Errorf("no limits are %s", b)
	}
	for _, a := range []Alerts{{DailyLoss: []int64{1}}, {Drawdown: []int64{1}}, {PositionSize: []int64{1}}, {Margin: []int64{1}}} {
		var back Limits
		b, err := json.Marshal(Limits{Alerts: a})
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || !reflect.DeepEqual(back.Alerts, a) {
			t.Errorf("%+v is %s and reads as %+v, %v", a, b, back.Alerts, err)
		}
	}
	full := Limits{}
	fill(reflect.ValueOf(&full).Elem())
	b, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	var back Limits
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, full) {
		t.Errorf("%s reads as %+v, %v", b, back, err)
	}
}

// fill gives every field something.
func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[decimal.Decimal]():
		v.Set(reflect.ValueOf(d("1.5")))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case v.Kind() == reflect.String:
		v.SetString("MON")
	default:
		v.SetInt(5)
	}
}

// TestLongLists: as many windows and symbols as are allowed, and one more.
func TestLongLists(t *testing.T) {
	windows := func(n int) *Limits { return &Limits{TradingHours: slices.Repeat([]Window{{To: 1}}, n)} }
	symbols := func(n int) *Limits {
		l := &Limits{}
		for i := range n {
			l.Symbols = append(l.Symbols, SymbolLimits{Symbol: strconv.Itoa(i), MaxOrderQuantity: d("1")})
		}
		return l
	}
	for _, c := range []struct {
		limits *Limits
		want   string
	}{
		{windows(maxWindows), ""},
		{windows(maxWindows + 1), "51 windows"},
		{symbols(maxListed), ""},
		{symbols(maxListed + 1), "5001 symbols"},
	} {
		err := c.limits.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("gives %v, want %q", err, c.want)
		}
	}
}
