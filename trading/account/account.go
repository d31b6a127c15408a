package account

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// PaperVenue is the name of the venue that an account plays itself.
const PaperVenue = "paper"

// Bounds of one account. What is above is refused.
const (
	maxStrategies = 500
	maxSymbols    = 5_000
	maxOrders     = 1_000  // open ones
	maxFinished   = 1_000  // kept for late reports; the oldest is forgotten
	maxCommands   = 10_000 // remembered ids; the oldest is forgotten
	maxSignals    = 1_000  // remembered of each external strategy; likewise
	maxTextBytes  = 1024   // of a symbol, name or id: what no reader of the topics takes must not be written
)

// Cause is the input that is being taken in.
type Cause struct {
	// Origin names its record as "topic/partition/offset": ids derive from it, so
	// no two inputs of an account may share one, save Marks and Signals of the same
	// update.
	Origin string
	// TimeMs is the time in the record; 0 stands for the latest market time, which
	// moves by marks alone.
	TimeMs int64
}

// ErrRepeated is returned for a command whose id the account has seen.
var ErrRepeated = errors.New("command was taken in before")

// RefusedError says why a command was refused; nothing was changed.
type RefusedError struct {
	Reason string // a code
	Detail string
}

func (e *RefusedError) Error() string { return "refused: " + e.Reason + ": " + e.Detail }

func refused(reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Account is one account. It is used by one goroutine at a time. Make it with
// New or Load.
type Account struct {
	s        State
	commands *idLog
	signals  map[string]*idLog // by external strategy

	// What follows can be made of the above.
	symbols   map[string]*Symbol
	orders    map[string]*order.Order // open ones
	finished  map[string]*order.Order
	books     map[string]*strategy.Book // views that are still right
	guard     *risk.Guard
	weighs    bool        // whether the guard looks at weights
	weights   risk.Weight // of all symbols
	heldBooks int         // of all symbols, those that hold something
	marked    int         // symbols that are Closing
	leaving   int         // books that are Leaving
	squares   []squares
	kept      *settled // nil after a command that may change it

	revision        int64 // changes since New or Load
	symbolsRevision int64

	// marketMs is the market time of the present input, 0 when it has none: a user's
	// command comes when it comes.
	marketMs int64
	telling  telling
	out      []Event
}

// New gives an account that is not open: it refuses everything but OPEN_ACCOUNT.
func New(userID string) *Account {
	a := &Account{s: State{Version: stateVersion, UserID: userID, Mode: Active, Venue: PaperVenue}, commands: newIDLog(maxCommands), signals: make(map[string]*idLog)}
	a.index()
	return a
}

// index makes what can be made of the state.
func (a *Account) index() {
	a.symbols, a.orders = make(map[string]*Symbol), make(map[string]*order.Order)
	a.finished, a.books = make(map[string]*order.Order), make(map[string]*strategy.Book)
	a.heldBooks, a.marked, a.leaving, a.kept = 0, 0, 0, nil
	for _, s := range a.s.Symbols {
		a.symbols[s.Name] = s
		if s.Closing {
			a.marked++
		}
		for _, b := range s.Books {
			if b.Leaving {
				a.leaving++
			}
		}
		for _, o := range s.Orders {
			a.orders[o.ID] = o
		}
	}
	for _, o := range a.s.Finished {
		a.finished[o.ID] = o
	}
	a.setVenue()
	a.setGuard()
	a.setSquares()
}

// begin starts an input and gives its time: the market's when it has none of its
// own. end gives what the input caused; the slice belongs to the caller.
func (a *Account) begin(cause Cause) int64 {
	if cause.Origin != a.s.Origin {
		a.s.Origin, a.s.Leg = cause.Origin, 0
	}
	a.out, a.marketMs = nil, 0
	a.revision++
	if cause.TimeMs == 0 {
		return a.s.ClockMs
	}
	return cause.TimeMs
}

func (a *Account) end() []Event {
	out := a.out
	a.out = nil
	return out
}

func (a *Account) emit(e Event) { a.out = append(a.out, e) }

// nextID gives an id of its own to whatever the present input makes.
func (a *Account) nextID(kind string) string {
	a.s.Leg++
	return ident.Derive(kind, a.s.UserID, a.s.Origin, strconv.Itoa(a.s.Leg))
}

// tooLong gives the beginning of the first text that is too long, "" when none is.
func tooLong(texts ...string) string {
	for _, t := range texts {
		if len(t) > maxTextBytes {
			return t[:64]
		}
	}
	return ""
}

func (a *Account) live() bool { return a.s.Venue != PaperVenue }

// UserID gives the account's user.
func (a *Account) UserID() string { return a.s.UserID }

// Mode gives what the account may do.
func (a *Account) Mode() Mode { return a.s.Mode }

// Venue gives "paper" or the live venue's name.
func (a *Account) Venue() string { return a.s.Venue }

// ManualStrategy and RiskStrategy give the ids of a user's orders of no strategy.
func ManualStrategy(userID string) string { return ident.Derive(userID, "manual") }

// RiskStrategy is ManualStrategy's sibling for closes by limits.
func RiskStrategy(userID string) string { return ident.Derive(userID, "risk") }

// Symbols gives, sorted, the symbols whose updates the account needs: those that its
// strategies trade or watch, and those that it holds, traded or was asked to trade.
func (a *Account) Symbols() []string {
	var list []string
	for _, s := range a.s.Symbols {
		list = append(list, s.Name)
	}
	for _, d := range a.s.Strategies {
		list = append(append(list, d.Symbols...), d.Watches...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// SymbolsRevision grows when Symbols may give another list.
func (a *Account) SymbolsRevision() int64 { return a.symbolsRevision }

// Strategies gives the account's strategies, sorted by id. They are copies, whose rules
// are compiled already.
func (a *Account) Strategies() []Deployed {
	list := make([]Deployed, len(a.s.Strategies))
	for i, d := range a.s.Strategies {
		list[i] = d.copied()
		list[i].Symbols = slices.Clone(d.Symbols)
	}
	return list
}

// Strategy gives a strategy of the account, and whether there is one.
func (a *Account) Strategy(strategyID string) (Deployed, bool) {
	if d := a.deployed(strategyID); d != nil {
		return d.copied(), true
	}
	return Deployed{}, false
}

func (a *Account) deployed(id string) *Deployed {
	i, ok := slices.BinarySearchFunc(a.s.Strategies, id, func(d *Deployed, id string) int { return strings.Compare(d.StrategyID, id) })
	if !ok {
		return nil
	}
	return a.s.Strategies[i]
}

// symbol gives the symbol's entry and makes it when it is missing; nil when there
// are too many.
func (a *Account) symbol(name string) *Symbol {
	if s, ok := a.symbols[name]; ok {
		return s
	}
	if len(a.s.Symbols) >= maxSymbols && !a.makeRoom() {
		return nil
	}
	s := &Symbol{Name: name, scale: scale{terms: a.guard.Terms(name)}}
	a.equip(s)
	i, _ := slices.BinarySearchFunc(a.s.Symbols, name, func(s *Symbol, n string) int { return strings.Compare(s.Name, n) })
	a.s.Symbols = slices.Insert(a.s.Symbols, i, s)
	a.symbols[name] = s
	a.symbolsRevision++
	return s
}

// makeRoom forgets the first symbol that was only asked for: nothing came of the
// order, and no tick. It tells whether there is one.
func (a *Account) makeRoom() bool {
	i := slices.IndexFunc(a.s.Symbols, func(s *Symbol) bool {
		return s.Ticks == 0 && len(s.Orders) == 0 && len(s.Books) == 0 &&
			!slices.ContainsFunc(a.s.Finished, func(o *order.Order) bool { return o.Symbol == s.Name })
	})
	if i < 0 {
		return false
	}
	delete(a.symbols, a.s.Symbols[i].Name)
	a.s.Symbols = slices.Delete(a.s.Symbols, i, i+1)
	return true
}

// book gives a strategy's book of the symbol and makes it when it is missing.
func (s *Symbol) book(strategyID string) *Book {
	i, ok := s.place(strategyID)
	if !ok {
		s.Books = slices.Insert(s.Books, i, &Book{StrategyID: strategyID})
	}
	return s.Books[i]
}

// found gives a strategy's book of the symbol, nil when there is none.
func (s *Symbol) found(strategyID string) *Book {
	if i, ok := s.place(strategyID); ok {
		return s.Books[i]
	}
	return nil
}

// place gives where a strategy's book stands, or would stand, in the order of their ids.
func (s *Symbol) place(strategyID string) (int, bool) {
	return slices.BinarySearchFunc(s.Books, strategyID, func(b *Book, id string) int { return strings.Compare(b.StrategyID, id) })
}

// Book gives what a strategy may see of itself. The view is not changed later;
// after a change of the book, Book gives another one.
func (a *Account) Book(strategyID string) *strategy.Book {
	if view := a.books[strategyID]; view != nil {
		return view
	}
	view := &strategy.Book{}
	if d := a.deployed(strategyID); d != nil {
		view.Revision = d.BookRevision
	}
	for _, s := range a.s.Symbols {
		h := strategy.Holding{Symbol: s.Name}
		i, ok := slices.BinarySearchFunc(s.Books, strategyID, func(b *Book, id string) int { return strings.Compare(b.StrategyID, id) })
		if ok {
			b := s.Books[i]
			h.Book, h.OpenedMs, h.ClosedMs, h.Trades, h.Openings = b.Book, b.OpenedMs, b.ClosedMs, b.Trades, b.Openings
		}
		for _, o := range s.Orders {
			if o.BookID != strategyID {
				continue
			}
			h.OpenOrders++
			if o.Status == order.Unknown {
				h.UnknownOrders++
			}
			if !h.Quantity.IsZero() && o.Side == closingSide(h.Quantity) {
				h.Closing = h.Closing.Add(o.Rest())
			}
		}
		if ok || h.OpenOrders > 0 {
			view.Holdings = append(view.Holdings, h)
		}
	}
	a.books[strategyID] = view
	return view
}

// bookChanged notes that a strategy's view of itself is no longer right.
func (a *Account) bookChanged(strategyID string) {
	delete(a.books, strategyID)
	if d := a.deployed(strategyID); d != nil {
		d.BookRevision++
	}
}

// Equity gives deposits plus all profit, realised and not, less fees.
func (a *Account) Equity() decimal.Decimal {
	return a.s.Deposits.Add(a.s.Realized).Add(a.s.Unrealized).Sub(a.s.Fees)
}
