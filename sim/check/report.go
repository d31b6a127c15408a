package check

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	// Found is how many findings there are, and First the first of them: ten, or as
	// many as the Subject says.
	Found int       `json:"found"`
	First []Finding `json:"first,omitempty"`
	// Notes say what the check could not look at.
	Notes []string `json:"notes,omitempty"`

	keep int // of First; 0: maxFindings
}

// Find adds a finding.
func (r *Result) Find(where, format string, args ...any) {
	if r.Found++; r.Found <= max(maxFindings, r.keep) {
		r.First = append(r.First, Finding{where, fmt.Sprintf(format, args...)})
	}
}

// idle tells that nothing was looked at, and nothing found.
func (r *Result) idle() bool { return r.Looked == 0 && r.Found == 0 }

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Report is what all checks have found.
type Report struct {
	OK      bool      `json:"ok"`
	Records int       `json:"records"`
	Results []*Result `json:"results"`
	// NothingToCheck names the checks that have looked at nothing, and so have shown
	// nothing.
	NothingToCheck []string `json:"nothing_to_check,omitempty"`
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
	if result.idle() {
		r.NothingToCheck = append(r.NothingToCheck, result.Check)
	}
}

// Confirmed gives the later of two reports of a log that runs on, with what the earlier
// one has found, too, at the same place. It takes a check of which not all findings
// are kept as it is.
func Confirmed(earlier, later *Report) *Report {
	out := &Report{Records: later.Records}
	for i, result := range later.Results {
		was := earlier.Results[i]
		if was.Found == len(was.First) && result.Found == len(result.First) {
			known := make(map[string]bool)
			for _, f := range was.First {
				known[f.Where] = true
			}
			result.First = slices.DeleteFunc(result.First, func(f Finding) bool { return !known[f.Where] })
			result.Found = len(result.First)
		}
		out.Add(result)
	}
	return out
}

// WriteJSON writes the report as one JSON document.
func (r *Report) WriteJSON(w io.Writer) error { return WriteJSON(w, r) }

// WriteJSON writes any report as one JSON document, for people to read, too.
func WriteJSON(w io.Writer, report any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(report)
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
		switch {
		case result.idle():
			line("--   %-12s nothing to check: %s", result.Check, result.Promise)
		case result.Found > 0:
			line("FAIL %-12s %d looked at, %d found: %s", result.Check, result.Looked, result.Found, result.Promise)
		default:
			line("ok   %-12s %d looked at, %d found: %s", result.Check, result.Looked, result.Found, result.Promise)
		}
		for _, f := range result.First {
			line("       %s: %s", f.Where, f.Text)
		}
		if more := result.Found - len(result.First); more > 0 {
			line("       and %d more", more)
		}
		for _, text := range result.Notes {
			line("       note: %s", text)
		}
	}
	return err
}
