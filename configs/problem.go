package configs

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong in a configuration.
type Problem struct {
	// Where is the source: "velox.yaml:12:7" with line and column, "environment variable KAFKA_ACKS" or
	// "flag --http-address".
	Where string `json:"where"`
	// Path is the setting, such as "accounts[0].limits.daily_loss"; empty when the
	// source as a whole is wrong.
	Path string `json:"path,omitempty"`
	// Value is what stands there, as text; empty when nothing does.
	Value string `json:"value,omitempty"`
	// Want says what is allowed.
	Want string `json:"want"`

	at spot
}

func problemAt(at spot, path, value, want string) Problem {
	return Problem{Where: at.String(), Path: path, Value: value, Want: want, at: at}
}

// Place gives the line and column, both from 1, of a source that has lines; else 0.
func (p Problem) Place() (line, column int) { return p.at.line, p.at.column }

// String gives "where: path: value: want".
func (p Problem) String() string {
	var b strings.Builder
	for _, part := range []string{p.Where, p.Path, quoted(p.Value)} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	b.WriteString(p.Want)
	return b.String()
}

const maxShown = 120

// quoted makes a value fit for one line of a message.
func quoted(value string) string {
	if value == "" {
		return ""
	}
	if r := []rune(value); len(r) > maxShown {
		value = string(r[:maxShown]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

// Error holds everything that is wrong in a configuration, in the order of the
// sources and, within each, of the text.
type Error struct {
	Problems []Problem
}

func (e *Error) Error() string {
	if len(e.Problems) == 1 {
		return "configuration: " + e.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "configuration: %d problems", len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  ")
		b.WriteString(p.String())
	}
	return b.String()
}
