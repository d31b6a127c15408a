package messages

import (
	"cmp"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// IndicatorValue is one indicator in an update. Realtime: the value includes the
// forming candle.
type IndicatorValue struct {
	Name     string
	Value    float64
	Realtime bool
}

// OHLCV is a candle's prices and volume, and what they are worth. On the wire,
// quality is left out when the candle is complete.
type OHLCV struct {
	Open, High, Low, Close, Volume decimal.Decimal
	Quality                        market.Quality
}

// IndicatorUpdate is a record of indicator-updates: the indicators of a symbol
// and timeframe after one tick, or when a candle closed.
type IndicatorUpdate struct {
	Symbol, Timeframe string
	TimeMs            int64
	// Indicators, sorted by name.
	Indicators []IndicatorValue
	// Forming is nil outside of a session.
	Forming *OHLCV
}

// AppendUpdate appends an update's JSON in the seed's order.
func AppendUpdate(b []byte, u *IndicatorUpdate) []byte {
	b = appendText(append(b, `{"symbol":`...), u.Symbol)
	b = appendText(append(b, `,"timeframe":`...), u.Timeframe)
	b = appendInt(append(b, `,"timestamp":`...), u.TimeMs)
	b = append(b, `,"indicators":{`...)
	for i := range u.Indicators {
		if i > 0 {
			b = append(b, ',')
		}
		v := &u.Indicators[i]
		b = append(appendText(b, v.Name), `:{"value":`...)
		b = appendFloat(b, v.Value)
		if v.Realtime {
			b = append(b, `,"is_realtime":true}`...)
		} else {
			b = append(b, `,"is_realtime":false}`...)
		}
	}
	b = append(b, '}')
	if f := u.Forming; f != nil {
		b = f.Open.Append(append(b, `,"forming_candle":{"open":`...))
		b = f.High.Append(append(b, `,"high":`...))
		b = f.Low.Append(append(b, `,"low":`...))
		b = f.Close.Append(append(b, `,"close":`...))
		b = f.Volume.Append(append(b, `,"volume":`...))
		if f.Quality != market.Complete {
			b = append(append(append(b, `,"quality":"`...), f.Quality.String()...), '"')
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// DecodeUpdate reads an update's JSON. Required are symbol, timeframe and
// timestamp. u is reset first.
func DecodeUpdate(value []byte, u *IndicatorUpdate) error {
	*u = IndicatorUpdate{Indicators: u.Indicators[:0]}
	err := decodeJSON(value, func(s *scanner, key []byte) (err error) {
		switch string(key) {
		case "symbol":
			return s.stringField("symbol", &u.Symbol)
		case "timeframe":
			return s.stringField("timeframe", &u.Timeframe)
		case "timestamp":
			_, err = s.intField("timestamp", &u.TimeMs)
			return err
		case "indicators":
			return u.decodeIndicators(s)
		case "forming_candle":
			return u.decodeForming(s)
		default:
			return s.skip()
		}
	})
	switch {
	case err != nil:
		return err
	case u.Symbol == "":
		return missing("symbol")
	case u.Timeframe == "":
		return missing("timeframe")
	case u.TimeMs <= 0 || u.TimeMs > maxTimeMs:
		return outOfRange("timestamp", "milliseconds since 1970, before the year 10000")
	}
	return u.settle()
}

// settle sorts the indicators and checks their names.
func (u *IndicatorUpdate) settle() error {
	slices.SortFunc(u.Indicators, func(a, b IndicatorValue) int { return cmp.Compare(a.Name, b.Name) })
	for i := range u.Indicators {
		if err := checkName(u.Indicators[i].Name); err != nil {
			return err
		}
	}
	return nil
}

func (u *IndicatorUpdate) decodeIndicators(s *scanner) error {
	if null, err := s.null(); null || err != nil {
		return err
	}
	if s.peek() != '{' {
		return s.wrong("indicators", "an object")
	}
	u.Indicators = u.Indicators[:0]
	return s.object(func(key []byte) error {
		v := IndicatorValue{Name: string(key)}
		if null, err := s.null(); null || err != nil {
			return err
		}
		if s.peek() != '{' {
			return s.wrong("indicators."+v.Name, "an object")
		}
		have := false
		err := s.object(func(key []byte) (err error) {
			switch string(key) {
			case "value":
				have, err = s.floatField("indicators."+v.Name+".value", &v.Value)
			case "is_realtime":
				_, err = s.boolField("indicators."+v.Name+".is_realtime", &v.Realtime)
			default:
				err = s.skip()
			}
			return err
		})
		if err == nil && have {
			u.Indicators = append(u.Indicators, v)
		}
		return err
	})
}

func (u *IndicatorUpdate) decodeForming(s *scanner) error {
	if null, err := s.null(); null || err != nil {
		return err
	}
	if s.peek() != '{' {
		return s.wrong("forming_candle", "an object")
	}
	f := &OHLCV{}
	u.Forming = f
	return s.object(func(key []byte) (err error) {
		switch string(key) {
		case "open":
			_, err = s.decimalField("forming_candle.open", &f.Open)
		case "high":
			_, err = s.decimalField("forming_candle.high", &f.High)
		case "low":
			_, err = s.decimalField("forming_candle.low", &f.Low)
		case "close":
			_, err = s.decimalField("forming_candle.close", &f.Close)
		case "volume":
			_, err = s.sumField("forming_candle.volume", &f.Volume)
		case "quality":
			err = s.qualityField("forming_candle.quality", &f.Quality)
		default:
			err = s.skip()
		}
		return err
	})
}

// qualityField reads a candle's quality; null is complete.
func (s *scanner) qualityField(field string, q *market.Quality) error {
	text, ok, err := s.textField(field)
	if err != nil || !ok {
		return err
	}
	parsed, wrong := readQuality(field, string(text))
	if wrong != nil {
		return s.note(wrong)
	}
	*q = parsed
	return nil
}

func readQuality(field, text string) (market.Quality, *DecodeError) {
	q, err := market.ParseQuality(text)
	if err != nil {
		return 0, &DecodeError{Reason: ReasonUnknown, Field: field, Detail: err.Error()}
	}
	return q, nil
}
