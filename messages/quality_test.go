package messages

import (
	"errors"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestQualityOfCandles: a complete candle has the seed's shape; any other says what
// it is, in both encodings, and reads back.
func TestQualityOfCandles(t *testing.T) {
	for q := range market.Quality(8) {
		u := &IndicatorUpdate{Symbol: "X", Timeframe: "1min", TimeMs: 1, Forming: &OHLCV{Close: decimal.FromInt(5), Quality: q}}
		text := string(AppendUpdate(nil, u))
		if told := strings.HasSuffix(text, `,"quality":"`+q.String()+`"}}`); told != (q != market.Complete) || strings.Contains(text, "quality") != told {
			t.Errorf("%v is written %s", q, text)
		}
		for name, r := range map[string]*Record{
			"JSON":     {Value: []byte(text)},
			"protobuf": {Value: AppendUpdateProto(nil, u), Headers: []Header{{Key: HeaderContentType, Value: []byte(ContentTypeProtobuf)}}},
		} {
			var got IndicatorUpdate
			if err := DecodeUpdateRecord(r, &got); err != nil || got.Forming.Quality != q || got.Forming.Close != u.Forming.Close {
				t.Errorf("%s: %v reads back as %+v, %v", name, q, got.Forming, err)
			}
		}
	}
	for value, reason := range map[string]string{`"good"`: ReasonUnknown, `""`: ReasonUnknown, `7`: ReasonWrongType, `null`: "", `"complete"`: ""} {
		var got IndicatorUpdate
		err := DecodeUpdate([]byte(`{"symbol":"X","timeframe":"1min","timestamp":1,"forming_candle":{"close":5,"quality":`+value+`}}`), &got)
		var wrong *DecodeError
		if reason == "" && (err != nil || got.Forming.Quality != market.Complete) ||
			reason != "" && (!errors.As(err, &wrong) || wrong.Reason != reason || wrong.Field != "forming_candle.quality") {
			t.Errorf("quality %s gives %v", value, err)
		}
	}
}
