package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/spelling"
)

// form is how a line of one kind is written: the words that it must have after its
// name, and the facts that may follow, each a name and a value.
type form struct {
	head, facts []place
	open        bool // facts may have any other name
}

func (f *form) fact(name string) *place {
	if i := slices.IndexFunc(f.facts, func(p place) bool { return p.name == name }); i >= 0 {
		return &f.facts[i]
	}
	return nil
}

// usage gives the head as a reader should write it.
func (f *form) usage(name string) string {
	for _, p := range f.head {
		name += " " + p.name
	}
	return name
}

func (f *form) factNames() []string {
	names := make([]string, len(f.facts))
	for i := range f.facts {
		names[i] = f.facts[i].name
	}
	return names
}

// asks are the kinds of lines that ask for something and leave nothing out.
var asks = map[string]form{
	"candle": {
		head: []place{
			{"SYMBOL", "", symbol},
			{"TIMEFRAME", "", timeframe},
			{"OPEN", "", number},
			{"HIGH", "", number},
			{"LOW", "", number},
			{"CLOSE", "", number},
		},
		facts: []place{{"volume", "", number}, {"end", "", clockTime}, {"quality", "", qualities}},
	},
	"indicator": {head: []place{{"SYMBOL", "", symbol}, {"TIMEFRAME", "", timeframe}, {"NAME", "", indicates}, {"VALUE", "", measured}}},
	"nothing":   {},
}

// noCandleForm is that of a line by which no candle has closed.
var noCandleForm = form{
	head:  []place{{"SYMBOL", "", symbol}, {"TIMEFRAME", "", timeframe}, {"none", "", anything}},
	facts: []place{{"end", "", clockTime}},
}

// expected are the names with which expectations begin.
var expected = []string{"signal", "order", "position", "alert", "letter", "candle", "indicator", "nothing"}

// formOf gives the form of a line; false when there is no such kind of line.
func formOf(words []string) (form, bool) {
	if k := kindOf(words[0]); k != nil {
		return form{k.head, k.facts, k.open}, true
	}
	if noCandle(words) {
		return noCandleForm, true
	}
	f, ok := asks[words[0]]
	return f, ok
}

// checkForm finds what is wrong with the form of an expectation: the number of its
// words, and the names of its facts.
func checkForm(words []string) error {
	f, ok := formOf(words)
	if !ok {
		return fmt.Errorf("%q can't be expected: %sthere are %s", words[0], spelling.Hint(words[0], expected), strings.Join(expected, ", "))
	}
	head := len(f.head) + 1
	switch {
	case len(words) < head:
		return fmt.Errorf("%q: want %s and then facts, each a name and a value", strings.Join(words, " "), f.usage(words[0]))
	case head == 1 && len(words) > 1:
		return atWord(1, fmt.Errorf("%q: want %s alone", strings.Join(words, " "), words[0]))
	}
	var errs []error
	for i := head; i < len(words); i += 2 {
		switch {
		case f.fact(words[i]) == nil && !f.open:
			names := f.factNames()
			there := "there are " + strings.Join(names, ", ")
			if len(names) == 0 {
				there = "there are none"
			}
			errs = append(errs, atWord(i, fmt.Errorf("%q is no fact of %s: %s%s", words[i], words[0], spelling.Hint(words[i], names), there)))
		case i+1 == len(words):
			errs = append(errs, atWord(i, fmt.Errorf("the fact %q has no value", words[i])))
		case twice(words[head:], words[i]):
			errs = append(errs, atWord(i, fmt.Errorf("the fact %q is given twice", words[i])))
		}
	}
	return errors.Join(errs...)
}

// twice tells whether a fact is named twice among facts.
func twice(facts []string, name string) bool {
	n := 0
	for i := 0; i < len(facts); i += 2 {
		if facts[i] == name {
			n++
		}
	}
	return n > 1
}
