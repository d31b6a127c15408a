package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"github.com/velox-trading/velox/trading/market"
)

// Bounds of a rule, so that its work is bounded, too.
const (
	maxText  = 2000 // bytes
	maxNodes = 5000 // after shorthands are written out
	maxBack  = 500  // closed candles that a rule may look back
)

// number and truth are compiled expressions.
type (
	number func(*frame) float64
	truth  func(*frame) bool
)

// rule is a compiled expression: one of value and holds is set.
type rule struct {
	name  string // such as entry_long
	value number
	holds truth
	// Everything that it looks at: values of candles, other values, and how far
	// back into which streams.
	refs    []ref
	scalars []int
	uses    []use
	// partial: a definition that it uses is wrong.
	partial bool
	// doubts are what can be compiled and not be meant, named the symbols in quotes.
	doubts []*Error
	named  []named
}

// looks counts what the rule looks at: one that looks at nothing is a constant.
func (r *rule) looks() int { return len(r.refs) + len(r.scalars) + len(r.named) }

// place says where an expression is looked at: whose, in which candles, and how
// many of them ago. The zero value is the traded symbol now, in the base timeframe.
type place struct {
	symbol    string
	timeframe market.Timeframe
	back      int
}

// compiler compiles the expressions of one rule.
type compiler struct {
	names *names
	rule  string
	text  string
	line  int  // of its text's first line, from 0
	side  bool // the name side is known
	nodes int
	made  rule
	errs  []*Error
	via   *file.Location // of the defined name that is being written out
}

func (c *compiler) count(n ast.Node) {
	if c.nodes++; c.nodes > maxNodes {
		panic(failure{c.errorAt(n.Location(), fmt.Sprintf("too large: over %d operations when written out", maxNodes)), true})
	}
}

// number compiles n as it is at a place.
func (c *compiler) number(n ast.Node, at place) (f number) {
	defer func() {
		if c.caught(recover()) {
			f = absent
		}
	}()
	c.count(n)
	switch n := n.(type) {
	case *ast.IntegerNode:
		v := float64(n.Value)
		return func(*frame) float64 { return v }
	case *ast.FloatNode:
		v := n.Value
		return func(*frame) float64 { return v }
	case *ast.IdentifierNode:
		return c.name(n, n.Value, at)
	case *ast.MemberNode:
		return c.number(n.Node, c.earlier(n, at))
	case *ast.UnaryNode:
		return c.signed(n, at)
	case *ast.BinaryNode:
		return c.arithmetic(n, at)
	case *ast.ConditionalNode:
		cond, yes, no := c.truth(n.Cond, at), c.number(n.Exp1, at), c.number(n.Exp2, at)
		return func(f *frame) float64 {
			if cond(f) {
				return yes(f)
			}
			return no(f)
		}
	case *ast.BuiltinNode:
		return c.numberCall(n, n.Name, n.Arguments, at)
	case *ast.CallNode:
		return c.numberCall(n, calleeName(n), n.Arguments, at)
	case *ast.StringNode:
		c.fail(n.Location(), "%q is a text, for it is in quotes: want a number, such as close or EMA_20 * 1.01", n.Value)
	}
	c.fail(n.Location(), "want a number, such as close or EMA_20 * 1.01")
	return nil
}

// name compiles a value by its name.
func (c *compiler) name(n ast.Node, name string, at place) number {
	if d := c.names.defined(name); d != nil {
		if d.node == nil {
			c.made.partial = true // its own error is told where it is defined
			return absent
		}
		defer c.writeOut(n)()
		return c.number(d.node, at)
	}
	kind, scalar := scalarOf(name)
	switch {
	case scalar && kind.takesMinutes():
		c.fail(n.Location(), "%s wants minutes, as in %s(15)", name, name)
	case scalar:
		return c.scalar(n, name, scalarKey{symbol: at.symbol, kind: kind}, at)
	case slices.Contains(candleNames, name):
		return c.value(n, name, at)
	}
	if problem := c.names.unknown(name); problem != "" {
		c.fail(n.Location(), "%s", problem)
	}
	return c.value(n, name, at)
}

// writeOut makes errors point at the name, not into what it stands for, until the
// function that it gives is called.
func (c *compiler) writeOut(n ast.Node) func() {
	outer := c.via
	if outer == nil {
		at := n.Location()
		c.via = &at
	}
	return func() { c.via = outer }
}

// value compiles a value of candles.
func (c *compiler) value(n ast.Node, name string, at place) number {
	if at.back > maxBack {
		c.fail(n.Location(), "looks back over %d candles", maxBack)
	}
	slot, problem := c.names.slot(at, name)
	if problem != "" {
		c.fail(n.Location(), "%s", problem)
	}
	r := ref{slot, at.back}
	c.made.refs = append(c.made.refs, r)
	u := c.names.made[slot]
	u.reach += at.back
	if u.whole > 0 {
		u.whole += at.back
	}
	c.reach(u)
	return func(f *frame) float64 { return f.finite(f.at(r)) }
}

// reach notes how far back into a stream the rule looks.
func (c *compiler) reach(u use) {
	i := slices.IndexFunc(c.made.uses, func(known use) bool { return known.stream == u.stream })
	if i < 0 {
		c.made.uses = append(c.made.uses, u)
		return
	}
	known := &c.made.uses[i]
	known.reach, known.whole, known.anchored = max(known.reach, u.reach), max(known.whole, u.whole), max(known.anchored, u.anchored)
}

// scalar compiles a value without a timeframe.
func (c *compiler) scalar(n ast.Node, name string, k scalarKey, at place) number {
	switch {
	case k.kind == kindSide && !c.side:
		c.fail(n.Location(), "side is known at an entry only: in stoploss, target, trailing_stop, quantity, price and confidence")
	case at.back > 0:
		c.fail(n.Location(), "%s has no earlier values; candles and indicators have", name)
	}
	i, problem := c.names.scalar(k)
	if problem != "" {
		c.fail(n.Location(), "%s", problem)
	}
	c.made.scalars = append(c.made.scalars, i)
	return func(f *frame) float64 { return f.scalars[i] }
}

// earlier gives the place of x in x[k]: k closed candles before.
func (c *compiler) earlier(n *ast.MemberNode, at place) place {
	k, ok := n.Property.(*ast.IntegerNode)
	if !ok || k.Value < 0 || k.Value > maxBack {
		if _, dotted := n.Property.(*ast.StringNode); dotted {
			c.fail(n.Location(), `a . stands in numbers only: another symbol's close is of("SYMBOL", close)`)
		}
		c.fail(n.Location(), "want a whole number from 0 to %d in x[...]: x[1] is x one candle ago", maxBack)
	}
	at.back += k.Value
	return at
}

func (c *compiler) signed(n *ast.UnaryNode, at place) number {
	x := c.number(n.Node, at)
	switch n.Operator {
	case "-":
		return func(f *frame) float64 { return -x(f) }
	case "+":
		return x
	}
	c.fail(n.Location(), "%s gives no number", n.Operator)
	return nil
}

func calleeName(n *ast.CallNode) string {
	if id, ok := n.Callee.(*ast.IdentifierNode); ok {
		return id.Value
	}
	return ""
}

// truth compiles n as it is at a place.
func (c *compiler) truth(n ast.Node, at place) (f truth) {
	defer func() {
		if c.caught(recover()) {
			f = never
		}
	}()
	c.count(n)
	switch n := n.(type) {
	case *ast.BoolNode:
		v := n.Value
		return func(*frame) bool { return v }
	case *ast.MemberNode:
		return c.truth(n.Node, c.earlier(n, at))
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			x := c.truth(n.Node, at)
			return func(f *frame) bool { return !x(f) }
		}
	case *ast.BinaryNode:
		return c.condition(n, at)
	case *ast.ConditionalNode:
		cond, yes, no := c.truth(n.Cond, at), c.truth(n.Exp1, at), c.truth(n.Exp2, at)
		return func(f *frame) bool {
			if cond(f) {
				return yes(f)
			}
			return no(f)
		}
	case *ast.IdentifierNode:
		return c.truthName(n, at)
	case *ast.CallNode:
		return c.truthCall(n, at)
	case *ast.SequenceNode, *ast.VariableDeclaratorNode:
		c.fail(n.Location(), "a rule is one expression: want a condition; names are defined in the rule let")
	}
	c.fail(n.Location(), "want a condition, such as close > EMA_20")
	return nil
}

// truthName compiles a name that stands as a condition.
func (c *compiler) truthName(n *ast.IdentifierNode, at place) truth {
	d := c.names.defined(n.Value)
	switch low := strings.ToLower(n.Value); {
	case d != nil && d.node == nil:
		c.made.partial = true // its own error is told where it is defined
		return never
	case d != nil:
		defer c.writeOut(n)()
		return c.truth(d.node, at)
	case low == "true" || low == "false":
		c.fail(n.Location(), "write %s in small letters", low)
	}
	before := len(c.errs)
	c.number(n, at) // tells what is wrong with the name itself
	if len(c.errs) == before {
		c.fail(n.Location(), "%s is a number: want a condition, such as close > EMA_20", n.Value)
	}
	return never
}

func (c *compiler) condition(n *ast.BinaryNode, at place) truth {
	switch n.Operator {
	case "and", "&&":
		x, y := c.truth(n.Left, at), c.truth(n.Right, at)
		return func(f *frame) bool { return x(f) && y(f) }
	case "or", "||":
		x, y := c.truth(n.Left, at), c.truth(n.Right, at)
		return func(f *frame) bool { return x(f) || y(f) }
	}
	compare, ok := comparisons[n.Operator]
	if !ok {
		c.fail(n.Location(), "%s makes no condition; there are and, or, not, %s", n.Operator, strings.Join(comparisonNames, ", "))
	}
	if not, ok := n.Left.(*ast.UnaryNode); ok && (not.Operator == "not" || not.Operator == "!") {
		c.fail(not.Location(), "%s comes before %s here: write not (%v %s %v)", not.Operator, n.Operator, not.Node, n.Operator, n.Right)
	}
	x, y := c.number(n.Left, at), c.number(n.Right, at)
	return func(f *frame) bool { return compare(x(f), y(f)) }
}
