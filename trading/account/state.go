package account

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// Mode is what an account may do.
type Mode string

// The modes. A Reducing account takes orders that make a position smaller; a
// Halted one only the closes of its own limits.
const (
	Active   Mode = "ACTIVE"
	Reducing Mode = "REDUCING"
	Halted   Mode = "HALTED"
)

// stateVersion is raised when an older program could not read the state. Version
// 1 knew neither fees nor lots, version 2 no instruments; what they saved is read as
// it is.
const stateVersion = 3

// State is everything that an account remembers, save the lists of repeats. All
// lists have a fixed order.
type State struct {
	Version int    `json:"version"`
	UserID  string `json:"user_id"`
	Open    bool   `json:"open"`
	// Venue is "paper" or the name of a live venue.
	Venue string `json:"venue"`
	Mode  Mode   `json:"mode"`
	// ModeReason says why the account is not ACTIVE, such as DAILY_LOSS.
	ModeReason string `json:"mode_reason,omitempty"`
	// Reached are the limits that were reached since the account was last ACTIVE: RESUME
	// grants them, whatever their use has come to since. Versions that left it out have
	// ModeReason and the levels.
	Reached []AlertType `json:"reached,omitempty"`
	// Closing: all positions are to be closed, and stay closed until RESUME. A
	// REDUCING account is HALTED once they are.
	Closing bool `json:"closing,omitempty"`
	// Revision of the configuration that the account was opened or changed by.
	Revision int64       `json:"revision,omitempty"`
	Limits   risk.Limits `json:"limits"`
	// Paper says how the paper venue fills, Cost which cost a close takes.
	Paper paper.Settings  `json:"paper,omitzero"`
	Cost  position.Method `json:"cost,omitempty"`
	// Instruments say how single symbols trade, in place of Paper.
	Instruments instrument.List `json:"instruments,omitempty"`

	Deposits decimal.Decimal `json:"deposits"`
	Cash     decimal.Decimal `json:"cash"`
	// Realized and Unrealized are of all positions, ever.
	Realized   decimal.Decimal `json:"realized"`
	Unrealized decimal.Decimal `json:"unrealized"`
	// Fees are what all trades have cost; they are in Cash, and in no profit.
	Fees decimal.Decimal `json:"fees,omitzero"`

	// ClockMs is the latest market time seen, Day its day, and DayBase what Realized
	// and Unrealized came to when the day began.
	ClockMs   int64           `json:"clock_ms"`
	Day       int64           `json:"day"`
	DayBase   decimal.Decimal `json:"day_base"`
	LossLevel risk.Level      `json:"loss_level"`
	Leap      Leap            `json:"leap,omitzero"`
	// Peak is the most that Realized and Unrealized ever came to, or since a RESUME
	// that granted the drawdown again.
	Peak          decimal.Decimal `json:"peak,omitzero"`
	DrawdownLevel risk.Level      `json:"drawdown_level,omitempty"`
	MarginLevel   risk.Level      `json:"margin_level,omitempty"`
	// Recent is what limits remember of the orders that were placed.
	Recent risk.Recent `json:"recent,omitzero"`

	// Symbols and Strategies are sorted by name and by id.
	Symbols    []*Symbol   `json:"symbols,omitempty"`
	Strategies []*Deployed `json:"strategies,omitempty"`
	// Finished are orders that a venue or others may still report on, oldest first.
	Finished []*order.Order `json:"finished,omitempty"`

	// Reconciliation is zero on paper.
	Reconciliation Reconciliation `json:"reconciliation,omitzero"`

	// Origin and Leg name what was made last: the next id of one origin differs.
	Origin string `json:"origin,omitempty"`
	Leg    int    `json:"leg,omitempty"`
}

// Symbol is what an account knows and holds of one symbol.
type Symbol struct {
	Name  string          `json:"name"`
	Price decimal.Decimal `json:"price"`
	// TimeMs is the latest tick time, Ticks counts the ticks seen, Seq is the last
	// one's place. Behind are the last ones in a row that were older than TimeMs.
	TimeMs int64      `json:"time_ms"`
	Behind Behind     `json:"behind,omitzero"`
	Ticks  int64      `json:"ticks"`
	Seq    market.Seq `json:"seq"`
	// Told is the tick that has told of the latest close of its candles, zero when it
	// has had a price since. On paper only.
	Told Told `json:"told,omitzero"`
	// Net is the account's position, the sum of Books.
	Net        position.Book   `json:"net"`
	Lots       position.Lots   `json:"lots,omitempty"` // of Net, with FIFO
	Unrealized decimal.Decimal `json:"unrealized"`
	Fees       decimal.Decimal `json:"fees,omitzero"`
	// Positions counts the positions opened so far; OpenRealized and OpenFees are
	// Net.Realized and Fees when the present one was opened.
	Positions    int64           `json:"positions,omitempty"`
	OpenRealized decimal.Decimal `json:"open_realized"`
	OpenFees     decimal.Decimal `json:"open_fees,omitzero"`
	// PublishedMs and PublishedPrice are of the last position update.
	PublishedMs    int64           `json:"published_ms,omitempty"`
	PublishedPrice decimal.Decimal `json:"published_price"`
	SizeLevel      risk.Level      `json:"size_level,omitempty"`
	// Closing: its positions are to be closed because of their margin.
	Closing bool `json:"closing,omitempty"`
	// Halted: a live venue does not tell the fate of one of its orders, and no entries
	// are taken.
	Halted bool `json:"halted,omitempty"`
	// Books are sorted by strategy, Orders are open and in the order of placement.
	Books  []*Book        `json:"books,omitempty"`
	Orders []*order.Order `json:"orders,omitempty"`

	scale  scale
	venue  paper.Settings  // the account's, for this symbol
	freeze decimal.Decimal // the largest quantity of one order; 0: any
}

// Behind are ticks that are older than their symbol's time, in the order of their times:
// how many, and the time of the last.
type Behind struct {
	Ticks int   `json:"ticks"`
	Ms    int64 `json:"ms"`
}

// Book is what a strategy holds of a symbol.
type Book struct {
	StrategyID string `json:"strategy_id"`
	position.Book
	Lots     position.Lots   `json:"lots,omitempty"` // with FIFO
	Fees     decimal.Decimal `json:"fees,omitzero"`
	OpenedMs int64           `json:"opened_ms,omitempty"`
	// ClosedMs is when its last position ended, Trades counts those opened.
	ClosedMs int64 `json:"closed_ms,omitempty"`
	Trades   int64 `json:"trades,omitempty"`
	// Openings are when those of the last day were opened: a strategy that starts afresh
	// counts them, too.
	Openings strategy.Openings `json:"openings,omitempty"`
	// Brackets are the stops and targets of its entries, oldest first; together they
	// never cover more than Quantity.
	Brackets []Bracket `json:"brackets,omitempty"`
	// Passed are exits that entries have passed on to other orders.
	Passed []Passed `json:"passed,omitempty"`
	// Leaving: it is to be closed, however often that takes, until it is flat and no order
	// for it is open: by PAUSE with close_positions, or when its strategy has failed and
	// would square off. It ends when the strategy is told to run, or to pause without.
	Leaving bool `json:"leaving,omitempty"`
	// RefusedMs is the account's clock when a venue last refused a close, Refusals how
	// many tries it has refused since something was closed.
	RefusedMs int64 `json:"refused_ms,omitempty"`
	Refusals  int   `json:"refusals,omitempty"`
}

// Bracket is a stop and a target of one entry; a zero price is absent. When
// either is touched, an order to exit is placed, and neither is looked at while
// that order is open: one cancels the other. What it closes leaves the bracket.
type Bracket struct {
	OrderID  string          `json:"order_id"`
	Quantity decimal.Decimal `json:"quantity"`
	StopLoss decimal.Decimal `json:"stoploss"`
	Target   decimal.Decimal `json:"target"`
	// Trail is the distance of a trailing stop, Best the best price that was traded
	// since the entry: the stop is Trail behind it, or at StopLoss when that is nearer.
	Trail decimal.Decimal `json:"trail,omitzero"`
	Best  decimal.Decimal `json:"best,omitzero"`
	// SinceMs is the market time of the entry's first fill, BestMs that of Best: what
	// was traded before touches nothing, and no stop that hangs from Best.
	SinceMs int64 `json:"since_ms,omitempty"`
	BestMs  int64 `json:"best_ms,omitempty"`
	// ExitID is the order that exits it. Touched is what was touched while a live venue
	// had yet to cancel what was in the way, or a stop that still waits for its exit, or
	// whose exit the venue has ended: it exits then, wherever the price has gone.
	ExitID  string        `json:"exit_id,omitempty"`
	Touched order.Purpose `json:"touched,omitempty"`
}

// Passed are the exits of an entry that has closed what another order, ByID, was to
// close: so much of what that one opens is the entry's.
type Passed struct {
	ByID  string  `json:"by_id"`
	Entry Bracket `json:"entry"`
}

// Deployed is one strategy of the account.
type Deployed struct {
	StrategyID string   `json:"strategy_id"`
	Name       string   `json:"name"`
	Symbols    []string `json:"symbols"` // sorted
	Timeframe  string   `json:"timeframe,omitempty"`
	// Rules, or Code: the name of a compiled strategy and its Parameters, or External.
	Rules      *rules.Spec       `json:"rules,omitempty"`
	Code       string            `json:"code,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	External   bool              `json:"external,omitempty"`
	// Watches are the symbols that it looks at and doesn't trade, sorted.
	Watches  []string `json:"watches,omitempty"`
	Status   Status   `json:"status"`
	Detail   string   `json:"detail,omitempty"`
	Revision int64    `json:"revision,omitempty"`
	// BookRevision grows with every change of its book.
	BookRevision int64 `json:"book_revision"`

	// Of Rules, once they are compiled: the program, or what keeps this build from it.
	program *rules.Program
	flaw    error
}
