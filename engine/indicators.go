package engine

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/trading/indicator"
)

// IndicatorEntry is an indicator with the parameters that were asked for, or the
// usual ones.
type IndicatorEntry struct {
	Name string `json:"name"`
	// Title is the name in words; empty for a candlestick pattern.
	Title      string               `json:"title"`
	Group      string               `json:"group"`
	Parameters []IndicatorParameter `json:"parameters"`
	// Outputs are whole names, as in requests.
	Outputs []string `json:"outputs"`
	Formula string   `json:"formula"`
	// Terms are the words of the formula that need a meaning.
	Terms []IndicatorTerm `json:"terms"`
}

// IndicatorTerm is a word of a formula and what it means.
type IndicatorTerm struct {
	Word    string `json:"word"`
	Meaning string `json:"meaning"`
}

// IndicatorParameter is a parameter with its value; the bounds are included.
type IndicatorParameter struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Default float64 `json:"default"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Whole   bool    `json:"whole"`
}

func newIndicatorEntry(k indicator.Kind, spec indicator.Spec) IndicatorEntry {
	e := IndicatorEntry{
		Name: k.Name, Title: k.Title(), Group: k.Group, Parameters: []IndicatorParameter{}, Outputs: spec.OutputNames(), Formula: k.Formula, Terms: []IndicatorTerm{},
	}
	for i, p := range k.Parameters {
		e.Parameters = append(e.Parameters, IndicatorParameter{p.Name, spec.Params[i], p.Default, p.Min, p.Max, p.Whole})
	}
	for _, t := range k.Terms() {
		e.Terms = append(e.Terms, IndicatorTerm(t))
	}
	return e
}

// FindIndicators gives what names mean, in their order; all, by group, without names.
// A name is one of a group, of an indicator or of an output, in any letters, or words of an
// indicator's title, alone or together; the error tells the nearest ones.
func FindIndicators(names []string) ([]IndicatorEntry, error) {
	if len(names) == 0 {
		names = indicator.Groups()
	}
	if found := indicator.Search(strings.Join(names, " ")); len(names) > 1 && len(found) > 0 && !slices.Contains(names, "") {
		return examples(found), nil
	}
	var entries []IndicatorEntry
	for _, name := range names {
		found, err := findIndicator(name)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			same := func(known IndicatorEntry) bool { return slices.Equal(known.Outputs, e.Outputs) }
			if !slices.ContainsFunc(entries, same) {
				entries = append(entries, e)
			}
		}
	}
	return entries, nil
}

// findIndicator gives what one name means.
func findIndicator(name string) ([]IndicatorEntry, error) {
	if found := indicatorsNamed(name); len(found) > 0 {
		return examples(found), nil
	}
	spec, _, err := indicator.ParseName(strings.ToUpper(name))
	if err == nil {
		return []IndicatorEntry{newIndicatorEntry(indicatorsNamed(spec.Kind)[0], spec)}, nil
	}
	if found := indicator.Search(name); len(found) > 0 {
		return examples(found), nil
	}
	if meant := indicator.MeantWord(name); meant != "" && !strings.Contains(err.Error(), "did you mean") && strings.HasPrefix(err.Error(), "no indicator") {
		err = fmt.Errorf("no indicator %q: did you mean %s?", name, meant)
	}
	return nil, fmt.Errorf("%w; groups are %s", err, strings.Join(indicator.Groups(), ", "))
}

// examples gives kinds with their usual parameters, by group.
func examples(kinds []indicator.Kind) []IndicatorEntry {
	slices.SortStableFunc(kinds, func(a, b indicator.Kind) int {
		return slices.Index(indicator.Groups(), a.Group) - slices.Index(indicator.Groups(), b.Group)
	})
	entries := make([]IndicatorEntry, len(kinds))
	for i, k := range kinds {
		entries[i] = newIndicatorEntry(k, k.Example())
	}
	return entries
}

// indicatorsNamed gives the kind of a name, or all of a group.
func indicatorsNamed(name string) []indicator.Kind {
	return slices.DeleteFunc(indicator.Kinds(), func(k indicator.Kind) bool {
		return !strings.EqualFold(k.Name, name) && !strings.EqualFold(k.Group, name)
	})
}

// PrintIndicators prints indicators for a reader, by group, and then what the words
// of their formulas mean.
func PrintIndicators(w io.Writer, entries []IndicatorEntry) {
	group := ""
	for _, e := range entries {
		if e.Group != group {
			if group != "" {
				fmt.Fprintln(w)
			}
			group = e.Group
			fmt.Fprintf(w, "%s\n", strings.ToUpper(group))
		}
		fmt.Fprintf(w, "\n  %s\n", e.Name)
		if e.Title != "" {
			printIndicatorField(w, "in words", e.Title)
		}
		printIndicatorField(w, "outputs", strings.Join(e.Outputs, "  "))
		for _, p := range e.Parameters {
			printIndicatorField(w, p.Name, p.String())
		}
		printIndicatorField(w, "formula", e.Formula)
	}
	printIndicatorTerms(w, entries)
}

// printIndicatorTerms tells what the words of formulas mean, each once.
func printIndicatorTerms(w io.Writer, entries []IndicatorEntry) {
	heading := "\nIn formulas:\n"
	for _, t := range indicator.Terms() {
		if slices.ContainsFunc(entries, func(e IndicatorEntry) bool { return slices.Contains(e.Terms, IndicatorTerm(t)) }) {
			fmt.Fprint(w, heading)
			heading = ""
			printIndicatorField(w, t.Word, t.Meaning)
		}
	}
}

// String tells the value, and what it may be.
func (p IndicatorParameter) String() string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	text := number(p.Value) + ", "
	if p.Whole {
		text += "whole, "
	}
	text += number(p.Least) + " to " + number(p.Most)
	if p.Value != p.Default {
		text += ", by default " + number(p.Default)
	}
	return text
}

// printIndicatorField prints a field of an indicator, its words wrapped at 100 columns.
func printIndicatorField(w io.Writer, name, text string) {
	const indent, width = 25, 100
	line := fmt.Sprintf("    %-*s", indent-4, name)
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case len(line)+1+len(word) > width:
			fmt.Fprintln(w, line)
			line = strings.Repeat(" ", indent)
		default:
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}
