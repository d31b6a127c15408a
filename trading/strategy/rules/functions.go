package rules

import (
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"
)

var comparisonNames = []string{">", ">=", "<", "<=", "==", "!="}

var comparisons = map[string]func(x, y float64) bool{
	">":  func(x, y float64) bool { return x > y },
	">=": func(x, y float64) bool { return x >= y },
	"<":  func(x, y float64) bool { return x < y },
	"<=": func(x, y float64) bool { return x <= y },
	"==": func(x, y float64) bool { return x == y },
	"!=": func(x, y float64) bool { return x != y },
}

// operators: each result is rounded to a float64 by its own conversion, so that
// no processor may fuse two operations into one with another last bit.
var operators = map[string]func(x, y float64) float64{
	"+":  func(x, y float64) float64 { return float64(x + y) },
	"-":  func(x, y float64) float64 { return float64(x - y) },
	"*":  func(x, y float64) float64 { return float64(x * y) },
	"/":  func(x, y float64) float64 { return float64(x / y) },
	"%":  math.Mod,
	"^":  math.Pow,
	"**": math.Pow,
}

func (c *compiler) arithmetic(n *ast.BinaryNode, back int) number {
	apply, ok := operators[n.Operator]
	if !ok {
		c.fail(n.Location(), "%s gives no number; there are +, -, *, /, %%, ^", n.Operator)
	}
	x, y := c.number(n.Left, back), c.number(n.Right, back)
	return func(f *frame) float64 { return apply(x(f), y(f)) }
}

var unaryFunctions = map[string]func(float64) float64{
	"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "round": math.RoundToEven, "sqrt": math.Sqrt,
}

const numberFunctions = "abs, ceil, floor, round, sqrt, min, max, highest(x, n), lowest(x, n), indicator(\"NAME\")"

const truthFunctions = "cross_above(a, b), cross_below(a, b), rising(x, n), falling(x, n)"

// numberCall compiles a function that gives a number.
func (c *compiler) numberCall(n ast.Node, name string, args []ast.Node, back int) number {
	if apply, ok := unaryFunctions[name]; ok {
		c.arity(n, name, args, 1)
		x := c.number(args[0], back)
		return func(f *frame) float64 { return apply(x(f)) }
	}
	switch name {
	case "min", "max":
		if len(args) == 0 {
			c.fail(n.Location(), "%s wants at least one number", name)
		}
		return c.extreme(c.all(args, back), name == "max")
	case "highest", "lowest":
		c.arity(n, name, args, 2)
		return c.extreme(c.window(args[0], back, c.candles(args[1], name)), name == "highest")
	case "indicator":
		c.arity(n, name, args, 1)
		text, ok := args[0].(*ast.StringNode)
		if !ok {
			c.fail(n.Location(), `want a name in quotes, as in indicator("BBANDS_20_2.5_UPPER")`)
		}
		return c.name(n, text.Value, back)
	}
	c.fail(n.Location(), "no function %s gives a number; there are %s", name, numberFunctions)
	return nil
}

func (c *compiler) all(args []ast.Node, back int) []number {
	list := make([]number, len(args))
	for i, a := range args {
		list[i] = c.number(a, back)
	}
	return list
}

// window compiles x as it was at each of n candles, newest first.
func (c *compiler) window(x ast.Node, back, n int) []number {
	list := make([]number, n)
	for i := range list {
		list[i] = c.number(x, back+i)
	}
	return list
}

func (c *compiler) extreme(list []number, highest bool) number {
	pick := math.Min
	if highest {
		pick = math.Max
	}
	return func(f *frame) float64 {
		v := list[0](f)
		for _, x := range list[1:] {
			v = pick(v, x(f))
		}
		return v
	}
}

// truthCall compiles a function that gives a truth.
func (c *compiler) truthCall(n *ast.CallNode, back int) truth {
	name := calleeName(n)
	switch name {
	case "cross_above", "cross_below":
		c.arity(n, name, n.Arguments, 2)
		a, b := n.Arguments[0], n.Arguments[1]
		if name == "cross_below" {
			a, b = b, a
		}
		x, y, earlierX, earlierY := c.number(a, back), c.number(b, back), c.number(a, back+1), c.number(b, back+1)
		return func(f *frame) bool { return x(f) > y(f) && earlierX(f) <= earlierY(f) }
	case "rising", "falling":
		c.arity(n, name, n.Arguments, 2)
		list := c.window(n.Arguments[0], back, c.candles(n.Arguments[1], name)+1)
		compare := comparisons[">"]
		if name == "falling" {
			compare = comparisons["<"]
		}
		return func(f *frame) bool {
			v := list[0](f)
			for _, x := range list[1:] {
				earlier := x(f)
				if !compare(v, earlier) {
					return false
				}
				v = earlier
			}
			return true
		}
	}
	c.fail(n.Location(), "no function %s gives a condition; there are %s", name, truthFunctions)
	return nil
}

func (c *compiler) arity(n ast.Node, name string, args []ast.Node, want int) {
	if len(args) != want {
		c.fail(n.Location(), "%s wants %s, not %d", name, strings.Repeat("one argument", 2-want)+strings.Repeat("two arguments", want-1), len(args))
	}
}

// candles reads a number of candles.
func (c *compiler) candles(n ast.Node, name string) int {
	k, ok := n.(*ast.IntegerNode)
	if !ok || k.Value < 1 || k.Value > maxBack {
		c.fail(n.Location(), "want a whole number from 1 to %d as the candles of %s", maxBack, name)
	}
	return k.Value
}
