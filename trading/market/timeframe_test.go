package market

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTimeframes(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1s": time.Second, "5s": 5 * time.Second, "3600s": time.Hour, "1min": time.Minute, "5min": 5 * time.Minute, "15min": 15 * time.Minute,
		"1440min": 24 * time.Hour, "1hour": time.Hour, "24hour": 24 * time.Hour, "1day": 24 * time.Hour,
		"7min": 7 * time.Minute, "1week": 7 * 24 * time.Hour, "1month": 31 * 24 * time.Hour,
	} {
		tf, err := ParseTimeframe(text)
		if err != nil || tf.String() != text || tf.Duration() != want || tf.IsZero() {
			t.Errorf("%s gives %v, %v, %v", text, tf, tf.Duration(), err)
		}
	}
	if MustParseTimeframe("1day") != Day || MustParseTimeframe("60s") == MustParseTimeframe("1min") {
		t.Error("timeframes are equal when their texts are")
	}
	for _, bad := range []string{
		"", "1", "min", "0min", "05min", "-5min", "5 min", "5m", "5mins", "3601s", "1441min", "25hour", "2day", "2week", "2month", "1M", "1mon", "12month", "1.5min", "+1s",
		"99999999999999999999s",
	} {
		if tf, err := ParseTimeframe(bad); err == nil || !strings.Contains(err.Error(), "1s to 3600s") {
			t.Errorf("%q gives %v, %v", bad, tf, err)
		}
	}
	if s := (Timeframe{}).String(); s != "" || !(Timeframe{}).IsZero() {
		t.Errorf("no timeframe is %q", s)
	}
}

func TestTimeframeText(t *testing.T) {
	b, err := json.Marshal(map[string]Timeframe{"a": MustParseTimeframe("15min")})
	if err != nil || string(b) != `{"a":"15min"}` {
		t.Errorf("%s, %v", b, err)
	}
	var back map[string]Timeframe
	if err := json.Unmarshal(b, &back); err != nil || back["a"] != MustParseTimeframe("15min") {
		t.Errorf("reads back as %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"a":"15m"}`), &back); err == nil {
		t.Errorf("15m gives %v", back)
	}
	defer func() {
		if recover() == nil {
			t.Error("a bad constant doesn't panic")
		}
	}()
	MustParseTimeframe("soon")
}

// FuzzParseTimeframe: what is accepted is written back as it was read.
func FuzzParseTimeframe(f *testing.F) {
	for _, s := range []string{"1s", "5min", "24hour", "1day", "", "٣min", "1e3s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if tf, err := ParseTimeframe(s); err == nil && (tf.String() != s || tf.Duration() <= 0 || tf.Duration() > 31*24*time.Hour || tf.SpansSessions() != (tf == Day || tf == Week || tf == Month)) {
			t.Errorf("%q is %v of %v", s, tf, tf.Duration())
		}
	})
}

// TestMeantTimeframes: what other programs write for a timeframe is recognised.
func TestMeantTimeframes(t *testing.T) {
	for text, meant := range map[string]string{
		"5m": "5min", "5": "5min", "5 mins": "5min", "M15": "15min", "1h": "1hour", "H4": "4hour", "2 Hours": "2hour", "1d": "1day", "D": "1day",
		"daily": "1day", "weekly": "1week", "1mo": "1month", "30sec": "30s", "05min": "5min", "1mn": "1min", "5mim": "5min", "4huor": "4hour", "weakly": "1week", "": "1min", "5x": "", "0min": "", "25h": "", "2d": "", "1h30m": "",
	} {
		const want = "want 1s to 3600s"
		got := WantTimeframe(text)
		if meant != "" && !strings.HasPrefix(got, "did you mean "+meant+"? "+want) || meant == "" && !strings.HasPrefix(got, want) {
			t.Errorf("%q gives %q, want %q", text, got, meant)
		}
	}
}

// TestWantNamesEveryUnit: what may be written is all that can be read.
func TestWantNamesEveryUnit(t *testing.T) {
	for _, u := range timeframeUnits {
		for _, n := range []int{1, u.max} {
			if want := fmt.Sprint(n, u.name); !strings.Contains(WantTimeframe("2d"), want) {
				t.Errorf("%q is not named", want)
			}
		}
	}
}
