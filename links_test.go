package velox_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// dirCommand finds what the README tells people to run.
	dirCommand = regexp.MustCompile(`go run (\./[a-z/]+)`)
)

// deadLinks gives the links of a page to files that do not exist.
func deadLinks(name, text string, exists func(string) bool) []string {
	var dead []string
	for _, m := range markdownLink.FindAllStringSubmatch(text, -1) {
		target, _, _ := strings.Cut(m[1], "#")
		if target == "" || strings.Contains(target, "://") {
			continue
		}
		if !exists(path.Join(path.Dir(name), target)) {
			dead = append(dead, name+": link to "+target+", which does not exist")
		}
	}
	for _, m := range dirCommand.FindAllStringSubmatch(text, -1) {
		if !exists(m[1]) {
			dead = append(dead, name+": tells to run "+m[1]+", which does not exist")
		}
	}
	return dead
}

func TestLinks(t *testing.T) {
	exists := func(name string) bool {
		_, err := os.Stat(name)
		return err == nil
	}
	pages := 0
	eachFile(t, func(name, text string) {
		if !strings.HasSuffix(name, ".md") {
			return
		}
		pages++
		for _, dead := range deadLinks(name, text, exists) {
			t.Error(dead)
		}
	})
	if pages < 3 {
		t.Errorf("found only %d pages", pages)
	}
}

func TestDeadLinksAreFound(t *testing.T) {
	exists := func(name string) bool { return name == "docs/a.md" || name == "./cmd/veloxd" }
	text := "[a](a.md#part) [b](b.md) [web](https://example.org/x) [here](#part) `go run ./cmd/veloxd` `go run ./cmd/other`"
	dead := deadLinks("docs/page.md", text, exists)
	if len(dead) != 2 || !strings.Contains(dead[0], "b.md") || !strings.Contains(dead[1], "./cmd/other") {
		t.Errorf("found %q", dead)
	}
}
