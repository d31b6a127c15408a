package engine

import (
	"strings"
	"testing"
)

// TestBacktestNamesTheOptionThatHelps: a symbol on two exchanges makes dead letters,
// and the warning says what to give.
func TestBacktestNamesTheOptionThatHelps(t *testing.T) {
	o := wavesOptions(t, waves(t, 2_000, "WAVE,Y,1700000200000,100,1"))
	if err := Backtest(t.Context(), wavesConfig(t), o); err != nil {
		t.Fatal(err)
	}
	doc, _ := readReport(t, o.JSON)
	if all := strings.Join(doc.Warnings, "; "); doc.Counts.DeadLetters["EXCHANGE_MISMATCH"] != 1 || !strings.Contains(all, "--name-by-exchange keeps them apart") {
		t.Errorf("dead letters %v, warnings %q", doc.Counts.DeadLetters, all)
	}
}

// TestDeadLetterReasons: the end of a replay tells them, in one order, and what
// helps, unless that was given.
func TestDeadLetterReasons(t *testing.T) {
	reasons := map[string]int64{"TIMESTAMP_AHEAD": 2, "EXCHANGE_MISMATCH": 7}
	if got := deadLetterReasons(reasons); got != " (EXCHANGE_MISMATCH 7, TIMESTAMP_AHEAD 2)" {
		t.Errorf("got %q", got)
	}
	if deadLetterReasons(nil) != "" || deadLetterHint(nil, false) != "" || deadLetterHint(reasons, true) != "" || !strings.Contains(deadLetterHint(reasons, false), "--name-by-exchange") {
		t.Error("a hint where none helps, or none where one does")
	}
}
