package messages

import (
	"cmp"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
)

// NamedValue is one indicator's value as a signal quotes it.
type NamedValue struct {
	Name  string
	Value float64
}

// Actions of a signal.
const (
	Buy  = "BUY"
	Sell = "SELL"
	Hold = "HOLD"
)

// Signal is a record of strategy-signals. Money that is zero is absent: without
// a price the order is MARKET.
type Signal struct {
	StrategyID, Symbol string
	TimeMs             int64
	Action             string
	Confidence         float64
	Price, Quantity    decimal.Decimal
	StopLoss, Target   decimal.Decimal
	// TriggerPrice makes it a stop order, TrailingStop is a distance, Validity DAY or
	// IOC; Cancel asks to cancel the strategy's open orders in the symbol first.
	TriggerPrice, TrailingStop decimal.Decimal
	Validity                   string
	Cancel                     bool
	Indicators                 []NamedValue // sorted by name
	// A HOLD signal with a timeframe asks symbol shards to compute something.
	Timeframe         string
	Periods           int
	RequestIndicators []string
}

// IsRequest tells whether the signal asks for indicators.
func (g *Signal) IsRequest() bool { return g.Action == Hold && g.Timeframe != "" }

// AppendSignal appends a signal's JSON in the seed's order; a request has its
// extra fields after it.
func AppendSignal(b []byte, g *Signal) []byte {
	b = appendText(append(b, `{"strategy_id":`...), g.StrategyID)
	b = appendText(append(b, `,"symbol":`...), g.Symbol)
	b = appendInt(append(b, `,"timestamp":`...), g.TimeMs)
	b = appendText(append(b, `,"signal":{"action":`...), g.Action)
	b = appendFloat(append(b, `,"confidence":`...), g.Confidence)
	b = appendMoney(b, `,"price":`, g.Price)
	b = appendMoney(b, `,"quantity":`, g.Quantity)
	b = appendMoney(b, `,"stoploss":`, g.StopLoss)
	b = appendMoney(b, `,"target":`, g.Target)
	b = appendMoney(b, `,"trigger_price":`, g.TriggerPrice)
	b = appendMoney(b, `,"trailing_stop":`, g.TrailingStop)
	if g.Validity != "" {
		b = appendText(append(b, `,"validity":`...), g.Validity)
	}
	if g.Cancel {
		b = append(b, `,"cancel":true`...)
	}
	b = append(b, '}')
	if !g.IsRequest() {
		b = append(b, `,"indicators":{`...)
		for i := range g.Indicators {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendFloat(append(appendText(b, g.Indicators[i].Name), ':'), g.Indicators[i].Value)
		}
		return append(b, "}}"...)
	}
	b = append(b, `,"indicators":[`...)
	for i, name := range g.RequestIndicators {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, name)
	}
	b = appendText(append(b, `],"timeframe":`...), g.Timeframe)
	return append(appendInt(append(b, `,"periods":`...), int64(g.Periods)), '}')
}

func appendMoney(b []byte, name string, d decimal.Decimal) []byte {
	if d.IsZero() {
		return b
	}
	return d.Append(append(b, name...))
}

// maxRequestIndicators bounds the names of one request.
const maxRequestIndicators = 256

// DecodeSignal reads a signal's JSON. Required are strategy_id, symbol, timestamp
// and signal.action; a BUY or SELL needs a positive quantity.
func DecodeSignal(value []byte) (Signal, error) {
	var g Signal
	var periods int64
	err := decodeJSON(value, func(s *scanner, key []byte) (err error) {
		switch string(key) {
		case "strategy_id":
			return s.stringField("strategy_id", &g.StrategyID)
		case "symbol":
			return s.stringField("symbol", &g.Symbol)
		case "timestamp":
			_, err = s.intField("timestamp", &g.TimeMs)
			return err
		case "signal":
			return g.decodeInner(s)
		case "indicators":
			return g.decodeIndicators(s)
		case "timeframe":
			return s.stringField("timeframe", &g.Timeframe)
		case "periods":
			_, err = s.intField("periods", &periods)
			return err
		default:
			return s.skip()
		}
	})
	if err != nil {
		return Signal{}, err
	}
	if periods < 0 || periods > 1_000_000 {
		return Signal{}, outOfRange("periods", "0 to 1000000")
	}
	g.Periods = int(periods)
	return g.settle()
}

// settle checks a decoded signal and drops what its kind has no use for, so that
// both encodings of one signal mean the same: only a request has a timeframe,
// periods and names, and only other signals quote values.
func (g *Signal) settle() (Signal, error) {
	if g.IsRequest() {
		g.Indicators, g.Cancel = nil, false
	} else {
		g.Timeframe, g.Periods, g.RequestIndicators = "", 0, nil
	}
	return *g, g.Check()
}

// Check gives a *DecodeError when no reader would take the signal.
func (g *Signal) Check() error {
	switch {
	case g.StrategyID == "":
		return missing("strategy_id")
	case g.Symbol == "":
		return missing("symbol")
	case g.TimeMs <= 0 || g.TimeMs > maxTimeMs:
		return outOfRange("timestamp", "milliseconds since 1970, before the year 10000")
	case g.Action == "":
		return missing("signal.action")
	case g.Action != Buy && g.Action != Sell && g.Action != Hold:
		return &DecodeError{Reason: ReasonUnknown, Field: "signal.action", Detail: "want BUY, SELL or HOLD"}
	case g.Action != Hold && g.Quantity.Sign() <= 0:
		return outOfRange("signal.quantity", "a quantity above 0")
	case g.Validity != "" && g.Validity != "DAY" && g.Validity != "IOC":
		return &DecodeError{Reason: ReasonUnknown, Field: "signal.validity", Detail: "want DAY or IOC"}
	case g.Price.Sign() < 0 || g.StopLoss.Sign() < 0 || g.Target.Sign() < 0 || g.TriggerPrice.Sign() < 0 || g.TrailingStop.Sign() < 0:
		return outOfRange("signal", "prices of 0 or more")
	case !(g.Confidence >= 0 && g.Confidence <= 1):
		return outOfRange("signal.confidence", "0 to 1")
	}
	return g.checkIndicators()
}

// checkIndicators bounds the names of what is quoted, or asked for.
func (g *Signal) checkIndicators() error {
	if len(g.RequestIndicators) > maxRequestIndicators {
		return outOfRange("indicators", "at most 256")
	}
	for i := range g.Indicators {
		if err := checkName(g.Indicators[i].Name); err != nil {
			return err
		}
	}
	for _, name := range g.RequestIndicators {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func (g *Signal) decodeInner(s *scanner) error {
	if null, err := s.null(); null || err != nil {
		return err
	}
	if s.peek() != '{' {
		return s.wrong("signal", "an object")
	}
	return s.object(func(key []byte) (err error) {
		switch string(key) {
		case "action":
			return s.stringField("signal.action", &g.Action)
		case "confidence":
			_, err = s.floatField("signal.confidence", &g.Confidence)
		case "price":
			_, err = s.sumField("signal.price", &g.Price)
		case "quantity":
			_, err = s.sumField("signal.quantity", &g.Quantity)
		case "stoploss":
			_, err = s.sumField("signal.stoploss", &g.StopLoss)
		case "target":
			_, err = s.sumField("signal.target", &g.Target)
		case "trigger_price":
			_, err = s.sumField("signal.trigger_price", &g.TriggerPrice)
		case "trailing_stop":
			_, err = s.sumField("signal.trailing_stop", &g.TrailingStop)
		case "validity":
			err = s.stringField("signal.validity", &g.Validity)
		case "cancel":
			_, err = s.boolField("signal.cancel", &g.Cancel)
		default:
			err = s.skip()
		}
		return err
	})
}

// decodeIndicators takes the object of values of a signal, or the list of names
// of a request.
func (g *Signal) decodeIndicators(s *scanner) error {
	switch s.peek() {
	case 'n':
		return s.literal("null")
	case '[':
		g.RequestIndicators = nil
		return s.array(func() error {
			var name string
			if err := s.stringField("indicators", &name); err != nil {
				return err
			}
			if len(g.RequestIndicators) >= maxRequestIndicators {
				return s.note(&DecodeError{Reason: ReasonOutOfRange, Field: "indicators", Detail: "want at most 256"})
			}
			g.RequestIndicators = append(g.RequestIndicators, name)
			return nil
		})
	case '{':
		g.Indicators = nil
		err := s.object(func(key []byte) error {
			v := NamedValue{Name: string(key)}
			have, err := s.floatField("indicators."+v.Name, &v.Value)
			if have {
				g.Indicators = append(g.Indicators, v)
			}
			return err
		})
		slices.SortFunc(g.Indicators, func(a, b NamedValue) int { return cmp.Compare(a.Name, b.Name) })
		return err
	}
	return s.wrong("indicators", "an object of values, or a list of names")
}
