package indicator

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// go test ./trading/indicator -run TestPage -page writes the page's tables.
var writePage = flag.Bool("page", false, "write the tables of docs/indicators.md")

const page = "../../docs/indicators.md"

// tables gives the page's generated part: a table a group, a row an indicator.
func tables(found map[string]agreement) string {
	var b strings.Builder
	group := ""
	for _, k := range byGroup() {
		if k.Group != group {
			group = k.Group
			fmt.Fprintf(&b, "\n### %s\n\n| outputs, by example | parameters | first value | formula | hard series | real series |\n| --- | --- | --- | --- | --- | --- |\n",
				strings.ToUpper(group[:1])+group[1:])
		}
		var parameters []string
		for _, p := range k.Parameters {
			parameters = append(parameters, fmt.Sprintf("%s %v…%v", p.Name, p.Min, p.Max))
		}
		spec, _, _ := ParseName(k.example())
		near := found[k.Name]
		near.own = k.own
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", strings.Join(spec.OutputNames(), "` `"), strings.Join(parameters, ", "),
			firstValue(spec), strings.ReplaceAll(k.Formula, "|", "\\|"), near)
	}
	b.WriteString("\n### Words of formulas\n\n| word | meaning |\n| --- | --- |\n")
	for _, t := range Terms() {
		fmt.Fprintf(&b, "| %s | %s |\n", t.Word, t.Meaning)
	}
	return b.String()
}

func byGroup() (list []Kind) {
	for _, group := range Groups() {
		for _, k := range kinds {
			if k.Group == group {
				list = append(list, k)
			}
		}
	}
	return list
}

// firstValue is the bar, counted from 1, that warms the example up.
func firstValue(spec Spec) string {
	x, out := New(spec), make([]float64, len(spec.OutputNames()))
	for i, b := range benchBars() {
		x.Update(b)
		if x.Last(out) {
			return fmt.Sprint(i + 1)
		}
	}
	return ""
}

// String gives the two cells of a row.
func (a agreement) String() string {
	cell := func(p *float64) string {
		if p == nil {
			return "-"
		}
		return fmt.Sprintf("%.1g", *p)
	}
	hard := cell(a.Hard)
	if a.own && a.Hard != nil {
		hard += " of a plain implementation"
	}
	if a.TALib != nil && *a.TALib > tolerance {
		hard += " of exact values; TA-Lib " + cell(a.TALib)
	}
	return hard + " | " + cell(a.Real)
}

// TestPage: the page's tables are the registry and what the goldens show.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- tables: made by go test ./trading/indicator -run TestPage -page -->\n", "\n<!-- end of tables -->"
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks of its tables", page)
	}
	found := agreements(t)
	whole := true
	for _, a := range found {
		whole = whole && a.Real != nil
	}
	if *writePage && (!whole || t.Failed()) {
		t.Fatalf("%s is left as it is: its tables tell how near all series come, and those of recorded market data in %s are not there, or something differs", page, marketData())
	}
	want := head + begin + tables(found) + end + tail
	if *writePage {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got := string(text)
	if !whole { // that column is not known then
		got, want = withoutLastColumn(got), withoutLastColumn(want)
	}
	if got != want {
		t.Errorf("%s is not what its command makes", page)
	}
}

func withoutLastColumn(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "| `") {
			line = strings.TrimSuffix(line, " |")
			lines[i] = line[:strings.LastIndex(line, "|")]
		}
	}
	return strings.Join(lines, "\n")
}
