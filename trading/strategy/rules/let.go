package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// maxLet bounds the names that a strategy defines.
const maxLet = 50

// definition is an expression with a name. It is written out where the name stands,
// so that ratio[1] is all of ratio one candle ago. The node of one that is wrong is
// nil: what uses it is not wrong for that.
type definition struct {
	name string
	node ast.Node
}

// define reads the lines "name = expression" of the rule let. A definition may use
// those above it.
func (b *builder) define(text string) {
	if len(text) > maxText {
		b.report(&Error{Rule: "let", Detail: fmt.Sprintf("%d bytes, more than %d", len(text), maxText)})
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		for _, err := range b.defineOne(line, i) {
			b.report(err)
		}
	}
}

func (b *builder) defineOne(line string, number int) []*Error {
	before, expression, _ := strings.Cut(line, "=")
	name := strings.TrimSpace(before)
	n := &b.program.names
	_, scalar := scalarOf(name)
	wrong := func(format string, args ...any) []*Error {
		column := len([]rune(line)) - len([]rune(strings.TrimLeft(line, " \t"))) + 1
		return []*Error{{Rule: "let", Line: number + 1, Column: column, Detail: fmt.Sprintf(format, args...)}}
	}
	switch {
	case !isName(name) || strings.HasPrefix(expression, "="):
		n.let = append(n.let, definition{name: name})
		return wrong("want a name of lower case letters, digits and _, and what it stands for: ratio = high / low")
	case scalar || slices.Contains(candleNames, name) || n.defined(name) != nil:
		return wrong("%s has a meaning already: choose another name", name)
	case len(n.let) >= maxLet:
		return wrong("more than %d definitions", maxLet)
	}
	// The expression keeps its column: what is before it becomes spaces.
	text := strings.Repeat(" ", len([]rune(before))+1) + expression
	c := compiler{names: n, rule: "let", text: text, line: number, side: true}
	d := definition{name: name}
	errs := c.parse(func(root ast.Node) {
		if isCondition(root, n) {
			c.truth(root, place{})
		} else {
			c.number(root, place{})
		}
		d.node = root
	})
	if len(errs) > 0 {
		d.node = nil
	}
	b.wonder(&c.made)
	n.let = append(n.let, d)
	return errs
}

func isName(s string) bool {
	return s != "" && len(s) <= 100 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && s[0] >= 'a'
}

// isCondition tells whether an expression is meant as a condition.
func isCondition(n ast.Node, known *names) bool {
	switch n := n.(type) {
	case *ast.BoolNode:
		return true
	case *ast.UnaryNode:
		return n.Operator == "not" || n.Operator == "!"
	case *ast.BinaryNode:
		_, number := operators[n.Operator]
		return !number
	case *ast.ConditionalNode:
		return isCondition(n.Exp1, known)
	case *ast.MemberNode:
		return isCondition(n.Node, known)
	case *ast.IdentifierNode:
		d := known.defined(n.Value)
		return d != nil && d.node != nil && isCondition(d.node, known)
	case *ast.CallNode:
		switch calleeName(n) {
		case "cross_above", "cross_below", "rising", "falling", "is":
			return true
		case "tf", "of":
			return len(n.Arguments) == 2 && isCondition(n.Arguments[1], known)
		}
	}
	return false
}

// defined gives the definition of a name; nil when there is none.
func (n *names) defined(name string) *definition {
	i := slices.IndexFunc(n.let, func(d definition) bool { return d.name == name })
	if i < 0 {
		return nil
	}
	return &n.let[i]
}
