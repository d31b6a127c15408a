package messages

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/velox-trading/velox/trading/decimal"
)

// decodeEvent reads JSON into an event. Keys match as encoding/json matches them.
func decodeEvent(value []byte, to any) error {
	err := json.Unmarshal(value, to)
	if err == nil {
		return nil
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return &DecodeError{Reason: ReasonWrongType, Field: wrong.Field, Detail: "want " + wrong.Type.String() + ", not " + wrong.Value}
	case errors.Is(err, decimal.ErrSyntax), errors.Is(err, decimal.ErrRange):
		return &DecodeError{Reason: ReasonWrongType, Detail: err.Error()}
	default:
		return &DecodeError{Reason: ReasonMalformed, Detail: err.Error()}
	}
}

type requiredText struct{ field, value string }

func require(timeMs int64, texts ...requiredText) error {
	for _, t := range texts {
		if t.value == "" {
			return missing(t.field)
		}
		if len(t.value) > MaxTextBytes {
			return outOfRange(t.field, "at most 1024 bytes")
		}
	}
	if timeMs <= 0 || timeMs > maxTimeMs {
		return outOfRange("timestamp", "milliseconds since 1970, before the year 10000")
	}
	return nil
}

func oneOf(field, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return &DecodeError{Reason: ReasonUnknown, Field: field, Detail: "have " + value}
}

// DecodeOrderEvent reads an order event's JSON. Its numbers may be larger than inputs
// are: a position adds up, and a rejected order shows what was asked for. CheckInput
// holds those of others against what an account can take in.
func DecodeOrderEvent(value []byte) (OrderEvent, error) {
	var e OrderEvent
	if err := decodeEvent(value, &e); err != nil {
		return e, err
	}
	return e, checkOrder(&e)
}

func checkOrder(e *OrderEvent) error {
	return errors.Join(
		require(e.TimeMs, requiredText{"order_id", e.OrderID}, requiredText{"strategy_id", e.StrategyID}, requiredText{"symbol", e.Symbol}),
		oneOf("event_type", e.EventType, "PLACED", "FILLED", "CANCELLED", "REJECTED"))
}

// CheckInput gives a *DecodeError when an event of others can't be taken in: it has numbers
// beyond the bound of inputs, with which an account could not reckon, or doesn't say what it
// must: the side of an order that has traded or is over, a fill's quantity and price.
func (e *OrderEvent) CheckInput() error {
	err := bounded("order", e.Order.Quantity, e.Order.Price, e.Order.TriggerPrice)
	if x := e.Execution; x != nil {
		err = errors.Join(err, bounded("execution", x.FilledQuantity, x.AveragePrice, x.Fees))
	}
	switch e.EventType {
	case "FILLED":
		err = errors.Join(err, checkSide(e.Order.TransactionType), checkFill(e.Execution))
	case "CANCELLED", "REJECTED":
		err = errors.Join(err, checkSide(e.Order.TransactionType))
	}
	return err
}

func checkSide(side string) error {
	if side == "" {
		return missing("order.transaction_type")
	}
	return oneOf("order.transaction_type", side, Buy, Sell)
}

func checkFill(x *Execution) error {
	switch {
	case x == nil:
		return missing("execution")
	case x.FilledQuantity.Sign() <= 0:
		return outOfRange("execution.filled_quantity", "a quantity above 0")
	case x.AveragePrice.Sign() <= 0:
		return outOfRange("execution.average_price", "a price above 0")
	}
	return nil
}

// DecodePosition reads a position update's JSON.
func DecodePosition(value []byte) (PositionUpdate, error) {
	var p PositionUpdate
	if err := decodeEvent(value, &p); err != nil {
		return p, err
	}
	return p, checkPosition(&p)
}

func checkPosition(p *PositionUpdate) error {
	return errors.Join(
		require(p.TimeMs, requiredText{"position_id", p.PositionID}, requiredText{"user_id", p.UserID}, requiredText{"symbol", p.Symbol}),
		oneOf("event_type", p.EventType, "OPENED", "CLOSED", "MODIFIED"))
}

// DecodeAlert reads a risk alert's JSON.
func DecodeAlert(value []byte) (RiskAlert, error) {
	var a RiskAlert
	if err := decodeEvent(value, &a); err != nil {
		return a, err
	}
	return a, checkAlert(&a)
}

func checkAlert(a *RiskAlert) error {
	return errors.Join(
		compactRaw("data", &a.Data),
		require(a.TimeMs, requiredText{"alert_id", a.AlertID}, requiredText{"user_id", a.UserID}, requiredText{"alert_type", a.AlertType}),
		oneOf("severity", a.Severity, "INFO", "WARNING", "ERROR", "CRITICAL"))
}

// DecodeCommand reads a command's JSON. Its data is checked by the account.
func DecodeCommand(value []byte) (Command, error) {
	var c Command
	if err := decodeEvent(value, &c); err != nil {
		return c, err
	}
	return c, checkCommand(&c)
}

func checkCommand(c *Command) error {
	return errors.Join(
		compactRaw("data", &c.Data),
		require(c.TimeMs, requiredText{"command_id", c.CommandID}, requiredText{"user_id", c.UserID}, requiredText{"type", c.Type}))
}

// DecodeStrategyOwner reads the value of a record of velox-strategies.
func DecodeStrategyOwner(value []byte) (StrategyOwner, error) {
	var o StrategyOwner
	if err := decodeEvent(value, &o); err != nil {
		return o, err
	}
	return o, require(1, requiredText{"strategy_id", o.StrategyID}, requiredText{"user_id", o.UserID})
}

// DecodeDeadLetter reads a dead letter's JSON.
func DecodeDeadLetter(value []byte) (DeadLetter, error) {
	var d DeadLetter
	return d, decodeEvent(value, &d)
}

func bounded(field string, ds ...decimal.Decimal) error {
	for _, d := range ds {
		if !d.Bounded() {
			return outOfRange(field, "numbers up to 92233720368.54775807")
		}
	}
	return nil
}

// compactRaw takes the space out of raw JSON, so that one value has one text in
// both encodings, and refuses what is no JSON.
func compactRaw(field string, raw *json.RawMessage) error {
	if len(*raw) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, *raw); err != nil {
		return &DecodeError{Reason: ReasonWrongType, Field: field, Detail: "want JSON"}
	}
	*raw = b.Bytes()
	return nil
}
