package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/market"
)

// TestCheck: what can be compiled and not be meant is refused when it is written, at its
// place, and runs on when it is deployed already.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{EntryLong: `is("TYPO") and close > 1`}, `rule entry_long, line 1, column 1: is("TYPO") never holds, for no strategy trades it: want one of INFY, TCS`},
		{Spec{EntryLong: `of("INFY", is("INYF"))`}, `column 12: is("INYF") never holds, for no strategy trades it: did you mean INFY? want`},
		{Spec{EntryLong: "up", Let: "a = close > 1\n up = a and is('X')"}, "rule let, line 2, column 13: is(\"X\") never holds"},
		{Spec{EntryLong: "close > 1 / 0"}, "rule entry_long, line 1, column 11: divides by 0"},
		{Spec{EntryLong: "close > 1", StopLoss: "close / (5 - 5)"}, "rule stoploss, line 1, column 7: divides by 0"},
		{Spec{EntryLong: "average(close % 0, 20) > 1"}, "column 15: divides by 0"},
		{Spec{EntryLong: "close > sqrt(-1)"}, "column 9: comes to no number"},
		{Spec{EntryLong: "close > 10 ^ 400 + 1"}, "column 12: comes to no number"},
		{Spec{EntryLong: "z > 1", Let: "z = 1 / 0"}, "rule let, line 1, column 7: divides by 0"},
		{Spec{EntryLong: "close > 1", Confidence: "1.5"}, `rule confidence, line 1, column 1: "1.5": want a number from 0 to 1`},
		{Spec{EntryLong: "close > 1", Confidence: "0 - 0.1"}, "want a number from 0 to 1"},
		{Spec{EntryLong: "close > 1", Quantity: "2 > 1 ? 5 : 1 / 0"}, "rule quantity, line 1, column 15: divides by 0"},
	} {
		err := Check(c.spec, min5, []string{"INFY", "TCS"}, []string{"INFY", "TCS"})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v gives %v, want %q alone", c.spec, err, c.want)
		}
		if _, err := Compile(c.spec, min5); err != nil {
			t.Errorf("%+v, deployed already, gives %v", c.spec, err)
		}
	}
	if err := Check(Spec{EntryLong: "close > 1", Quantity: "up ? 0 : 0", Let: "up = clos > 1"}, min5, nil, nil); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a number that hangs on a definition that is wrong gives %v, want the definition alone", err)
	}
	if err := Check(Spec{EntryLong: "clos > 1 / 0", Quantity: "1 / 0"}, min5, nil, nil); err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("one of each is %v, want three errors", err)
	}
}

// TestCheckTakes what is meant, however odd.
func TestCheckTakes(t *testing.T) {
	for _, s := range []Spec{
		{EntryLong: `is("INFY") and of("NIFTY", close) > 1`},
		{EntryLong: "close / (close - open) > 0", Confidence: "close / 1000"},
		{EntryLong: "close > 1", Quantity: `is("INFY") ? 10 : 0`},
		{EntryLong: "close > 1", Quantity: `100 / (is("INFY") ? 0 : 1)`},
		{EntryLong: "close > 0 / 5 + abs(-1)", Confidence: "1"},
	} {
		if err := Check(s, min5, []string{"INFY", "TCS"}, []string{"INFY", "TCS"}); err != nil {
			t.Errorf("%+v gives %v", s, err)
		}
	}
	shared := Spec{EntryLong: "close > 1", Quantity: `is("INFY") ? 10 : is("SBIN") ? 5 : 1`}
	for _, traded := range [][]string{{"INFY", "SBIN"}, nil} {
		if err := Check(shared, min5, []string{"INFY"}, traded); err != nil {
			t.Errorf("rules of several strategies, of which %v are known, give %v", traded, err)
		}
	}
}

// TestOutsideHours: times of day that were meant in another zone.
func TestOutsideHours(t *testing.T) {
	const monday = 1_704_672_000_000 // 2024-01-08
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Session: "11:15-15:30", Windows: "11:20-15:00", SquareOff: "15:20"}, "[session windows square_off]"},
		{Spec{Session: "09:15-15:30", Windows: "mon-fri 09:20-15:00", SquareOff: "15:20"}, "[square_off]"},
		{Spec{Session: "09:15-15:30", Windows: "mon-fri 09:20-15:00", SquareOff: "15:20", Zone: "Asia/Kolkata"}, "[]"},
		{Spec{Windows: "sat/sun 09:20-15:00", Zone: "Asia/Kolkata"}, "[windows]"},
		{Spec{SquareOff: "15:30", Zone: "Asia/Kolkata"}, "[square_off]"},
		{Spec{SquareOff: "09:00"}, "[]"}, // 14:30 in India
		{Spec{}, "[]"},
	} {
		c.spec.EntryLong = "close > 1"
		p, err := Compile(c.spec, min5)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(p.OutsideHours(market.NSE(), monday)); got != c.want {
			t.Errorf("%+v is outside in %s, want %s", c.spec, got, c.want)
		}
		if got := p.OutsideHours(market.Always, monday); got != nil {
			t.Errorf("%+v is outside of a market that always trades in %v", c.spec, got)
		}
	}
	p, err := Compile(Spec{EntryLong: "close > 1", Windows: "fri 09:20-15:00", Zone: "Asia/Kolkata"}, min5)
	if err != nil {
		t.Fatal(err)
	}
	nse, err := market.NewCalendar(market.Schedule{
		Zone: "Asia/Kolkata", Sessions: []market.Hours{{Open: 9*time.Hour + 15*time.Minute, Close: 15*time.Hour + 30*time.Minute}}, Holidays: []market.Date{{Year: 2024, Month: 1, Day: 26}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.OutsideHours(nse, monday+14*dayMs); got != nil {
		t.Errorf("before a week whose Friday is Republic Day, %v are outside", got)
	}
}
