package paper

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/order"
)

var d = decimal.MustParse

func TestHas(t *testing.T) {
	const placedMs = 1_700_000_000_000
	for name, c := range map[string]struct {
		latency, changed int64
		status           order.Status
		n, ms            int64
		price            string
		want             bool
	}{
		"a later tick":                   {0, 0, order.Pending, 6, placedMs, "1", true},
		"of an older time":               {0, 0, order.Pending, 6, placedMs - 1, "1", false},
		"the tick that it was placed on": {0, 0, order.Pending, 5, placedMs, "1", false},
		"an earlier tick":                {0, 0, order.Pending, 4, placedMs, "1", false},
		"cancelled":                      {0, 0, order.Cancelled, 6, placedMs, "1", false},
		"no price":                       {0, 0, order.Open, 6, placedMs, "0", false},
		"a bad price":                    {0, 0, order.Open, 6, placedMs, "-1", false},
		"before the latency":             {50, 0, order.Open, 6, placedMs + 49, "1", false},
		"at the latency":                 {50, 0, order.Open, 6, placedMs + 50, "1", true},
		"changed, before the latency":    {50, 100, order.Open, 6, placedMs + 149, "1", false},
		"changed, at the latency":        {50, 100, order.Open, 6, placedMs + 150, "1", true},
		"of days before":                 {0, 0, order.Open, 6, placedMs - 200_000_000, "1", false},
	} {
		o := &order.Order{Status: c.status, PlacedTick: 5, PlacedMs: placedMs}
		if c.changed > 0 {
			o.ChangedMs = placedMs + c.changed
		}
		s := Settings{LatencyMs: c.latency}
		if got := s.Has(o, Tick{N: c.n, TimeMs: c.ms, Price: d(c.price)}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTriggers(t *testing.T) {
	for _, c := range []struct {
		side           order.Side
		price, trigger string
		want           bool
	}{
		{order.Buy, "99.99999999", "100", false},
		{order.Buy, "100", "100", true},
		{order.Buy, "120", "100", true},
		{order.Sell, "100.00000001", "100", false},
		{order.Sell, "100", "100", true},
		{order.Sell, "80", "100", true},
	} {
		o := &order.Order{Side: c.side, Trigger: d(c.trigger)}
		if got := Triggers(o, d(c.price)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestPrice(t *testing.T) {
	plain := Settings{}
	bps := Settings{SlippageBps: d("10")}
	ticks := Settings{SlippageTicks: 2, TickSize: d("0.05")}
	both := Settings{SlippageBps: d("10"), SlippageTicks: 1, TickSize: d("0.05")}
	for _, c := range []struct {
		settings Settings
		kind     order.Kind
		side     order.Side
		limit    string
		traded   string
		want     string // "" for no trade
	}{
		{plain, order.Market, order.Buy, "0", "101.3", "101.3"},
		{plain, order.Market, order.Sell, "0", "101.3", "101.3"},
		{plain, order.StopMarket, order.Sell, "0", "101.3", "101.3"},
		{plain, order.Limit, order.Buy, "100", "100.00000001", ""},
		{plain, order.Limit, order.Buy, "100", "100", "100"},
		{plain, order.Limit, order.Buy, "100", "98", "98"}, // the market jumped over it
		{plain, order.Limit, order.Sell, "100", "99.99999999", ""},
		{plain, order.Limit, order.Sell, "100", "100", "100"},
		{plain, order.Limit, order.Sell, "100", "102", "102"},
		{plain, order.StopLimit, order.Buy, "100", "101", ""},
		{plain, order.StopLimit, order.Buy, "100", "99", "99"},
		// Slippage is against the trader, and not for limits.
		{bps, order.Market, order.Buy, "0", "100", "100.1"},
		{bps, order.Market, order.Sell, "0", "100", "99.9"},
		{bps, order.StopMarket, order.Buy, "0", "100", "100.1"},
		{bps, order.Limit, order.Buy, "100", "98", "98"},
		{ticks, order.Market, order.Buy, "0", "100", "100.1"},
		{ticks, order.Market, order.Sell, "0", "100", "99.9"},
		// Rounded to a tick, against the trader, too.
		{both, order.Market, order.Buy, "0", "100.01", "100.2"},
		{both, order.Market, order.Sell, "0", "100.01", "99.85"},
		// A price stays a price.
		{Settings{SlippageBps: d("10000")}, order.Market, order.Sell, "0", "5", "0.00000001"},
		{Settings{SlippageTicks: 100, TickSize: d("0.05")}, order.Market, order.Sell, "0", "1", "0.05"},
		{Settings{SlippageTicks: 1, TickSize: d("0.05")}, order.Market, order.Sell, "0", "0.02", "0.02"},
	} {
		o := &order.Order{Kind: c.kind, Side: c.side, Price: d(c.limit)}
		got, ok := c.settings.Price(o, d(c.traded))
		if ok != (c.want != "") || ok && got != d(c.want) {
			t.Errorf("%s %s %s at %s: %v %v, want %s", c.kind, c.side, c.limit, c.traded, got, ok, c.want)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct{ participation, lot, volume, want string }{
		{"0.1", "0", "1000", "100"},
		{"0.1", "0", "15", "1.5"},
		{"0.1", "1", "15", "1"},
		{"0.1", "1", "9", "0"},
		{"0.1", "75", "1600", "150"},
		{"1", "0", "3", "3"},
		{"0.5", "0", "0", "0"},
		{"0.5", "0", "-4", "0"},
	} {
		s := Settings{Participation: d(c.participation), LotSize: d(c.lot)}
		if got, bounded := s.Share(Tick{Volume: d(c.volume)}); !bounded || got != d(c.want) {
			t.Errorf("%+v: %v %v", c, got, bounded)
		}
	}
	if _, bounded := (&Settings{}).Share(Tick{Volume: d("3")}); bounded {
		t.Error("no participation bounds the quantity")
	}
}

func TestValidate(t *testing.T) {
	own := fees.Scheme{Charges: []fees.Charge{{Name: "a", Rate: d("1")}}}
	for want, s := range map[string]Settings{
		"":                            {},
		"latency_ms is -1":            {LatencyMs: -1},
		"latency_ms is 3600001":       {LatencyMs: maxLatencyMs + 1},
		"slippage_bps is -1":          {SlippageBps: d("-1")},
		"slippage_bps is 10000.1":     {SlippageBps: d("10000.1")},
		"slippage_ticks is -1":        {SlippageTicks: -1, TickSize: d("1")},
		"slippage_ticks is 10001":     {SlippageTicks: maxSlippageTicks + 1, TickSize: d("1")},
		"tick_size is -1":             {TickSize: d("-1")},
		"tick_size is 99999999999999": {TickSize: d("99999999999999")},
		"want a tick_size with it":    {SlippageTicks: 1},
		"participation is -0.1":       {Participation: d("-0.1")},
		"participation is 1.00000001": {Participation: d("1.00000001")},
		"lot_size is -1":              {LotSize: d("-1")},
		"lot_size is 99999999999999":  {LotSize: d("99999999999999")},
		"fees is nyse; want one of":   {Fees: "nyse"},
		"want charges with it":        {Own: fees.Scheme{Round: d("1")}},
		"not both":                    {Fees: fees.NSEFutures, Own: own},
		"own_fees: charge 1 has no":   {Own: fees.Scheme{Charges: []fees.Charge{{Rate: d("1")}}}},
	} {
		err := s.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	full := Settings{
		LatencyMs: maxLatencyMs, SlippageBps: allBps, SlippageTicks: maxSlippageTicks, TickSize: d("0.05"),
		Participation: d("1"), LotSize: d("75"), Fees: fees.NSEOptions,
	}
	if err := full.Validate(); err != nil {
		t.Error(err)
	}
	if s := full.Scheme(); len(s.Charges) != 7 {
		t.Errorf("a named scheme of %d charges", len(s.Charges))
	}
	if s := (&Settings{Own: own}).Scheme(); len(s.Charges) != 1 {
		t.Errorf("an own scheme of %d charges", len(s.Charges))
	}
}

func TestFor(t *testing.T) {
	own := fees.Scheme{Charges: []fees.Charge{{Name: "a", Rate: d("1")}}}
	plain := Settings{LatencyMs: 5, SlippageTicks: 2, TickSize: d("0.05"), LotSize: d("75"), Fees: fees.NSEFutures}
	charging := Settings{LotSize: d("1"), Own: own}
	for name, c := range map[string]struct {
		settings   Settings
		instrument instrument.Instrument
		tick, lot  string
		fees       string
		charges    int
	}{
		"nothing of its own": {plain, instrument.Instrument{Symbol: "A"}, "0.05", "75", fees.NSEFutures, 7},
		"a tick":             {plain, instrument.Instrument{TickSize: d("0.01")}, "0.01", "75", fees.NSEFutures, 7},
		"a lot":              {plain, instrument.Instrument{LotSize: d("15")}, "0.05", "15", fees.NSEFutures, 7},
		"a scheme":           {plain, instrument.Instrument{Fees: fees.NSEOptions}, "0.05", "75", fees.NSEOptions, 7},
		"charges":            {plain, instrument.Instrument{Own: own}, "0.05", "75", "", 1},
		"no fees":            {charging, instrument.Instrument{Fees: fees.None}, "0", "1", fees.None, 0},
		"a scheme instead":   {charging, instrument.Instrument{Fees: fees.NSEFutures}, "0", "1", fees.NSEFutures, 7},
	} {
		got := c.settings.For(c.instrument)
		scheme := got.Scheme()
		if got.TickSize != d(c.tick) || got.LotSize != d(c.lot) || got.Fees != c.fees || len(scheme.Charges) != c.charges {
			t.Errorf("%s: %+v", name, got)
		}
		if got.LatencyMs != c.settings.LatencyMs || got.SlippageTicks != c.settings.SlippageTicks {
			t.Errorf("%s: other settings are lost: %+v", name, got)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
