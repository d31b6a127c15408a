package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
)

// Check compiles rules as Compile does, for a strategy that trades the symbols, and refuses
// what can be compiled but not be meant, too: a symbol in is("...") that is none of those
// traded, a constant that is no number, a confidence that no signal can have. Traded are the
// symbols of all strategies that may share the rules; nil when they are not known, which
// leaves is("...") as it stands. It is for rules that someone has just written: those that
// are deployed already, under whatever version, go on by what Compile takes. The error
// joins an *Error for each.
func Check(s Spec, timeframe market.Timeframe, symbols, traded []string) error {
	if timeframe.IsZero() {
		return errors.New("rules: want a timeframe")
	}
	b := builder{program: newProgram(timeframe, symbols)}
	b.compile(&s)
	for _, n := range b.named {
		if traded != nil && !n.watched && !slices.Contains(traded, n.symbol) {
			b.doubts = append(b.doubts, &Error{
				Rule: n.rule, Line: n.line, Column: n.column,
				Detail: fmt.Sprintf(`is("%s") never holds, for no strategy trades it: %swant one of %s`,
					n.symbol, spelling.Hint(n.symbol, traded), strings.Join(traded[:min(len(traded), 10)], ", ")),
			})
		}
	}
	for _, d := range b.doubts {
		if !slices.ContainsFunc(b.errs, func(known error) bool { return known.Error() == d.Error() }) {
			b.report(d)
		}
	}
	return b.err()
}

// named is a symbol that a rule has in quotes, and where; watched in of("..."), else in
// is("..."). Without a rule it stands in a definition that the rule uses.
type named struct {
	symbol, rule string
	line, column int
	watched      bool
}

// mention notes a symbol in quotes.
func (c *compiler) mention(n ast.Node, symbol string, watched bool) {
	at := c.errorAt(n.Location(), "")
	if c.via != nil {
		at = &Error{} // it is told where it is defined
	}
	c.made.named = append(c.made.named, named{symbol, at.Rule, at.Line, at.Column, watched})
}

// progress is how far a compiler has come.
type progress struct{ looks, wrong, doubts int }

func (c *compiler) sofar() progress {
	return progress{c.made.looks(), len(c.errs), len(c.made.doubts)}
}

// constant tells whether what was compiled since is right and looks at nothing.
func (c *compiler) constant(since progress) bool { return c.sofar() == since && !c.made.partial }

// sensible doubts a constant that is no number, such as 1 / 0.
func (c *compiler) sensible(n ast.Node, since progress, value number) number {
	if f := (frame{}); c.constant(since) {
		if value(&f); f.senseless {
			c.doubt(n.Location(), "comes to no number: nothing that needs it can hold")
		}
	}
	return value
}

// doubt notes what can be compiled and not be meant; what a defined name stands for was
// told where it is defined.
func (c *compiler) doubt(at file.Location, detail string) {
	if c.via == nil {
		c.made.doubts = append(c.made.doubts, c.errorAt(at, detail))
	}
}

// wonder keeps a rule's doubts and the symbols that it names, each once: what is asked for
// each of many candles is the same in each.
func (b *builder) wonder(r *rule) {
	for _, d := range r.doubts {
		if !slices.ContainsFunc(b.doubts, func(known *Error) bool { return *known == *d }) {
			b.doubts = append(b.doubts, d)
		}
	}
	for _, n := range r.named {
		if n.rule != "" && !slices.Contains(b.named, n) {
			b.named = append(b.named, n)
		}
	}
}

// constant tells whether a rule is right and looks at nothing.
func (r *rule) constant() bool { return r != nil && !r.partial && r.looks() == 0 }

// share is number for what is cut to 0 and 1: a constant outside is doubted.
func (b *builder) share(name, text string) *rule {
	r := b.number(name, text)
	if !r.constant() || len(r.doubts) > 0 {
		return r
	}
	if v := r.value(&frame{}); v < 0 || v > 1 {
		b.doubts = append(b.doubts, &Error{Rule: name, Line: 1, Column: 1, Detail: fmt.Sprintf("%q: want a number from 0 to 1", text)})
	}
	return r
}

// OutsideHours names the rules, of session, windows and square_off, that can never matter at an
// exchange with a calendar: in the weeks after a time there is no minute of them in which it
// trades. A zone that was forgotten does that.
func (p *Program) OutsideHours(exchange market.Calendar, fromMs int64) []string {
	h := &p.hours
	inSession, inWindow, atSquareOff := !h.declared, len(h.windows) == 0, h.squareOff < 0
	toMs := fromMs + 28*dayMs // a day of the week may be a holiday, and the next one, too
	for ms := fromMs - fromMs%minuteMs; ms < toMs && (!inSession || !inWindow || !atSquareOff); ms += minuteMs {
		if _, trades := exchange.SessionAt(ms); !trades {
			continue
		}
		if _, within := h.session(ms); within {
			inSession = true
		}
		inWindow = inWindow || h.inWindow(ms)
		atSquareOff = atSquareOff || h.lastSquareOff(ms) == ms
	}
	var outside []string
	for _, rule := range []struct {
		name string
		fits bool
	}{{"session", inSession}, {"windows", inWindow}, {"square_off", atSquareOff}} {
		if !rule.fits {
			outside = append(outside, rule.name)
		}
	}
	return outside
}
