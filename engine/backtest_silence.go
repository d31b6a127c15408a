package engine

import (
	"fmt"
	"strings"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
)

// silence says why no strategy gave a signal: one that trades nothing looks like one
// that found nothing to trade.
func (b *backtest) silence(doc *report.Backtest) string {
	if doc.Counts.Signals > 0 {
		return ""
	}
	parts, none := b.unrun(), absent(b.traded)
	var quiet []string
	for i := range b.config.Accounts {
		quiet = append(quiet, untold(&b.config.Accounts[i])...)
	}
	if len(quiet) > 0 {
		parts = append(parts, fmt.Sprintf("%s, without rules for entries, may not tell why", listed(quiet)))
	}
	if words := withheldWords(doc.Withheld, entryKind); words != "" {
		parts = append(parts, words)
	}
	total := int64(0)
	for _, n := range doc.Counts.EntriesWithheld {
		total += n
	}
	switch rest := doc.Counts.Decisions - total; {
	case rest > 0 && total > 0:
		parts = append(parts, fmt.Sprintf("no entry rule was true at %d other decisions", rest))
	case rest > 0:
		parts = append(parts, fmt.Sprintf("no entry rule was true at any of %d decisions", rest))
	case doc.Counts.Decisions == 0 && len(none) < len(b.traded):
		parts = append(parts, "no entry rule was asked: rules on_close are when a candle of their strategy's timeframe closes")
	}
	return "0 signals: " + strings.Join(parts, "; ")
}

// untold names the strategies of which entries can't be told: compiled ones decide as
// they like, and the signals of external ones come from elsewhere.
func untold(a *configs.Account) []string {
	var names []string
	for _, s := range a.Strategies {
		if s.Rules["entry_long"] == "" && s.Rules["entry_short"] == "" {
			names = append(names, a.UserID+" "+s.Name)
		}
	}
	return names
}
