package report

import (
	_ "embed" // the page's parts
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

// Bounds of the page; the JSON has everything.
const (
	pageTrades  = 2_000
	pageEvents  = 500 // alerts, rejected orders, cancelled orders, and what is still open
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
	"money": money, "percent": percent, "plain": plain, "number": number[int], "number64": number[int64], "quantity": quantity, "side": side, "tone": tone,
}).Parse(pageText))

// page is what the template shows.
type page struct {
	*Backtest
	*drawer
	Style     template.CSS
	Script    template.JS
	Title     string
	Subject   string // whose and what was traded
	AxisWide  int    // pixels beside the charts, for the numbers
	Tiles     []tile
	Summary   []group
	Why       string
	Whole     []chart
	ByAccount []accountCharts
	Tables    []scopeTable
	BySymbol  []chart
	// ChartsNote says which symbols are not drawn.
	ChartsNote string
	Done       list[performance.RoundTrip]
	Held       list[performance.Holding]
	Alerted    list[Alert]
	Refused    []refused
	Silent     list[Withheld]
	Happened   [][2]string
	Readings   map[string][]reading
	From, To   string
}

// tile is a figure at the head of the page, with another one that belongs to it.
type tile struct{ Name, Value, Tone, More string }

type accountCharts struct {
	Name, Net string
	Charts    []chart
}

type scopeTable struct {
	Kind, Head, Note string
	Rows             []scopeRow
}

type scopeRow struct {
	Name string
	performance.Figures
}

// list is the rows of a table, and what is said of those that it has no room for.
type list[T any] struct {
	Rows []T
	Note string
}

// refused is the table of rejected or of cancelled orders.
type refused struct {
	ID, Title string
	list[Order]
}

// listed takes the first rows of a list; more is how many the JSON lacks, too.
func listed[T any](all []T, limit int, more int64) list[T] {
	out := list[T]{Rows: all[:min(len(all), limit)]}
	if len(all) > limit || more > 0 {
		out.Note = fmt.Sprintf("The first %s of %s; ", number(len(out.Rows)), number(int64(len(all))+more))
		if more == 0 {
			out.Note += "the JSON has them all."
		} else {
			out.Note += fmt.Sprintf("the JSON has the first %s.", number(len(all)))
		}
	}
	return out
}

// HTML writes one page that needs nothing else: no network, no other file.
func (b *Backtest) HTML(w io.Writer) error {
	d := b.newDrawer()
	p := page{
		Backtest: b, drawer: d, Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // both are part of this program
		Title:   fmt.Sprintf("Backtest of %s, %s to %s", b.subject(), d.minute(b.Input.FirstMs), d.minute(b.Input.LastMs)),
		Subject: b.subject(),
		Tiles:   b.tiles(), Summary: b.summary(), Why: why(ratios(&b.Total.Figures)),
		Whole: append(d.growth(&b.Total, "equity", maxPoints, 300), d.drawdown(&b.Total, "drawdown", maxPoints, 150)),
		Done:  listed(b.RoundTrips, pageTrades, 0), Held: listed(b.Open, pageEvents, 0),
		Silent:  listed(b.Withheld, pageEvents, 0),
		Alerted: listed(b.Alerts, pageEvents, b.LeftOut.Alerts),
		Refused: []refused{
			{"rejected", "Rejected orders", listed(b.Rejected, pageEvents, b.LeftOut.Rejected)},
			{"cancelled", "Cancelled orders", listed(b.Cancelled, pageEvents, b.LeftOut.Cancelled)},
		},
		Happened: b.happened(), From: d.second(b.Input.FirstMs), To: d.second(b.Input.LastMs),
	}
	p.tables()
	p.accountCharts()
	p.priceCharts()
	p.Readings, p.AxisWide = d.readings, int(float64(d.axis)*characterWidth)+14
	return pageTemplate.Execute(w, &p)
}

// subject names the strategies and symbols of the run, or counts them.
func (b *Backtest) subject() string {
	name := func(what string, scopes []performance.Scope, name func(*performance.Scope) string) string {
		if len(scopes) == 0 || len(scopes) > 3 {
			return number(len(scopes)) + " " + what
		}
		names := make([]string, len(scopes))
		for i := range scopes {
			names[i] = name(&scopes[i])
		}
		return strings.Join(names, ", ")
	}
	return name("strategies", b.Strategies, func(s *performance.Scope) string { return s.Strategy }) + " on " +
		name("symbols", b.Symbols, func(s *performance.Scope) string { return s.Symbol })
}

// tiles are what one looks at first.
func (b *Backtest) tiles() []tile {
	f := &b.Total.Figures
	sortino := "Sortino " + plain(f.Sortino)
	if f.Sharpe.Value == nil {
		sortino = f.Sharpe.Undefined
	}
	return []tile{
		{"Net profit", money(f.Net), tone(f.Net), "of " + money(f.Capital)},
		{"Return", percent(f.Return), tone(f.Net), "buy and hold " + percent(f.HoldReturn)},
		{"Largest drawdown", money(f.Drawdown.Money), "", percent(f.Drawdown.Share)},
		{"Sharpe", plain(f.Sharpe), "", sortino},
		{"Trades", number(f.Trades), "", percent(f.WinRate) + " wins"},
		{"Profit factor", plain(f.ProfitFactor), "", money(f.Expectancy) + " a trade"},
		{"Exposure", percent(f.TimeInMarket), "", money(f.AverageGross) + " held"},
		{"Turnover", plain(f.Turnover), "", money(f.Traded) + " traded"},
	}
}

// tone is how an amount is coloured.
func tone(d decimal.Decimal) string {
	switch d.Sign() {
	case 1:
		return "win"
	case -1:
		return "loss"
	}
	return ""
}

// happened says what came of the ticks.
func (b *Backtest) happened() [][2]string {
	return [][2]string{
		{"Ticks", number(b.Input.Ticks)},
		{"of them late", number(b.Counts.LateTicks)},
		{"off session", number(b.Counts.OffSession)},
		{"Signals", number(b.Counts.Signals)},
		{"Decisions on entries", number(b.Counts.Decisions)},
		{"entries withheld", counted(b.Counts.EntriesWithheld)},
		{"exits withheld", counted(b.Counts.ExitsWithheld)},
		{"Orders placed", number(b.Counts.Placed)},
		{"rejected", counted(b.Counts.Rejected)},
		{"cancelled", counted(b.Counts.Cancelled)},
		{"Alerts", counted(b.Counts.Alerts)},
		{"Dead letters", counted(b.Counts.DeadLetters)},
	}
}

func (p *page) tables() {
	for _, t := range []struct {
		kind, head string
		scopes     []performance.Scope
	}{{"account", "Account", p.Accounts}, {"strategy", "Strategy", p.Strategies}, {"symbol", "Symbol", p.Symbols}} {
		table := scopeTable{Kind: t.kind, Head: t.head}
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
	accounts := p.Accounts
	if len(accounts) < 2 {
		return // it would be the chart of all
	}
	for i := range accounts[:min(len(accounts), pageCurves)] {
		s := &accounts[i]
		charts := append(p.growth(s, fmt.Sprint("equity-", i), maxSmallPoints, 220), p.drawdown(s, fmt.Sprint("drawdown-", i), maxSmallPoints, 110))
		p.ByAccount = append(p.ByAccount, accountCharts{s.Account, money(s.Figures.Net), charts})
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
	for i, s := range symbols {
		p.BySymbol = append(p.BySymbol, p.price(s.Symbol, fmt.Sprint("price-", i), min(maxMarks, maxMarked/len(symbols))))
	}
}

// Second shows a time on the page.
func (p *page) Second(ms int64) string { return p.second(ms) }

// Price shows a price of a symbol; one of 0 is none.
func (p *page) Price(symbol string, d decimal.Decimal) string {
	if d.IsZero() {
		return none
	}
	return p.shown.text(symbol, d)
}

// Sampled shows the width of the intervals.
func (p *page) Sampled() string { return duration(p.Settings.SampleMs) }
