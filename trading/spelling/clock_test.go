package spelling

import "testing"

func TestClock(t *testing.T) {
	for text, want := range map[string]string{
		"9:15": "09:15", "915": "09:15", "0915": "09:15", "09.15": "09:15", "09:15:00": "09:15", "3:15 pm": "15:15", "12am": "00:00", "12:30PM": "12:30", " 09:15": "09:15",
		"09:15": "", "24:00": "", "24:01": "", "9:75": "", "13pm": "", "0am": "", "9": "", "": "", "noon": "", "09:15:30": "", "1234567": "",
	} {
		if got := Clock(text); got != want {
			t.Errorf("%q is taken for %q, want %q", text, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]string{
		"9:15-15:30": "09:15-15:30", "09:15 - 15:30": "09:15-15:30", "09:15 to 15:30": "09:15-15:30", "9:15am–3:30pm": "09:15-15:30", "24:00-10:00": "00:00-10:00", "18:00-24.00": "18:00-24:00",
		"09:15-15:30": "", "09:15": "", "09:15-": "", "a-b": "", "24:00-24:00": "00:00-24:00", "9:15-9:15": "", "1-2-3": "", "25:00-26:00": "",
	} {
		if got := Span(text); got != want {
			t.Errorf("%q is taken for %q, want %q", text, got, want)
		}
	}
}
