package configs

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMistakes reads testdata/mistakes.txt: what people who write strategies get wrong,
// with blank lines between, and in lines that begin with ! what they are told. What is
// no accounts and no log is put into a strategy, whose lines are 5 and 8 blanks off.
func TestMistakes(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "mistakes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	const strategy = "accounts:\n  - user_id: a\n    strategies:\n      - name: s\n        symbols: [NIFTY]\n        "
	told := regexp.MustCompile(`(?m)^! (.*)\n`)
	blocks := strings.Split(string(golden), "\n\n")
	for _, block := range blocks {
		block = strings.TrimSuffix(block, "\n") + "\n"
		text := told.ReplaceAllString(block, "")
		var want []string
		for _, m := range told.FindAllStringSubmatch(block, -1) {
			want = append(want, m[1])
		}
		source := text
		if !strings.HasPrefix(text, "accounts:") && !strings.HasPrefix(text, "log:") {
			source = strategy + strings.TrimRight(strings.ReplaceAll(text, "\n", "\n        "), " ")
		}
		_, err := Parse("my.yaml", []byte(source))
		var got []string
		if wrong := (*Error)(nil); errors.As(err, &wrong) {
			for _, p := range wrong.Problems {
				got = append(got, strings.ReplaceAll(p.String(), "accounts[0].strategies[0].", ""))
			}
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%sgives\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if len(blocks) < 50 {
		t.Errorf("there are %d mistakes only", len(blocks))
	}
}
