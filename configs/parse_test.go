package configs

import (
	"path/filepath"
	"testing"
)

// TestParseNamesFilesBesideTheText: what a text names is looked for where the text
// is.
func TestParseNamesFilesBesideTheText(t *testing.T) {
	for name, want := range map[string]string{
		filepath.Join("dir", "mine.yaml"): filepath.Join("dir", "past"),
		"mine.yaml":                       "past",
	} {
		c, err := Parse(name, []byte("history: {directory: past}"))
		if err != nil || c.History.Directory != want {
			t.Errorf("%s looks in %v, %v; want %s", name, c, err, want)
		}
	}
}
