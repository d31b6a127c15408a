// Package codec holds the tick decoder of package messages against general JSON
// libraries. It is a module of its own, so that the product doesn't depend on
// them.
package codec

import (
	stdjson "encoding/json"
	"testing"

	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"
	jsoniter "github.com/json-iterator/go"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// contract is the tick of the wire contract as it is printed there; compact is
// the same as producers send it.
const (
	contract = `{
  "symbol": "NIFTY",
  "exchange": "NSE",
  "timestamp": 1704067200123,
  "price": 18500.50,
  "volume": 1000,
  "open": 18500.00,
  "high": 18550.00,
  "low": 18480.00,
  "close": 18500.50,
  "tick_type": "quote",
  "source": "smartapi"
}`
	compact = `{"symbol":"NIFTY","exchange":"NSE","timestamp":1704067200123,"price":18500.50,"volume":1000,"open":18500.00,` +
		`"high":18550.00,"low":18480.00,"close":18500.50,"tick_type":"quote","source":"smartapi"}`
)

// floats is what the libraries decode into: binary floats, which is less than
// the product needs and in their favour.
type floats struct {
	Symbol    string  `json:"symbol"`
	Exchange  string  `json:"exchange"`
	Timestamp int64   `json:"timestamp"`
	Price     float64 `json:"price"`
	Volume    float64 `json:"volume"`
	Open      float64 `json:"open"`
	High      float64 `json:"high"`
	Low       float64 `json:"low"`
	Close     float64 `json:"close"`
	TickType  string  `json:"tick_type"`
	Source    string  `json:"source"`
}

func BenchmarkTick(b *testing.B) {
	libraries := []struct {
		name   string
		decode func([]byte, any) error
	}{
		{"encoding-json", stdjson.Unmarshal},
		{"jsoniter", jsoniter.ConfigCompatibleWithStandardLibrary.Unmarshal},
		{"goccy", func(b []byte, v any) error { return goccy.Unmarshal(b, v) }},
		{"sonic", sonic.ConfigStd.Unmarshal},
	}
	for _, shape := range []struct{ name, text string }{{"contract", contract}, {"compact", compact}} {
		value := []byte(shape.text)
		b.Run(shape.name+"/velox", func(b *testing.B) {
			in := messages.NewInterner()
			var tick market.Tick
			b.ReportAllocs()
			for b.Loop() {
				if err := messages.DecodeTick(value, &tick, in); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, library := range libraries {
			b.Run(shape.name+"/"+library.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var tick floats
					if err := library.decode(value, &tick); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
