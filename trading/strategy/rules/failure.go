package rules

import (
	"fmt"
	"math"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// failure is an error at a place. Functions that compile panic with it, for the tree is
// walked by functions that return functions, and errors in their results would bury the
// grammar. It ends the smallest expression that is a number or a condition, so that
// what else is wrong is found, too; a fatal one ends the whole rule.
type failure struct {
	err   *Error
	fatal bool
}

func (c *compiler) fail(at file.Location, format string, args ...any) {
	panic(failure{c.errorAt(at, fmt.Sprintf(format, args...)), false})
}

func (c *compiler) errorAt(at file.Location, detail string) *Error {
	if c.via != nil {
		at = *c.via
	}
	line, column := lineColumn(c.text, at.From)
	return &Error{Rule: c.rule, Line: c.line + line, Column: column, Detail: detail}
}

// caught keeps what a panic tells, and tells whether there was one. What is compiled
// for each of many candles fails the same way for each: that is told once.
func (c *compiler) caught(reason any) bool {
	if reason == nil {
		return false
	}
	f, ok := reason.(failure)
	if !ok || f.fatal {
		panic(reason)
	}
	c.add(f.err)
	return true
}

func (c *compiler) add(err *Error) {
	if !slices.ContainsFunc(c.errs, func(known *Error) bool { return *known == *err }) {
		c.errs = append(c.errs, err)
	}
}

// absent and never stand for what could not be compiled.
func absent(*frame) float64 { return math.NaN() }
func never(*frame) bool     { return false }

// lineColumn gives the line and column, from 1, of the nth rune of a text.
func lineColumn(text string, n int) (line, column int) {
	line, column = 1, 1
	for i, r := range []rune(text) {
		if i == n {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

// parse reads the text and walks the tree with the given function; it gives everything
// that is wrong.
func (c *compiler) parse(walk func(ast.Node)) []*Error {
	if len(c.text) > maxText {
		return []*Error{{Rule: c.rule, Detail: fmt.Sprintf("%d bytes, more than %d", len(c.text), maxText)}}
	}
	tree, bad := parser.Parse(c.text)
	if bad != nil {
		at, detail := explain(c.text, bad)
		return []*Error{c.errorAt(at, detail)}
	}
	c.walk(tree.Node, walk)
	return c.errs
}

func (c *compiler) walk(n ast.Node, walk func(ast.Node)) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case failure:
			c.add(reason.err)
		default:
			panic(reason)
		}
	}()
	walk(n)
}

// compileNumber and compileTruth compile a whole rule.
func (c *compiler) compileNumber() (rule, []*Error) {
	c.made.name = c.rule
	errs := c.parse(func(n ast.Node) { c.made.value = c.number(n, place{}) })
	return c.made, errs
}

func (c *compiler) compileTruth() (rule, []*Error) {
	c.made.name = c.rule
	errs := c.parse(func(n ast.Node) { c.made.holds = c.truth(n, place{}) })
	return c.made, errs
}
