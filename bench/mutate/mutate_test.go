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
	m := &mutated{files: make(map[string]string)}
	if err := m.add("x/sample.go", sample+"\nfunc more(d D) bool { return d.Less(d) || d.Less(d) }\n"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"x/sample.go:Cheap:price < limit:<=", "x/sample.go:Cheap:price < limit:>=", "x/sample.go:Same:a == b:!=",
		"x/sample.go:more:d.Less(d):LessEq", "x/sample.go:more:d.Less(d):GreaterEq",
		"x/sample.go:more:d.Less(d):LessEq:2", "x/sample.go:more:d.Less(d):GreaterEq:2",
	}
	if strings.Join(m.mutants, "\n") != strings.Join(want, "\n") {
		t.Errorf("mutants\n%s\nwant\n%s", strings.Join(m.mutants, "\n"), strings.Join(want, "\n"))
	}
	text := "return (mutantChosen == 1 && (price <= limit) || mutantChosen == 2 && (price >= limit) || mutantChosen != 1 && mutantChosen != 2 && (price < limit))"
	if !strings.Contains(m.files["x/sample.go"], text) {
		t.Errorf("the first comparison is\n%s\nwant\n%s", m.files["x/sample.go"], text)
	}
}

// TestFormsInsideForms: a comparison of comparisons has all forms of those in each of
// its own; what is const has none.
func TestFormsInsideForms(t *testing.T) {
	m := &mutated{files: make(map[string]string)}
	text := "package x\n\nconst c = 1 < 2\n\nfunc f(a, b int) bool { return (a == 1) == (b == 2) }\n"
	if err := m.add("x.go", text); err != nil {
		t.Fatal(err)
	}
	if got := m.files["x.go"]; len(m.mutants) != 3 || strings.Count(got, "b != 2") != 2 || strings.Count(got, "b == 2") != 2 {
		t.Errorf("%v in\n%s", m.mutants, got)
	}
}

// TestCases: a value of a switch's cases never matches in its mutant; the tag is worked
// out once, unless a statement stands before it, and what is compared in it and in the
// cases has its forms there, too.
func TestCases(t *testing.T) {
	m := &mutated{files: make(map[string]string)}
	text := "package x\n\nfunc f(k int) int {\n\tswitch g(k < 1) {\n\tcase 1, 2:\n\t\tswitch n := k; n {\n\t\tcase 3:\n\t\t\treturn 3\n\t\t}\n\tdefault:\n\t}\n" +
		"\tswitch {\n\tcase true:\n\t}\n\tswitch k {\n\tdefault:\n\t\treturn 1\n\t}\n}\n"
	if err := m.add("x.go", text); err != nil {
		t.Fatal(err)
	}
	want := []string{"x.go:f:case 1:never", "x.go:f:case 2:never", "x.go:f:k < 1:<=", "x.go:f:k < 1:>=", "x.go:f:case 3:never"}
	if strings.Join(m.mutants, "\n") != strings.Join(want, "\n") {
		t.Errorf("mutants\n%s\nwant\n%s", strings.Join(m.mutants, "\n"), strings.Join(want, "\n"))
	}
	for _, piece := range []string{
		"switch mutantTag := g((mutantChosen == 3 && (k <= 1) || ", "; {\n\tcase mutantChosen != 1 && mutantTag == (1), mutantChosen != 2 && mutantTag == (2):\n",
		"switch n := k; {\n\t\tcase mutantChosen != 5 && (n) == (3):\n", "switch {\n\tcase true:\n", "switch k {\n\tdefault:\n",
	} {
		if !strings.Contains(m.files["x.go"], piece) {
			t.Errorf("want %q in\n%s", piece, m.files["x.go"])
		}
	}
}

// TestRunCases: a test of each case kills every mutant, one of one case lets the other
// live.
func TestRunCases(t *testing.T) {
	const code = "package sample\n\ntype kind byte\n\nfunc Of(k kind) string {\n\tswitch k {\n\tcase 'a', 1:\n\t\treturn \"first\"\n\tdefault:\n\t\treturn \"last\"\n\t}\n}\n"
	for test, lived := range map[string]int{`Of('a') != "first" || Of(1) != "first" || Of(2) != "last"`: 0, `Of('a') != "first"`: 1} {
		lives, out := runOn(t, code, test, "")
		if lives != lived || lived == 1 && !strings.HasPrefix(out, "lives: sample.go:Of:case 1:never\n") {
			t.Errorf("%s: %d live: %s", test, lives, out)
		}
	}
}

// runOn runs the tool on a package of one file with one test that fails on a condition.
func runOn(t *testing.T, code, fails, named string) (lived int, printed string) {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{
		"go.mod": "module sample\n\ngo 1.26\n", "sample.go": code,
		"sample_test.go": "package sample\n\nimport \"testing\"\n\nfunc TestAll(t *testing.T) {\n\tif " + fails + " {\n\t\tt.Error()\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out strings.Builder
	lived, err := run(t.Context(), []string{"."}, nil, "", named, &out)
	if err != nil || !strings.HasSuffix(out.String(), " can't be told apart\n") {
		t.Fatalf("%v: %s", err, out.String())
	}
	return lived, out.String()
}

// TestRun: a test at the bound kills every mutant; one away from it lets one live.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		test  string
		named string
		lived int
	}{
		"at the bound":  {"Cheap(2, 2) || !Cheap(1, 2) || Same(1, 2, new(int)) || !Same(1, 1, new(int))", "", 0},
		"away from it":  {"Cheap(3, 2) || !Cheap(1, 2) || Same(1, 2, new(int)) || !Same(1, 1, new(int))", "TestAll", 1},
		"by other name": {"Cheap(2, 2) || !Cheap(1, 2) || Same(1, 2, new(int)) || !Same(1, 1, new(int))", "TestOther", 3},
	} {
		t.Run(name, func(t *testing.T) {
			lived, out := runOn(t, sample, c.test, c.named)
			if lived != c.lived {
				t.Errorf("%d live: %s", lived, out)
			}
			if c.lived > 0 && !strings.HasPrefix(out, "lives: sample.go:Cheap:price < limit:<=\n") {
				t.Errorf("prints %s", out)
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
