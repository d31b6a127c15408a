package configs

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// ways are YAML's ways to write a text: what stands before and after it, and how a
// word is written in it.
var ways = map[string]struct {
	before, after string
	block         bool
	word          func(string) string
}{
	"plain":         {word: strings.NewReplacer("'", "", `"`, "").Replace},
	"single quotes": {before: "'", after: "'", word: strings.NewReplacer("'", "''").Replace},
	"double quotes": {before: `"`, after: `"`, word: strings.NewReplacer(`"`, `\"`, "é", `\u00e9`, "%", `\x25`, `\`, `\\`).Replace},
	"folded":        {before: ">-", block: true},
	"literal":       {before: "|", block: true},
	"kept":          {before: "|+  # as it is", block: true},
	"indented":      {before: ">2", block: true},
}

// nest is a mapping in mappings.
type nest struct {
	A *nest    `yaml:"a"`
	X RuleText `yaml:"x"`
	Z RuleText `yaml:"z"`
}

// writer writes an expression into a YAML text, at random.
type writer struct {
	*rand.Rand
	strings.Builder
}

var wordsOfRules = []string{"close", "EMA_20", "and", "(high", "+", "low)", "5%", "é", "<=", "1.5", `is("X")`, "'it'", "volume[1]", "~ÿ"}

// write gives a text with the mark ~ in the value of x, and the path of that value.
func (w *writer) write(way string) (text, path string) {
	indent := ""
	for range w.IntN(3) {
		w.WriteString(indent + "a:\n")
		indent, path = indent+strings.Repeat(" ", 1+w.IntN(3)), path+"a."
	}
	y := ways[way]
	inner := indent + "  "
	w.WriteString(indent + "x: ")
	switch w.IntN(6) {
	case 0:
		w.WriteString("&name ")
	case 1:
		if !y.block {
			w.WriteString("# after the key\n" + inner)
		}
	}
	w.WriteString(y.before)
	if y.block {
		w.WriteString(strings.Repeat("\n", 1+w.IntN(2)) + inner)
	}
	words := 2 + w.IntN(8)
	mark := w.IntN(words)
	for i := range words {
		word := "close"
		if i == mark {
			word = "~"
		} else if i > 0 {
			word = wordsOfRules[w.IntN(len(wordsOfRules))]
		}
		if y.word != nil {
			word = y.word(word)
		}
		if i > 0 {
			w.WriteString(w.gap(inner))
		}
		w.WriteString(word)
	}
	w.WriteString(y.after + "\n" + indent + "z: 1\n")
	return w.String(), path + "x"
}

// gap is what stands between two words: blanks, or the ends of lines with or without a
// deeper indentation.
func (w *writer) gap(indent string) string {
	if w.IntN(3) > 0 {
		return strings.Repeat(" ", 1+w.IntN(3))
	}
	end := "\n"
	if w.IntN(4) == 0 {
		end = " \n"
	}
	return end + strings.Repeat("\n", w.IntN(3)) + indent + strings.Repeat(" ", w.IntN(2)*w.IntN(4))
}

// FuzzPlacesInTexts: a place in a text is the same place in the file, in whatever way
// the text is written.
func FuzzPlacesInTexts(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, false)
	}
	f.Add(uint64(1), true)
	f.Fuzz(func(t *testing.T, seed uint64, windows bool) {
		for _, way := range sortedKeys(ways) {
			w := writer{Rand: rand.New(rand.NewPCG(seed, 1))}
			text, path := w.write(way)
			if windows {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			checkPlace(t, way, text, path)
		}
	})
}

func checkPlace(t *testing.T, way, text, path string) {
	t.Helper()
	d := newDecoder("f")
	d.decode([]byte(text), &nest{})
	s, ok := d.scalars[path]
	if len(d.problems) > 0 || !ok {
		t.Fatalf("%s: %q gives %v", way, text, d.problems)
	}
	line, column := markIn(text)
	c := checker{scalars: d.scalars}
	valueLine, valueColumn := markIn(s.value)
	if got := c.placeIn(path, valueLine, valueColumn); got != (spot{"f", line, column}) {
		t.Errorf("%s: the mark in\n%s\nis at %d:%d, found at %v for %q", way, text, line, column, got, s.value)
	}
}

// markIn gives the line and column of the mark.
func markIn(text string) (line, column int) {
	before, _, _ := strings.Cut(text, "~")
	return strings.Count(before, "\n") + 1, len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
}
