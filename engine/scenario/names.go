package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/spelling"
)

// Names are what the settings of a scenario give names to.
type Names struct {
	// Users have accounts, Topics are those that are there.
	Users, Topics []string
	// Strategies are what expectations call strategies, by id.
	Strategies map[string]string
}

// Name is what a scenario's settings say of one strategy.
type Name struct{ User, Name, ID, DerivedID string }

// Call gives what expectations call strategies, by id: one with an id of its own by that, one
// whose id is derived by its name, or as user/name where more are called so. Spaces are _.
func Call(strategies []Name) map[string]string {
	count := make(map[string]int)
	for _, word := range own {
		count[word]++
	}
	for _, s := range strategies {
		count[cmp.Or(s.ID, word(s.Name))]++
	}
	called := make(map[string]string)
	for _, s := range strategies {
		switch {
		case s.ID != "":
			called[s.ID] = s.ID
		case count[word(s.Name)] > 1:
			called[s.DerivedID] = word(s.User) + "/" + word(s.Name)
		default:
			called[s.DerivedID] = word(s.Name)
		}
	}
	return called
}

// quotedText is a text in JSON, as far as names need it.
var quotedText = regexp.MustCompile(`"([^"\\]*)"`)

// ids are derived ones, which nobody knows before a run.
var ids = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// give notes the words that commands and records of others bring along: they may be
// expected, whatever they are.
func (p *parser) give(text string) {
	for _, found := range quotedText.FindAllStringSubmatch(text, -1) {
		p.file.given[strings.ReplaceAll(found[1], " ", "_")] = true
	}
}

// giveLine notes all words of a line that could not be read, so that what follows from
// its mistake is not told as another one.
func (p *parser) giveLine(line string) {
	for _, word := range strings.Fields(line) {
		p.file.given[word] = true
	}
}

// vocabulary finds the words of expectations that nothing can ever be.
func (p *parser) vocabulary() {
	symbols := make(map[string]bool)
	for _, s := range p.file.Steps {
		if s.Tick != nil {
			symbols[s.Tick.Symbol] = true
		}
	}
	known := slices.Sorted(maps.Keys(symbols))
	p.file.each(func(w *Want, i int, fact string, v *value) {
		word, want := w.Words[i], ""
		switch {
		case p.file.given[word]:
		case v.name == symbolName && len(known) > 0 && !symbols[word]:
			want = spelling.Hint(word, known) + "no tick of the file is of this symbol" + have("; they are of ", known)
		case v.name == noName:
			want = v.want(word)
		}
		if want != "" {
			p.mistakes = append(p.mistakes, w.mistake(i, fact, want))
		}
	})
}

// CheckNames finds the users and strategies of expectations, and the topics of
// records, that there are not, in the order of the lines.
func (f *File) CheckNames(n Names) []Mistake {
	var bad []Mistake
	strategies := slices.Sorted(maps.Values(n.Strategies))
	f.each(func(w *Want, i int, fact string, v *value) {
		word := w.Words[i]
		switch {
		case f.given[word]:
		case v.name == userName && !slices.Contains(n.Users, word):
			bad = append(bad, w.mistake(i, fact, spelling.Hint(word, n.Users)+"no account here is this user's"+have("; there are accounts of ", n.Users)))
		case v.name == strategyName && !slices.Contains(strategies, word) && !ids.MatchString(word) && !slices.Contains(own, word):
			all := slices.Concat(strategies, own)
			bad = append(bad, w.mistake(i, fact, spelling.Hint(word, all)+"no strategy here is called so"+have("; there are ", all)))
		}
	})
	for _, s := range f.Steps {
		if s.Write != nil && s.Write.Topic != messages.TopicCommands && !slices.Contains(n.Topics, s.Write.Topic) {
			bad = append(bad, Mistake{s.Line, s.column, fmt.Sprintf("there is no topic %q: %sthere are %s", s.Write.Topic, spelling.Hint(s.Write.Topic, n.Topics), strings.Join(n.Topics, ", "))})
		}
	}
	return bad
}

// own stand for orders of no strategy: see Journal.Follow.
var own = []string{"user", "risk"}

// have lists what there is, as far as a message has room for it.
func have(words string, list []string) string {
	const most = 8
	switch {
	case len(list) == 0:
		return ""
	case len(list) > most:
		return words + strings.Join(list[:most], ", ") + " and others"
	}
	return words + strings.Join(list, ", ")
}

// each visits the words of expectations that have a value, with what they are called.
func (f *File) each(visit func(w *Want, word int, name string, v *value)) {
	for _, s := range f.Steps {
		if s.Check == nil {
			continue
		}
		for i := range s.Check.Wants {
			w := &s.Check.Wants[i]
			form, _ := formOf(w.Words)
			for k := range form.head {
				visit(w, k+1, form.head[k].name, &form.head[k].value)
			}
			for k := len(form.head) + 1; k < len(w.Words); k += 2 {
				if fact := form.fact(w.Words[k]); fact != nil {
					visit(w, k+1, fact.name, &fact.value)
				}
			}
		}
	}
}

func (w *Want) mistake(word int, name, want string) Mistake {
	return Mistake{w.Line, w.columns[word], fmt.Sprintf("%s %q: %s", strings.ToLower(name), w.Words[word], want)}
}
