package configs

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// fileKind is a kind of file that Velox reads.
type fileKind struct {
	name string
	// belongs says how such a file is given.
	belongs string
}

var (
	kindConfiguration = &fileKind{"a configuration", "--config (or VELOX_CONFIG) names it"}
	kindCalendars     = &fileKind{"a file of calendars", "the setting calendars.file names it, as in --set calendars.file=PATH"}
	kindTopics        = &fileKind{"a file of topics", "the setting topics.file names it, as in --set topics.file=PATH"}
	kindTicks         = &fileKind{"a file of ticks", "`veloxd replay` and `veloxd backtest` take it, and the setting history.directory names a folder of such"}
	kindCandles       = &fileKind{"a file of candles", "the setting history.directory names a folder of such"}
	kindScenario      = &fileKind{"a scenario", "`veloxd test` runs it"}
)

// insteadOf says what a file is that was given as one of another kind.
func (k *fileKind) insteadOf(wanted *fileKind) string {
	return "this is " + k.name + ", not " + wanted.name + ": " + k.belongs
}

// kindOfText tells the kind of a file that is no YAML, by its name or its first line;
// nil: it may be YAML.
func kindOfText(name string, text []byte) *fileKind {
	switch first, _, _ := strings.Cut(string(text), "\n"); {
	case filepath.Ext(name) == ".scenario":
		return kindScenario
	case strings.HasPrefix(first, "symbol,exchange,timestamp_ms,"):
		return kindTicks
	case strings.HasPrefix(first, "symbol,exchange,timeframe,"):
		return kindCandles
	}
	return nil
}

// kindOf tells the kind of a YAML file by its uppermost keys; nil: by these it may be any,
// or is none.
func kindOf(root ast.Node) *fileKind {
	entries, _ := pairs(root)
	settings := keysOf(reflect.TypeFor[Config]())
	ofSettings, ofTopics, hours, listed := 0, 0, 0, false
	for _, e := range entries {
		_, list := e.Value.(*ast.SequenceNode)
		switch key := e.Key.GetToken().Value; {
		case key == "topics" && list: // a mapping is settings
			listed = true
			ofTopics++
		case key == "profiles":
			ofTopics++
		case slices.Contains(settings, key):
			ofSettings++
		case hasHours(e.Value):
			hours++
		}
	}
	switch {
	case listed && ofTopics == len(entries):
		return kindTopics
	case ofSettings > 0 && ofSettings == len(entries):
		return kindConfiguration
	case hours > 0 && ofSettings == 0:
		return kindCalendars
	}
	return nil
}

// hasHours tells whether a value has a key of an exchange's hours.
func hasHours(n ast.Node) bool {
	if a, ok := n.(*ast.AnchorNode); ok {
		n = a.Value
	}
	known := keysOf(reflect.TypeFor[exchangeHours]())
	entries, _ := pairs(n)
	return slices.ContainsFunc(entries, func(e *ast.MappingValueNode) bool { return slices.Contains(known, e.Key.GetToken().Value) })
}
