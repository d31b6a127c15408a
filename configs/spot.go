package configs

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// spot is where something is written. Line and column count from 1, columns in
// characters; they are 0 for a source without lines, such as a variable.
type spot struct {
	source       string
	line, column int
}

// String gives "velox.yaml:12:5", or the source alone.
func (p spot) String() string {
	if p.line == 0 {
		return p.source
	}
	return fmt.Sprintf("%s:%d:%d", p.source, p.line, p.column)
}

// byPosition sorts problems as a reader meets them: the sources in the order in which
// they were read, and each from its top to its bottom.
func byPosition(problems []Problem, sources []string) {
	rank := func(p spot) int {
		if strings.HasPrefix(p.source, "flag ") {
			return len(sources) + 1
		}
		if i := slices.Index(sources, p.source); i >= 0 {
			return i
		}
		return len(sources)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		for _, d := range []int{rank(a.at) - rank(b.at), a.at.line - b.at.line, a.at.column - b.at.column} {
			if d != 0 {
				return d
			}
		}
		return 0
	})
}

// at gives where a node begins.
func (d *decoder) at(n ast.Node) spot {
	if begin, ok := d.begins[n]; ok {
		return begin
	}
	if t := firstToken(n); t != nil && t.Position != nil {
		return spot{d.file, t.Position.Line, t.Position.Column}
	}
	return spot{source: d.file}
}

// begin notes where the text of a mapping's entry begins, for the parser's own place of
// a text of many lines may be a few columns off: it is what follows the colon, remarks,
// and the name of an anchor.
func (d *decoder) begin(e *ast.MappingValueNode) {
	n := e.Value
	if a, ok := n.(*ast.AnchorNode); ok {
		n = a.Value
	}
	if _, text := n.(*ast.StringNode); !text || e.Start == nil {
		return
	}
	column := e.Start.Position.Column
	for line := e.Start.Position.Line; line <= len(d.lines); line, column = line+1, 0 {
		text := []rune(d.lines[line-1])
		for i := column; i < len(text) && text[i] != '#'; i++ {
			switch {
			case unicode.IsSpace(text[i]):
			case text[i] != '&':
				d.begins[n] = spot{d.file, line, i + 1}
				return
			default:
				for i+1 < len(text) && !unicode.IsSpace(text[i+1]) {
					i++
				}
			}
		}
	}
}

// firstToken gives the token that a node begins with; the parser's own choice for a
// mapping is a colon.
func firstToken(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

// standsAtKey tells whether a value is looked for at its key: one that goes over many
// lines, and one that is not there.
func standsAtKey(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.NullNode:
		return true
	}
	return false
}
