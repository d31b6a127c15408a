package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/trading/performance"
	"github.com/velox-trading/velox/trading/strategy"
)

// withheldKey is what withheld signals are counted by.
type withheldKey struct {
	user, strategyID, symbol string
	exit                     bool
	reason                   strategy.WithheldReason
}

func keyOf(user, strategyID string, w *strategy.Withheld) withheldKey {
	return withheldKey{user, strategyID, w.Symbol, w.Exit, w.Reason}
}

// The kinds of withheld signals.
const entryKind, exitKind = "ENTRY", "EXIT"

func kindOf(exit bool) string {
	if exit {
		return exitKind
	}
	return entryKind
}

// withheldLabels gives the metric's labels. Compiled strategies may give any reason:
// those that are not known are one.
func withheldLabels(w *strategy.Withheld) string {
	reason := w.Reason
	if reason.Words() == "" {
		reason = "OTHER"
	}
	return kindOf(w.Exit) + "/" + string(reason)
}

// A strategy may withhold a signal at every tick: the log has one line for each of
// its symbols and reasons in withheldEvery, with how many there were, and keeps count
// of so many; beyond, it forgets them and begins anew.
const (
	withheldEvery = time.Minute
	withheldMost  = 10_000
)

// withheldLog tells of withheld signals at level debug.
type withheldLog struct {
	logger *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	known map[withheldKey]*withheldCount
}

type withheldCount struct {
	n    int
	told time.Time
}

func (l *withheldLog) add(user, strategyID string, last *strategy.Withheld, n int) {
	if !l.logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= withheldMost {
		l.known = make(map[withheldKey]*withheldCount)
	}
	key, now := keyOf(user, strategyID, last), l.now()
	c := l.known[key]
	if c == nil {
		c = &withheldCount{}
		l.known[key] = c
	}
	c.n += n
	if !c.told.IsZero() && now.Sub(c.told) < withheldEvery {
		return
	}
	l.logger.Debug("signals withheld", "account", user, "strategy", strategyID, "symbol", last.Symbol, "what", kindOf(last.Exit),
		"reason", string(last.Reason), "detail", last.Detail(), "count", c.n)
	c.n, c.told = 0, now
}

// withheldSum is how often a signal was withheld, and the last time.
type withheldSum struct {
	n    int64
	last strategy.Withheld
}

// withheldRows gives what was withheld as the report lists it; strategies by id give
// the names.
func withheldRows(sums map[withheldKey]withheldSum, strategies map[string]performance.Book) []report.Withheld {
	rows := make([]report.Withheld, 0, len(sums))
	for k, s := range sums {
		rows = append(rows, report.Withheld{
			Account: k.user, Strategy: strategies[k.strategyID].Strategy, Symbol: k.symbol, What: kindOf(k.exit),
			Reason: string(k.reason), Count: s.n, Detail: s.last.Detail(),
		})
	}
	slices.SortFunc(rows, func(a, b report.Withheld) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Strategy, b.Strategy), cmp.Compare(a.Symbol, b.Symbol),
			cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
	return rows
}

// byReason adds rows of one kind up.
func byReason(rows []report.Withheld, kind string) map[string]int64 {
	sums := make(map[string]int64)
	for _, r := range rows {
		if r.What == kind {
			sums[r.Reason] += r.Count
		}
	}
	return sums
}

// withheldWords says what was withheld of a kind, the most frequent reason first; ""
// when nothing was.
func withheldWords(rows []report.Withheld, kind string) string {
	sums := byReason(rows, kind)
	reasons := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b))
	})
	total := int64(0)
	var parts []string
	for _, reason := range reasons {
		total += sums[reason]
		text := cmp.Or(strategy.WithheldReason(reason).Words(), "for "+reason)
		if detail := oftenest(rows, kind, reason); detail != "" {
			text += " (" + detail + ")"
		}
		if len(reasons) > 1 { // of one reason the total says it
			text = fmt.Sprintf("%d %s", sums[reason], text)
		}
		parts = append(parts, text)
	}
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		parts[0] = " " + parts[0]
	default:
		parts[0] = ": " + parts[0]
	}
	what := map[string][2]string{entryKind: {"entry", "entries"}, exitKind: {"exit", "exits"}}[kind]
	return fmt.Sprintf("%s withheld%s", countOf(total, what[0], what[1]), strings.Join(parts, ", "))
}

// countOf tells how many there are of something, by its name for one and for more.
func countOf(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// oftenest gives the detail of the row of a kind with the most for a reason.
func oftenest(rows []report.Withheld, kind, reason string) string {
	most, detail := int64(0), ""
	for _, r := range rows {
		if r.What == kind && r.Reason == reason && r.Count > most {
			most, detail = r.Count, r.Detail
		}
	}
	return detail
}
