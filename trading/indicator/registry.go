package indicator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Parameter is one parameter of a kind, with its bounds.
type Parameter struct {
	Name              string
	Default, Min, Max float64
	Whole             bool
}

// Kind describes one kind of indicator.
type Kind struct {
	Name       string
	Parameters []Parameter
	// Outputs are the suffixes of the outputs' names; an empty one stands for the
	// indicator's own name.
	Outputs []string
	Formula string

	make func(params []float64) Indicator
}

func periods(name string, def float64) Parameter {
	return Parameter{Name: name, Default: def, Min: 1, Max: 10_000, Whole: true}
}

func atLeast(p Parameter, least float64) Parameter {
	p.Min = least
	return p
}

// kinds is the one table of all indicators.
var kinds = []Kind{
	{"ATR", []Parameter{periods("periods", 14)}, []string{""}, "Wilder's average of max(high-low, |high-close'|, |low-close'|)", newATR},
	{"BBANDS", []Parameter{atLeast(periods("periods", 20), 2), {"deviations", 2, 0.001, 100, false}}, []string{"UPPER", "MIDDLE", "LOWER"}, "SMA(close, n) and k population deviations above and below", newBBANDS},
	{"EMA", []Parameter{periods("periods", 20)}, []string{""}, "e += 2/(n+1) * (close - e), starting as SMA(n)", newEMA},
	{"MACD", []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), periods("signal", 9)}, []string{"", "SIGNAL", "HIST"}, "EMA(fast) - EMA(slow); its EMA(signal); their difference", newMACD},
	{"RSI", []Parameter{atLeast(periods("periods", 14), 2)}, []string{""}, "100 * gain / (gain + loss), Wilder's averages of the moves", newRSI},
	{"SMA", []Parameter{periods("periods", 20)}, []string{""}, "sum(close) / n", newSMA},
	{"VWAP", nil, []string{""}, "sum((high+low+close)/3 * volume) / sum(volume) of the session", newVWAP},
}

// Kinds lists all kinds, sorted by name.
func Kinds() []Kind { return slices.Clone(kinds) }

// Spec is a kind with its parameters.
type Spec struct {
	Kind   string
	Params []float64
}

// Name gives the kind and parameters as on the wire, such as MACD_12_26_9.
func (s Spec) Name() string {
	var b strings.Builder
	b.WriteString(s.Kind)
	for _, p := range s.Params {
		b.WriteByte('_')
		b.WriteString(strconv.FormatFloat(p, 'f', -1, 64))
	}
	return b.String()
}

// OutputNames gives the names of all outputs, such as BBANDS_20_2_UPPER.
func (s Spec) OutputNames() []string {
	k, _ := kindOf(s.Kind)
	names := make([]string, len(k.Outputs))
	for i, o := range k.Outputs {
		names[i] = s.Name()
		if o != "" {
			names[i] += "_" + o
		}
	}
	return names
}

func kindOf(name string) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// ParseName reads an output's name: its indicator and which output it is. The
// error says what there is.
func ParseName(name string) (Spec, int, error) {
	fields := strings.Split(name, "_")
	k, ok := kindOf(fields[0])
	if !ok {
		return Spec{}, 0, fmt.Errorf("no indicator %q; there are %s", fields[0], kindNames())
	}
	fields = fields[1:]
	output := slices.Index(k.Outputs, "")
	if n := len(fields); n > 0 {
		if i := slices.Index(k.Outputs, fields[n-1]); i >= 0 && fields[n-1] != "" {
			output, fields = i, fields[:n-1]
		}
	}
	if output < 0 {
		return Spec{}, 0, fmt.Errorf("%s has no output of that name; it has %s", name, strings.Join(k.Outputs, ", "))
	}
	if len(fields) != len(k.Parameters) {
		return Spec{}, 0, fmt.Errorf("%s takes %d parameters, as in %s", k.Name, len(k.Parameters), k.example())
	}
	params := make([]float64, len(fields))
	for i, f := range fields {
		p := k.Parameters[i]
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || !(v >= p.Min && v <= p.Max) || (p.Whole && v != float64(int(v))) || strconv.FormatFloat(v, 'f', -1, 64) != f {
			return Spec{}, 0, fmt.Errorf("%s of %s is %q; want %s", p.Name, name, f, p.bounds())
		}
		params[i] = v
	}
	return Spec{Kind: k.Name, Params: params}, output, nil
}

func (p Parameter) bounds() string {
	what := "a number"
	if p.Whole {
		what = "a whole number"
	}
	return fmt.Sprintf("%s from %v to %v, without leading or trailing zeros", what, p.Min, p.Max)
}

func (k Kind) example() string {
	s := Spec{Kind: k.Name}
	for _, p := range k.Parameters {
		s.Params = append(s.Params, p.Default)
	}
	return s.OutputNames()[0]
}

func kindNames() string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return strings.Join(names, ", ")
}

// New makes an indicator without any bars. The spec must come from ParseName.
func New(s Spec) Indicator {
	k, _ := kindOf(s.Kind)
	return k.make(s.Params)
}
