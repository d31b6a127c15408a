package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutated is a package's source in which every comparison stands in all its forms, and
// every value of a switch's cases in two, of which one never matches: the variable
// chosen tells at run time which mutant it is, so all are compiled at once. Only the
// chosen form is evaluated.
type mutated struct {
	name    string            // of the package
	files   map[string]string // text by file
	mutants []string          // names; the first is number 1
}

// chosen is the variable's name, and 0 in it chooses no mutant.
const chosen = "mutantChosen"

// changes are, for each operator, what stands in its place: its neighbour, which
// only a test at the bound can tell, and its opposite.
var changes = map[token.Token][]string{
	token.LSS: {"<=", ">="}, token.LEQ: {"<", ">"}, token.GTR: {">=", "<="}, token.GEQ: {">", "<"}, token.EQL: {"!="}, token.NEQ: {"=="},
}

// methods are the same for the comparisons of decimals.
var methods = map[string][]string{
	"Less": {"LessEq", "GreaterEq"}, "LessEq": {"Less", "Greater"}, "Greater": {"GreaterEq", "LessEq"}, "GreaterEq": {"Greater", "Less"},
}

// mutatedOf makes all mutants of a package's files that are no tests, in order.
func mutatedOf(folder string) (*mutated, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no Go files", folder)
	}
	slices.Sort(files)
	m := &mutated{files: make(map[string]string)}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := m.add(filepath.ToSlash(filepath.Clean(file)), string(text)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// place is a piece of a file that stands in other forms in the mutated source. One that
// lies in another is in that one's forms, too.
type place struct {
	start, end int
	// write gives its text; forms gives that of a piece of it.
	write func(forms func(from, to int) string) string
}

// add takes a file in.
func (m *mutated) add(file, text string) error {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, text, 0)
	if err != nil {
		return err
	}
	m.name = tree.Name.Name
	if ast.IsGenerated(tree) {
		return nil
	}
	f := &source{m: m, file: file, text: text, set: set, named: make(map[string]int)}
	for _, d := range tree.Decls {
		f.function = "var"
		switch d := d.(type) {
		case *ast.FuncDecl:
			f.function = d.Name.Name
		case *ast.GenDecl:
			if d.Tok == token.CONST {
				continue // nothing in it is chosen at run time
			}
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.SwitchStmt); ok && s.Tag != nil {
				f.cases(s)
			} else if at, was, by := comparison(n); len(by) > 0 {
				f.comparison(n, f.offset(at), was, by)
			}
			return true
		})
	}
	// What is in another piece comes after it.
	slices.SortStableFunc(f.places, func(a, b place) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	m.files[file] = f.forms(f.places)(0, len(text))
	return nil
}

// source is a file that mutants are made of.
type source struct {
	m              *mutated
	file, function string
	text           string
	set            *token.FileSet
	named          map[string]int
	places         []place
}

func (f *source) offset(p token.Pos) int { return f.set.Position(p).Offset }

// mutant makes one and gives its number.
func (f *source) mutant(what, to string) int {
	name := fmt.Sprintf("%s:%s:%s:%s", f.file, f.function, strings.Join(strings.Fields(what), " "), to)
	if f.named[name]++; f.named[name] > 1 {
		name = fmt.Sprintf("%s:%d", name, f.named[name])
	}
	f.m.mutants = append(f.m.mutants, name)
	return len(f.m.mutants)
}

// comparison makes a mutant of each word that may stand for the one at a place.
func (f *source) comparison(n ast.Node, at int, was string, by []string) {
	start, end := f.offset(n.Pos()), f.offset(n.End())
	numbers := make([]int, len(by))
	for i, to := range by {
		numbers[i] = f.mutant(f.text[start:end], to)
	}
	f.places = append(f.places, place{start, end, func(forms func(from, to int) string) string {
		left, right := forms(start, at), forms(at+len(was), end)
		some, asIs := "", ""
		for i, to := range by {
			some += fmt.Sprintf("%s == %d && (%s) || ", chosen, numbers[i], left+to+right)
			asIs += fmt.Sprintf("%s != %d && ", chosen, numbers[i])
		}
		return "(" + some + asIs + "(" + left + was + right + "))"
	}})
}

// tag is the name of the variable with the value that a switch is on.
const tag = "mutantTag"

// cases makes a mutant of each value of a switch's cases, which never matches. The
// switch becomes one without a tag. One that has a statement before the tag has no room
// for a variable: its cases work the tag out each time.
func (f *source) cases(s *ast.SwitchStmt) {
	start, end := f.offset(s.Tag.Pos()), f.offset(s.Tag.End())
	before := len(f.places)
	for _, clause := range s.Body.List {
		for _, value := range clause.(*ast.CaseClause).List {
			from, to := f.offset(value.Pos()), f.offset(value.End())
			number := f.mutant("case "+f.text[from:to], "never")
			f.places = append(f.places, place{from, to, func(forms func(from, to int) string) string {
				of := tag
				if s.Init != nil {
					of = "(" + f.forms(f.places)(start, end) + ")"
				}
				return fmt.Sprintf("%s != %d && %s == (%s)", chosen, number, of, forms(from, to))
			}})
		}
	}
	if len(f.places) == before {
		return // there is nothing but a default
	}
	if s.Init != nil {
		first, last := f.offset(s.Init.Pos()), f.offset(s.Init.End())
		f.places = append(f.places, place{first, end, func(forms func(from, to int) string) string { return forms(first, last) + ";" }})
		return
	}
	f.places = append(f.places, place{start, end, func(forms func(from, to int) string) string {
		return tag + " := " + forms(start, end) + ";"
	}})
}

// forms writes pieces of a text with all forms of the places in them, sorted.
func (f *source) forms(places []place) func(from, to int) string {
	return func(from, to int) string {
		var b strings.Builder
		for i, c := range places {
			if c.start < from || c.end > to {
				continue
			}
			b.WriteString(f.text[from:c.start])
			b.WriteString(c.write(f.forms(places[i+1:])))
			from = c.end
		}
		return b.String() + f.text[from:to]
	}
}

// comparison tells where a node compares, by what word, and what may stand in its
// place. Comparisons with nil are left alone: what they guard would panic.
func comparison(n ast.Node) (at token.Pos, was string, by []string) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if isNil(n.X) || isNil(n.Y) {
			return 0, "", nil
		}
		return n.OpPos, n.Op.String(), changes[n.Op]
	case *ast.CallExpr:
		if s, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) == 1 {
			return s.Sel.Pos(), s.Sel.Name, methods[s.Sel.Name]
		}
	}
	return 0, "", nil
}

func isNil(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "nil"
}
