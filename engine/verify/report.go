package verify

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/sim/check"
)

// Report is what a verification has found.
type Report struct {
	check.Report
	Seconds float64 `json:"seconds"`
	// LeftOut says what was not checked, and why.
	LeftOut []string `json:"left_out,omitempty"`
	// Hanging are the transactions that hold readers back.
	Hanging []Hanging `json:"hanging,omitempty"`
}

// Hanging is a transaction that holds back the readers of a partition.
type Hanging struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	// Offset is the transaction's first in the partition.
	Offset     int64 `json:"offset"`
	ProducerID int64 `json:"producer_id"`
	// TransactionalID is "" when no coordinator knows the transaction.
	TransactionalID string `json:"transactional_id"`
	// OpenSeconds is how long it has been open or, when no coordinator knows it, how
	// long nothing was written; TimeoutSeconds after how long the cluster ends it.
	OpenSeconds    float64 `json:"open_seconds"`
	TimeoutSeconds float64 `json:"timeout_seconds,omitempty"`
}

func hanging(open []kafka.OpenTransaction) []Hanging {
	out := make([]Hanging, len(open))
	for i := range open {
		t := &open[i]
		out[i] = Hanging{
			Topic: t.Topic, Partition: t.Partition, Offset: t.From, ProducerID: t.ProducerID, TransactionalID: t.ID,
			OpenSeconds: since(t).Seconds(), TimeoutSeconds: t.Timeout.Seconds(),
		}
	}
	return out
}

func since(t *kafka.OpenTransaction) time.Duration {
	if t.ID == "" {
		return time.Since(t.LastWrite).Round(time.Second)
	}
	return time.Since(t.Started).Round(time.Second)
}

// WriteJSON writes the report as one JSON document.
func (r *Report) WriteJSON(w io.Writer) error { return check.WriteJSON(w, r) }

// WriteText writes the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	if err := r.Report.WriteText(w); err != nil {
		return err
	}
	var b strings.Builder
	for _, text := range r.LeftOut {
		fmt.Fprintf(&b, "left out: %s\n", text)
	}
	word := "all promises hold"
	switch {
	case !r.OK:
		word = Count(r.Found())
	case r.Records == 0:
		word = "no transaction hangs; the topics hold no record, so there is nothing else to check"
	case len(r.NothingToCheck) > 0:
		word = "all promises hold of what there is; nothing to check for " + strings.Join(r.NothingToCheck, ", ")
	}
	fmt.Fprintf(&b, "%s, in %.1f s\n", word, r.Seconds)
	_, err := io.WriteString(w, b.String())
	return err
}

// Count words a number of findings.
func Count(findings int) string {
	if findings == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", findings)
}

// Line draws the progress as a bar of a width.
func (p Progress) Line(width int) string {
	share := 0.0
	if p.Total > 0 {
		share = min(float64(p.Read)/float64(p.Total), 1)
	}
	done := int(share * float64(width))
	return fmt.Sprintf("[%s%s] %3.0f %%  %s", strings.Repeat("#", done), strings.Repeat("-", width-done), 100*share, p.Doing)
}
