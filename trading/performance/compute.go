package performance

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
)

// book is one book and what its scopes have of it.
type book struct {
	ledger
	days   Days
	trip   trip
	scopes []*meter
	price  decimal.Decimal
	// shown is what the scopes have of it.
	shown valuation
}

// valuation is what a book adds to its scopes.
type valuation struct {
	holding                           int // 1 when it holds something
	gross, unrealized, realized, fees decimal.Decimal
}

// computation walks through a run in the order of time.
type computation struct {
	run      *Run
	books    map[Book]*book
	bySymbol map[string][]*book // sorted by account and strategy
	meters   map[Book]*meter    // by scope: a Book of which some fields are empty
	holdings map[string]*holding
	trades   []Trade
	trips    []RoundTrip
	nowMs    int64
	touched  []*meter
}

// Compute walks through a run and sums it up. At every fill and at the last price
// of every interval the scopes concerned are observed; of one time, fills come
// first.
func Compute(run Run) Result {
	run.Settings = run.Settings.WithDefaults()
	if run.Prices == nil {
		run.Prices = NewPrices(1, 0)
	}
	c := &computation{
		run: &run, books: make(map[Book]*book), bySymbol: make(map[string][]*book), meters: make(map[Book]*meter),
	}
	c.makeBooks()
	c.walk()
	return c.result()
}

// makeBooks makes the books that are known before the walk.
func (c *computation) makeBooks() {
	all := make(map[Book]bool)
	for _, b := range c.run.Books {
		all[b] = true
	}
	for i := range c.run.Fills {
		all[c.run.Fills[i].Book] = true
	}
	users := make(map[[2]string]bool) // account and symbol
	capital := make(map[Book]decimal.Decimal)
	for b := range all {
		if pair := [2]string{b.Symbol, b.Account}; !users[pair] {
			users[pair] = true
			capital[Book{Symbol: b.Symbol}] = capital[Book{Symbol: b.Symbol}].Add(c.run.Capital[b.Account])
		}
	}
	for account, amount := range c.run.Capital {
		capital[Book{Account: account}] = amount
		capital[Book{}] = capital[Book{}].Add(amount)
	}
	c.meter(Book{}, capital[Book{}])
	for account := range c.run.Capital {
		c.meter(Book{Account: account}, capital[Book{Account: account}])
	}
	for _, b := range slices.SortedFunc(maps.Keys(all), compareBooks) {
		c.meter(Book{Symbol: b.Symbol}, capital[Book{Symbol: b.Symbol}])
		c.book(b)
	}
	c.makeHoldings()
}

func compareBooks(a, b Book) int {
	return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Strategy, b.Strategy), strings.Compare(a.Symbol, b.Symbol))
}

func (c *computation) meter(scope Book, capital decimal.Decimal) *meter {
	m := c.meters[scope]
	if m == nil {
		m = newMeter(&c.run.Settings, c.run.Prices.widthMs, capital)
		c.meters[scope] = m
	}
	return m
}

// book gives a book and makes it, with its scopes, when it is missing.
func (c *computation) book(name Book) *book {
	b := c.books[name]
	if b != nil {
		return b
	}
	capital := c.run.Capital[name.Account]
	b = &book{ledger: ledger{book: name}, days: c.run.Settings.Days(name.Symbol), scopes: []*meter{
		c.meter(Book{}, capital), c.meter(Book{Account: name.Account}, capital),
		c.meter(Book{Account: name.Account, Strategy: name.Strategy}, capital), c.meter(Book{Symbol: name.Symbol}, capital),
	}}
	for _, m := range b.scopes {
		m.year = max(m.year, b.days.PerYear)
	}
	c.books[name] = b
	list := append(c.bySymbol[name.Symbol], b)
	slices.SortFunc(list, func(x, y *book) int { return compareBooks(x.book, y.book) })
	c.bySymbol[name.Symbol] = list
	return b
}

// mark is the last price of an interval.
type mark struct {
	ms     int64
	symbol string
	price  decimal.Decimal
}

// marks gives the prices of the symbols that have books, in the order of time.
func (c *computation) marks() []mark {
	var out []mark
	for _, symbol := range c.run.Prices.Symbols() {
		if len(c.bySymbol[symbol]) == 0 {
			continue
		}
		for _, b := range c.run.Prices.Bars(symbol) {
			out = append(out, mark{b.LastMs, symbol, b.Close})
		}
	}
	slices.SortStableFunc(out, func(a, b mark) int { return cmp.Compare(a.ms, b.ms) })
	return out
}

func (c *computation) walk() {
	fills, due := InOrder(c.run.Fills)
	marks := c.marks()
	for len(fills) > 0 || len(marks) > 0 {
		switch {
		case len(marks) == 0:
			c.nowMs = due[0]
		case len(fills) == 0:
			c.nowMs = marks[0].ms
		default:
			c.nowMs = min(due[0], marks[0].ms)
		}
		for ; len(fills) > 0 && due[0] == c.nowMs; fills, due = fills[1:], due[1:] {
			c.fill(c.book(fills[0].Book), fills[0])
		}
		for ; len(marks) > 0 && marks[0].ms == c.nowMs; marks = marks[1:] {
			for _, b := range c.bySymbol[marks[0].symbol] {
				c.touch(b)
				b.price = marks[0].price
				b.refresh()
			}
			c.holdings[marks[0].symbol].mark(marks[0].price)
		}
		for _, m := range c.touched {
			m.observe(c.nowMs)
			m.touched = false
		}
		c.touched = c.touched[:0]
	}
}

// touch tells a book's scopes that they are about to change.
func (c *computation) touch(b *book) {
	day, trades := b.days.At(c.nowMs)
	for _, m := range b.scopes {
		if trades {
			m.days.enter(day)
		}
		if !m.touched {
			m.touched = true
			c.touched = append(c.touched, m)
			m.begin(c.nowMs)
		}
	}
}

func (c *computation) fill(b *book, f Fill) {
	c.touch(b)
	ended := b.take(f)
	c.trades = append(c.trades, ended...)
	done, ends := b.trip.take(&b.ledger, ended)
	if ends {
		c.trips = append(c.trips, done)
	}
	b.price = f.Value.Div(f.Quantity)
	b.refresh()
	for _, m := range b.scopes {
		m.fills++
		m.traded = m.traded.Add(f.Value.Abs())
		if ends {
			m.stats.add(&done)
		}
	}
}

// refresh brings the scopes to what the book is now.
func (b *book) refresh() {
	now := valuation{
		gross: b.quantity.Mul(b.price).Abs(), unrealized: b.unrealized(b.price), realized: b.realized, fees: b.fees,
	}
	if !b.quantity.IsZero() {
		now.holding = 1
	}
	for _, m := range b.scopes {
		m.now.holding += now.holding - b.shown.holding
		m.now.gross = m.now.gross.Add(now.gross.Sub(b.shown.gross))
		m.now.unrealized = m.now.unrealized.Add(now.unrealized.Sub(b.shown.unrealized))
		m.now.realized = m.now.realized.Add(now.realized.Sub(b.shown.realized))
		m.now.fees = m.now.fees.Add(now.fees.Sub(b.shown.fees))
	}
	b.shown = now
}

func (c *computation) result() Result {
	out := Result{Accounts: []Scope{}, Strategies: []Scope{}, Symbols: []Scope{}, RoundTrips: append([]RoundTrip{}, c.trips...), Trades: append([]Trade{}, c.trades...), Open: []Holding{}}
	for _, name := range slices.SortedFunc(maps.Keys(c.meters), compareBooks) {
		m := c.meters[name]
		s := Scope{Account: name.Account, Strategy: name.Strategy, Symbol: name.Symbol, Figures: m.figures(), Curve: append([]Point{}, m.curve.points...)}
		switch {
		case name == Book{}:
			out.Total = s
		case name.Symbol != "":
			out.Symbols = append(out.Symbols, s)
		case name.Strategy != "":
			out.Strategies = append(out.Strategies, s)
		default:
			out.Accounts = append(out.Accounts, s)
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(c.books), compareBooks) {
		if b := c.books[name]; !b.quantity.IsZero() {
			out.Open = append(out.Open, Holding{name, b.quantity, b.cost, b.price, b.shown.unrealized})
		}
	}
	return out
}
