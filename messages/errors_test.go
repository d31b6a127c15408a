package messages

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"", 4, ""}, {"four", 4, "four"}, {"fives", 4, "five…"}, {"é", 1, "…"}, {"aé", 2, "a…"}, {"aéb", 3, "aé…"}, {"a😀", 4, "a…"},
	} {
		if got := Shorten(c.text, c.n); got != c.want || !utf8.ValidString(got) {
			t.Errorf("%q in %d bytes is %q, want %q", c.text, c.n, got, c.want)
		}
	}
	if got := Shorten(strings.Repeat("\x80", 10), 8); len(got) > 8+len("…") || len(got) < 4 { // bytes that begin no character
		t.Errorf("%q", got)
	}
}

// TestErrorsAreShort: whatever stands in a record, what is said of it has an end.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("N", 100_000)
	for _, value := range []string{
		`{"symbol":"S","timeframe":"1min","timestamp":1,"indicators":{"` + long + `":5}}`,
		`{"symbol":"S","timeframe":"1min","timestamp":1,"indicators":{"` + long + `":{"value":"x"}}}`,
	} {
		if err := DecodeUpdate([]byte(value), &IndicatorUpdate{}); err == nil || len(err.Error()) > 3*MaxTextBytes {
			t.Errorf("%.60s gives %.200v", value, err)
		}
	}
	if _, err := DecodeOrderEvent([]byte(`{"event_type":"` + long + `"}`)); err == nil || len(err.Error()) > 3*MaxTextBytes {
		t.Errorf("%.200v", err)
	}
}

// TestLongNames: the name of an indicator is a text on the wire, in both encodings.
func TestLongNames(t *testing.T) {
	for n, ok := range map[int]bool{MaxTextBytes: true, MaxTextBytes + 1: false} {
		name := strings.Repeat("N", n)
		u := IndicatorUpdate{Symbol: "S", Timeframe: "1min", TimeMs: 1, Indicators: []IndicatorValue{{Name: name, Value: 1}}}
		quotes := Signal{StrategyID: "s", Symbol: "S", TimeMs: 1, Action: Hold, Indicators: []NamedValue{{name, 1}}}
		asks := Signal{StrategyID: "s", Symbol: "S", TimeMs: 1, Action: Hold, Timeframe: "1min", RequestIndicators: []string{name}}
		var got IndicatorUpdate
		_, quoted := DecodeSignal(AppendSignal(nil, &quotes))
		_, asked := DecodeSignal(AppendSignal(nil, &asks))
		_, quotedProto := decodeSignalProto(AppendSignalProto(nil, &quotes))
		_, askedProto := decodeSignalProto(AppendSignalProto(nil, &asks))
		for what, err := range map[string]error{
			"update": DecodeUpdate(AppendUpdate(nil, &u), &got), "update's protobuf": decodeUpdateProto(AppendUpdateProto(nil, &u), &got),
			"signal": quoted, "signal's protobuf": quotedProto, "request": asked, "request's protobuf": askedProto,
		} {
			var d *DecodeError
			if (err == nil) != ok || !ok && (!errors.As(err, &d) || d.Reason != ReasonOutOfRange) {
				t.Errorf("%s with a name of %d bytes: %v", what, n, err)
			}
		}
	}
}
