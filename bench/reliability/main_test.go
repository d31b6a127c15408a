package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const page = `before
<!-- output of: echo one -->
old
<!-- end of output -->
between
<!-- output of: echo two -->
kept
<!-- end of output -->
after
`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var testName = regexp.MustCompile(`\bTest[A-Z]\w+`)

// TestNamedTestsExist: the page names no test that is gone.
func TestNamedTestsExist(t *testing.T) {
	text, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	missing := make(map[string]bool)
	for _, name := range testName.FindAllString(string(text), -1) {
		missing[name] = true
	}
	if len(missing) < 15 {
		t.Errorf("the page names only %d tests", len(missing))
	}
	for _, folder := range []string{"kafka", "engine", "supervisor", "actors", "sim"} {
		err := filepath.WalkDir("../../"+folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for name := range missing {
				if strings.Contains(string(source), "func "+name+"(") {
					delete(missing, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range missing {
		t.Errorf("the page names %s, which is no test", name)
	}
}

// TestOneBlock: only the block of the command that was named is replaced, and a second
// run replaces it again.
func TestOneBlock(t *testing.T) {
	path := write(t, page)
	for range 2 {
		if err := run(t.Context(), path, "one$", io.Discard); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(got)
		if !strings.HasPrefix(text, "before\n<!-- output of: echo one -->\n```text\none\n```\n\n") || strings.Contains(text, "old") {
			t.Errorf("the page is now:\n%s", text)
		}
		if _, rest, _ := strings.Cut(page, "between"); !strings.HasSuffix(text, "<!-- end of output -->\nbetween"+rest) {
			t.Errorf("what was not named has changed:\n%s", text)
		}
		if !strings.Contains(text, "processors") || !strings.Contains(text, "ended well.") {
			t.Errorf("the page doesn't say what made the output:\n%s", text)
		}
	}
}

// TestFailuresAreShown: the page has the output of a command that fails, and says so.
func TestFailuresAreShown(t *testing.T) {
	path := write(t, strings.ReplaceAll(page, "echo one", "ls /no-such-file"))
	if err := run(t.Context(), path, "ls", io.Discard); err == nil {
		t.Error("a command that fails is no error")
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "FAILED: exit status") {
		t.Errorf("the page is now:\n%s", got)
	}
}

func TestNothingToRun(t *testing.T) {
	path := write(t, page)
	for _, only := range []string{"", "three", "("} {
		if err := run(t.Context(), path, only, io.Discard); err == nil {
			t.Errorf("%q is no error", only)
		}
	}
}

func TestTail(t *testing.T) {
	got := tail(strings.Repeat("x\n", 100) + "make[1]: Leaving directory '/home/me/velox'\n10 %\r50 %\r100 %\r\nlast \nmake: *** [Makefile:1: x] Error 1\n")
	if lines := strings.Split(got, "\n"); len(lines) != most+1 || lines[most-1] != "last" || lines[most-2] != "100 %" || strings.Contains(got, "make") {
		t.Errorf("%q", got)
	}
}
