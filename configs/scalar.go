package configs

import (
	"strconv"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// scalar is a text as a file has it, so that a place in the text can be found in the
// file, however it is written: plain, in quotes, or as a block after | or >.
//
// YAML changes blanks and line ends in many ways, and nothing else: so the nth
// character of the value that is no blank is the nth of what is written.
type scalar struct {
	at    spot     // of the first character, the quote, or the | or >
	style byte     // ' or ", | for a block of either kind, 0 for a plain text
	lines []string // of the file
	value string
}

// scalarOf gives a text's scalar; false for a node that is none.
func (d *decoder) scalarOf(n ast.Node) (scalar, bool) {
	s := scalar{at: d.at(n), lines: d.lines}
	switch n := n.(type) {
	case *ast.LiteralNode:
		s.style, s.value = '|', n.Value.Value
	case *ast.StringNode:
		s.value = n.Value
		switch n.GetToken().Type {
		case token.SingleQuoteType:
			s.style = '\''
		case token.DoubleQuoteType:
			s.style = '"'
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s.value = n.GetToken().Value
	default:
		return s, false
	}
	return s, true
}

// locate gives the place of the value's nth character, from 0. It is that of the whole
// text when what is written can't be told.
func (s *scalar) locate(n int) spot {
	value := []rune(s.value)
	written := s.written(value)
	here, after := s.at, s.at
	for i := 0; i < len(value) && i <= n; i++ {
		here = after
		if unicode.IsSpace(value[i]) {
			after.column++
			continue
		}
		if len(written) == 0 || written[0].r != value[i] {
			return s.at
		}
		here, after = written[0].at, written[0].at
		after.column += written[0].width
		written = written[1:]
	}
	if n >= len(value) {
		return after
	}
	return here
}

// mark is one character that is no blank, as it is written; width is more than 1 for
// one with an escape.
type mark struct {
	r     rune
	at    spot
	width int
}

// written reads as many characters that are no blanks as the value has.
func (s *scalar) written(value []rune) []mark {
	var list []mark
	count := 0
	for _, r := range value {
		if !unicode.IsSpace(r) {
			count++
		}
	}
	line, column := s.at.line, s.at.column
	switch s.style {
	case '|':
		line, column = line+1, 1
	case '\'', '"':
		column++
	}
	for ; line <= len(s.lines) && len(list) < count; line, column = line+1, 1 {
		text := []rune(s.lines[line-1])
		for i := column - 1; i < len(text) && len(list) < count; {
			r, width := s.read(text[i:])
			if width == 0 {
				return list
			}
			if !unicode.IsSpace(r) {
				list = append(list, mark{r, spot{s.at.source, line, i + 1}, width})
			}
			i += width
		}
	}
	return list
}

// escapes are what letters after a \ stand for; those with digits are not among them.
var escapes = map[rune]rune{
	'0': 0, 'a': '\a', 'b': '\b', 't': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': 0x1b,
	'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}

// read gives the character that a text begins with, and how many it is written with;
// 0 at the end of what is in quotes. A \ at the end of a line counts as a blank.
func (s *scalar) read(text []rune) (rune, int) {
	quote := rune(s.style)
	switch {
	case quote == '\'' && text[0] == quote:
		if len(text) > 1 && text[1] == quote {
			return quote, 2
		}
		return 0, 0
	case quote == '"' && text[0] == quote:
		return 0, 0
	case quote != '"' || text[0] != '\\':
		return text[0], 1
	case len(text) == 1:
		return ' ', 1
	}
	if digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[text[1]]; digits > 0 {
		width := 2 + digits
		code, err := strconv.ParseUint(string(text[2:min(width, len(text))]), 16, 32)
		if err != nil {
			return 0, 0
		}
		return rune(code), width
	}
	if r, ok := escapes[text[1]]; ok {
		return r, 2
	}
	return text[1], 2
}
