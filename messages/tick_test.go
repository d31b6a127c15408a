package messages

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

const seedTick = `{
  "symbol": "NIFTY",
  "exchange": "NSE",
  "timestamp": 1704067200123,
  "price": 18500.50,
  "volume": 1000,
  "open": 18500.00,
  "high": 18550.00,
  "low": 18480.00,
  "close": 18520.00,
  "tick_type": "trade",
  "source": "smart_api"
}`

func wantTick() market.Tick {
	d := decimal.MustParse
	return market.Tick{
		Symbol: "NIFTY", Exchange: "NSE", TimeMs: 1704067200123, Price: d("18500.5"), Volume: d("1000"),
		Open: d("18500"), High: d("18550"), Low: d("18480"), Close: d("18520"), Type: "trade", Source: "smart_api",
	}
}

func TestTickBothWays(t *testing.T) {
	var got market.Tick
	in := NewInterner()
	want := wantTick()
	if err := DecodeTick([]byte(seedTick), &got, in); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(seedTick)); err != nil {
		t.Fatal(err)
	}
	text := AppendTick(nil, &want)
	if err := DecodeTick(text, &got, in); err != nil || got != want {
		t.Fatalf("%s gives %+v, %v", text, got, err)
	}
	if s := string(text); !strings.HasPrefix(s, `{"symbol":"NIFTY","exchange":"NSE","timestamp":1704067200123,"price":18500.5,"volume":1000,"open":18500,`) {
		t.Errorf("fields in another order: %s", s)
	}
	r := &Record{Value: AppendTickProto(nil, &want), Headers: []Header{{HeaderContentType, []byte(ContentTypeProtobuf)}}}
	if err := DecodeTickRecord(r, &got, in); err != nil || got != want {
		t.Fatalf("protobuf gives %+v, %v", got, err)
	}
}

func TestBadTicks(t *testing.T) {
	for text, reason := range map[string]string{
		`{"symbol":"A","timestamp":1,"price":1`: ReasonMalformed,
		``:                                      ReasonMalformed,
		`[]`:                                    ReasonMalformed,
		`{"symbol":"A","timestamp":1,"price":1} x`:                               ReasonMalformed,
		`{"symbol":"A","timestamp":1,"price":NaN}`:                               ReasonMalformed,
		`{"symbol":"A","timestamp":1,"price":01}`:                                ReasonMalformed,
		`{"symbol":"A","timestamp":1}`:                                           ReasonMissing,
		`{"symbol":null,"timestamp":1,"price":1}`:                                ReasonMissing,
		`{"timestamp":1,"price":1}`:                                              ReasonMissing,
		`{"symbol":"A","price":1}`:                                               ReasonMissing,
		`{"symbol":"A","timestamp":1,"price":"1"}`:                               ReasonWrongType,
		`{"symbol":7,"timestamp":1,"price":1}`:                                   ReasonWrongType,
		`{"symbol":"A","timestamp":1.5,"price":1}`:                               ReasonWrongType,
		`{"symbol":"A","timestamp":1,"price":-1}`:                                ReasonOutOfRange,
		`{"symbol":"A","timestamp":1,"price":0}`:                                 ReasonOutOfRange,
		`{"symbol":"A","timestamp":1,"price":1e30}`:                              ReasonOutOfRange,
		`{"symbol":"A","timestamp":1,"price":1,"volume":-2}`:                     ReasonOutOfRange,
		`{"symbol":"A","timestamp":0,"price":1}`:                                 ReasonOutOfRange,
		`{"symbol":"A","timestamp":-5,"price":1}`:                                ReasonOutOfRange,
		`{"symbol":"A","timestamp":999999999999999,"price":1}`:                   ReasonOutOfRange,
		`{"symbol":"` + strings.Repeat("A", 2000) + `","timestamp":1,"price":1}`: ReasonOutOfRange,
	} {
		var tick market.Tick
		err := DecodeTick([]byte(text), &tick, NewInterner())
		if err == nil || DecodeReason(err) != reason {
			t.Errorf("%.80s: %v, want %s", text, err, reason)
		}
	}
}

func TestTickWithoutAllocation(t *testing.T) {
	var tick market.Tick
	in, value := NewInterner(), []byte(seedTick)
	if n := testing.AllocsPerRun(200, func() {
		if err := DecodeTick(value, &tick, in); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestInternerIsBounded(t *testing.T) {
	in := NewInterner()
	for i := range 3 * maxInterned {
		in.Intern([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	if len(in.known) > maxInterned {
		t.Errorf("%d strings are kept", len(in.known))
	}
}

// reference decodes a tick by encoding/json: exact keys, the last of equal ones.
func reference(value []byte) (market.Tick, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil || fields == nil {
		return market.Tick{}, false
	}
	ok := true
	text := func(name string) string {
		raw, have := fields[name]
		if !have || string(raw) == "null" {
			return ""
		}
		var s string
		if json.Unmarshal(raw, &s) != nil || len(s) > MaxTextBytes {
			ok = false
		}
		return s
	}
	number := func(name string) decimal.Decimal {
		raw, have := fields[name]
		if !have || string(raw) == "null" {
			return decimal.Decimal{}
		}
		d, err := decimal.Parse(string(raw))
		if err != nil || !d.Bounded() {
			ok = false
		}
		return d
	}
	t := market.Tick{
		Symbol: text("symbol"), Exchange: text("exchange"), Price: number("price"), Volume: number("volume"),
		Open: number("open"), High: number("high"), Low: number("low"), Close: number("close"),
		Type: text("tick_type"), Source: text("source"),
	}
	if raw, have := fields["timestamp"]; have && string(raw) != "null" {
		n, isInt := new(big.Int).SetString(string(raw), 10)
		if !isInt || !n.IsInt64() {
			return t, false
		}
		t.TimeMs = n.Int64()
	}
	ok = ok && t.Symbol != "" && t.TimeMs > 0 && t.TimeMs <= maxTimeMs && t.Price.Sign() > 0 && t.Volume.Sign() >= 0
	return t, ok
}

// repeated tells whether an object names a field twice: then this decoder wants
// both to be right, where the reference looks at the last one alone.
func repeated(value []byte) bool {
	d := json.NewDecoder(bytes.NewReader(value))
	seen, depth := make(map[string]bool), 0
	key := false
	for {
		tok, err := d.Token()
		if err != nil {
			return false
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			key = depth == 1
		case string:
			if depth == 1 && key {
				if seen[v] {
					return true
				}
				seen[v] = true
				key = false
				continue
			}
			key = depth == 1
		default:
			key = depth == 1
		}
	}
}

// FuzzDecodeTick: never a panic; encoding/json's verdict and values.
func FuzzDecodeTick(f *testing.F) {
	f.Add([]byte(seedTick))
	for _, s := range []string{
		`{"symbol":"A\u00e9\ud83d\ude00\ud800","timestamp":1,"price":1e-3,"x":{"y":[1,true,null,"z"]}}`, `{"symbol":"A","timestamp":1,"price":1,"price":null}`,
		`{"symbol":"\xff","timestamp":9007199254740993,"price":0.000000005}`, `{`, `{"symbol":"A","timestamp":1,"price":1,}`, ` {"symbol" : "A" , "timestamp" : 1 , "price" : 1 } `,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var got market.Tick
		err := DecodeTick(value, &got, NewInterner())
		if repeated(value) {
			return
		}
		want, ok := reference(value)
		if (err == nil) != ok {
			t.Fatalf("%q: %v, the reference accepts: %v", value, err, ok)
		}
		if ok && got != want {
			t.Fatalf("%q:\n got %+v\nwant %+v", value, got, want)
		}
		var d *DecodeError
		if err != nil && !errors.As(err, &d) {
			t.Fatalf("%q: error of another type: %v", value, err)
		}
		if ok && utf8.Valid(value) {
			var again market.Tick
			if err := DecodeTick(AppendTick(nil, &got), &again, NewInterner()); err != nil || again != got {
				t.Fatalf("%+v doesn't come back: %+v, %v", got, again, err)
			}
		}
	})
}

func BenchmarkDecodeTick(b *testing.B) {
	value, in := []byte(seedTick), NewInterner()
	b.Run("velox", func(b *testing.B) {
		var tick market.Tick
		b.ReportAllocs()
		for b.Loop() {
			if err := DecodeTick(value, &tick, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var tick struct {
				Symbol, Exchange, Source              string
				Timestamp                             int64
				Price, Volume, Open, High, Low, Close decimal.Decimal
				TickType                              string `json:"tick_type"`
			}
			if err := json.Unmarshal(value, &tick); err != nil {
				b.Fatal(err)
			}
		}
	})
}
