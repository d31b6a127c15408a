package messages

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

// TestSumsPassTheBoundOfInputs: a candle's volume adds up ticks, and an update
// with more than one tick may have is read back, in both formats.
func TestSumsPassTheBoundOfInputs(t *testing.T) {
	want := decimal.MustParse("92233720368").Add(decimal.MustParse("92233720368.5"))
	u := &IndicatorUpdate{Symbol: "PEPE", Timeframe: "1day", TimeMs: 1, Forming: &OHLCV{
		Open: decimal.FromInt(1), High: decimal.FromInt(1), Low: decimal.FromInt(1), Close: decimal.FromInt(1), Volume: want,
	}}
	var got IndicatorUpdate
	if err := DecodeUpdate(AppendUpdate(nil, u), &got); err != nil || got.Forming.Volume != want {
		t.Errorf("JSON: %+v, %v", got.Forming, err)
	}
	r := &Record{Value: AppendUpdateProto(nil, u), Headers: []Header{{Key: HeaderContentType, Value: []byte(ContentTypeProtobuf)}}}
	got = IndicatorUpdate{}
	if err := DecodeUpdateRecord(r, &got); err != nil || got.Forming.Volume != want {
		t.Errorf("protobuf: %+v, %v", got.Forming, err)
	}
}
