package messages

import (
	"bytes"
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// maxInterned bounds an Interner's table; when it is full it starts again.
const maxInterned = 1 << 16

// Interner gives one string for equal bytes, so that a tick's symbol, exchange
// and source cost no allocation. It is used by one goroutine.
type Interner struct {
	known map[string]string
	scan  scanner
}

// NewInterner makes an empty one.
func NewInterner() *Interner { return &Interner{known: make(map[string]string)} }

// Intern gives the string of b.
func (n *Interner) Intern(b []byte) string {
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	if len(n.known) >= maxInterned {
		clear(n.known)
	}
	s := string(b)
	n.known[s] = s
	return s
}

// DecodeTick reads a tick's JSON. Required are symbol, timestamp (positive) and
// price (positive); volume is 0 when absent and never negative; a null counts as
// absent. t is reset first. The error is a *DecodeError.
func DecodeTick(value []byte, t *market.Tick, in *Interner) error {
	*t = market.Tick{}
	var havePrice, haveTime bool
	err := decodeWith(&in.scan, value, func(s *scanner, key []byte) (err error) {
		switch string(key) {
		case "symbol":
			return internField(s, in, "symbol", &t.Symbol)
		case "exchange":
			return internField(s, in, "exchange", &t.Exchange)
		case "timestamp":
			haveTime, err = s.intField("timestamp", &t.TimeMs)
		case "price":
			havePrice, err = s.decimalField("price", &t.Price)
		case "volume":
			_, err = s.decimalField("volume", &t.Volume)
		case "open":
			_, err = s.decimalField("open", &t.Open)
		case "high":
			_, err = s.decimalField("high", &t.High)
		case "low":
			_, err = s.decimalField("low", &t.Low)
		case "close":
			_, err = s.decimalField("close", &t.Close)
		case "tick_type":
			return internField(s, in, "tick_type", &t.Type)
		case "source":
			return internField(s, in, "source", &t.Source)
		default:
			return s.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	return checkTick(t, haveTime, havePrice)
}

func internField(s *scanner, in *Interner, field string, to *string) error {
	b, ok, err := s.textField(field)
	if ok {
		*to = in.Intern(b)
	}
	return err
}

func checkTick(t *market.Tick, haveTime, havePrice bool) error {
	switch {
	case t.Symbol == "":
		return missing("symbol")
	case !haveTime:
		return missing("timestamp")
	case !havePrice:
		return missing("price")
	case t.TimeMs <= 0 || t.TimeMs > maxTimeMs:
		return outOfRange("timestamp", "milliseconds since 1970, before the year 10000")
	case t.Price.Sign() <= 0:
		return outOfRange("price", "a price above 0")
	case t.Volume.Sign() < 0:
		return outOfRange("volume", "a volume of 0 or more")
	}
	return nil
}

// maxTimeMs is the end of the year 9999, beyond which nothing is a timestamp in
// milliseconds.
const maxTimeMs = 253_402_300_799_999

// AppendTick appends a tick's JSON in the seed's order; session prices of 0 and
// empty texts are left out.
func AppendTick(b []byte, t *market.Tick) []byte {
	b = appendText(append(b, `{"symbol":`...), t.Symbol)
	if t.Exchange != "" {
		b = appendText(append(b, `,"exchange":`...), t.Exchange)
	}
	b = appendInt(append(b, `,"timestamp":`...), t.TimeMs)
	b = t.Price.Append(append(b, `,"price":`...))
	b = t.Volume.Append(append(b, `,"volume":`...))
	for _, p := range [...]struct {
		name  string
		value decimal.Decimal
	}{{`,"open":`, t.Open}, {`,"high":`, t.High}, {`,"low":`, t.Low}, {`,"close":`, t.Close}} {
		if !p.value.IsZero() {
			b = p.value.Append(append(b, p.name...))
		}
	}
	if t.Type != "" {
		b = appendText(append(b, `,"tick_type":`...), t.Type)
	}
	if t.Source != "" {
		b = appendText(append(b, `,"source":`...), t.Source)
	}
	return append(b, '}')
}

// AppendTickHeader appends the value of HeaderTick: price, volume, and whether
// the update closes a candle, which no fill may use.
func AppendTickHeader(b []byte, price, volume decimal.Decimal, closing bool) []byte {
	b = append(price.Append(b), '/')
	b = volume.Append(b)
	if closing {
		b = append(b, "/closed"...)
	}
	return b
}

// ParseTickHeader reads what AppendTickHeader writes.
func ParseTickHeader(b []byte) (price, volume decimal.Decimal, closing bool, err error) {
	b, closing = bytes.CutSuffix(b, []byte("/closed"))
	p, v, ok := bytes.Cut(b, []byte("/"))
	if !ok {
		return price, volume, closing, fmt.Errorf("header %s %q: want price/volume", HeaderTick, b)
	}
	if price, err = decimal.ParseBytes(p); err != nil {
		return price, volume, closing, fmt.Errorf("header %s: price: %w", HeaderTick, err)
	}
	if volume, err = decimal.ParseBytes(v); err != nil {
		return price, volume, closing, fmt.Errorf("header %s: volume: %w", HeaderTick, err)
	}
	return price, volume, closing, nil
}
