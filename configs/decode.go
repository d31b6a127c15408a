package configs

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
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
	kind     *fileKind         // what it must be; nil: a text whose kind is known
	lines    []string          // its text
	where    map[string]spot   // by path
	keys     map[string]spot   // of the keys themselves, by path
	scalars  map[string]scalar // by path
	begins   map[ast.Node]spot
	meant    []string // paths that unknown keys were probably meant to be
	bare     []string // paths of texts that are written like numbers or truths
	problems []Problem
	anchors  map[string]ast.Node
	depth    int
}

func newDecoder(file string) *decoder {
	return &decoder{
		file: file, anchors: make(map[string]ast.Node),
		where: make(map[string]spot), keys: make(map[string]spot), scalars: make(map[string]scalar),
		begins: make(map[ast.Node]spot),
	}
}

// maxDepth bounds nesting, for an alias may stand inside of its own anchor.
const maxDepth = 50

func (d *decoder) decode(text []byte, into any) {
	d.lines = strings.Split(string(text), "\n")
	if d.another(kindOfText(d.file, text)) {
		return
	}
	parsed, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return
	}
	docs := slices.DeleteFunc(parsed.Docs, func(doc *ast.DocumentNode) bool { return isEmpty(doc.Body) })
	if len(docs) > 1 {
		d.report(spot{source: d.file}, "", "", "want one YAML document, not several with --- between them")
		return
	}
	for _, doc := range docs {
		if d.another(kindOf(doc.Body)) {
			return
		}
		d.value("", doc.Body, reflect.ValueOf(into).Elem())
	}
}

// another reports a file of another kind than it must be: that alone, for everything in
// it would be wrong.
func (d *decoder) another(is *fileKind) bool {
	if d.kind == nil || is == nil || is == d.kind {
		return false
	}
	d.report(spot{source: d.file}, "", "", is.insteadOf(d.kind))
	return true
}

func isEmpty(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, comment := n.(*ast.CommentGroupNode)
	return comment
}

func (d *decoder) syntax(err error) {
	where, message := spot{source: d.file}, err.Error()
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p := at.GetToken().Position
		where.line, where.column, message = p.Line, p.Column, at.GetMessage()
	}
	switch {
	case strings.Contains(message, "\t"):
		message = "a tab stands where only blanks may: indent with blanks"
	case strings.HasPrefix(message, "mapping value is not allowed"):
		message = "a key can't stand here; a text that has a colon and a blank in it needs quotes"
	}
	d.report(where, "", "", "not valid YAML: "+message)
}

func (d *decoder) report(at spot, path, value, want string) {
	d.problems = append(d.problems, problemAt(at, path, value, want))
}

func (d *decoder) wrong(path string, n ast.Node, want string) {
	d.report(d.place(path, n), path, shown(n), want)
}

// wrongKey reports a key, whose name the path has already.
func (d *decoder) wrongKey(path string, key ast.Node, want string) {
	d.report(d.at(key), path, "", want)
}

// place gives where to look for a value of a path.
func (d *decoder) place(path string, n ast.Node) spot {
	if key, ok := d.keys[path]; ok && standsAtKey(n) {
		return key
	}
	return d.at(n)
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
		d.where[path] = d.place(path, n)
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
	if s, ok := d.scalarOf(n); ok {
		d.scalars[path] = s
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
	switch kind := n.GetToken().Type; {
	case isText(t), t == durationType:
	case t.Kind() == reflect.String && !isString:
		d.bare = append(d.bare, path)
	case t.Kind() != reflect.String && (kind == token.SingleQuoteType || kind == token.DoubleQuoteType):
		d.wrong(path, n, "want "+wantOf(t)+", without quotes")
		return
	}
	if want := setText(v, text); want != "" {
		if thousands.MatchString(text) {
			want += ", without commas"
		}
		d.wrong(path, n, want)
	}
}

// thousands are numbers as people write them.
var thousands = regexp.MustCompile(`^-?[0-9]+(,[0-9]+)+(\.[0-9]+)?$`)

func (d *decoder) list(path string, n ast.Node, v reflect.Value) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		want := "want a list, such as [a, b]"
		if _, mapping := pairs(n); mapping {
			want = "want a list: begin each of its elements with a dash"
		}
		d.wrong(path, n, want)
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
	hollow := "" // the key before, when it has no value
	for i, e := range entries {
		if i > 0 {
			hollow = hollowKey(entries[i-1], hollow)
		}
		key := e.Key.GetToken().Value
		child := join(path, key)
		if first, twice := seen[key]; twice {
			d.wrongKey(child, e.Key, "given twice: the first is at "+first)
			continue
		}
		d.begin(e)
		seen[key], d.keys[child] = d.at(e.Key).String(), d.at(e.Key)
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
			known := keysOf(v.Type())
			want := unknownKey(key, known)
			if hollow != "" {
				want = "unknown key: when it belongs to " + hollow + ", indent it further than that"
			}
			d.wrongKey(child, e.Key, want)
			d.meant = append(d.meant, join(path, spelling.Nearest(key, known)))
			continue
		}
		d.value(child, e.Value, field)
	}
}

// hollowKey gives the key of an entry without a value, or the one before it when that
// goes on.
func hollowKey(e *ast.MappingValueNode, before string) string {
	if _, null := e.Value.(*ast.NullNode); null {
		return e.Key.GetToken().Value
	}
	return before
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
