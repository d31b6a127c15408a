// Package report tells people and programs how a backtest went: as text for a
// terminal, as JSON with a stable schema, and as one HTML page that needs nothing
// else. docs/backtest.md explains what is in it.
package report

import (
	"encoding/json"
	"io"

	"github.com/velox-trading/velox/trading/performance"
)

// Schema names the JSON document. The number grows when a field changes its
// meaning or goes; fields may be added without that.
const Schema = "velox-backtest/3"

// Backtest is everything that a backtest tells. The same ticks, configuration and
// options give the same document, byte by byte.
type Backtest struct {
	Schema string `json:"schema"`
	// Partial says why the run ended before its ticks did; empty: it did not.
	Partial  string   `json:"partial,omitempty"`
	Input    Input    `json:"input"`
	Settings Settings `json:"settings"`
	Counts   Counts   `json:"counts"`
	// Warnings are what a reader should know before trusting the figures.
	Warnings []string `json:"warnings"`
	// Silence says why there was no signal; empty when there was one.
	Silence string `json:"silence,omitempty"`
	// Withheld are the signals that strategies did not give, by account, strategy,
	// symbol, what and reason.
	Withheld []Withheld `json:"withheld"`
	performance.Result
	Events
	// Prices are drawn on the page; they are not part of the JSON.
	Prices *performance.Prices `json:"-"`
}

// Input is what was run. Times are Unix milliseconds.
type Input struct {
	Files   []string `json:"files"`
	Ticks   int64    `json:"ticks"`
	FirstMs int64    `json:"first_ms"`
	LastMs  int64    `json:"last_ms"`
	// FromMs and ToMs are the bounds that were asked for, 0 for none.
	FromMs int64 `json:"from_ms"`
	ToMs   int64 `json:"to_ms"`
	// Symbols are those that were asked for, empty for all.
	Symbols []string `json:"symbols"`
	// Partitions is "1" or "seed".
	Partitions string `json:"partitions"`
	// Calendars says which exchanges of traded symbols have none, and what that means;
	// absent: all have one.
	Calendars string `json:"calendars,omitempty"`
}

// Settings are what the figures depend on.
type Settings struct {
	// Days says in words of which days Sharpe and Sortino are and how many a year has;
	// DaysPerYear is that number for the whole run. Zone is where times are shown.
	Days        string  `json:"days"`
	DaysPerYear float64 `json:"days_per_year"`
	RiskFree    float64 `json:"risk_free"`
	Zone        string  `json:"zone"`
	// SampleMs is the width of the intervals at whose ends equity was looked at.
	SampleMs int64 `json:"sample_ms"`
}

// Counts are what came of the ticks. Maps are by reason or type.
type Counts struct {
	// LateTicks were late in any timeframe, each once.
	LateTicks  int64 `json:"late_ticks"`
	OffSession int64 `json:"off_session_ticks"`
	Signals    int64 `json:"signals"`
	// Decisions are the times at which a strategy's entry rules were asked for a symbol.
	Decisions int64 `json:"entry_decisions"`
	// EntriesWithheld and ExitsWithheld are signals that rules would have given, or
	// whose rules could not be told, by strategy.WithheldReason.
	EntriesWithheld map[string]int64 `json:"entries_withheld"`
	ExitsWithheld   map[string]int64 `json:"exits_withheld"`
	Placed          int64            `json:"orders_placed"`
	Cancelled       map[string]int64 `json:"orders_cancelled"`
	Rejected        map[string]int64 `json:"orders_rejected"`
	Alerts          map[string]int64 `json:"alerts"`
	DeadLetters     map[string]int64 `json:"dead_letters"`
}

// Withheld is how often a strategy did not give a signal in a symbol, and why.
type Withheld struct {
	Account  string `json:"account"`
	Strategy string `json:"strategy"`
	Symbol   string `json:"symbol"`
	What     string `json:"what"`   // ENTRY or EXIT
	Reason   string `json:"reason"` // a strategy.WithheldReason
	Count    int64  `json:"count"`
	// Detail tells of the value that was at fault the last time; empty where none was.
	Detail string `json:"detail"`
}

// JSON writes the document, indented.
func (b *Backtest) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(b)
}
