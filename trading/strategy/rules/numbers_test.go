package rules

import (
	"fmt"
	"math"
	"testing"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/velox-trading/velox/trading/strategy"
)

// TestBadNumbers: a rule in which anything that was calculated is no finite number is not
// true, whatever it compares or does with it, and says so; what was not calculated,
// because a condition before it decided, harms nothing. close is 10.
func TestBadNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"5 / (close - close) > 3":                         "bad",
		"-5 / (close - close) < 3":                        "bad",
		"0 / (close - close) != 1":                        "bad",
		"not (0 / (close - close) == 1)":                  "bad",
		"1 / (1 / (close - close)) == 0":                  "bad",
		"close % (close - close) != 1":                    "bad",
		"sqrt(-close) != 1":                               "bad",
		"(close - close) ^ -1 > 1":                        "bad",
		"(-close) ^ 0.5 != 1":                             "bad",
		"close ** 400 > 1":                                "bad",
		"close * 1e300 * 1e300 > 1":                       "bad",
		"max(1 / (close - close), 3) > 2":                 "bad",
		"min(1 / (close - close), 3) == 3":                "bad",
		"abs(1 / (close - close)) > 2":                    "bad",
		"average(1 / (close - close), 1) > 2":             "bad",
		"stdev(close * 1e308 * 10, 1) != 2":               "bad",
		"highest(1 / (close - close), 1) > 2":             "bad",
		"(1 / (close - close) > 3 ? 1 : 2) == 1":          "bad",
		"1 / (close - close) > 3 or close > 1":            "bad",
		"close > 1 and 1 / (close - close) > 3":           "bad",
		"close > 1 and not (1 / (close - close) < 3)":     "bad",
		"close > 1 or 1 / (close - close) > 3":            "true",
		"close > 10 and 1 / (close - close) > 3":          "false",
		"not (close > 10 and 1 / (close - close) > 3)":    "true",
		"close > 10 ? 1 / (close - close) > 3 : true":     "true",
		"(close > 10 ? 1 / (close - close) : 3) == 3":     "true",
		"minutes_since_exit / 60 > 24":                    "true",
		"not cross_above(1, 2 + 0 * sqrt(open - 2 * 10))": "bad",
	} {
		spec := Spec{EntryLong: text}
		entry := withheld(t, spec, at(5), &strategy.Book{}, at(10), &strategy.Book{})
		exit := withheld(t, Spec{EntryLong: "false", Exit: text}, at(5), bookOf("5", 0, 0, 1), at(10), bookOf("5", 0, 0, 1))
		last := map[string][2]string{
			"true": {"-", "-"}, "false": {"", ""}, "bad": {"X BAD_NUMBER (entry_long)", "exit of X BAD_NUMBER (exit)"},
		}[want]
		if got := entry[indexAfter(entry):]; got != last[0] {
			t.Errorf("entry_long: %s gives %q, want %q", text, got, last[0])
		}
		if got := exit[indexAfter(exit):]; got != last[1] {
			t.Errorf("exit: %s gives %q, want %q", text, got, last[1])
		}
	}
	for name, spec := range map[string]Spec{
		"quantity":      {Quantity: "max(1 / (close - close), 3) > 2 ? 1 : 2"},
		"stoploss":      {StopLoss: "1 / (1 / (close - close)) + 5"},
		"target":        {Target: "min(50 / (close - close), 20)"},
		"trailing_stop": {TrailingStop: "min(50 / (close - close), 20)"},
		"confidence":    {Confidence: "1 / (close - close)"},
		"price":         {Price: "min(50 / (close - close), 20)", Order: "limit"},
	} {
		spec.EntryLong = "true"
		if got, want := withheld(t, spec, at(5), &strategy.Book{}), fmt.Sprintf("X BAD_NUMBER (%s)", name); got != want {
			t.Errorf("%+v gives %q, want %q", spec, got, want)
		}
	}
}

// indexAfter gives where what the second of two steps gave begins.
func indexAfter(told string) int {
	for i := range told {
		if told[i] == '|' {
			return i + 1
		}
	}
	return 0
}

// reference evaluates an expression by its tree, a number at a time, so that each part that
// is calculated is seen to be a number or not. What it leaves to the compiler are the leaves,
// and the values of calls of which all arguments are looked at.
type reference struct {
	c   *compiler
	f   *frame
	bad bool
}

func (r *reference) number(n ast.Node, at place) float64 {
	switch n := n.(type) {
	case *ast.MemberNode:
		return r.number(n.Node, r.c.earlier(n, at))
	case *ast.UnaryNode:
		r.number(n.Node, at)
	case *ast.BinaryNode:
		r.number(n.Left, at)
		r.number(n.Right, at)
	case *ast.ConditionalNode:
		if r.truth(n.Cond, at) {
			return r.number(n.Exp1, at)
		}
		return r.number(n.Exp2, at)
	case *ast.BuiltinNode:
		return r.call(n, n.Name, n.Arguments, at)
	case *ast.CallNode:
		return r.call(n, calleeName(n), n.Arguments, at)
	}
	return r.seen(n, at)
}

// seen gives a number as it is compiled.
func (r *reference) seen(n ast.Node, at place) float64 {
	r.c.nodes = 0
	f := *r.f
	v := r.c.number(n, at)(&f)
	r.bad = r.bad || math.IsNaN(v) || math.IsInf(v, 0)
	return v
}

func (r *reference) call(n ast.Node, name string, args []ast.Node, at place) float64 {
	switch name {
	case "tf", "of":
		return r.number(args[1], r.c.elsewhere(n, name, args, at))
	case "highest", "lowest", "average", "stdev":
		for i := range r.c.candles(args[1], name) {
			r.number(args[0], at.before(i))
		}
	case "opening_high", "opening_low", "indicator":
	default:
		for _, a := range args {
			r.number(a, at)
		}
	}
	return r.seen(n, at)
}

func (r *reference) truth(n ast.Node, at place) bool {
	switch n := n.(type) {
	case *ast.MemberNode:
		return r.truth(n.Node, r.c.earlier(n, at))
	case *ast.UnaryNode:
		return !r.truth(n.Node, at)
	case *ast.ConditionalNode:
		if r.truth(n.Cond, at) {
			return r.truth(n.Exp1, at)
		}
		return r.truth(n.Exp2, at)
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return r.truth(n.Left, at) && r.truth(n.Right, at)
		case "or", "||":
			return r.truth(n.Left, at) || r.truth(n.Right, at)
		}
		return comparisons[n.Operator](r.number(n.Left, at), r.number(n.Right, at))
	case *ast.CallNode:
		if name := calleeName(n); name == "tf" || name == "of" {
			return r.truth(n.Arguments[1], r.c.elsewhere(n, name, n.Arguments, at))
		} else if name == "cross_above" || name == "cross_below" {
			for i := range 2 {
				r.number(n.Arguments[0], at.before(i))
				r.number(n.Arguments[1], at.before(i))
			}
		} else if name != "is" {
			for i := range r.c.candles(n.Arguments[1], name) + 1 {
				r.number(n.Arguments[0], at.before(i))
			}
		}
	}
	r.c.nodes = 0
	f := *r.f
	return r.c.truth(n, at)(&f)
}

// sameAsReference: a rule that has all of its values enters if the reference says that it is
// true and every number in it is one.
func sameAsReference(t *testing.T, p *Program, s *ruled, text string) {
	t.Helper()
	book := &strategy.Book{}
	traded := &s.traded[0]
	s.look(traded, -1, s.series[0].closedMs)
	s.fillScalars(traded, s.series[0].closedMs, book)
	h := book.For("X")
	d := decision{traded: traded, held: &h, nowMs: s.series[0].closedMs}
	if _, lack := s.lacks(traded, d.nowMs, p.entryLong); lack != nil {
		return
	}
	tree, err := parser.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r := reference{c: &compiler{names: &p.names, text: text}, f: &s.frame}
	want := r.truth(tree.Node, place{})
	would, lack := s.ask(&d, p.entryLong)
	if (lack != nil) != r.bad || !r.bad && would != want {
		t.Fatalf("%s: true %v, withheld %+v; by its parts it is %v, with a number that is none: %v", text, would, lack, want, r.bad)
	}
}
