package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/velox-trading/velox/trading/indicator"
)

func indicatorsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "indicators [NAME...]",
		Short: "List indicators with their parameters and formulas",
		Long: "Lists all indicators by group: the names of their outputs with the usual parameters, the bounds of\n" +
			"these, and the formula with what its words mean. NAME is one of a group, of an indicator, or of an\n" +
			"output with its parameters as in requests and rules, which tells whether it is right. Small letters\n" +
			"will do.",
		Example: "  veloxd indicators\n" +
			"  veloxd indicators volume\n" +
			"  veloxd indicators MACD BBANDS_20_2_UPPER\n" +
			"  veloxd indicators --json EMA",
		RunE: func(cmd *cobra.Command, names []string) error {
			entries, err := findIndicators(names)
			if err != nil {
				return &usageError{err}
			}
			if asJSON {
				return printJSON(cmd, entries)
			}
			printIndicators(cmd.OutOrStdout(), entries)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as JSON, an array also of one")
	return cmd
}

// indicatorEntry is an indicator with the parameters that were asked for, or the
// usual ones.
type indicatorEntry struct {
	Name       string               `json:"name"`
	Group      string               `json:"group"`
	Parameters []indicatorParameter `json:"parameters"`
	// Outputs are whole names, as in requests.
	Outputs []string `json:"outputs"`
	Formula string   `json:"formula"`
	// Terms are the words of the formula that need a meaning.
	Terms []indicatorTerm `json:"terms"`
}

type indicatorTerm struct {
	Word    string `json:"word"`
	Meaning string `json:"meaning"`
}

type indicatorParameter struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Default float64 `json:"default"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Whole   bool    `json:"whole"`
}

func newEntry(k indicator.Kind, spec indicator.Spec) indicatorEntry {
	e := indicatorEntry{
		Name: k.Name, Group: k.Group, Parameters: []indicatorParameter{}, Outputs: spec.OutputNames(), Formula: k.Formula, Terms: []indicatorTerm{},
	}
	for i, p := range k.Parameters {
		e.Parameters = append(e.Parameters, indicatorParameter{p.Name, spec.Params[i], p.Default, p.Min, p.Max, p.Whole})
	}
	for _, t := range k.Terms() {
		e.Terms = append(e.Terms, indicatorTerm(t))
	}
	return e
}

// findIndicators gives what names mean, in their order; all, by group, without names.
func findIndicators(names []string) ([]indicatorEntry, error) {
	if len(names) == 0 {
		names = indicator.Groups()
	}
	var entries []indicatorEntry
	for _, name := range names {
		found := kindsNamed(name)
		for _, k := range found {
			entries = append(entries, newEntry(k, k.Example()))
		}
		if len(found) > 0 {
			continue
		}
		spec, _, err := indicator.ParseName(strings.ToUpper(name))
		if err != nil {
			return nil, fmt.Errorf("%w; groups are %s", err, strings.Join(indicator.Groups(), ", "))
		}
		entries = append(entries, newEntry(kindsNamed(spec.Kind)[0], spec))
	}
	return entries, nil
}

// kindsNamed gives the kind of a name, or all of a group.
func kindsNamed(name string) []indicator.Kind {
	return slices.DeleteFunc(indicator.Kinds(), func(k indicator.Kind) bool {
		return !strings.EqualFold(k.Name, name) && !strings.EqualFold(k.Group, name)
	})
}

func printIndicators(w io.Writer, entries []indicatorEntry) {
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
		printField(w, "outputs", strings.Join(e.Outputs, "  "))
		for _, p := range e.Parameters {
			printField(w, p.Name, p.String())
		}
		printField(w, "formula", e.Formula)
	}
	printTerms(w, entries)
}

// printTerms tells what the words of formulas mean, each once.
func printTerms(w io.Writer, entries []indicatorEntry) {
	heading := "\nIn formulas:\n"
	for _, t := range indicator.Terms() {
		if slices.ContainsFunc(entries, func(e indicatorEntry) bool { return slices.Contains(e.Terms, indicatorTerm(t)) }) {
			fmt.Fprint(w, heading)
			heading = ""
			printField(w, t.Word, t.Meaning)
		}
	}
}

// String tells the value, and what it may be.
func (p indicatorParameter) String() string {
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

// printField prints a field of an indicator, its words wrapped at 100 columns.
func printField(w io.Writer, name, text string) {
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
