package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
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
	var long strings.Builder
	for i := range 100 {
		long.WriteString(strings.Repeat("x", i+1) + "\n")
	}
	got := tail(long.String() + "make[1]: Leaving directory '/home/me/velox'\n10 %\r50 %\r100 %\r\nlast \nmake: *** [Makefile:1: x] Error 1\n")
	if lines := strings.Split(got, "\n"); len(lines) != most+1 || lines[most-1] != "last" || lines[most-2] != "100 %" || strings.Contains(got, "make") {
		t.Errorf("%q", got)
	}
}

// TestProgressIsThinned: of many lines of progress the first, some between and the last
// are left, and all that is said beside; little of it stays as it is.
func TestProgressIsThinned(t *testing.T) {
	var text, want []string
	text = append(text, "=== RUN   TestSoak")
	for i := range 100 {
		text = append(text, fmt.Sprintf("    epochs_test.go:67: %d commits after %v", (i+1)*1000, time.Duration(i)*25*time.Second))
	}
	want = append(want, text[0], text[1], "    ...", text[26], "    ...", text[51], "    ...", text[76], "    ...", text[100])
	for range 2 {
		end := []string{"    epochs_test.go:74: Kafka 4.1: 100000 transactions in 41m24s", "ok   orders 7 looked at", "ok   ids 7 looked at", "1 a", "2 a", "3 a", "4 a", "5 a", "6 a"}
		if got := strings.Split(strings.TrimSuffix(tail(strings.Join(slices.Concat(text, end), "\n")), "\n"), "\n"); !slices.Equal(got, slices.Concat(want, end)) {
			t.Errorf("%q", got)
		}
		text = want // what is thinned stays as it is
	}
}

// TestNoPlaces: the page doesn't say where on a machine a command ran.
func TestNoPlaces(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	got := tail("seed 1\njournal, logs and data: /tmp/velox-chaos-1\nFAIL " + here + "/main.go:7\nsee " + filepath.Join(os.TempDir(), "velox-chaos-1", "node-1.log") + "\n")
	if want := "seed 1\nFAIL ./main.go:7\nsee $TMPDIR/velox-chaos-1/node-1.log\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBlocksOfThePage: what stands in the page's blocks is what this command puts there:
// no long progress, and no place of a machine.
func TestBlocksOfThePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllString(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("the page has %d blocks", len(blocks))
	}
	for _, b := range blocks {
		_, b, fenced := strings.Cut(b, "```text\n")
		if b, _, _ = strings.Cut(b, "```"); fenced && tail(b) != b {
			t.Errorf("the block\n%s\nis to be\n%s", b, tail(b))
		}
	}
}
