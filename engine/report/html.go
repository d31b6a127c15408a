package report

import (
	_ "embed" // the page's parts
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/performance"
)

// Bounds of the page; the JSON has everything.
const (
	pageTrades  = 2_000
	pageSymbols = 30
	pageScopes  = 200 // rows of a table of accounts, strategies or symbols
	pageCurves  = 20  // accounts with charts of their own
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"money": money, "percent": percent, "plain": plain, "price": price, "number": number[int], "side": side,
}).Parse(pageText))

// page is what the template shows.
type page struct {
	*Backtest
	Clock              clock
	Style              template.CSS
	Script             template.JS
	Title              string
	Summary            [][2]item
	Why                string
	Equity, Drawdown   template.HTML
	ByAccount          []accountChart
	Tables             []scopeTable
	Charts             []priceChart
	TradeRows          []performance.RoundTrip
	TradesNote         string
	ChartsNote         string
	Series             map[string][]seriesPoint
	Happened           [][2]string
	From, To, FileList string
}

type accountChart struct {
	Name, Net        string
	Equity, Drawdown template.HTML
}

type scopeTable struct {
	Kind, Note string
	Rows       []scopeRow
}

type scopeRow struct {
	Name string
	performance.Figures
}

// seriesPoint is what the page's script reads out: time, equity, drawdown.
type seriesPoint [3]string

// HTML writes one page that needs nothing else: no network, no other file.
func (b *Backtest) HTML(w io.Writer) error {
	c := b.clock()
	p := page{
		Backtest: b, Clock: c, Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // both are part of this program
		Title:   fmt.Sprintf("Backtest %s to %s", c.minute(b.Input.FirstMs), c.minute(b.Input.LastMs)),
		Summary: b.summary(), Why: why(ratios(&b.Total.Figures)),
		Equity: equityChart(&b.Total, c, "total"), Drawdown: drawdownChart(&b.Total, c, "total"),
		Series: map[string][]seriesPoint{"total": seriesOf(&b.Total, c)},
		From:   c.second(b.Input.FirstMs), To: c.second(b.Input.LastMs),
		Happened: [][2]string{
			{"Ticks", number(b.Input.Ticks)},
			{"of them late", number(b.Counts.LateTicks)},
			{"off session", number(b.Counts.OffSession)},
			{"Signals", number(b.Counts.Signals)},
			{"Orders placed", number(b.Counts.Placed)},
			{"rejected", counted(b.Counts.Rejected)},
			{"cancelled", counted(b.Counts.Cancelled)},
			{"Alerts", counted(b.Counts.Alerts)},
			{"Dead letters", counted(b.Counts.DeadLetters)},
		},
	}
	p.tables()
	p.accountCharts()
	p.priceCharts()
	p.TradeRows = b.RoundTrips[:min(len(b.RoundTrips), pageTrades)]
	if more := len(b.RoundTrips) - pageTrades; more > 0 {
		p.TradesNote = fmt.Sprintf("The first %s of %s trades; the JSON has them all.", number(pageTrades), number(len(b.RoundTrips)))
	}
	return pageTemplate.Execute(w, &p)
}

func seriesOf(s *performance.Scope, c clock) []seriesPoint {
	out := make([]seriesPoint, len(s.Curve))
	for i, p := range s.Curve {
		out[i] = seriesPoint{c.minute(p.TimeMs), money(p.Equity), money(p.Drawdown)}
	}
	return out
}

func (p *page) tables() {
	for _, t := range []struct {
		kind   string
		scopes []performance.Scope
	}{{"Account", p.Accounts}, {"Strategy", p.Strategies}, {"Symbol", p.Symbols}} {
		table := scopeTable{Kind: t.kind}
		for i := range t.scopes[:min(len(t.scopes), pageScopes)] {
			table.Rows = append(table.Rows, scopeRow{scopeName(&t.scopes[i]), t.scopes[i].Figures})
		}
		if more := len(t.scopes) - pageScopes; more > 0 {
			table.Note = fmt.Sprintf("%s more are in the JSON.", number(more))
		}
		if len(table.Rows) > 0 {
			p.Tables = append(p.Tables, table)
		}
	}
}

func (p *page) accountCharts() {
	if len(p.Accounts) < 2 {
		return // it would be the chart of all
	}
	for i := range p.Accounts[:min(len(p.Accounts), pageCurves)] {
		s, series := &p.Accounts[i], fmt.Sprint("account-", i)
		p.ByAccount = append(p.ByAccount, accountChart{s.Account, money(s.Figures.Net), equityChart(s, p.Clock, series), drawdownChart(s, p.Clock, series)})
		p.Series[series] = seriesOf(s, p.Clock)
	}
}

// priceCharts draws the symbols with the most trades, in the order of their names.
func (p *page) priceCharts() {
	var symbols []performance.Scope
	for _, s := range p.Symbols {
		if p.Prices != nil && len(p.Prices.Bars(s.Symbol)) > 0 {
			symbols = append(symbols, s)
		}
	}
	if more := len(symbols) - pageSymbols; more > 0 {
		slices.SortStableFunc(symbols, func(a, b performance.Scope) int { return b.Figures.Trades - a.Figures.Trades })
		symbols = symbols[:pageSymbols]
		slices.SortFunc(symbols, func(a, b performance.Scope) int { return strings.Compare(a.Symbol, b.Symbol) })
		p.ChartsNote = fmt.Sprintf("The %d symbols with the most trades; %s more are in the tables.", pageSymbols, number(more))
	}
	for _, s := range symbols {
		p.Charts = append(p.Charts, p.priceChart(s.Symbol, p.Clock))
	}
}

// Second shows a time on the page.
func (p *page) Second(ms int64) string { return p.Clock.second(ms) }

// Sampled shows the width of the intervals.
func (p *page) Sampled() string { return duration(p.Settings.SampleMs) }
