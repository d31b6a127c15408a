package check

import (
	"encoding/json"
	"fmt"
	"io"
)

// maxFindings bounds the findings that a check tells in full; the count goes on.
const maxFindings = 10

// Finding is one thing that is not as it must be.
type Finding struct {
	// Where names the record, partition, order, account or symbol.
	Where string `json:"where"`
	Text  string `json:"text"`
}

// Result is what one check has found.
type Result struct {
	Check string `json:"check"`
	// Promise is what the check holds.
	Promise string `json:"promise"`
	// Looked is how many things were looked at; 0 means that nothing was shown.
	Looked int `json:"looked"`
	// Found is how many findings there are, and First the first ten of them.
	Found int       `json:"found"`
	First []Finding `json:"first,omitempty"`
}

// Find adds a finding.
func (r *Result) Find(where, format string, args ...any) {
	if r.Found++; r.Found <= maxFindings {
		r.First = append(r.First, Finding{where, fmt.Sprintf(format, args...)})
	}
}

// Report is what all checks have found.
type Report struct {
	OK      bool      `json:"ok"`
	Records int       `json:"records"`
	Results []*Result `json:"results"`
}

// Found counts the findings of all checks.
func (r *Report) Found() int {
	n := 0
	for _, result := range r.Results {
		n += result.Found
	}
	return n
}

// Add appends a result.
func (r *Report) Add(result *Result) {
	r.Results = append(r.Results, result)
	r.OK = r.Found() == 0
}

// WriteJSON writes the report as one JSON document.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes a line for each check, and its findings below it.
func (r *Report) WriteText(w io.Writer) error {
	var err error
	line := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	line("%d records", r.Records)
	for _, result := range r.Results {
		word := "ok  "
		if result.Found > 0 {
			word = "FAIL"
		}
		line("%s %-12s %d looked at, %d found: %s", word, result.Check, result.Looked, result.Found, result.Promise)
		for _, f := range result.First {
			line("       %s: %s", f.Where, f.Text)
		}
		if more := result.Found - len(result.First); more > 0 {
			line("       and %d more", more)
		}
	}
	return err
}
