package messages

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

// most is the largest number whose text can be read back. Values of orders come to
// 2^100 units at most, so it takes millions of the largest to add up to more.
var most = decimal.FromParts(1<<62-1, 1<<64-1)

// extremes are numbers at the bounds of inputs, of sums, and of the decoders' quick
// paths.
var extremes = []decimal.Decimal{
	{},
	decimal.FromUnits(1), decimal.FromUnits(1<<53 - 1), decimal.FromUnits(1<<63 - 1), decimal.FromParts(0, 1<<63), decimal.FromParts(0, 1<<64-1),
	decimal.FromParts(1, 0), decimal.MustParse("92233720368.54775807"), decimal.MustParse("92233720368.54775808"),
	decimal.MustParse("100000000000"), decimal.MustParse("8507059173023461586584"), most, most.Sub(decimal.FromUnits(1)),
}

// draw draws numbers that Velox may write.
type draw struct{ *rand.Rand }

func (r draw) positive() decimal.Decimal {
	if r.IntN(2) == 0 {
		return extremes[r.IntN(len(extremes))]
	}
	return decimal.FromParts(int64(r.Uint64()>>(2+r.IntN(62))), r.Uint64())
}

func (r draw) any() decimal.Decimal {
	if r.IntN(2) == 0 {
		return r.positive().Neg()
	}
	return r.positive()
}

// readBack holds that what was written as JSON and as protobuf is read as it was.
func readBack[T any](t *testing.T, v T, decode func(*Record) (T, error), toJSON, toProto func([]byte, *T) []byte) {
	t.Helper()
	asProto := &Record{Value: toProto(nil, &v), Headers: []Header{{HeaderContentType, []byte(ContentTypeProtobuf)}}}
	for name, r := range map[string]*Record{"JSON": {Value: toJSON(nil, &v)}, "protobuf": asProto} {
		if got, err := decode(r); err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("%s: wrote\n%+v\nread\n%+v, %v", name, v, got, err)
		}
	}
}

// TestWhatIsWrittenIsRead: whatever numbers an event has, its decoder takes what its
// encoder gave, in both formats. A rejected order shows what was asked for, and sums
// may be larger than inputs.
func TestWhatIsWrittenIsRead(t *testing.T) {
	r := draw{rand.New(rand.NewPCG(26, 11))}
	for range 5_000 {
		e := OrderEvent{
			OrderID: "o", StrategyID: "s", Symbol: "X", TimeMs: 1, EventType: "REJECTED",
			Order:     OrderDetails{TransactionType: "BUY", OrderType: "SL", Quantity: r.any(), Price: r.any(), TriggerPrice: r.any(), Status: "REJECTED"},
			Execution: &Execution{AveragePrice: r.any(), FilledQuantity: r.any(), ExecutionTimeMs: 1, Fees: r.any()},
		}
		readBack(t, e, DecodeOrderEventRecord, AppendOrderEvent, AppendOrderEventProto)
		readBack(t, PositionUpdate{
			PositionID: "p", UserID: "u", Symbol: "X", TimeMs: 1, EventType: "MODIFIED",
			Position: PositionDetails{
				Quantity: r.any(), AveragePrice: r.any(), CurrentPrice: r.any(), UnrealizedPnL: r.any(), RealizedPnL: r.any(), Fees: r.any(), Status: "OPEN",
			},
		}, DecodePositionRecord, AppendPosition, AppendPositionProto)
		readBack(t, Signal{
			StrategyID: "s", Symbol: "X", TimeMs: 1, Action: Sell, Confidence: 1, Quantity: decimal.Max(r.positive(), decimal.FromUnits(1)),
			Price: r.positive(), StopLoss: r.positive(), Target: r.positive(), TriggerPrice: r.positive(), TrailingStop: r.positive(),
		}, DecodeSignalRecord, AppendSignal, AppendSignalProto)
	}
}

// TestInputsOfOrderEventsAreBounded: an order event by others must have numbers with
// which an account can reckon; the error names the part.
func TestInputsOfOrderEventsAreBounded(t *testing.T) {
	bound := decimal.MustParse("92233720368.54775807")
	event := func(change func(*OrderEvent)) *OrderEvent {
		e := &OrderEvent{Order: OrderDetails{Quantity: bound, Price: bound, TriggerPrice: bound}, Execution: &Execution{AveragePrice: bound, FilledQuantity: bound, Fees: bound}}
		change(e)
		return e
	}
	if err := event(func(*OrderEvent) {}).CheckInput(); err != nil {
		t.Error(err)
	}
	if err := event(func(e *OrderEvent) { e.Execution = nil }).CheckInput(); err != nil {
		t.Error(err)
	}
	above := bound.Add(decimal.FromUnits(1))
	for name, change := range map[string]func(*OrderEvent){
		"quantity": func(e *OrderEvent) { e.Order.Quantity = above },
		"price":    func(e *OrderEvent) { e.Order.Price = above },
		"trigger":  func(e *OrderEvent) { e.Order.TriggerPrice = above.Neg() },
		"average":  func(e *OrderEvent) { e.Execution.AveragePrice = above },
		"filled":   func(e *OrderEvent) { e.Execution.FilledQuantity = above },
		"fees":     func(e *OrderEvent) { e.Execution.Fees = above },
	} {
		if err := event(change).CheckInput(); DecodeReason(err) != ReasonOutOfRange {
			t.Errorf("%s: %v", name, err)
		}
	}
}
