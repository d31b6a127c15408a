package indicator

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]struct {
		spec    string
		output  int
		outputs string
	}{
		"EMA_20":              {"EMA_20", 0, "EMA_20"},
		"VWAP":                {"VWAP", 0, "VWAP"},
		"MACD_12_26_9":        {"MACD_12_26_9", 0, "MACD_12_26_9 MACD_12_26_9_SIGNAL MACD_12_26_9_HIST"},
		"MACD_12_26_9_HIST":   {"MACD_12_26_9", 2, "MACD_12_26_9 MACD_12_26_9_SIGNAL MACD_12_26_9_HIST"},
		"BBANDS_20_2_UPPER":   {"BBANDS_20_2", 0, "BBANDS_20_2_UPPER BBANDS_20_2_MIDDLE BBANDS_20_2_LOWER"},
		"BBANDS_20_2.5_LOWER": {"BBANDS_20_2.5", 2, "BBANDS_20_2.5_UPPER BBANDS_20_2.5_MIDDLE BBANDS_20_2.5_LOWER"},
		"SMA_10000":           {"SMA_10000", 0, "SMA_10000"},
		"ICHIMOKU_9_26_52_SENKOU_B": {
			"ICHIMOKU_9_26_52", 3,
			"ICHIMOKU_9_26_52_TENKAN ICHIMOKU_9_26_52_KIJUN ICHIMOKU_9_26_52_SENKOU_A ICHIMOKU_9_26_52_SENKOU_B",
		},
	} {
		spec, output, err := ParseName(name)
		if err != nil || spec.Name() != want.spec || output != want.output || strings.Join(spec.OutputNames(), " ") != want.outputs {
			t.Errorf("%s: %s, %d, %v, %v", name, spec.Name(), output, spec.OutputNames(), err)
		}
		if spec.OutputNames()[output] != name {
			t.Errorf("%s comes back as %s", name, spec.OutputNames()[output])
		}
	}
}

func TestBadNames(t *testing.T) {
	for name, want := range map[string]string{
		"":                         `no indicator "": the nearest names are `,
		"ema_20":                   `no indicator "ema_20": did you mean EMA_20?`,
		"MACDD_12_26_9":            `no indicator "MACDD_12_26_9": did you mean MACD_12_26_9?`,
		"NO_SUCH_THING_20":         `no indicator "NO_SUCH_THING_20"`,
		"EMA":                      "EMA takes 1 parameter, as in EMA_20",
		"EMA_20_5":                 "takes 1 parameter, as in",
		"EMA_0":                    `periods of EMA_0 is "0"; want a whole number from 1 to 10000`,
		"EMA_10001":                "from 1 to 10000",
		"EMA_2.5":                  "whole number",
		"EMA_020":                  "without leading or trailing zeros",
		"EMA_-5":                   "from 1 to 10000",
		"EMA_NaN":                  "whole number",
		"EMA_1e1":                  "whole number",
		"EMA_":                     "whole number",
		"EMA_20_":                  "takes 1 parameter, as in",
		"EMA_20_SIGNAL":            "takes 1 parameter, as in",
		"RSI_1":                    "from 2 to 10000",
		"ICHIMOKU_9_26_52_SENKOU":  "names no output",
		"ICHIMOKU_9_26_52_B":       "names no output",
		"ICHIMOKU_SENKOU_B":        "takes 3 parameters",
		"ICHIMOKU_9_26_52":         "names no output",
		"VWAP_5":                   "takes 0 parameters, as in VWAP",
		"MACD_12_26":               "as in MACD_12_26_9",
		"MACD_12_26_9_UPPER":       "takes 3 parameters",
		"BBANDS_20_2":              "names no output; want one of UPPER, MIDDLE, LOWER, as in BBANDS_20_2_UPPER",
		"BBANDS_20_2.50_UPPER":     "without leading or trailing zeros",
		"BBANDS_20_0_UPPER":        "from 0.001 to 100",
		"BBANDS_20_0x1p1_UPPER":    "a number from",
		"BBANDS_1_2_UPPER":         "from 2 to 10000",
		strings.Repeat("EMA_", 99): "takes 1 parameter, as in",
	} {
		if spec, _, err := ParseName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, %v; want %q", name, spec, err, want)
		}
	}
}

func TestNewPanics(t *testing.T) {
	for _, spec := range []Spec{{}, {Kind: "XYZ"}, {Kind: "EMA"}, {Kind: "EMA", Params: []float64{0}}, {Kind: "EMA", Params: []float64{2.5}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %v", spec)
				}
			}()
			New(spec)
		}()
	}
}

// TestRegistry: the table is in order and complete, and each example works.
func TestRegistry(t *testing.T) {
	list := Kinds()
	if !slices.IsSortedFunc(list, func(a, b Kind) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("kinds are not sorted")
	}
	for _, k := range list {
		spec, _, err := ParseName(k.example())
		if err != nil || New(spec) == nil || k.Formula == "" || len(k.Outputs) == 0 {
			t.Errorf("%s: %v", k.Name, err)
		}
		if strings.Count(k.Name, "_") >= maxKindFields {
			t.Errorf("%s has more parts than maxKindFields", k.Name)
		}
		for _, p := range k.Parameters {
			if p.Name == "" || p.Min > p.Max || p.Default < p.Min || p.Default > p.Max {
				t.Errorf("%s: parameter %+v", k.Name, p)
			}
		}
	}
}

// FuzzParseName: what is accepted comes back as it was, and makes an indicator.
func FuzzParseName(f *testing.F) {
	for _, s := range []string{"EMA_20", "MACD_12_26_9_SIGNAL", "BBANDS_20_2.5_UPPER", "VWAP", "", "_", "SMA_1e3", "RSI_+5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		spec, output, err := ParseName(name)
		if err != nil {
			return
		}
		if spec.OutputNames()[output] != name || New(spec) == nil {
			t.Errorf("%q comes back as %q", name, spec.OutputNames()[output])
		}
	})
}

func TestMeant(t *testing.T) {
	for word, want := range map[string]string{
		"EMA_20": "EMA_20", "ema20": "EMA_20", "Ema_20": "EMA_20", "rsi": "RSI_14", "macd": "MACD_12_26_9", "bbands_20_2_upper": "BBANDS_20_2_UPPER",
		"EMA_0": "", "close": "", "": "", "20": "",
	} {
		if got := Meant(word); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}
