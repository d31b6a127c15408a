package messages

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// maxInterned bounds an Interner's table; when it is full it starts again.
const maxInterned = 1 << 16

// Interner gives one string for equal bytes, so that a tick's symbol, exchange
// and source cost no allocation. It is used by one goroutine.
type Interner struct {
	known map[string]string
	// recent saves most lookups: a stream repeats few texts in short order.
	recent [64]string
	scan   scanner
}

// NewInterner makes an empty one.
func NewInterner() *Interner { return &Interner{known: make(map[string]string)} }

// Intern gives the string of b.
func (n *Interner) Intern(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	last := &n.recent[(uint(len(b))+uint(b[0])*5+uint(b[len(b)-1])*11)%uint(len(n.recent))]
	if *last != string(b) {
		*last = n.lookUp(b)
	}
	return *last
}

func (n *Interner) lookUp(b []byte) string {
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

// Marks at the end of a tick header.
const (
	closedMark = "/closed"
	lateMark   = "/late"
	offMark    = "/off"
)

// TickHeader is what an update tells of the tick that caused it.
type TickHeader struct {
	Price, Volume decimal.Decimal
	// LogMs is the log's time of the tick's record, 0 when no tick caused the update.
	LogMs int64
	// Closing: the update closes a candle, which no fill may use.
	Closing bool
	// Late: the tick's candle of this timeframe had closed; it is in no candle.
	Late bool
	// OffSession: the tick came outside of its exchange's sessions; it is in no candle.
	OffSession bool
}

// Append appends the header's value, such as 101.5/20/1723104000123, with /closed
// at the end of a closing one, /late at that of a late tick, and /off at that of one
// outside of the sessions.
func (h TickHeader) Append(b []byte) []byte {
	b = append(h.Price.Append(b), '/')
	b = append(h.Volume.Append(b), '/')
	b = strconv.AppendInt(b, h.LogMs, 10)
	switch {
	case h.Closing:
		b = append(b, closedMark...)
	case h.Late:
		b = append(b, lateMark...)
	case h.OffSession:
		b = append(b, offMark...)
	}
	return b
}

// ParseTickHeader reads what TickHeader.Append writes.
func ParseTickHeader(b []byte) (TickHeader, error) {
	var h TickHeader
	rest := b
	for _, mark := range []struct {
		text string
		is   *bool
	}{{closedMark, &h.Closing}, {lateMark, &h.Late}, {offMark, &h.OffSession}} {
		if rest, *mark.is = bytes.CutSuffix(rest, []byte(mark.text)); *mark.is {
			break // another mark before it is no number
		}
	}
	price, rest, ok := bytes.Cut(rest, []byte("/"))
	volume, logMs, ok2 := bytes.Cut(rest, []byte("/"))
	if !ok || !ok2 {
		return h, fmt.Errorf("header %s %.64q: want price/volume/time", HeaderTick, b)
	}
	var err error
	if h.Price, err = decimal.ParseBytes(price); err != nil {
		return h, fmt.Errorf("header %s: price: %w", HeaderTick, err)
	}
	if h.Volume, err = decimal.ParseBytes(volume); err != nil {
		return h, fmt.Errorf("header %s: volume: %w", HeaderTick, err)
	}
	if !h.Price.Bounded() || !h.Volume.Bounded() {
		return h, fmt.Errorf("header %s %.64q: the largest number is 92233720368.54775807", HeaderTick, b)
	}
	if h.LogMs, err = strconv.ParseInt(string(logMs), 10, 64); err != nil {
		return h, fmt.Errorf("header %s: time: %w", HeaderTick, err)
	}
	return h, nil
}
