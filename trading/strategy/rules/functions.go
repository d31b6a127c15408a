package rules

import (
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
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

// finite notes a number that is none: a division by zero, a root of a negative number,
// or one that is too large. It gives it back, for what is made of it is never acted on.
func (f *frame) finite(v float64) float64 {
	f.senseless = f.senseless || v-v != 0
	return v
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

func (c *compiler) arithmetic(n *ast.BinaryNode, at place) number {
	apply, ok := operators[n.Operator]
	if !ok {
		c.fail(n.Location(), "%s gives no number; there are +, -, *, /, %%, ^", n.Operator)
	}
	known := c.sofar()
	x := c.number(n.Left, at)
	left := c.sofar()
	y := c.number(n.Right, at)
	if divides := n.Operator == "/" || n.Operator == "%"; divides && c.constant(left) && y(&frame{}) == 0 {
		c.doubt(n.Location(), "divides by 0: nothing that comes to this can hold")
	}
	return c.sensible(n, known, func(f *frame) float64 { return f.finite(apply(x(f), y(f))) })
}

var unaryFunctions = map[string]func(float64) float64{
	"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "round": math.RoundToEven, "sqrt": math.Sqrt,
}

const numberFunctions = "abs, ceil, floor, round, sqrt, min, max, highest(x, n), lowest(x, n), average(x, n), stdev(x, n), " +
	"opening_high(minutes), opening_low(minutes), indicator(\"NAME\"), tf(\"15min\", x), of(\"SYMBOL\", x)"

// functionNames are all of them.
var functionNames = []string{
	"abs", "ceil", "floor", "round", "sqrt", "min", "max", "highest", "lowest", "average", "stdev", "opening_high", "opening_low",
	"indicator", "tf", "of", "cross_above", "cross_below", "rising", "falling", "is",
}

const truthFunctions = "cross_above(a, b), cross_below(a, b), rising(x, n), falling(x, n), is(\"SYMBOL\"), tf(\"15min\", x), of(\"SYMBOL\", x)"

// shape gives a function with its arguments.
func shape(name string) string {
	const all = truthFunctions + ", " + numberFunctions
	if i := strings.Index(all, name+"("); i >= 0 {
		return all[i : i+strings.Index(all[i:], ")")+1]
	}
	return name + "(x)"
}

// before gives the place n candles earlier.
func (at place) before(n int) place {
	at.back += n
	return at
}

// numberCall compiles a function that gives a number.
func (c *compiler) numberCall(n ast.Node, name string, args []ast.Node, at place) number {
	if apply, ok := unaryFunctions[name]; ok {
		c.arity(n, name, args, 1)
		known := c.sofar()
		x := c.number(args[0], at)
		return c.sensible(n, known, func(f *frame) float64 { return f.finite(apply(x(f))) })
	}
	switch name {
	case "min", "max":
		if len(args) == 0 {
			c.fail(n.Location(), "%s wants at least one number", name)
		}
		return c.extreme(c.all(args, at), name == "max")
	case "highest", "lowest":
		c.arity(n, name, args, 2)
		return c.extreme(c.window(args[0], at, c.candles(args[1], name)), name == "highest")
	case "average":
		c.arity(n, name, args, 2)
		return momentOf(c.window(args[0], at, c.candles(args[1], name)), indicator.Moments.Mean)
	case "stdev":
		c.arity(n, name, args, 2)
		return momentOf(c.window(args[0], at, c.candles(args[1], name)), indicator.Moments.Deviation)
	case "opening_high", "opening_low":
		c.arity(n, name, args, 1)
		kind, _ := scalarOf(name)
		return c.scalar(n, name, scalarKey{symbol: at.symbol, kind: kind, n: c.minutes(args[0], name)}, at)
	case "indicator":
		c.arity(n, name, args, 1)
		return c.indicator(n, c.quoted(n, args[0], "a name", `indicator("BBANDS_20_2.5_UPPER")`), at)
	case "tf", "of":
		return c.number(inner(c, n, name, args), c.elsewhere(n, name, args, at))
	}
	c.fail(n.Location(), "%s", noFunction(name, args, "number", numberFunctions))
	return nil
}

// indicator compiles an indicator whose name may hold a dot.
func (c *compiler) indicator(n ast.Node, name string, at place) number {
	if problem := c.names.unknown(name); problem != "" {
		c.fail(n.Location(), "%s", problem)
	}
	return c.value(n, name, at)
}

// inner gives what is asked for in another timeframe or of another symbol.
func inner(c *compiler, n ast.Node, name string, args []ast.Node) ast.Node {
	c.arity(n, name, args, 2)
	return args[1]
}

// elsewhere gives the place that tf("15min", x) and of("SYMBOL", x) look at.
func (c *compiler) elsewhere(n ast.Node, name string, args []ast.Node, at place) place {
	if name == "of" {
		at.symbol = c.quoted(n, args[0], "a symbol", `of("NIFTY", close)`)
		c.mention(n, at.symbol, true)
		return at
	}
	text := c.quoted(n, args[0], "a timeframe", `tf("15min", EMA_20)`)
	tf, err := market.ParseTimeframe(text)
	if err != nil {
		c.fail(args[0].Location(), "%v", err)
	}
	at.timeframe = tf
	return at
}

// quoted reads a text in quotes.
func (c *compiler) quoted(n, arg ast.Node, what, example string) string {
	text, ok := arg.(*ast.StringNode)
	if !ok || text.Value == "" || len(text.Value) > maxSymbol {
		c.fail(n.Location(), "want %s in quotes, as in %s", what, example)
	}
	return text.Value
}

// maxSymbol bounds the length of a symbol's name.
const maxSymbol = 200

// minutes reads the length of an opening range: whole candles of the base
// timeframe.
func (c *compiler) minutes(arg ast.Node, name string) int {
	k, ok := arg.(*ast.IntegerNode)
	if !ok || k.Value < 1 || k.Value > dayLength || int64(k.Value)*minuteMs%c.names.base.Duration().Milliseconds() != 0 {
		c.fail(arg.Location(), "want the minutes of %s as whole candles of %v", name, c.names.base)
	}
	i, known := slices.BinarySearch(c.names.openings, k.Value)
	if !known {
		if len(c.names.openings) >= maxOpenings {
			c.fail(arg.Location(), "the rules have more than %d opening ranges", maxOpenings)
		}
		c.names.openings = slices.Insert(c.names.openings, i, k.Value)
	}
	return k.Value
}

// momentOf is the mean or the deviation of a window, newest first, as SMA and STDDEV of
// the same values are. A deviation must be 0 where nothing moves, for rules divide by it.
func momentOf(list []number, moment func(indicator.Moments) float64) number {
	return func(f *frame) float64 {
		var m indicator.Moments
		for i := len(list) - 1; i >= 0; i-- {
			m.Add(list[i](f))
		}
		return f.finite(moment(m))
	}
}

func (c *compiler) all(args []ast.Node, at place) []number {
	list := make([]number, len(args))
	for i, a := range args {
		list[i] = c.number(a, at)
	}
	return list
}

// window compiles x as it was at each of n candles, newest first.
func (c *compiler) window(x ast.Node, at place, n int) []number {
	list := make([]number, n)
	for i := range list {
		list[i] = c.number(x, at.before(i))
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
func (c *compiler) truthCall(n *ast.CallNode, at place) truth {
	name := calleeName(n)
	switch name {
	case "cross_above", "cross_below":
		c.arity(n, name, n.Arguments, 2)
		a, b := n.Arguments[0], n.Arguments[1]
		if name == "cross_below" {
			a, b = b, a
		}
		x, y, earlierX, earlierY := c.number(a, at), c.number(b, at), c.number(a, at.before(1)), c.number(b, at.before(1))
		above, notAbove := comparisons[">"], comparisons["<="]
		return func(f *frame) bool { // all are looked at, whatever the first says
			now, before := above(x(f), y(f)), notAbove(earlierX(f), earlierY(f))
			return now && before
		}
	case "rising", "falling":
		c.arity(n, name, n.Arguments, 2)
		list := c.window(n.Arguments[0], at, c.candles(n.Arguments[1], name)+1)
		compare := comparisons[">"]
		if name == "falling" {
			compare = comparisons["<"]
		}
		return func(f *frame) bool {
			v, all := list[0](f), true
			for _, x := range list[1:] {
				earlier := x(f)
				all, v = compare(v, earlier) && all, earlier
			}
			return all
		}
	}
	switch name {
	case "is":
		c.arity(n, name, n.Arguments, 1)
		symbol := c.quoted(n, n.Arguments[0], "a symbol", `is("NIFTY")`)
		c.mention(n, symbol, false)
		return func(f *frame) bool { return f.symbol == symbol }
	case "tf", "of":
		return c.truth(inner(c, n, name, n.Arguments), c.elsewhere(n, name, n.Arguments, at))
	}
	c.fail(n.Location(), "%s", noFunction(name, n.Arguments, "condition", truthFunctions))
	return nil
}

func (c *compiler) arity(n ast.Node, name string, args []ast.Node, want int) {
	if len(args) != want {
		c.fail(n.Location(), "%s wants %s, not %d: %s", name, []string{"one argument", "two arguments"}[want-1], len(args), shape(name))
	}
}

// candles reads a number of candles.
func (c *compiler) candles(n ast.Node, name string) int {
	k, ok := n.(*ast.IntegerNode)
	if !ok || k.Value < 1 || k.Value > maxBack {
		c.fail(n.Location(), "want a whole number from 1 to %d as the candles of %s", maxBack, shape(name))
	}
	return k.Value
}
