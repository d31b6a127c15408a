package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `package sample

func Cheap(price, limit int) bool { return price < limit }

func Same(a, b int, p *int) bool { return p != nil && a == b }
`

func TestMutants(t *testing.T) {
	list, err := mutantsIn("x/sample.go", []byte(sample+"\nfunc more(d D) bool { return d.Less(d) || d.Less(d) }\n"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range list {
		names = append(names, m.name)
		if string(m.text) == sample || strings.Count(string(m.text), "\n") != 7 {
			t.Errorf("%s: %s", m.name, m.text)
		}
	}
	want := []string{
		"x/sample.go:Cheap:price < limit:<=", "x/sample.go:Cheap:price < limit:>=", "x/sample.go:Same:a == b:!=",
		"x/sample.go:more:d.Less(d):LessEq", "x/sample.go:more:d.Less(d):GreaterEq",
		"x/sample.go:more:d.Less(d):LessEq:2", "x/sample.go:more:d.Less(d):GreaterEq:2",
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("mutants\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
}

// TestRun: a test at the bound kills every mutant; one away from it lets one live.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		test  string
		lived int
	}{
		"at the bound": {"Cheap(2, 2) || !Cheap(1, 2) || Same(1, 2, new(int)) || !Same(1, 1, new(int))", 0},
		"away from it": {"Cheap(3, 2) || !Cheap(1, 2) || Same(1, 2, new(int)) || !Same(1, 1, new(int))", 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{
				"go.mod": "module sample\n\ngo 1.26\n", "sample.go": sample,
				"sample_test.go": "package sample\n\nimport \"testing\"\n\nfunc TestAll(t *testing.T) {\n\tif " + c.test + " {\n\t\tt.Error()\n\t}\n}\n",
			} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			var out strings.Builder
			lived, err := run(t.Context(), []string{"."}, nil, "", &out)
			if err != nil || lived != c.lived || !strings.HasSuffix(out.String(), " can't be told apart\n") {
				t.Errorf("%d live, %v: %s", lived, err, out.String())
			}
			if c.lived == 1 && !strings.HasPrefix(out.String(), "lives: sample.go:Cheap:price < limit:<=\n") {
				t.Errorf("prints %s", out.String())
			}
		})
	}
}

func TestEquivalent(t *testing.T) {
	for text, ok := range map[string]bool{
		"# words\n\na.go:f:x < y:<=  # both give the same\n": true,
		"a.go:f:x < y:<=\n": false,
		"nonsense  # why\n": false,
	} {
		if _, err := parseEquivalent(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
