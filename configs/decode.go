package configs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/velox-trading/velox/trading/spelling"
)

// decoder lays YAML text over a Go value. A library's strict decoder stops at
// the first problem; this one goes on, so that all are reported together, and
// keeps where each setting came from. A mapping is merged key by key with what
// is there, a list replaces what is there.
type decoder struct {
	file     string            // its name in messages
	where    map[string]string // path -> source
	spots    map[string]spot
	problems []Problem
	anchors  map[string]ast.Node
	depth    int
}

// spot is where a text of a setting begins. block: it is written in lines of its own
// after a |. The column is 0 when what is written is not what is read.
type spot struct {
	file         string
	line, column int
	block        bool
}

// spotOf gives the spot of a scalar.
func (d *decoder) spotOf(n ast.Node) spot {
	switch n := n.(type) {
	case *ast.LiteralNode:
		if start, value := n.Start, n.Value.GetToken(); start != nil && value != nil && start.Value == "|" {
			return spot{file: d.file, line: start.Position.Line, column: indent(value.Origin) + 1, block: true}
		}
	case *ast.StringNode:
		t := n.GetToken()
		if strings.Contains(t.Origin, "\\") || strings.Contains(strings.TrimSpace(t.Origin), "\n") {
			break
		}
		at := spot{file: d.file, line: t.Position.Line, column: t.Position.Column}
		if t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType {
			at.column++
		}
		return at
	}
	return spot{file: d.file}
}

// indent counts the spaces before a block's first line.
func indent(origin string) int {
	origin = strings.TrimLeft(origin, "\n")
	return len(origin) - len(strings.TrimLeft(origin, " "))
}

// maxDepth bounds nesting, for an alias may stand inside of its own anchor.
const maxDepth = 50

func (d *decoder) decode(text []byte, into any) {
	parsed, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return
	}
	d.anchors = make(map[string]ast.Node)
	docs := slices.DeleteFunc(parsed.Docs, func(doc *ast.DocumentNode) bool { return isEmpty(doc.Body) })
	if len(docs) > 1 {
		d.problems = append(d.problems, Problem{Where: d.file, Want: "want one YAML document, not several with --- between them"})
		return
	}
	for _, doc := range docs {
		d.value("", doc.Body, reflect.ValueOf(into).Elem())
	}
}

func isEmpty(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, comment := n.(*ast.CommentGroupNode)
	return comment
}

func (d *decoder) syntax(err error) {
	p := Problem{Where: d.file, Want: "not valid YAML: " + err.Error()}
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p.Where = fmt.Sprintf("%s:%d", d.file, at.GetToken().Position.Line)
		p.Want = "not valid YAML: " + at.GetMessage()
	}
	d.problems = append(d.problems, p)
}

func (d *decoder) at(n ast.Node) string {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return fmt.Sprintf("%s:%d", d.file, t.Position.Line)
	}
	return d.file
}

func (d *decoder) wrong(path string, n ast.Node, want string) {
	d.problems = append(d.problems, Problem{Where: d.at(n), Path: path, Value: shown(n), Want: want})
}

// wrongKey reports a key, whose name the path has already.
func (d *decoder) wrongKey(path string, key ast.Node, want string) {
	d.problems = append(d.problems, Problem{Where: d.at(key), Path: path, Want: want})
}

// shown gives a scalar's text, and nothing for what has many lines.
func shown(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.NullNode:
		return ""
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.AliasNode:
		return "*" + n.Value.GetToken().Value
	default:
		if t := n.GetToken(); t != nil {
			return t.Value
		}
		return ""
	}
}

func (d *decoder) value(path string, n ast.Node, v reflect.Value) {
	d.depth++
	defer func() { d.depth-- }()
	n, ok := d.resolve(path, n)
	if !ok {
		return
	}
	if path != "" {
		d.where[path] = d.at(n)
	}
	if _, null := n.(*ast.NullNode); null {
		d.wrong(path, n, "no value: want "+wantOf(v.Type())+"; remove the key for the default")
		return
	}
	switch {
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(path, n, v.Elem())
	case isScalar(v.Type()):
		d.scalar(path, n, v)
	case v.Kind() == reflect.Slice:
		d.list(path, n, v)
	case v.Kind() == reflect.Map, v.Kind() == reflect.Struct:
		d.mapping(path, n, v)
	default:
		panic(fmt.Sprintf("configs: setting %s has type %s, which can't be written in YAML", path, v.Type()))
	}
}

// resolve follows anchors, aliases and tags to what they stand for.
func (d *decoder) resolve(path string, n ast.Node) (ast.Node, bool) {
	for range maxDepth {
		switch t := n.(type) {
		case *ast.AnchorNode:
			d.anchors[t.Name.GetToken().Value] = t.Value
			n = t.Value
		case *ast.AliasNode:
			to, ok := d.anchors[t.Value.GetToken().Value]
			if !ok || d.depth > maxDepth {
				d.wrong(path, n, "want the name of an anchor (&name) above it that does not contain it; a text that begins with * needs quotes")
				return nil, false
			}
			n = to
		case *ast.TagNode:
			d.wrongKey(path, n, "tags are not used here: remove "+t.Start.Value)
			return nil, false
		default:
			return n, true
		}
	}
	d.wrong(path, n, "aliases point at each other")
	return nil, false
}

func (d *decoder) scalar(path string, n ast.Node, v reflect.Value) {
	if d.spots != nil {
		d.spots[path] = d.spotOf(n)
	}
	text := ""
	isString := false
	switch s := n.(type) {
	case *ast.StringNode:
		text, isString = s.Value, true
	case *ast.LiteralNode:
		text, isString = s.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		text = n.GetToken().Value
	default:
		d.wrong(path, n, "want "+wantOf(v.Type()))
		return
	}
	t := v.Type()
	switch {
	case isText(t), t == durationType:
	case t.Kind() == reflect.String && !isString:
		d.wrong(path, n, "want text: put it in quotes")
		return
	case t.Kind() != reflect.String && isString:
		d.wrong(path, n, "want "+wantOf(t)+", without quotes")
		return
	}
	if want := setText(v, text); want != "" {
		d.wrong(path, n, want)
	}
}

func (d *decoder) list(path string, n ast.Node, v reflect.Value) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(path, n, "want a list, such as [a, b]")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values))
	for i, item := range s.Values {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, list.Index(i))
	}
	v.Set(list)
}

// pairs gives the entries of a mapping; goccy has a node of its own for a
// mapping with one entry.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	default:
		return nil, false
	}
}

func (d *decoder) mapping(path string, n ast.Node, v reflect.Value) {
	entries, ok := pairs(n)
	if !ok {
		d.wrong(path, n, "want "+wantOf(v.Type()))
		return
	}
	seen := make(map[string]string, len(entries))
	for _, e := range entries {
		key := e.Key.GetToken().Value
		child := join(path, key)
		if first, twice := seen[key]; twice {
			d.wrongKey(child, e.Key, "given twice: the first is at "+first)
			continue
		}
		seen[key] = d.at(e.Key)
		if e.Key.IsMergeKey() {
			d.wrongKey(child, e.Key, "merge keys (<<) are not used here: write the keys out")
			continue
		}
		if v.Kind() == reflect.Map {
			d.entry(child, key, e.Value, v)
			continue
		}
		field, ok := fieldByKey(v, key)
		if !ok {
			d.wrongKey(child, e.Key, unknownKey(key, keysOf(v.Type())))
			continue
		}
		d.value(child, e.Value, field)
	}
}

// entry sets one key of a map, over the value that is there.
func (d *decoder) entry(path, key string, n ast.Node, m reflect.Value) {
	if m.IsNil() {
		m.Set(reflect.MakeMap(m.Type()))
	}
	v := reflect.New(m.Type().Elem()).Elem()
	if old := m.MapIndex(reflect.ValueOf(key)); old.IsValid() {
		v.Set(old)
	}
	d.value(path, n, v)
	m.SetMapIndex(reflect.ValueOf(key), v)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// keyOf gives the YAML key of a struct's field; "" for a field that is not a
// setting.
func keyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if k := keyOf(t.Field(i)); k != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if k := keyOf(v.Type().Field(i)); k != "" && k == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// unknownKey tells what was probably meant, and what there is.
func unknownKey(key string, known []string) string {
	return "unknown key: " + spelling.Hint(key, known) + "known here: " + strings.Join(known, ", ")
}
