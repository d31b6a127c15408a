package indicator

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Parameter is one parameter of a kind, with its bounds, both included. Default
// is the value in examples; a name always gives all parameters.
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

// kinds is the one table of all indicators, sorted by name.
var kinds = []Kind{
	{
		Name: "ATR", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newATR,
		Formula: "Wilder's average of max(high - low, |high - previous close|, |low - previous close|)",
	},
	{
		Name:       "BBANDS",
		Parameters: []Parameter{atLeast(periods("periods", 20), 2), {Name: "deviations", Default: 2, Min: 0.001, Max: 100}},
		Outputs:    []string{"UPPER", "MIDDLE", "LOWER"}, make: newBBANDS,
		Formula: "the mean of n closes; as many population deviations above and below it",
	},
	{
		Name: "EMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, make: newEMA,
		Formula: "e + 2 / (n + 1) * (close - e), from the mean of the first n closes on",
	},
	{
		Name:       "MACD",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), periods("signal", 9)},
		Outputs:    []string{"", "SIGNAL", "HIST"}, make: newMACD,
		Formula: "EMA(fast) - EMA(slow); the EMA(signal) of that; their difference",
	},
	{
		Name: "RSI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newRSI,
		Formula: "100 * gain / (gain + loss), Wilder's averages of the moves up and down; 0 without moves",
	},
	{
		Name: "SMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, make: newSMA,
		Formula: "the mean of n closes",
	},
	{
		Name: "VWAP", Outputs: []string{""}, make: newVWAP,
		Formula: "sum((high + low + close) / 3 * volume) / sum(volume) since the session's start",
	},
}

// Kinds lists all kinds, sorted by name. What it gives must not be changed.
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

// OutputNames gives the names of all outputs, in the order of the values that Peek and Last give,
// such as BBANDS_20_2_UPPER.
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
		return Spec{}, 0, fmt.Errorf("%s names no output; want one of %s, as in %s", name, strings.Join(k.Outputs, ", "), k.example())
	}
	if len(fields) != len(k.Parameters) {
		return Spec{}, 0, fmt.Errorf("%s: %s takes %d parameters, as in %s", name, k.Name, len(k.Parameters), k.example())
	}
	spec := Spec{Kind: k.Name, Params: make([]float64, len(fields))}
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if p := k.Parameters[i]; err != nil || !p.allows(v) || strconv.FormatFloat(v, 'f', -1, 64) != f {
			return Spec{}, 0, fmt.Errorf("%s of %s is %q; want %s", p.Name, name, f, p.bounds())
		}
		spec.Params[i] = v
	}
	return spec, output, nil
}

func (p Parameter) allows(v float64) bool {
	return v >= p.Min && v <= p.Max && (!p.Whole || v == math.Trunc(v))
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

// New makes an indicator that has seen no bars. A spec that no name gives, with
// an unknown kind or parameters out of bounds, panics.
func New(s Spec) Indicator {
	k, ok := kindOf(s.Kind)
	ok = ok && len(s.Params) == len(k.Parameters)
	for i := 0; ok && i < len(s.Params); i++ {
		ok = k.Parameters[i].allows(s.Params[i])
	}
	if !ok {
		panic(fmt.Sprintf("indicator %s: unknown, or parameters out of bounds", s.Name()))
	}
	return k.make(s.Params)
}
