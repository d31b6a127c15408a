package rules

import (
	"strings"
	"testing"
	"time"
)

// local gives the time of a moment in New York, whose clocks change.
func local(t *testing.T, text string) int64 {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func hoursOf(t *testing.T, s Spec) *hours {
	t.Helper()
	s.Zone, s.Exit = "America/New_York", "true"
	p, err := Compile(s, min5)
	if err != nil {
		t.Fatal(err)
	}
	return &p.hours
}

func TestSessions(t *testing.T) {
	for _, c := range []struct{ session, at, open, close string }{
		{"", "2024-01-08 00:00", "2024-01-08 00:00", "2024-01-09 00:00"},
		{"", "2024-01-08 23:59", "2024-01-08 00:00", "2024-01-09 00:00"},
		{"", "2024-03-10 12:00", "2024-03-10 00:00", "2024-03-11 00:00"}, // 23 hours
		{"", "2024-11-03 12:00", "2024-11-03 00:00", "2024-11-04 00:00"}, // 25 hours
		{"09:30-16:00", "2024-01-08 09:29", "", ""},
		{"09:30-16:00", "2024-01-08 09:30", "2024-01-08 09:30", "2024-01-08 16:00"},
		{"09:30-16:00", "2024-01-08 15:59", "2024-01-08 09:30", "2024-01-08 16:00"},
		{"09:30-16:00", "2024-01-08 16:00", "", ""},
		{"09:30-16:00", "2024-07-08 10:00", "2024-07-08 09:30", "2024-07-08 16:00"},
		{"18:00-17:00", "2024-01-08 17:30", "", ""},
		{"18:00-17:00", "2024-01-08 18:00", "2024-01-08 18:00", "2024-01-09 17:00"},
		{"18:00-17:00", "2024-01-09 16:59", "2024-01-08 18:00", "2024-01-09 17:00"},
		{"18:00-17:00", "2024-03-10 12:00", "2024-03-09 18:00", "2024-03-10 17:00"},
	} {
		s, ok := hoursOf(t, Spec{Session: c.session}).session(local(t, c.at))
		if ok != (c.open != "") || ok && (s.openMs != local(t, c.open) || s.closeMs != local(t, c.close)) {
			t.Errorf("%q at %s: %v, %v, want %s to %s", c.session, c.at, s, ok, c.open, c.close)
		}
	}
}

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		windows, at string
		want        bool
	}{
		{"09:20-11:30", "2024-01-08 09:19", false},
		{"09:20-11:30", "2024-01-08 09:20", true},
		{"09:20-11:30", "2024-01-08 11:29", true},
		{"09:20-11:30", "2024-01-08 11:30", false},
		{"09:20-11:30, 13:00-24:00", "2024-01-08 23:59", true},
		{"mon-wed 09:20-11:30", "2024-01-10 10:00", true},
		{"mon-wed 09:20-11:30", "2024-01-11 10:00", false},
		{"fri-mon 09:20-11:30", "2024-01-14 10:00", true}, // a Sunday
		{"mon/fri 09:20-11:30", "2024-01-12 10:00", true},
		{"mon/fri 09:20-11:30", "2024-01-10 10:00", false},
		{"fri 22:00-02:00", "2024-01-12 22:00", true},
		{"fri 22:00-02:00", "2024-01-13 01:59", true},
		{"fri 22:00-02:00", "2024-01-13 02:00", false},
		{"fri 22:00-02:00", "2024-01-13 22:00", false},
		{"fri 22:00-02:00", "2024-01-12 01:00", false},
	} {
		if got := hoursOf(t, Spec{Windows: c.windows}).inWindow(local(t, c.at)); got != c.want {
			t.Errorf("%q at %s: %v", c.windows, c.at, got)
		}
	}
}

func TestLastSquareOff(t *testing.T) {
	h := hoursOf(t, Spec{SquareOff: "15:45"})
	for at, want := range map[string]string{
		"2024-01-08 15:44": "2024-01-07 15:45", "2024-01-08 15:45": "2024-01-08 15:45", "2024-03-10 15:45": "2024-03-10 15:45",
	} {
		if got := h.lastSquareOff(local(t, at)); got != local(t, want) {
			t.Errorf("at %s: %v, want %s", at, time.UnixMilli(got).In(h.zone), want)
		}
	}
}

func TestErrorsOfTimes(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Zone: "Mars/Olympus"}, `rule zone, line 1, column 1: "Mars/Olympus": want an IANA time zone`},
		{Spec{Zone: "Local"}, "want an IANA time zone"},
		{Spec{Session: "9:15-15:30"}, `rule session, line 1, column 1: "9:15-15:30": did you mean 09:15-15:30? want two times of day`},
		{Spec{Session: "09:15"}, "want two times of day"},
		{Spec{Session: "24:00-15:00"}, "want two times of day"},
		{Spec{Windows: "09:15-10:00, mo 11:00-12:00"}, `rule windows, line 1, column 14: "mo 11:00-12:00": want times`},
		{Spec{Windows: "09:15-10:00,\n10:60-12:00"}, `line 2, column 1: "10:60-12:00"`},
		{Spec{Windows: "mon-fry 10:00-12:00"}, "want times"},
		{Spec{Windows: "mon 10:00-10:00"}, "want times"},
		{Spec{Windows: "mon tue 10:00-11:00"}, "want times"},
		{Spec{Windows: ","}, "want times"},
		{Spec{Windows: strings.TrimSuffix(strings.Repeat("09:15-10:00,", 51), ",")}, "51 windows, more than 50"},
		{Spec{SquareOff: "24:00"}, `"24:00": want a time of day from 00:00 to 23:59`},
		{Spec{SquareOff: "3pm"}, "did you mean 15:00? want a time of day"},
		{Spec{Session: "09:15 to 15:30"}, "did you mean 09:15-15:30? want two"},
		{Spec{Windows: "MON-FRI 9:15 - 10:00"}, "did you mean mon-fri 09:15-10:00? want times"},
		{Spec{Windows: "24:00-10:00"}, "did you mean 00:00-10:00? want times"},
		{Spec{Windows: "MON/TUE 10:00-12:00"}, "did you mean mon/tue 10:00-12:00? want times"},
		{Spec{SquareOff: "16:00", Session: "09:15-15:30"}, "want a time in the session, which is 09:15-15:30"},
		{Spec{SquareOff: "17:30", Session: "18:00-17:00"}, "want a time in the session"},
		{Spec{CoolDown: "15"}, `rule cool_down, line 1, column 1: "15": want a duration from 0s to 720h0m0s, such as 15m`},
		{Spec{CoolDown: "-1m"}, "want a duration"},
		{Spec{Wait: "2h"}, "want a duration"},
		{Spec{MaxTradesADay: "0"}, "want a whole number from 1"},
		{Spec{MaxAge: "1.5"}, "want a whole number from 0"},
		{Spec{AllowGaps: "yes"}, "want false or true"},
		{Spec{AllowCold: "1"}, "want false or true"},
	} {
		c.spec.Exit = "true"
		if _, err := Compile(c.spec, min5); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v gives %v, want %q", c.spec, err, c.want)
		}
	}
	good := Spec{Exit: "true", Session: "18:00-17:00", SquareOff: "16:45", Zone: "America/New_York", Windows: "sun 18:30-02:00"}
	if _, err := Compile(good, min5); err != nil {
		t.Error(err)
	}
}
