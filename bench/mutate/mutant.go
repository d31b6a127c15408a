package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// mutant is a file with one comparison changed.
type mutant struct {
	name string // file:function:comparison:change, with a number when there are several alike
	file string
	text []byte
}

// changes are, for each operator, what stands in its place: its neighbour, which
// only a test at the bound can tell, and its opposite.
var changes = map[token.Token][]string{
	token.LSS: {"<=", ">="}, token.LEQ: {"<", ">"}, token.GTR: {">=", "<="}, token.GEQ: {">", "<"}, token.EQL: {"!="}, token.NEQ: {"=="},
}

// methods are the same for the comparisons of decimals.
var methods = map[string][]string{
	"Less": {"LessEq", "GreaterEq"}, "LessEq": {"Less", "Greater"}, "Greater": {"GreaterEq", "LessEq"}, "GreaterEq": {"Greater", "Less"},
}

// mutantsOf gives all mutants of a package's files that are no tests, in order.
func mutantsOf(folder string) ([]mutant, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no Go files", folder)
	}
	sort.Strings(files)
	var all []mutant
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		list, err := mutantsIn(filepath.ToSlash(filepath.Clean(file)), text)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func mutantsIn(file string, text []byte) ([]mutant, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, text, 0)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(tree) {
		return nil, nil
	}
	var all []mutant
	named := make(map[string]int)
	for _, d := range tree.Decls {
		function := "var"
		if f, ok := d.(*ast.FuncDecl); ok {
			function = f.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			at, was, by := comparison(n)
			for _, to := range by {
				from := set.Position(at).Offset
				expression := string(text[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
				name := fmt.Sprintf("%s:%s:%s:%s", file, function, strings.Join(strings.Fields(expression), " "), to)
				if named[name]++; named[name] > 1 {
					name = fmt.Sprintf("%s:%d", name, named[name])
				}
				all = append(all, mutant{name: name, file: file, text: slices.Concat(text[:from], []byte(to), text[from+len(was):])})
			}
			return true
		})
	}
	return all, nil
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
