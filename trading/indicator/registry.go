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
	Name string
	// Group is overlap, momentum and so on, as TA-Lib groups them.
	Group      string
	Parameters []Parameter
	// Outputs are the suffixes of the outputs' names; an empty one stands for the
	// indicator's own name.
	Outputs []string
	Formula string
	// ClosesOnly: its values depend on the bars' closes alone.
	ClosesOnly bool

	make func(params []float64) Indicator
	// own: TA-Lib has no such indicator, so tests hold it against another oracle.
	own bool
}

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

// ClosesOnly tells whether the values depend on the bars' closes alone, so that other
// numbers of a bar may be wrong. An unknown kind's do not.
func (s Spec) ClosesOnly() bool {
	k, _ := kindOf(s.Kind)
	return k.ClosesOnly
}

// What a state takes at most: periodBytes for each bar that a parameter counts, of which
// a fractal needs the most, and stateHeadBytes beside that. A test holds all kinds against it.
const (
	periodBytes    = 48
	stateHeadBytes = 2 << 10
)

// StateBytes gives what the state comes to at most, whatever the bars are. It is
// reckoned from the periods alone, so most kinds take far less.
func (s Spec) StateBytes() int {
	k, _ := kindOf(s.Kind)
	n := stateHeadBytes
	for i, p := range k.Parameters {
		if p.Whole && p.Max == maxPeriods {
			n += periodBytes * int(s.Params[i])
		}
	}
	return n
}

func kindOf(name string) (Kind, bool) {
	i, ok := slices.BinarySearchFunc(kinds, name, func(k Kind, name string) int { return strings.Compare(k.Name, name) })
	if !ok {
		return Kind{}, false
	}
	return kinds[i], true
}

// ParseName reads an output's name: its indicator and which output it is. The
// error says what there is.
func ParseName(name string) (Spec, int, error) {
	k, fields, ok := splitName(name)
	if !ok {
		return Spec{}, 0, fmt.Errorf("no indicator %q: %s", name, suggest(name, fields[0]))
	}
	return k.parse(name, fields)
}

// parse reads the parameters and the output that stand after a kind in a name.
func (k Kind) parse(name string, fields []string) (Spec, int, error) {
	output := slices.Index(k.Outputs, "")
	for i, o := range k.Outputs {
		suffix := strings.Split(o, "_")
		if n := len(fields) - len(suffix); o != "" && n >= 0 && slices.Equal(fields[n:], suffix) {
			output, fields = i, fields[:n]
			break
		}
	}
	if output < 0 {
		return Spec{}, 0, fmt.Errorf("%s names no output; want one of %s, as in %s", name, strings.Join(k.Outputs, ", "), k.example())
	}
	if len(fields) != len(k.Parameters) {
		word := "parameters"
		if len(k.Parameters) == 1 {
			word = "parameter"
		}
		return Spec{}, 0, fmt.Errorf("%s: %s takes %d %s, as in %s", name, k.Name, len(k.Parameters), word, k.example())
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

// Example gives the kind with the default of each parameter.
func (k Kind) Example() Spec {
	s := Spec{Kind: k.Name}
	for _, p := range k.Parameters {
		s.Params = append(s.Params, p.Default)
	}
	return s
}

func (k Kind) example() string { return k.Example().OutputNames()[0] }

// splitName gives the kind that a name begins with, the longest one, and the fields
// after it; without one, the word that should have been a kind.
func splitName(name string) (Kind, []string, bool) {
	fields := strings.Split(name, "_")
	for n := min(len(fields), maxKindFields); n > 0; n-- {
		if k, ok := kindOf(strings.Join(fields[:n], "_")); ok {
			return k, fields[n:], true
		}
	}
	n := 1
	for n < len(fields) && fields[n] != "" && (fields[n][0] < '0' || fields[n][0] > '9') {
		n++
	}
	return Kind{}, []string{strings.Join(fields[:n], "_")}, false
}

// maxKindFields bounds the parts of a kind's name, as in PLUS_DI.
const maxKindFields = 3

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
