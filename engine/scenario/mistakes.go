package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Mistake is one thing that is written wrong in a scenario.
type Mistake struct {
	// Line and Column, in characters, are both from 1; 0 for the file as a whole.
	Line, Column int
	What         string
}

// Mistakes is the error of a scenario that is written wrong: all that was found, in
// the order of the lines.
type Mistakes struct {
	// Name stands for the scenario in the text.
	Name string
	List []Mistake
}

// mostTold bounds the lines of an error.
const mostTold = 100

// Error tells each mistake with its place: in one line when there is one, else in a
// line each.
func (m *Mistakes) Error() string {
	if len(m.List) == 1 {
		return m.tell(m.List[0])
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d mistakes", m.Name, len(m.List))
	for _, one := range m.List[:min(len(m.List), mostTold)] {
		b.WriteString("\n  " + m.tell(one))
	}
	if more := len(m.List) - mostTold; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}

func (m *Mistakes) tell(one Mistake) string {
	if one.Line == 0 {
		return m.Name + ": " + one.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", m.Name, one.Line, one.Column, one.What)
}

// Sort puts the mistakes in the order of the lines; those of the file as a whole are
// the last.
func (m *Mistakes) Sort() {
	slices.SortStableFunc(m.List, func(a, b Mistake) int {
		if a.Line == 0 || b.Line == 0 {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// wordError is what is wrong with one word of a line, from 0.
type wordError struct {
	word int
	error
}

func (e *wordError) Unwrap() error { return e.error }

// atWord says which word of its line an error is of; nil for nil.
func atWord(word int, err error) error {
	if err == nil {
		return nil
	}
	return &wordError{word, err}
}

// wrong notes an error of a line, or each of those that it joins.
func (p *parser) wrong(line string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			p.wrong(line, e)
		}
		return
	}
	word := 0
	if at := (*wordError)(nil); errors.As(err, &at) {
		word = at.word
	}
	columns := columnsOf(line)
	p.mistakes = append(p.mistakes, Mistake{p.line, columns[min(word, len(columns)-1)], err.Error()})
}

// columnsOf gives where the words of a line begin.
func columnsOf(line string) []int {
	var columns []int
	blank := true
	for i, r := range []rune(line) {
		if b := unicode.IsSpace(r); b != blank {
			if blank = b; !b {
				columns = append(columns, i+1)
			}
		}
	}
	return columns
}
