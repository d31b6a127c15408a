package engine

import (
	"log/slog"
	"strings"
	"testing"
)

// TestRoundTheClock: exchanges without a calendar are named, with what was probably
// meant; those that are known to trade always are not.
func TestRoundTheClock(t *testing.T) {
	c := settings(t, nil)
	for exchanges, want := range map[string]string{
		"NSE BINANCE 24x7": "",
		"SIM":              "SIM has no calendar: its sessions are days of UTC, round the clock; calendars.file can give it one",
		"nse":              "nse has no calendar: did you mean NSE? its sessions are",
		"NSE X NASDQ":      "NASDQ, X have no calendars: did you mean NASDAQ? their sessions are",
	} {
		set := make(map[string]bool)
		for _, name := range strings.Fields(exchanges) {
			set[name] = true
		}
		if got := roundTheClock(c, set); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", exchanges, got, want)
		}
	}
	if got := roundTheClock(c, map[string]bool{"": true}); !strings.HasPrefix(got, `"" has no calendar`) {
		t.Errorf("no exchange: %q", got)
	}
}

// TestNoCalendarIsToldOnce: a node names each exchange without a calendar once, with a
// symbol of it and what to do, save that of its own simulated market.
func TestNoCalendarIsToldOnce(t *testing.T) {
	for simulated, want := range map[string][]string{
		"false": {"SIM has no calendar", "nse has no calendar: did you mean NSE?"},
		"true":  {"nse has no calendar: did you mean NSE?"},
	} {
		var log strings.Builder
		n := noCalendars{
			config: settings(t, map[string]string{"simulate.enabled": simulated}), logger: slog.New(slog.NewTextHandler(&log, nil)), told: make(map[string]bool),
		}
		for range 2 {
			n.begun("SIM", "AURORA")
			n.begun("nse", "NIFTY")
			n.begun("nse", "BANKNIFTY")
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != len(want) {
			t.Fatalf("simulated %s: %q", simulated, lines)
		}
		for i := range want {
			if !strings.Contains(lines[i], want[i]) || !strings.Contains(lines[i], "level=WARN") {
				t.Errorf("simulated %s: %q, want %q", simulated, lines[i], want[i])
			}
		}
		if last := lines[len(lines)-1]; !strings.Contains(last, "exchange=nse symbol=NIFTY") || !strings.Contains(last, "calendars.file can give it one") {
			t.Errorf("simulated %s: %q", simulated, last)
		}
	}
}

// TestAccountsWithoutPricesAreTold: a node whose accounts can get no price says so, with
// what to do.
func TestAccountsWithoutPricesAreTold(t *testing.T) {
	for _, c := range []struct {
		emit, roles string
		told        bool
	}{{"on_close", "symbols,accounts", true}, {"on_close", "symbols", false}, {"1s", "symbols,accounts", false}} {
		var log strings.Builder
		tellWithoutPrices(settings(t, map[string]string{"symbols.emit": c.emit, "node.roles": c.roles}), slog.New(slog.NewTextHandler(&log, nil)))
		if told := strings.Contains(log.String(), "NO_PRICE") && strings.Contains(log.String(), "every_tick"); told != c.told || !c.told && log.Len() > 0 {
			t.Errorf("%+v: %q", c, log.String())
		}
	}
}
