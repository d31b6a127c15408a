package messages

import (
	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// appendProto appends m. Its strings come from decoders, which make them valid
// UTF-8, the one thing that could fail here.
func appendProto(b []byte, m proto.Message) []byte {
	out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(b, m)
	if err != nil {
		panic(err)
	}
	return out
}

func text(d decimal.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// AppendTickProto appends a tick as protobuf.
func AppendTickProto(b []byte, t *market.Tick) []byte {
	return appendProto(b, &veloxpb.Tick{
		Symbol: t.Symbol, Exchange: t.Exchange, Timestamp: t.TimeMs, Price: text(t.Price), Volume: text(t.Volume),
		Open: text(t.Open), High: text(t.High), Low: text(t.Low), Close: text(t.Close), TickType: t.Type, Source: t.Source,
	})
}

// AppendUpdateProto appends an update as protobuf.
func AppendUpdateProto(b []byte, u *IndicatorUpdate) []byte {
	p := &veloxpb.IndicatorUpdate{Symbol: u.Symbol, Timeframe: u.Timeframe, Timestamp: u.TimeMs}
	for _, v := range u.Indicators {
		p.Indicators = append(p.Indicators, &veloxpb.IndicatorValue{Name: v.Name, Value: v.Value, IsRealtime: v.Realtime})
	}
	if f := u.Forming; f != nil {
		p.FormingCandle = &veloxpb.Ohlcv{Open: text(f.Open), High: text(f.High), Low: text(f.Low), Close: text(f.Close), Volume: text(f.Volume)}
		if f.Quality != market.Complete {
			p.FormingCandle.Quality = f.Quality.String()
		}
	}
	return appendProto(b, p)
}

// AppendSignalProto appends a signal as protobuf.
func AppendSignalProto(b []byte, g *Signal) []byte {
	p := &veloxpb.StrategySignal{
		StrategyId: g.StrategyID, Symbol: g.Symbol, Timestamp: g.TimeMs, Action: g.Action, Confidence: g.Confidence,
		Price: text(g.Price), Quantity: text(g.Quantity), Stoploss: text(g.StopLoss), Target: text(g.Target),
		Timeframe: g.Timeframe, Periods: int32(g.Periods), RequestIndicators: g.RequestIndicators,
		TriggerPrice: text(g.TriggerPrice), TrailingStop: text(g.TrailingStop), Validity: g.Validity, Cancel: g.Cancel,
	}
	for _, v := range g.Indicators {
		p.Indicators = append(p.Indicators, &veloxpb.NamedValue{Name: v.Name, Value: v.Value})
	}
	return appendProto(b, p)
}

// AppendOrderEventProto appends an order event as protobuf.
func AppendOrderEventProto(b []byte, e *OrderEvent) []byte {
	p := &veloxpb.OrderEvent{
		OrderId: e.OrderID, StrategyId: e.StrategyID, Symbol: e.Symbol, Timestamp: e.TimeMs, EventType: e.EventType,
		TransactionType: e.Order.TransactionType, OrderType: e.Order.OrderType, Quantity: text(e.Order.Quantity),
		Price: text(e.Order.Price), Status: e.Order.Status, Reason: e.Order.Reason,
		TriggerPrice: text(e.Order.TriggerPrice), Validity: e.Order.Validity, BookId: e.Order.BookID, Detail: e.Order.Detail,
	}
	if x := e.Execution; x != nil {
		p.Execution = &veloxpb.Execution{AveragePrice: text(x.AveragePrice), FilledQuantity: text(x.FilledQuantity), ExecutionTime: x.ExecutionTimeMs, Fees: text(x.Fees)}
	}
	return appendProto(b, p)
}

// AppendPositionProto appends a position update as protobuf.
func AppendPositionProto(b []byte, u *PositionUpdate) []byte {
	return appendProto(b, &veloxpb.PositionUpdate{
		PositionId: u.PositionID, UserId: u.UserID, Symbol: u.Symbol, Timestamp: u.TimeMs, EventType: u.EventType,
		Quantity: text(u.Position.Quantity), AveragePrice: text(u.Position.AveragePrice), CurrentPrice: text(u.Position.CurrentPrice),
		UnrealizedPnl: text(u.Position.UnrealizedPnL), RealizedPnl: text(u.Position.RealizedPnL), Status: u.Position.Status,
		Fees: text(u.Position.Fees),
	})
}

// AppendAlertProto appends a risk alert as protobuf.
func AppendAlertProto(b []byte, a *RiskAlert) []byte {
	return appendProto(b, &veloxpb.RiskAlert{
		AlertId: a.AlertID, UserId: a.UserID, Timestamp: a.TimeMs, AlertType: a.AlertType, Severity: a.Severity,
		Message: a.Message, Data: a.Data,
	})
}

// AppendCommandProto appends a command as protobuf.
func AppendCommandProto(b []byte, c *Command) []byte {
	return appendProto(b, &veloxpb.AccountCommand{CommandId: c.CommandID, UserId: c.UserID, Timestamp: c.TimeMs, Type: c.Type, Data: c.Data})
}
