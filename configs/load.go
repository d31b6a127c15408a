package configs

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/spelling"
)

//go:embed velox.yaml
var shippedDefaults []byte

//go:embed demo.yaml
var shippedDemo []byte

// shipped begins the names of embedded files in messages.
const shipped = "shipped "

// DemoMode says whether the demo's settings are laid over the defaults: the
// simulated market, its accounts and strategies.
type DemoMode int

// The modes of the demo.
const (
	// DemoAuto: when nothing says otherwise, that is without a file and without
	// bootstrap servers.
	DemoAuto DemoMode = iota
	DemoOn
	DemoOff
)

// Override is one setting from the command line.
type Override struct {
	// Path is the setting, "http.address"; Value its text, for a list with commas
	// between the elements.
	Path, Value string
	// Flag is its name for messages, "--http-address".
	Flag string
}

// Sources are what Load reads, in rising order of weight: the shipped defaults,
// the demo, the file, the environment, the flags.
type Sources struct {
	Demo DemoMode
	// File is a YAML file; empty: the one that VELOX_CONFIG names, or none.
	File string
	// Env is the environment as os.Environ gives it.
	Env   []string
	Flags []Override
}

// Load reads and checks a configuration. Everything that is wrong in any source
// is in one *Error; a file that can't be read is an error of its own.
func Load(s Sources) (*Config, error) {
	l := newLoader()
	l.yaml(shipped+"velox.yaml", shippedDefaults)
	if len(l.problems) > 0 {
		panic((&Error{l.problems}).Error())
	}
	env := readEnv(s.Env)
	if s.File == "" {
		s.File = env.values["VELOX_CONFIG"]
	}
	if s.Demo == DemoOn || s.Demo == DemoAuto && s.File == "" && !env.joins() && !joins(s.Flags) {
		l.yaml(shipped+"demo.yaml", shippedDemo)
	}
	if s.File != "" {
		text, err := os.ReadFile(s.File)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		l.over(l.config, kindConfiguration, filepath.Base(s.File), text)
		l.relative(filepath.Dir(s.File))
	}
	l.environment(env)
	l.overrides(s.Flags)
	return l.finish()
}

// Parse checks one YAML text over the shipped defaults, without environment and
// flags; name stands for it in messages, and files that it names are beside it.
func Parse(name string, text []byte) (*Config, error) {
	l := newLoader()
	l.yaml(shipped+"velox.yaml", shippedDefaults)
	l.yaml(name, text)
	l.relative(filepath.Dir(name))
	return l.finish()
}

type loader struct {
	config   *Config
	sources  []string // files in the order in which they were read
	where    map[string]spot
	keys     map[string]spot
	scalars  map[string]scalar
	meant    []string
	bare     []string
	problems []Problem
}

func newLoader() loader {
	return loader{
		config: &Config{}, where: make(map[string]spot), keys: make(map[string]spot), scalars: make(map[string]scalar),
	}
}

// yaml lays a text of settings over what is there.
func (l *loader) yaml(name string, text []byte) { l.over(l.config, nil, name, text) }

// over lays a text over what is there; a file must be of the kind.
func (l *loader) over(into any, kind *fileKind, name string, text []byte) {
	d := newDecoder(name)
	d.kind = kind
	d.decode(text, into)
	l.problems = append(l.problems, d.problems...)
	l.sources = append(l.sources, name)
	l.meant, l.bare = append(l.meant, d.meant...), append(l.bare, d.bare...)
	l.merge(d)
}

// merge notes where a text's settings stand. Replacing a list must not leave sources
// of the old one's elements.
func (l *loader) merge(d *decoder) {
	for path := range l.where {
		list, _, inList := strings.Cut(path, "[")
		if _, replaced := d.where[list]; inList && replaced {
			delete(l.where, path)
			delete(l.keys, path)
			delete(l.scalars, path)
		}
	}
	maps.Copy(l.where, d.where)
	maps.Copy(l.keys, d.keys)
	maps.Copy(l.scalars, d.scalars)
}

// relative makes paths in the file relative to the file, not to where the
// program was started.
func (l *loader) relative(dir string) {
	for _, f := range []*string{&l.config.Topics.File, &l.config.Calendars.File, &l.config.History.Directory} {
		if *f != "" && !filepath.IsAbs(*f) {
			*f = filepath.Join(dir, *f)
		}
	}
}

// set gives one setting a value from outside of YAML.
func (l *loader) set(path, value, where string) {
	v, ok := settingAt(reflect.ValueOf(l.config).Elem(), path)
	if !ok {
		l.wrong(where, path, value, "no such setting: "+nearestPath(path))
		return
	}
	l.where[path] = spot{source: where}
	var want string
	switch _, secret := v.Interface().(Secret); {
	case secret && strings.HasPrefix(where, "flag "):
		value, want = "", "is a secret, and command lines are seen by all: want the variable "+EnvName(path)+" or "+EnvName(path)+"_FILE"
	case isScalar(v.Type()):
		want = setText(v, value)
	case isList(v.Type()):
		want = setList(v, value)
	default:
		want = "is no single value: set it in a file"
	}
	if want != "" {
		l.wrong(where, path, value, want)
	}
}

// wrong reports what is wrong in a source without lines.
func (l *loader) wrong(source, path, value, want string) {
	l.problems = append(l.problems, problemAt(spot{source: source}, path, value, want))
}

func (l *loader) overrides(flags []Override) {
	for _, f := range flags {
		l.set(f.Path, f.Value, "flag "+f.Flag)
	}
}

func joins(flags []Override) bool {
	return slices.ContainsFunc(flags, func(f Override) bool {
		return f.Path == "kafka.bootstrap_servers" && f.Value != ""
	})
}

func (l *loader) finish() (*Config, error) {
	l.accountDefaults()
	c := l.checker()
	c.walk("", reflect.ValueOf(l.config).Elem())
	c.crossChecks(l.config)
	c.accounts(l.config)
	if problems := append(c.problems, l.readCalendars()...); len(problems) > 0 {
		byPosition(problems, l.sources)
		return nil, &Error{Problems: problems}
	}
	l.config.where = l.where
	byPosition(c.warnings, l.sources)
	l.config.warnings = c.warnings
	return l.config, nil
}

// checker begins with the problems that were found so far.
func (l *loader) checker() checker {
	c := checker{where: l.where, keys: l.keys, scalars: l.scalars, bare: l.bare, reported: make(map[string]bool), problems: l.problems}
	for _, p := range l.problems {
		c.reported[p.Path] = true
	}
	for _, path := range l.meant {
		c.reported[path] = true
	}
	return c
}

// settingAt finds a setting by its path of keys.
func settingAt(v reflect.Value, path string) (reflect.Value, bool) {
	for key := range strings.SplitSeq(path, ".") {
		if v.Kind() != reflect.Struct {
			return reflect.Value{}, false
		}
		var ok bool
		if v, ok = fieldByKey(v, key); !ok {
			return reflect.Value{}, false
		}
	}
	return v, true
}

// Setting is one setting as it is in force.
type Setting struct {
	Path  string `json:"path"`
	Value string `json:"value"`
	Where string `json:"where"`
}

// Settings lists every setting that is one value or a list of such, in the order
// of the defaults' file. Accounts and fault rules are not in it.
func (c *Config) Settings() []Setting {
	var out []Setting
	eachSetting("", reflect.ValueOf(c).Elem(), func(path string, v reflect.Value) {
		out = append(out, Setting{Path: path, Value: textOf(v), Where: c.Where(path)})
	})
	return out
}

// eachSetting visits all settings that the environment and flags can set.
func eachSetting(path string, v reflect.Value, visit func(path string, v reflect.Value)) {
	for i := range v.NumField() {
		key := keyOf(v.Type().Field(i))
		if key == "" {
			continue
		}
		child, p := v.Field(i), join(path, key)
		switch {
		case isScalar(child.Type()) || isList(child.Type()):
			visit(p, child)
		case child.Kind() == reflect.Struct:
			eachSetting(p, child, visit)
		}
	}
}

// nearestPath names the setting that was probably meant.
func nearestPath(path string) string {
	best, least := "", len(path)
	eachSetting("", reflect.ValueOf(&Config{}).Elem(), func(p string, _ reflect.Value) {
		if d := spelling.Distance(path, p); d < least {
			best, least = p, d
		}
	})
	if best == "" || least > len(path)/2 {
		return "docs/configuration.md lists all"
	}
	return "did you mean " + best + "?"
}
