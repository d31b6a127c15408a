package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// event is what happened, as words: a head and named facts.
type event struct {
	head  []string
	names []string // of the facts, in their order
	facts map[string]string
}

func happened(head ...string) *event { return &event{head: head, facts: make(map[string]string)} }

func (e *event) fact(name, value string) *event {
	if value != "" {
		e.names = append(e.names, name)
		e.facts[name] = strings.ReplaceAll(value, " ", "_")
	}
	return e
}

func (e *event) money(name string, d decimal.Decimal) *event {
	if d.IsZero() {
		return e
	}
	return e.fact(name, d.String())
}

// String gives the line that would expect all of it.
func (e *event) String() string {
	words := append([]string(nil), e.head...)
	for _, name := range e.names {
		words = append(words, name, e.facts[name])
	}
	return strings.Join(words, " ")
}

func signalEvent(g *messages.Signal) *event {
	e := happened("signal", g.Action, g.Symbol).fact("by", g.StrategyID).money("quantity", g.Quantity).money("price", g.Price).
		money("stoploss", g.StopLoss).money("target", g.Target)
	if g.Confidence != 1 {
		e.fact("confidence", strconv.FormatFloat(g.Confidence, 'f', -1, 64))
	}
	return e
}

func orderEvent(o *messages.OrderEvent) *event {
	e := happened("order", o.EventType, o.Order.TransactionType, o.Order.Quantity.String(), o.Symbol).
		fact("by", o.StrategyID).fact("type", o.Order.OrderType).money("price", o.Order.Price)
	if x := o.Execution; x != nil {
		e.fact("filled", x.FilledQuantity.String()).fact("at", x.AveragePrice.String())
	}
	return e.fact("status", o.Order.Status).fact("reason", o.Order.Reason)
}

func positionEvent(p *messages.PositionUpdate) *event {
	d := &p.Position
	return happened("position", p.EventType, p.Symbol).fact("of", p.UserID).fact("quantity", d.Quantity.String()).money("at", d.AveragePrice).
		fact("now", d.CurrentPrice.String()).fact("open", d.UnrealizedPnL.String()).fact("made", d.RealizedPnL.String())
}

func alertEvent(a *messages.RiskAlert) *event {
	e := happened("alert", a.Severity, a.AlertType).fact("of", a.UserID)
	var data map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(a.Data)))
	decoder.UseNumber()
	if decoder.Decode(&data) == nil {
		for _, name := range []string{"symbol", "limit", "positions_to_close", "reason", "status"} {
			if v, ok := data[name]; ok {
				e.fact(name, plain(v))
			}
		}
	}
	return e.fact("message", a.Message)
}

// plain writes a JSON value as one word: a list with commas, an empty one as
// "none".
func plain(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	if len(list) == 0 {
		return "none"
	}
	words := make([]string, len(list))
	for i, x := range list {
		words[i] = fmt.Sprint(x)
	}
	return strings.Join(words, ",")
}

func letterEvent(d *messages.DeadLetter) *event {
	return happened("letter", d.Reason).fact("topic", d.Topic).fact("error", d.Error)
}

// clock writes a time of UTC.
func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000") }
