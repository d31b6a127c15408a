package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
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
	value number
	holds truth
	refs  []ref // everything that it looks at
}

// compiler compiles the expressions of one rule.
type compiler struct {
	names *names
	rule  string
	text  string
	side  bool // the name side is known
	nodes int
	refs  []ref
}

// failure is an error at a place; compile functions panic with it, and compile
// recovers it: the tree is walked by functions that return functions, and errors
// in their results would bury the grammar.
type failure struct{ err *Error }

func (c *compiler) fail(at file.Location, format string, args ...any) {
	line, column := 1, 1
	for i, r := range []rune(c.text) {
		if i == at.From {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	panic(failure{&Error{Rule: c.rule, Line: line, Column: column, Detail: fmt.Sprintf(format, args...)}})
}

// parse reads the text and walks the tree with the given function.
func (c *compiler) parse(walk func(ast.Node)) (err error) {
	if len(c.text) > maxText {
		return &Error{Rule: c.rule, Detail: fmt.Sprintf("%d bytes, more than %d", len(c.text), maxText)}
	}
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case failure:
			err = reason.err
		default:
			panic(reason)
		}
	}()
	tree, err := parser.Parse(c.text)
	if err != nil {
		var at *file.Error
		if errors.As(err, &at) {
			return &Error{Rule: c.rule, Line: max(at.Line, 1), Column: at.Column + 1, Detail: at.Message}
		}
		return &Error{Rule: c.rule, Detail: err.Error()}
	}
	walk(tree.Node)
	return nil
}

// compileNumber and compileTruth compile a whole rule.
func (c *compiler) compileNumber() (rule, error) {
	var r rule
	err := c.parse(func(n ast.Node) { r.value = c.number(n, 0) })
	r.refs = c.refs
	return r, err
}

func (c *compiler) compileTruth() (rule, error) {
	var r rule
	err := c.parse(func(n ast.Node) { r.holds = c.truth(n, 0) })
	r.refs = c.refs
	return r, err
}

func (c *compiler) count(n ast.Node) {
	if c.nodes++; c.nodes > maxNodes {
		c.fail(n.Location(), "too large: over %d operations when written out", maxNodes)
	}
}

// number compiles n as it was back candles ago.
func (c *compiler) number(n ast.Node, back int) number {
	c.count(n)
	switch n := n.(type) {
	case *ast.IntegerNode:
		v := float64(n.Value)
		return func(*frame) float64 { return v }
	case *ast.FloatNode:
		v := n.Value
		return func(*frame) float64 { return v }
	case *ast.IdentifierNode:
		return c.name(n, n.Value, back)
	case *ast.MemberNode:
		return c.earlier(n, back)
	case *ast.UnaryNode:
		return c.signed(n, back)
	case *ast.BinaryNode:
		return c.arithmetic(n, back)
	case *ast.ConditionalNode:
		cond, yes, no := c.truth(n.Cond, back), c.number(n.Exp1, back), c.number(n.Exp2, back)
		return func(f *frame) float64 {
			if cond(f) {
				return yes(f)
			}
			return no(f)
		}
	case *ast.BuiltinNode:
		return c.numberCall(n, n.Name, n.Arguments, back)
	case *ast.CallNode:
		return c.numberCall(n, calleeName(n), n.Arguments, back)
	}
	c.fail(n.Location(), "want a number, such as close or EMA_20 * 1.01")
	return nil
}

func (c *compiler) name(n ast.Node, name string, back int) number {
	s, problem := c.names.find(name)
	switch {
	case problem != "":
		c.fail(n.Location(), "%s", problem)
	case s == slotSide && !c.side:
		c.fail(n.Location(), "side is known at an entry only: in stoploss, target, quantity, price and confidence")
	case back > 0 && !s.hasHistory():
		c.fail(n.Location(), "%s has no earlier values; candles and indicators have", name)
	case back > maxBack:
		c.fail(n.Location(), "looks back over %d candles", maxBack)
	}
	r := ref{s, back}
	c.refs = append(c.refs, r)
	return func(f *frame) float64 { return f.at(r) }
}

// earlier compiles x[k]: x as it was k closed candles before.
func (c *compiler) earlier(n *ast.MemberNode, back int) number {
	k, ok := n.Property.(*ast.IntegerNode)
	if !ok || k.Value < 0 || k.Value > maxBack {
		c.fail(n.Location(), "want a whole number from 0 to %d in x[...]", maxBack)
	}
	return c.number(n.Node, back+k.Value)
}

func (c *compiler) signed(n *ast.UnaryNode, back int) number {
	x := c.number(n.Node, back)
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

// truth compiles n as it was back candles ago.
func (c *compiler) truth(n ast.Node, back int) truth {
	c.count(n)
	switch n := n.(type) {
	case *ast.BoolNode:
		v := n.Value
		return func(*frame) bool { return v }
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			x := c.truth(n.Node, back)
			return func(f *frame) bool { return !x(f) }
		}
	case *ast.BinaryNode:
		return c.condition(n, back)
	case *ast.ConditionalNode:
		cond, yes, no := c.truth(n.Cond, back), c.truth(n.Exp1, back), c.truth(n.Exp2, back)
		return func(f *frame) bool {
			if cond(f) {
				return yes(f)
			}
			return no(f)
		}
	case *ast.CallNode:
		return c.truthCall(n, back)
	}
	c.fail(n.Location(), "want a condition, such as close > EMA_20")
	return nil
}

func (c *compiler) condition(n *ast.BinaryNode, back int) truth {
	switch n.Operator {
	case "and", "&&":
		x, y := c.truth(n.Left, back), c.truth(n.Right, back)
		return func(f *frame) bool { return x(f) && y(f) }
	case "or", "||":
		x, y := c.truth(n.Left, back), c.truth(n.Right, back)
		return func(f *frame) bool { return x(f) || y(f) }
	}
	compare, ok := comparisons[n.Operator]
	if !ok {
		c.fail(n.Location(), "%s makes no condition; there are and, or, not, %s", n.Operator, strings.Join(comparisonNames, ", "))
	}
	x, y := c.number(n.Left, back), c.number(n.Right, back)
	return func(f *frame) bool { return compare(x(f), y(f)) }
}
