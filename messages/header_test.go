package messages

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

func TestTickHeader(t *testing.T) {
	for _, h := range []TickHeader{
		{},
		{Price: decimal.MustParse("101.5"), Volume: decimal.MustParse("0.25"), LogMs: 1723104000123},
		{Price: decimal.MustParse("101.5"), LogMs: 7, Closing: true},
		{Price: decimal.MustParse("101.5"), Volume: decimal.MustParse("2"), LogMs: 7, Late: true},
		{Price: decimal.MustParse("101.5"), Volume: decimal.MustParse("2"), LogMs: 7, OffSession: true},
	} {
		text := h.Append(nil)
		got, err := ParseTickHeader(text)
		if err != nil || got != h {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, h)
		}
	}
	for _, bad := range []string{"", "1", "1/2", "x/2/3", "1/x/3", "1/2/x", "1/2/3/4", "1/2/closed", "1/2/late", "1/2/3/late/closed", "1/2/off", "1/2/3/off/late", "1/2/3/late/off"} {
		if h, err := ParseTickHeader([]byte(bad)); err == nil {
			t.Errorf("%q is %+v", bad, h)
		}
	}
}

// TestEarlyCloseHeader: what is written is read, and nothing else.
func TestEarlyCloseHeader(t *testing.T) {
	e := market.EarlyClose{CloseMs: 1764352800000, UsualMs: 1764363600000}
	text := AppendEarlyClose(nil, e)
	if got, err := ParseEarlyClose(text); string(text) != "1764352800000/1764363600000" || err != nil || got != e {
		t.Errorf("%s: %+v, %v", text, got, err)
	}
	for _, bad := range []string{"", "1", "/2", "1/", "1/x", "x/2", "2/2", "3/2", "0/2", "-1/2", "1/2/3", "1/999999999999999"} {
		if got, err := ParseEarlyClose([]byte(bad)); err == nil {
			t.Errorf("%q gives %+v", bad, got)
		}
	}
}
