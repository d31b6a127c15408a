package configs

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/spelling"
)

// environment holds the variables that concern Velox.
type environment struct {
	values map[string]string
}

// readEnv keeps VELOX_* and KAFKA_* variables that have a value; a variable set
// to nothing counts as not set, as compose files make them.
func readEnv(environ []string) environment {
	e := environment{values: make(map[string]string)}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if value != "" && (strings.HasPrefix(name, "VELOX_") || strings.HasPrefix(name, "KAFKA_")) {
			e.values[name] = value
		}
	}
	return e
}

func (e environment) joins() bool { return e.values["KAFKA_BOOTSTRAP_SERVERS"] != "" }

// EnvName gives the variable that sets a setting: KAFKA_ACKS for kafka.acks, the
// seed's names, and VELOX_HTTP_ADDRESS for http.address.
func EnvName(path string) string {
	name := strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
	if strings.HasPrefix(path, "kafka.") {
		return name
	}
	return "VELOX_" + name
}

// notSetting tells of variables that Velox's commands and tests read for other ends.
func notSetting(name string) bool {
	if name == "VELOX_CONFIG" || strings.HasPrefix(name, "VELOX_REQUIRE_") || strings.HasPrefix(name, "VELOX_TEST_") {
		return true
	}
	// What Kubernetes sets in every pod beside a service with the name velox.
	for _, mark := range []string{"_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"} {
		if strings.Contains(name, mark) {
			return true
		}
	}
	return name == "VELOX_PORT"
}

// secretFiles reads secrets from the files that variables with _FILE name, as
// container platforms hand them over; a line end at the end is not part of it.
func (l *loader) secretFiles(e environment) {
	eachSetting("", reflect.ValueOf(l.config).Elem(), func(path string, v reflect.Value) {
		name := EnvName(path) + "_FILE"
		if _, secret := v.Interface().(Secret); !secret || e.values[name] == "" {
			return
		}
		where := "environment variable " + name
		text, err := os.ReadFile(e.values[name])
		if err != nil {
			l.wrong(where, path, e.values[name], "want a file that can be read: "+err.Error())
			return
		}
		l.set(path, strings.TrimRight(string(text), "\r\n"), where)
	})
}

// misspelt tells whether a variable is two letters or less away from one that sets
// something.
func misspelt(name string, paths map[string]string) bool {
	for known := range paths {
		if spelling.Distance(name, known) <= 2 {
			return true
		}
	}
	return false
}

// environment sets what the variables say. A VELOX_ variable that names no
// setting is wrong; KAFKA_ ones belong to other programs, too, so that only what
// can be nothing but a slip is.
func (l *loader) environment(e environment) {
	l.secretFiles(e)
	paths := make(map[string]string)
	eachSetting("", reflect.ValueOf(l.config).Elem(), func(path string, _ reflect.Value) { paths[EnvName(path)] = path })
	for _, name := range slices.Sorted(maps.Keys(e.values)) {
		where := "environment variable " + name
		switch path, known := paths[name]; {
		case known:
			l.set(path, e.values[name], where)
		case strings.HasPrefix(name, "VELOX_") && !notSetting(name), strings.HasPrefix(name, "KAFKA_") && misspelt(name, paths):
			l.wrong(where, "", e.values[name], "no setting has this variable: "+nearestEnv(name, paths))
		}
	}
}

func nearestEnv(name string, paths map[string]string) string {
	best, least := "", len(name)
	for _, known := range slices.Sorted(maps.Keys(paths)) {
		if d := spelling.Distance(name, known); d < least {
			best, least = known, d
		}
	}
	if best == "" || least > len(name)/3 {
		return "docs/configuration.md lists all"
	}
	return "did you mean " + best + "?"
}
