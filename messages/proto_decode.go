package messages

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

func unmarshal(value []byte, m proto.Message) error {
	if err := proto.Unmarshal(value, m); err != nil {
		return &DecodeError{Reason: ReasonProtobuf, Detail: err.Error()}
	}
	return nil
}

// money reads decimal texts; an empty one is 0.
type money struct{ err error }

func (m *money) read(field, text string) decimal.Decimal {
	d := m.sum(field, text)
	if !d.Bounded() {
		m.refuse(outOfRange(field, "numbers up to 92233720368.54775807"))
	}
	return d
}

// sum reads a number that adds up inputs or shows what was refused, and may be larger
// than an input.
func (m *money) sum(field, text string) decimal.Decimal {
	if text == "" {
		return decimal.Decimal{}
	}
	d, err := decimal.Parse(text)
	if err != nil {
		m.refuse(&DecodeError{Reason: ReasonWrongType, Field: field, Detail: "want a decimal number"})
	}
	return d
}

// refuse keeps the first error.
func (m *money) refuse(err error) {
	if m.err == nil {
		m.err = err
	}
}

func decodeTickProto(value []byte, t *market.Tick, in *Interner) error {
	p, m := &veloxpb.Tick{}, &money{}
	if err := unmarshal(value, p); err != nil {
		return err
	}
	*t = market.Tick{
		Symbol: in.Intern([]byte(p.Symbol)), Exchange: in.Intern([]byte(p.Exchange)), TimeMs: p.Timestamp,
		Price: m.read("price", p.Price), Volume: m.read("volume", p.Volume), Open: m.read("open", p.Open),
		High: m.read("high", p.High), Low: m.read("low", p.Low), Close: m.read("close", p.Close),
		Type: in.Intern([]byte(p.TickType)), Source: in.Intern([]byte(p.Source)),
	}
	if m.err != nil {
		return m.err
	}
	if err := require(1, requiredText{"symbol", p.Symbol}); err != nil {
		return err
	}
	return checkTick(t, p.Timestamp != 0, p.Price != "")
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func decodeUpdateProto(value []byte, u *IndicatorUpdate) error {
	p, m := &veloxpb.IndicatorUpdate{}, &money{}
	if err := unmarshal(value, p); err != nil {
		return err
	}
	*u = IndicatorUpdate{Symbol: p.Symbol, Timeframe: p.Timeframe, TimeMs: p.Timestamp, Indicators: u.Indicators[:0]}
	for _, v := range p.Indicators {
		if !finite(v.Value) {
			continue // as JSON's null: not warm yet
		}
		u.Indicators = append(u.Indicators, IndicatorValue{Name: v.Name, Value: v.Value, Realtime: v.IsRealtime})
	}
	if f := p.FormingCandle; f != nil {
		u.Forming = &OHLCV{
			Open: m.read("open", f.Open), High: m.read("high", f.High), Low: m.read("low", f.Low),
			Close: m.read("close", f.Close), Volume: m.sum("volume", f.Volume),
		}
		if f.Quality != "" {
			q, err := readQuality("quality", f.Quality)
			if err != nil {
				return err
			}
			u.Forming.Quality = q
		}
	}
	if m.err != nil {
		return m.err
	}
	if err := require(p.Timestamp, requiredText{"symbol", p.Symbol}, requiredText{"timeframe", p.Timeframe}); err != nil {
		return err
	}
	return u.settle()
}

func decodeSignalProto(value []byte) (Signal, error) {
	p, m := &veloxpb.StrategySignal{}, &money{}
	if err := unmarshal(value, p); err != nil {
		return Signal{}, err
	}
	g := Signal{
		StrategyID: p.StrategyId, Symbol: p.Symbol, TimeMs: p.Timestamp, Action: p.Action, Confidence: p.Confidence,
		Price: m.sum("price", p.Price), Quantity: m.sum("quantity", p.Quantity),
		StopLoss: m.sum("stoploss", p.Stoploss), Target: m.sum("target", p.Target),
		TriggerPrice: m.sum("trigger_price", p.TriggerPrice), TrailingStop: m.sum("trailing_stop", p.TrailingStop),
		Validity: p.Validity, Cancel: p.Cancel,
		Timeframe: p.Timeframe, Periods: int(p.Periods), RequestIndicators: p.RequestIndicators,
	}
	for _, v := range p.Indicators {
		if finite(v.Value) {
			g.Indicators = append(g.Indicators, NamedValue{v.Name, v.Value})
		}
	}
	slices.SortFunc(g.Indicators, func(a, b NamedValue) int { return cmp.Compare(a.Name, b.Name) })
	if m.err != nil {
		return g, m.err
	}
	return g.settle()
}

func decodeOrderProto(value []byte) (OrderEvent, error) {
	p, m := &veloxpb.OrderEvent{}, &money{}
	if err := unmarshal(value, p); err != nil {
		return OrderEvent{}, err
	}
	e := OrderEvent{
		OrderID: p.OrderId, StrategyID: p.StrategyId, Symbol: p.Symbol, TimeMs: p.Timestamp, EventType: p.EventType,
		Order: OrderDetails{
			TransactionType: p.TransactionType, OrderType: p.OrderType, Quantity: m.sum("quantity", p.Quantity),
			Price: m.sum("price", p.Price), Status: p.Status, Reason: p.Reason,
			TriggerPrice: m.sum("trigger_price", p.TriggerPrice), Validity: p.Validity, BookID: p.BookId, Detail: p.Detail,
		},
	}
	if x := p.Execution; x != nil {
		e.Execution = &Execution{
			AveragePrice: m.sum("average_price", x.AveragePrice), FilledQuantity: m.sum("filled_quantity", x.FilledQuantity),
			ExecutionTimeMs: x.ExecutionTime, Fees: m.sum("fees", x.Fees),
		}
	}
	return e, errors.Join(m.err, checkOrder(&e))
}

func decodePositionProto(value []byte) (PositionUpdate, error) {
	p, m := &veloxpb.PositionUpdate{}, &money{}
	if err := unmarshal(value, p); err != nil {
		return PositionUpdate{}, err
	}
	u := PositionUpdate{
		PositionID: p.PositionId, UserID: p.UserId, Symbol: p.Symbol, TimeMs: p.Timestamp, EventType: p.EventType,
		Position: PositionDetails{
			Quantity: m.sum("quantity", p.Quantity), AveragePrice: m.sum("average_price", p.AveragePrice),
			CurrentPrice: m.sum("current_price", p.CurrentPrice), UnrealizedPnL: m.sum("unrealized_pnl", p.UnrealizedPnl),
			RealizedPnL: m.sum("realized_pnl", p.RealizedPnl), Status: p.Status,
			Fees: m.sum("fees", p.Fees),
		},
	}
	return u, errors.Join(m.err, checkPosition(&u))
}

func decodeAlertProto(value []byte) (RiskAlert, error) {
	p := &veloxpb.RiskAlert{}
	if err := unmarshal(value, p); err != nil {
		return RiskAlert{}, err
	}
	a := RiskAlert{
		AlertID: p.AlertId, UserID: p.UserId, TimeMs: p.Timestamp, AlertType: p.AlertType, Severity: p.Severity,
		Message: p.Message, Data: p.Data,
	}
	return a, checkAlert(&a)
}

func decodeCommandProto(value []byte) (Command, error) {
	p := &veloxpb.AccountCommand{}
	if err := unmarshal(value, p); err != nil {
		return Command{}, err
	}
	c := Command{CommandID: p.CommandId, UserID: p.UserId, TimeMs: p.Timestamp, Type: p.Type, Data: p.Data}
	return c, checkCommand(&c)
}
