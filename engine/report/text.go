package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/performance"
)

// textTrades is the most trades that the text lists.
const textTrades = 10

// textRows is the most rows of a table of accounts, strategies or symbols.
const textRows = 40

// Text writes the report for a terminal of 100 columns.
func (b *Backtest) Text(w io.Writer) error {
	out := bufio.NewWriter(w)
	c := b.clock()
	if b.Partial != "" {
		fmt.Fprintf(out, "PARTIAL: %s. The figures cover what ran until then.\n\n", b.Partial)
	}
	fmt.Fprintf(out, "%s ticks from %s to %s %s\n", number(b.Input.Ticks), c.second(b.Input.FirstMs), c.second(b.Input.LastMs), b.Settings.Zone)
	if b.Input.Calendars != "" {
		fmt.Fprintf(out, "%s\n", b.Input.Calendars)
	}
	fmt.Fprintf(out, "%s signals, %s orders placed, %s fills, %s trades\n", number(b.Counts.Signals), number(b.Counts.Placed), number(b.Total.Figures.Fills), number(b.Total.Figures.Trades))
	if b.Silence != "" {
		fmt.Fprintf(out, "%s\n", b.Silence)
	}
	fmt.Fprintf(out, "entries withheld %s of %s decisions, exits withheld %s\n", counted(b.Counts.EntriesWithheld), number(b.Counts.Decisions), counted(b.Counts.ExitsWithheld))
	fmt.Fprintf(out, "rejected %s, cancelled %s\nalerts %s\nlate ticks %s, off session %s, dead letters %s\n\n", counted(b.Counts.Rejected), counted(b.Counts.Cancelled),
		counted(b.Counts.Alerts), number(b.Counts.LateTicks), number(b.Counts.OffSession), counted(b.Counts.DeadLetters))
	for _, g := range b.summary() {
		for row := range slices.Chunk(g.Items, 2) { // groups have pairs
			fmt.Fprintf(out, "  %-22s%22s    %-22s%22s\n", row[0].Name, row[0].Value, row[1].Name, row[1].Value)
		}
	}
	if reasons := why(ratios(&b.Total.Figures)); reasons != "" {
		fmt.Fprintf(out, "  (%s)\n", reasons)
	}
	if b.Settings.Days != "" {
		fmt.Fprintf(out, "  days are %s\n", b.Settings.Days)
	}
	b.textScopes(out, "account", b.Accounts)
	b.textScopes(out, "strategy", b.Strategies)
	b.textScopes(out, "symbol", b.Symbols)
	b.textTrades(out, c)
	for _, warning := range b.Warnings {
		fmt.Fprintf(out, "\nwarning: %s\n", warning)
	}
	return out.Flush()
}

// item is one named figure as people read it.
type item struct{ Name, Value string }

// group is figures that belong together.
type group struct {
	Name  string
	Items []item
}

// summary gives the figures of the whole run, in groups of pairs.
func (b *Backtest) summary() []group {
	f, c := &b.Total.Figures, b.clock()
	recovered := c.minute(f.Drawdown.RecoveredMs)
	if f.Drawdown.RecoveredMs == 0 && f.Drawdown.Money.Sign() > 0 {
		recovered = "not yet"
	}
	return []group{
		{"Profit", []item{
			{"capital", money(f.Capital)},
			{"equity at the end", money(f.Equity)},
			{"net profit", money(f.Net)},
			{"return", percent(f.Return)},
			{"realised", money(f.Realized)},
			{"unrealised", money(f.Unrealized)},
			{"fees", money(f.Fees)},
			{"days", number(f.Days)},
			{"buy and hold", money(f.Hold)},
			{"its return", percent(f.HoldReturn)},
		}},
		{"Risk", []item{
			{"Sharpe, a year", plain(f.Sharpe)},
			{"Sortino, a year", plain(f.Sortino)},
			{"largest drawdown", money(f.Drawdown.Money)},
			{"as a share", percent(f.Drawdown.Share)},
			{"drawdown from", c.minute(f.Drawdown.PeakMs)},
			{"to", c.minute(f.Drawdown.TroughMs)},
			{"recovered", recovered},
			{"longest below a peak", duration(f.Drawdown.LongestMs)},
		}},
		{"Trades", []item{
			{"trades", number(f.Trades)},
			{"wins", percent(f.WinRate)},
			{"average win", money(f.AverageWin)},
			{"average loss", money(f.AverageLoss)},
			{"expectancy", money(f.Expectancy)},
			{"profit factor", plain(f.ProfitFactor)},
			{"average time held", duration(f.AverageHeldMs)},
			{"longest losing streak", number(f.LongestLosing)},
		}},
		{"Exposure", []item{
			{"time in market", percent(f.TimeInMarket)},
			{"average held", money(f.AverageGross)},
			{"traded", money(f.Traded)},
			{"turnover", plain(f.Turnover)},
			{"fills", number(f.Fills)},
			{"still open", number(len(b.Open))},
		}},
	}
}

func ratios(f *performance.Figures) map[string]performance.Ratio {
	return map[string]performance.Ratio{
		"return": f.Return, "Sharpe": f.Sharpe, "Sortino": f.Sortino, "drawdown": f.Drawdown.Share, "time in market": f.TimeInMarket,
		"turnover": f.Turnover, "wins": f.WinRate, "profit factor": f.ProfitFactor,
	}
}

func scopeName(s *performance.Scope) string {
	switch {
	case s.Symbol != "":
		return s.Symbol
	case s.Strategy != "":
		return s.Account + " " + s.Strategy
	default:
		return s.Account
	}
}

func (b *Backtest) textScopes(out io.Writer, kind string, scopes []performance.Scope) {
	if len(scopes) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%-26s%14s%10s%8s%9s%8s%14s%8s\n", kind, "net profit", "return", "trades", "wins", "factor", "drawdown", "Sharpe")
	for i := range scopes[:min(len(scopes), textRows)] {
		f := &scopes[i].Figures
		fmt.Fprintf(out, "%-26s%14s%10s%8s%9s%8s%14s%8s\n", cut(scopeName(&scopes[i]), 25), money(f.Net), percent(f.Return), number(f.Trades),
			percent(f.WinRate), plain(f.ProfitFactor), money(f.Drawdown.Money), plain(f.Sharpe))
	}
	if more := len(scopes) - textRows; more > 0 {
		fmt.Fprintf(out, "and %s more: --json has them all\n", number(more))
	}
}

func (b *Backtest) textTrades(out io.Writer, c clock) {
	if len(b.RoundTrips) == 0 {
		return
	}
	n := len(b.RoundTrips)
	from := max(n-textTrades, 0)
	switch {
	case from > 0:
		fmt.Fprintf(out, "\nthe last %d of %s trades\n", textTrades, number(n))
	case n == 1:
		fmt.Fprint(out, "\n1 trade\n")
	default:
		fmt.Fprintf(out, "\n%d trades\n", n)
	}
	shown := b.prices()
	fmt.Fprintf(out, "%-15s%-17s%-21s%-6s%7s %10s %10s %10s\n", "exit", "account strategy", "symbol", "side", "quantity", "entry", "exit", "net")
	for _, t := range b.RoundTrips[from:] {
		fmt.Fprintf(out, "%-15s%-17s%-21s%-6s%7s %10s %10s %10s\n", c.ofYear(t.ExitMs), cut(t.Account+" "+t.Strategy, 16), cut(t.Symbol, 20), side(t.Long),
			t.Quantity, shown.text(t.Symbol, t.EntryPrice), shown.text(t.Symbol, t.ExitPrice), money(t.Net))
	}
}

func side(long bool) string {
	if long {
		return "long"
	}
	return "short"
}

// cut shortens a text to a width, marked at its end.
func cut(text string, width int) string {
	if r := []rune(text); len(r) > width {
		return strings.TrimSpace(string(r[:width-1])) + "…"
	}
	return text
}
