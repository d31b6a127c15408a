package velox_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The style of this repository that a machine can hold. docs/architecture.md
// gives the reasons; each message says what to do instead.

const (
	module           = "github.com/velox-trading/velox"
	maxFileLines     = 600
	maxFunctionLines = 70
)

// mayImport is the import DAG: for each top folder, the other top folders of
// this module that it may import. Imports point one way, from cmd to trading;
// folders of one layer don't know each other.
var mayImport = map[string][]string{
	"trading":    {},
	"messages":   {"trading"},
	"supervisor": {"trading"},
	"actors":     {"messages", "supervisor", "trading"},
	"kafka":      {"messages", "supervisor", "trading"},
	"feeds":      {"messages", "supervisor", "trading"},
	"venues":     {"messages", "supervisor", "trading"},
	"dashboard":  {"messages", "supervisor", "trading"},
	"telemetry":  {"messages", "supervisor", "trading"},
	"configs":    {"messages", "supervisor", "trading"},
	"engine":     {"actors", "kafka", "feeds", "venues", "dashboard", "telemetry", "configs", "messages", "supervisor", "trading"},
	"cmd":        {"engine", "configs", "telemetry", "trading"},
	// What serves tests and measurements stands beside the product: nothing of it
	// imports these, save tests and the exceptions below.
	"sim":   {"actors", "feeds", "messages", "supervisor", "trading"},
	"bench": {"engine", "actors", "kafka", "feeds", "telemetry", "configs", "messages", "supervisor", "trading", "sim"},
}

// exceptions let files whose path begins so import one package against the DAG.
var exceptions = []struct{ files, imports string }{
	// A backtest is a node's shards on the log in memory, which is the simulation's.
	{"engine/backtest", "sim/memlog"},
	// What is verified on a cluster is what the simulation checks, by the same checkers.
	{"engine/verify/", "sim/check"},
	// What is done to a cluster follows a plan of the simulation's kind.
	{"engine/chaos/", "sim/chaos"},
}

// testsMayImport holds for test files besides.
var testsMayImport = []string{"sim"}

// thirdParty lists, for folders that stay near the standard library, the other
// modules that their product code may use.
var thirdParty = []struct {
	folder string
	allow  []string
}{
	{"trading/strategy/rules", []string{"github.com/expr-lang/expr"}},
	{"trading", nil},
}

// banned calls in product code under folders, with what to use instead.
var banned = []struct {
	folders []string
	name    string // package.Function, or package.* for the whole package
	instead string
}{
	{[]string{"trading", "actors"}, "time.Now", "event time is an argument; the wall clock comes through actors.Clock"},
	{[]string{"trading", "actors"}, "time.Since", "event time is an argument; the wall clock comes through actors.Clock"},
	{[]string{"trading", "actors"}, "time.Until", "event time is an argument; the wall clock comes through actors.Clock"},
	{[]string{"trading", "actors"}, "math/rand.*", "a step is a pure function of its inputs"},
	{[]string{"trading", "actors"}, "math/rand/v2.*", "a step is a pure function of its inputs"},
	{append([]string{"cmd", "bench"}, libraries...), "time.LoadLocation", "trading/zone gives zones that are the same on every machine"},
	{[]string{"trading"}, "os.*", "trading has no side effects"},
	{[]string{"trading"}, "net.*", "trading has no side effects"},
	{libraries, "fmt.Print", "libraries write to an io.Writer or a logger that they are given"},
	{libraries, "fmt.Printf", "libraries write to an io.Writer or a logger that they are given"},
	{libraries, "fmt.Println", "libraries write to an io.Writer or a logger that they are given"},
	{libraries, "os.Stdout", "libraries write to an io.Writer that they are given"},
	{libraries, "os.Exit", "libraries return errors; cmd turns them into exit codes"},
	{libraries, "log.*", "libraries log to the slog.Logger that they are given"},
}

var libraries = []string{
	"trading", "messages", "supervisor", "actors", "kafka", "feeds", "venues", "dashboard", "telemetry", "configs", "engine", "sim",
}

var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "base", "shared"}

// source is one Go file to look at.
type source struct {
	path string // with slashes, from the root
	text string
	set  *token.FileSet
	file *ast.File
}

func parseSource(name, text string) (source, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	return source{path: name, text: text, set: set, file: file}, err
}

func (s source) isTest() bool    { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return ast.IsGenerated(s.file) }
func (s source) folder() string  { return path.Dir(s.path) }
func (s source) line(p token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(p).Line)
}

func under(dir, folder string) bool { return dir == folder || strings.HasPrefix(dir, folder+"/") }

// inspect gives everything that is wrong with one file.
func inspect(s source) []string {
	var bad []string
	bad = append(bad, checkImports(s)...)
	bad = append(bad, checkLeftovers(s.path, s.text)...)
	if slices.Contains(vagueNames, strings.TrimSuffix(s.file.Name.Name, "_test")) {
		bad = append(bad, s.path+": package "+s.file.Name.Name+" says nothing: name it after what it provides")
	}
	if s.generated() {
		return bad
	}
	if n := strings.Count(s.text, "\n"); n > maxFileLines {
		bad = append(bad, fmt.Sprintf("%s: %d lines, at most %d: split it", s.path, n, maxFileLines))
	}
	bad = append(bad, checkFunctions(s)...)
	if !s.isTest() {
		bad = append(bad, checkBanned(s)...)
		bad = append(bad, checkConcurrency(s)...)
		bad = append(bad, checkComments(s)...)
	}
	return bad
}

func checkImports(s source) []string {
	var bad []string
	top, _, _ := strings.Cut(s.path, "/")
	for _, spec := range s.file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		inner, ours := strings.CutPrefix(name, module+"/")
		if !ours {
			bad = append(bad, checkThirdParty(s, spec, name)...)
			continue
		}
		to, _, _ := strings.Cut(inner, "/")
		allowed, known := mayImport[top]
		switch {
		case to == top || !known && s.folder() == "." || slices.Contains(allowed, to):
		case s.isTest() && slices.Contains(testsMayImport, to):
		case excepted(s.path, inner):
		case !known:
			bad = append(bad, s.line(spec.Pos())+": folder "+top+" has no place in the import DAG: see mayImport in tidy_test.go")
		default:
			bad = append(bad, fmt.Sprintf("%s: %s must not import %s: imports point from cmd to trading, and folders of one layer don't know each other; declare a small interface and let engine join them", s.line(spec.Pos()), top, to))
		}
	}
	return bad
}

func excepted(file, imports string) bool {
	for _, e := range exceptions {
		if strings.HasPrefix(file, e.files) && imports == e.imports {
			return true
		}
	}
	return false
}

func checkThirdParty(s source, spec *ast.ImportSpec, name string) []string {
	first, _, _ := strings.Cut(name, "/")
	if s.isTest() || !strings.Contains(first, ".") {
		return nil
	}
	for _, rule := range thirdParty {
		if !under(s.folder(), rule.folder) {
			continue
		}
		if slices.ContainsFunc(rule.allow, func(a string) bool { return under(name, a) }) {
			return nil
		}
		return []string{fmt.Sprintf("%s: %s must not import %s: it stays on the standard library", s.line(spec.Pos()), rule.folder, name)}
	}
	return nil
}

// textLines counts the lines inside of a function's string literals: a scenario
// written out for people to read is text, not code.
func textLines(s source, f *ast.FuncDecl) int {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		if lit, ok := node.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			n += s.set.Position(lit.End()).Line - s.set.Position(lit.Pos()).Line
		}
		return true
	})
	return n
}

func checkFunctions(s source) []string {
	var bad []string
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := s.set.Position(f.Pos()).Line, s.set.Position(f.End()).Line
		if n := to - from + 1 - textLines(s, f); n > maxFunctionLines {
			bad = append(bad, fmt.Sprintf("%s: %s has %d lines, at most %d: split it", s.line(f.Pos()), f.Name.Name, n, maxFunctionLines))
		}
	}
	return bad
}

// concurrent are the folders of trading whose package holds something that goroutines
// share, and guards it: `.ci/run race` runs these of trading under the race detector.
var concurrent = []string{"trading/zone", "trading/strategy/compiled"}

// checkConcurrency holds that nothing else in trading starts a goroutine or guards what
// several share: a state machine belongs to who steps it.
func checkConcurrency(s source) []string {
	if !under(s.folder(), "trading") || slices.Contains(concurrent, s.folder()) {
		return nil
	}
	var bad []string
	for _, spec := range s.file.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p == "sync" || p == "sync/atomic" {
			bad = append(bad, s.line(spec.Pos())+": "+p+" in trading: a state machine belongs to who steps it")
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt:
			bad = append(bad, s.line(n.Pos())+": concurrency in trading: a state machine belongs to who steps it")
		}
		return true
	})
	return bad
}

func checkBanned(s source) []string {
	names := make(map[string]string) // local name -> import path
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(strings.TrimSuffix(p, "/v2"))
		if spec.Name != nil {
			local = spec.Name.Name
		}
		names[local] = p
	}
	var bad []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if !ok || names[pkg.Name] == "" || pkg.Obj != nil {
			return true
		}
		for _, b := range banned {
			from, name, _ := cutLast(b.name, ".")
			if from != names[pkg.Name] || name != "*" && name != sel.Sel.Name {
				continue
			}
			if slices.ContainsFunc(b.folders, func(f string) bool { return under(s.folder(), f) }) {
				bad = append(bad, fmt.Sprintf("%s: %s.%s is banned here: %s", s.line(sel.Pos()), pkg.Name, sel.Sel.Name, b.instead))
			}
		}
		return true
	})
	return bad
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// wellKnown methods are explained by the interface that they fulfil.
var wellKnown = regexp.MustCompile(`^(Error|String|Unwrap|Is|As|Len|Less|Swap|Read|Write|Close|(Un)?[Mm]arshal.*|MarshalText|ServeHTTP|Receive)$`)

// checkComments wants a doc comment on every exported function, type and
// method.
func checkComments(s source) []string {
	if s.file.Name.Name == "main" {
		return nil
	}
	var bad []string
	missing := func(p token.Pos, name string) {
		bad = append(bad, s.line(p)+": exported "+name+" has no doc comment: say what it does, its units, defaults and errors")
	}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && (d.Recv == nil || !wellKnown.MatchString(d.Name.Name)) {
				missing(d.Pos(), d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() && t.Doc == nil && d.Doc == nil {
					missing(t.Pos(), t.Name.Name)
				}
			}
		}
	}
	return bad
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// leftover marks are put together here, so that this file has none itself.
var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

func checkLeftovers(name, text string) []string {
	var bad []string
	for i, line := range strings.Split(text, "\n") {
		if m := leftover.FindString(line); m != "" {
			bad = append(bad, fmt.Sprintf("%s:%d: leftover %s: do it, or open an issue", name, i+1, m))
		}
	}
	return bad
}

// checkPackageDocs wants one comment "Package name ..." (or "Command") a package.
func checkPackageDocs(sources []source) []string {
	documented := make(map[string]bool)
	for _, s := range sources {
		if s.isTest() {
			continue
		}
		dir := s.folder()
		want := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			want = "Command " + path.Base(dir) + " "
		}
		documented[dir] = documented[dir] || s.generated() || s.file.Doc != nil && strings.HasPrefix(s.file.Doc.Text(), want)
	}
	var bad []string
	for dir, ok := range documented {
		if !ok {
			bad = append(bad, dir+": no package comment: start one file with // Package "+path.Base(dir)+" ...")
		}
	}
	slices.Sort(bad)
	return bad
}

// eachFile visits the files of the repository that are not hidden and not built.
func eachFile(t *testing.T, visit func(name string, text string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := d.Name()
			if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "bin" || base == "node_modules" || name == "data") {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go", ".md", ".yaml", ".yml", ".proto", ".py", ".sh":
		default:
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(name), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTidy(t *testing.T) {
	var sources []source
	var bad []string
	eachFile(t, func(name, text string) {
		if !strings.HasSuffix(name, ".go") {
			bad = append(bad, checkLeftovers(name, text)...)
			return
		}
		s, err := parseSource(name, text)
		if err != nil {
			bad = append(bad, err.Error())
			return
		}
		sources = append(sources, s)
		bad = append(bad, inspect(s)...)
	})
	bad = append(bad, checkPackageDocs(sources)...)
	if len(sources) < 20 {
		t.Errorf("found only %d Go files: is this the root of the repository?", len(sources))
	}
	for _, b := range bad {
		t.Error(b)
	}
}

// TestProgramWithoutTests: what is there for tests alone is no part of the program, for
// package testing adds its flags and its weight.
func TestProgramWithoutTests(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/veloxd").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(out))
	if !slices.Contains(all, module+"/engine/chaos") {
		t.Error("go list does not name what veloxd is made of")
	}
	for _, name := range all {
		if name == "testing" || strings.HasPrefix(name, "testing/") {
			t.Errorf("veloxd is linked with %s: what imports it belongs into a package of tests", name)
		}
	}
}
