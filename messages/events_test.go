package messages

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The examples of the wire contract, word for word but for the alternatives.
var seedExamples = map[string]string{
	TopicUpdates: `{"symbol":"NIFTY","timeframe":"5min","timestamp":1704067200123,
		"indicators":{"EMA_20":{"value":18500.50,"is_realtime":true},"RSI_14":{"value":55.75,"is_realtime":true}},
		"forming_candle":{"open":18500.00,"high":18550.00,"low":18480.00,"close":18520.00,"volume":1000}}`,
	TopicSignals: `{"strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,
		"signal":{"action":"BUY","confidence":0.85,"price":18500.50,"quantity":50,"stoploss":18450.00,"target":18600.00},
		"indicators":{"EMA_20":18500.50,"RSI_14":55.75}}`,
	TopicOrders: `{"order_id":"uuid","strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"PLACED",
		"order":{"transaction_type":"BUY","order_type":"LIMIT","quantity":50,"price":18500.50,"status":"PENDING"},
		"execution":{"average_price":18500.25,"filled_quantity":50,"execution_time":1704067200150}}`,
	TopicPositions: `{"position_id":"uuid","user_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"OPENED",
		"position":{"quantity":50,"average_price":18500.00,"current_price":18520.00,"unrealized_pnl":1000.00,"realized_pnl":0.00,"status":"OPEN"}}`,
	TopicAlerts: `{"alert_id":"uuid","user_id":"uuid","timestamp":1704067200123,"alert_type":"DAILY_LOSS","severity":"CRITICAL",
		"message":"Daily loss limit reached","data":{"current_loss":10000.00,"limit":10000.00,"positions_to_close":["NIFTY","BANKNIFTY"]}}`,
	TopicCommands: `{"command_id":"c1","user_id":"u1","timestamp":1704067200123,"type":"DEPOSIT","data":{"amount":10}}`,
}

// extendedExamples have the optional fields that Velox adds to the contract.
var extendedExamples = map[string]string{
	TopicSignals: `{"strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,
		"signal":{"action":"BUY","confidence":0.85,"price":18501,"quantity":50,"trigger_price":18500.5,"trailing_stop":25.5,"validity":"DAY","cancel":true},
		"indicators":{}}`,
	TopicOrders: `{"order_id":"uuid","strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"FILLED",
		"order":{"transaction_type":"BUY","order_type":"SL","quantity":50,"price":18501,"status":"FILLED","trigger_price":18500.5,"validity":"IOC","reason":"USER","detail":"by <alice>","book_id":"uuid"},
		"execution":{"average_price":18500.25,"filled_quantity":50,"execution_time":1704067200150,"fees":30.34}}`,
	TopicPositions: `{"position_id":"uuid","user_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"OPENED",
		"position":{"quantity":50,"average_price":18500.00,"current_price":18520.00,"unrealized_pnl":1000.00,"realized_pnl":0.00,"status":"OPEN","fees":30.34}}`,
}

// codec decodes a record and encodes it again, as JSON and as protobuf.
type codec func(r *Record) (asJSON, asProto []byte, err error)

func both[T any](decode func(*Record) (T, error), toJSON, toProto func([]byte, *T) []byte) codec {
	return func(r *Record) ([]byte, []byte, error) {
		v, err := decode(r)
		if err != nil {
			return nil, nil, err
		}
		return toJSON(nil, &v), toProto(nil, &v), nil
	}
}

var codecs = map[string]codec{
	TopicUpdates: both(func(r *Record) (u IndicatorUpdate, err error) {
		err = DecodeUpdateRecord(r, &u)
		return u, err
	}, AppendUpdate, AppendUpdateProto),
	TopicSignals:   both(DecodeSignalRecord, AppendSignal, AppendSignalProto),
	TopicOrders:    both(DecodeOrderEventRecord, AppendOrderEvent, AppendOrderEventProto),
	TopicPositions: both(DecodePositionRecord, AppendPosition, AppendPositionProto),
	TopicAlerts:    both(DecodeAlertRecord, AppendAlert, AppendAlertProto),
	TopicCommands:  both(DecodeCommandRecord, AppendCommand, AppendCommandProto),
}

func generic(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestSeedExamples: every example comes back with the same names, types and
// numbers, by JSON and over protobuf.
func TestSeedExamples(t *testing.T) {
	for topic, example := range seedExamples {
		thereAndBack(t, topic, example)
	}
	for topic, example := range extendedExamples {
		thereAndBack(t, topic, example)
	}
}

func thereAndBack(t *testing.T, topic, example string) {
	t.Helper()
	text, wire, err := codecs[topic](&Record{Value: []byte(example)})
	if err != nil {
		t.Errorf("%s: %v", topic, err)
		return
	}
	if !reflect.DeepEqual(generic(t, text), generic(t, []byte(example))) {
		t.Errorf("%s comes back as\n%s", topic, text)
	}
	r := &Record{Value: wire, Headers: []Header{{HeaderContentType, []byte(ContentTypeProtobuf)}}}
	again, _, err := codecs[topic](r)
	if err != nil || string(again) != string(text) {
		t.Errorf("%s over protobuf: %v\n%s", topic, err, again)
	}
}

// TestBrokenExamples: every example cut anywhere is an error with a reason,
// never a panic, and so is each with a required field taken out.
func TestBrokenExamples(t *testing.T) {
	for topic, example := range seedExamples {
		for i := range len(example) - 1 {
			if _, _, err := codecs[topic](&Record{Value: []byte(example[:i])}); err == nil {
				t.Fatalf("%s cut at %d is accepted", topic, i)
			}
		}
		for _, field := range []string{"symbol", "timestamp", "order_id", "user_id", "command_id", "strategy_id", "event_type", "severity", "type"} {
			var m map[string]any
			if err := json.Unmarshal([]byte(example), &m); err != nil {
				t.Fatal(err)
			}
			if _, ok := m[field]; !ok || (topic == TopicAlerts && field == "event_type") {
				continue
			}
			delete(m, field)
			cut, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := codecs[topic](&Record{Value: cut}); err == nil {
				t.Errorf("%s without %s is accepted", topic, field)
			}
		}
	}
}

func TestRequests(t *testing.T) {
	g := Signal{StrategyID: "s", Symbol: "NIFTY", TimeMs: 5, Action: Hold, Timeframe: "1min", Periods: 50, RequestIndicators: []string{"EMA_9", "RSI_14"}}
	text := AppendSignal(nil, &g)
	got, err := DecodeSignal(text)
	if err != nil || !got.IsRequest() || !reflect.DeepEqual(got, g) {
		t.Errorf("%s gives %+v, %v", text, got, err)
	}
	plain, err := DecodeSignal([]byte(`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"HOLD"}}`))
	if err != nil || plain.IsRequest() {
		t.Errorf("a plain HOLD: %+v, %v", plain, err)
	}
	for _, bad := range []string{
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"WAIT"}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY"}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY","quantity":1,"price":-1}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY","quantity":1,"confidence":2}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY","quantity":1,"trigger_price":-1}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY","quantity":1,"trailing_stop":-1}}`,
		`{"strategy_id":"s","symbol":"N","timestamp":5,"signal":{"action":"BUY","quantity":1,"validity":"GTC"}}`,
	} {
		if _, err := DecodeSignal([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

// TestHomePartition: the hash is the Java client's; the figures are those of its
// own test of Utils.murmur2.
func TestHomePartition(t *testing.T) {
	for key, want := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
		"a-little-bit-longer-string": -1486304829, "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("murmur2(%q) is %d, want %d", key, got, want)
		}
		if got, w := HomePartition([]byte(key), 6), (want&0x7fffffff)%6; got != w {
			t.Errorf("%q is at home in %d, want %d", key, got, w)
		}
	}
}

func TestOrigins(t *testing.T) {
	o := Origin{Topic: "market-data-ticks", Partition: 3, Offset: 12345678901, Index: 2}
	got, err := ParseOrigin(o.String())
	if err != nil || got != o {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "a/b/c/d", "/1/2/3", "t/1/2", "t/1/2/3/4", "t/99999999999/2/3"} {
		if _, err := ParseOrigin(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
