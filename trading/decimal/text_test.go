package decimal

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0.000000005", "0"},
		{"0.000000015", "0.00000002"},
		{"-0.000000025", "-0.00000002"},
		{"0.0000000050001", "0.00000001"},
		{"18500.100000000002", "18500.1"},
		{"0.1000000000000000055511151231257827021181583404541015625", "0.1"},
		{"1e-8", "0.00000001"},
		{"5e-9", "0"},
		{"5.1e-9", "0.00000001"},
		{"1.5E3", "1500"},
		{"1e+2", "100"},
		{"-0", "0"},
		{"0e999999999999", "0"},
		{"1e-99999999999", "0"},
		{"1e20", "100000000000000000000"},
		{"123456789012345678901234567", "123456789012345678901234567"},
		{"850705917302346158658436518579.42052863", "850705917302346158658436518579.42052863"},
		{"0." + strings.Repeat("0", 4000) + "1e4000", "0.1"},
		{"0." + strings.Repeat("0", 9000), "0"},
	} {
		if got, err := Parse(c.in); err != nil || got.String() != c.want {
			t.Errorf("%.60s gives %v, %v; want %s", c.in, got, err, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, s := range []string{
		"", "-", ".5", "5.", "01", "-01.5", "+1", "1e", "1e+", "e5", "1_0", "1e1_0", "0x1", "NaN", "Inf", "1.2.3", " 1", "1 ", "1e1.5",
		"1e-+5", "--1", "1-", "१२", "1e5e5", "\"1\"", "1,5",
	} {
		if d, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q gives %v, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"1e99", "1e39", "-1e31", "1e99999999999", "9999999999999999999999999999999999999999", "850705917302346158658436518579.42052864",
		strings.Repeat("1", 5000), "0." + strings.Repeat("0", 9000) + "1e9001",
	} {
		if d, err := Parse(s); !errors.Is(err, ErrRange) {
			t.Errorf("%.60q gives %v, %v", s, d, err)
		}
	}
}

// TestTextThereAndBack: what Append writes is a JSON number, the shortest plain
// one, and reads back as the same Decimal.
func TestTextThereAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		d := random(r)
		text := d.String()
		if want := strings.TrimRight(rat(d).FloatString(Places), "0"); strings.TrimRight(want, ".") != text && text != "0" {
			t.Fatalf("%v units are %q, want %q", units(d), text, want)
		}
		if back, err := Parse(text); units(d).BitLen() <= maxBits && (err != nil || back != d) {
			t.Fatalf("%q reads back as %v, %v", text, back, err)
		}
		if want, _ := rat(d).Float64(); d.Float64() != want {
			t.Fatalf("%v as float is %v, want %v", d, d.Float64(), want)
		}
	}
}

func TestFromFloat(t *testing.T) {
	for f, want := range map[float64]string{
		0.1: "0.1", 18500.55: "18500.55", 1e-9: "0", -2.5e-8: "-0.00000002", 1e20: "100000000000000000000", 5e-324: "0",
		math.Copysign(0, -1): "0",
	} {
		if d, err := FromFloat(f); err != nil || d.String() != want {
			t.Errorf("%v gives %v, %v; want %s", f, d, err, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e40, math.MaxFloat64} {
		if d, err := FromFloat(f); !errors.Is(err, ErrRange) {
			t.Errorf("%v gives %v, %v", f, d, err)
		}
	}
}

func TestJSON(t *testing.T) {
	type order struct {
		Price Decimal            `json:"price"`
		By    map[string]Decimal `json:"by"`
	}
	in := order{MustParse("18500.5"), map[string]Decimal{"a": MustParse("-0.00000001")}}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"price":18500.5,"by":{"a":-0.00000001}}` {
		t.Fatalf("%s, %v", b, err)
	}
	var out order
	if err := json.Unmarshal(b, &out); err != nil || out.Price != in.Price || out.By["a"] != in.By["a"] {
		t.Errorf("reads back as %v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"price":null}`), &out); err != nil || out.Price != in.Price {
		t.Errorf("null gives %v, %v", out, err)
	}
	for _, bad := range []string{`{"price":"18500.5"}`, `{"price":true}`, `{"price":1e99}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s gives %v", bad, out)
		}
	}
}

// FuzzParse: the verdict is encoding/json's, the value big.Rat's.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"0", "-1.5", "1e3", "00", "1.000000005", "1e-400", "9e30", "1E+2", "123456789012345678901", "-0.00000000500000000000000000001",
		"1844674407370955161600000000", "1.", "e", "-",
	} {
		f.Add(s)
	}
	limit := new(big.Int).Lsh(big.NewInt(1), maxBits)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		var n json.Number
		valid := s != "" && (s[0] == '-' || isDigit(s[0])) && json.Unmarshal([]byte(s), &n) == nil && n.String() == s
		switch {
		case !valid && !errors.Is(err, ErrSyntax):
			t.Fatalf("%q is no JSON number, but gives %v, %v", s, d, err)
		case !valid:
			return
		case errors.Is(err, ErrSyntax):
			t.Fatalf("%q: %v", s, err)
		}
		if n, _ := scan(s); len(s) > 300 || n.exponent > 400 || n.exponent < -400 {
			return // big.Rat would take long
		}
		exact, _ := new(big.Rat).SetString(s)
		want := inUnits(exact)
		switch inRange := want.CmpAbs(limit) < 0; {
		case inRange != (err == nil):
			t.Fatalf("%q gives %v, %v; want %v units", s, d, err, want)
		case inRange && units(d).Cmp(want) != 0:
			t.Fatalf("%q gives %v, want %v units", s, d, want)
		}
	})
}
