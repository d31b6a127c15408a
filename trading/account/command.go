package account

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/paper"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/spelling"
)

// CommandType says what a command asks for.
type CommandType string

// The types of commands.
const (
	CmdOpenAccount    CommandType = "OPEN_ACCOUNT"
	CmdDeposit        CommandType = "DEPOSIT"
	CmdSetLimits      CommandType = "SET_LIMITS"
	CmdDeploy         CommandType = "DEPLOY"
	CmdPause          CommandType = "PAUSE"
	CmdResumeStrategy CommandType = "RESUME_STRATEGY"
	CmdRemove         CommandType = "REMOVE"
	CmdOrder          CommandType = "ORDER"
	CmdSettle         CommandType = "SETTLE"
	CmdHalt           CommandType = "HALT"
	CmdResume         CommandType = "RESUME"
)

// commandTypes are all of them, in the order in which an account meets them.
var commandTypes = []string{
	string(CmdOpenAccount), string(CmdDeposit), string(CmdSetLimits), string(CmdDeploy), string(CmdPause), string(CmdResumeStrategy),
	string(CmdRemove), string(CmdOrder), string(CmdSettle), string(CmdHalt), string(CmdResume),
}

// CommandTypes lists the types of commands.
func CommandTypes() []string { return slices.Clone(commandTypes) }

// Command is an instruction for one account. Data is the pointer that belongs to
// Type.
type Command struct {
	ID, UserID string
	TimeMs     int64
	Type       CommandType
	Data       any
}

// OpenAccount is OPEN_ACCOUNT's data. An open account takes one with a higher
// Revision for its limits, its paper settings, its instruments and its method of
// cost; the deposit counts once.
type OpenAccount struct {
	// Venue is "paper" (default) or the name of a live venue.
	Venue   string          `json:"venue,omitempty"`
	Deposit decimal.Decimal `json:"deposit"`
	Limits  risk.Limits     `json:"limits"`
	// Paper says how the paper venue fills; absent: at once, at the traded price and
	// for nothing. Cost is average (default) or fifo.
	Paper paper.Settings  `json:"paper,omitzero"`
	Cost  position.Method `json:"cost,omitempty"`
	// Instruments say how single symbols trade, in place of Paper's tick size, lot
	// size and fees.
	Instruments instrument.List `json:"instruments,omitempty"`
	Revision    int64           `json:"revision,omitempty"`
}

// Deposit is DEPOSIT's data; an amount below 0 is a withdrawal, at most of the
// cash that is there and of the equity, less the margin that is used.
type Deposit struct {
	Amount decimal.Decimal `json:"amount"`
}

// SetLimits is SET_LIMITS' data: it replaces all limits. Instruments replace all
// instruments when they are given, be it as an empty list; absent ones, which are
// nil, leave them as they are.
type SetLimits struct {
	risk.Limits
	Instruments instrument.List `json:"instruments,omitzero"`
	Revision    int64           `json:"revision,omitempty"`
}

// Deploy is DEPLOY's data. A strategy that is there already is replaced by one of
// a higher Revision; its book and orders stay, so Symbols must have all that it holds
// or has an order in.
type Deploy struct {
	// StrategyID is derived from the user and Name when it is empty.
	StrategyID string   `json:"strategy_id,omitempty"`
	Name       string   `json:"name"`
	Symbols    []string `json:"symbols"`
	// Timeframe of the candles that rules look at; default 5min.
	Timeframe string `json:"timeframe,omitempty"`
	// One of: Rules by name; Code, the name of a compiled strategy, with its
	// Parameters; External: signals come from outside.
	Rules      RuleTexts `json:"rules,omitempty"`
	Code       string    `json:"code,omitempty"`
	Parameters RuleTexts `json:"parameters,omitempty"`
	External   bool      `json:"external,omitempty"`
	Revision   int64     `json:"revision,omitempty"`
}

// StrategyRef is the data of PAUSE, RESUME_STRATEGY and REMOVE.
type StrategyRef struct {
	StrategyID string `json:"strategy_id,omitempty"`
	// Name stands for the id of the account's strategy of that name.
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason,omitempty"`
	// ClosePositions is PAUSE's: its orders are cancelled and all that it holds is
	// closed at the market, too, until it is flat, so that it can be removed then.
	ClosePositions bool `json:"close_positions,omitempty"`
}

// Halt is HALT's data.
type Halt struct {
	Reason string `json:"reason,omitempty"`
	// By is who asked for it, as he says; it is recorded.
	By string `json:"by,omitempty"`
	// ClosePositions orders the close of all that is held, too.
	ClosePositions bool `json:"close_positions,omitempty"`
}

// Resume is RESUME's data.
type Resume struct {
	Reason string `json:"reason,omitempty"`
	// By is who asked for it, as he says. Both are recorded.
	By string `json:"by,omitempty"`
	// SetAside, at a live venue: what it has and the account doesn't, is the user's own
	// and no business of the account from now on.
	SetAside bool `json:"set_aside,omitempty"`
}

// newData gives the empty data of a type, nil for an unknown one.
func newData(t CommandType) any {
	switch t {
	case CmdOpenAccount:
		return &OpenAccount{}
	case CmdDeposit:
		return &Deposit{}
	case CmdSetLimits:
		return &SetLimits{}
	case CmdDeploy:
		return &Deploy{}
	case CmdPause, CmdResumeStrategy, CmdRemove:
		return &StrategyRef{}
	case CmdOrder:
		return &ManualOrder{}
	case CmdSettle:
		return &Settle{}
	case CmdHalt:
		return &Halt{}
	case CmdResume:
		return &Resume{}
	}
	return nil
}

// ParseCommand reads a command's data, which may be absent for HALT and RESUME. A
// field that the type doesn't have, one that is null or given twice, and a number
// too small to hold are errors: a limit with a typing error must not be no limit. Errors are *RefusedError.
func ParseCommand(id, userID string, timeMs int64, t CommandType, data []byte) (Command, error) {
	c := Command{ID: id, UserID: userID, TimeMs: timeMs, Type: t, Data: newData(t)}
	if c.Data == nil {
		return c, refused("UNKNOWN_TYPE", "no command is of type %.64q: %sthere are %s", t, spelling.Hint(string(t), commandTypes), strings.Join(commandTypes, ", "))
	}
	if len(data) == 0 || string(data) == "null" {
		if t == CmdHalt || t == CmdResume || t == CmdOpenAccount {
			return c, nil
		}
		known := slices.Sorted(maps.Keys(fieldsOf(reflect.TypeOf(c.Data).Elem())))
		return c, refused("MISSING_DATA", "%s needs data: an object with %s", t, strings.Join(known, ", "))
	}
	err := strict(data)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err = d.Decode(c.Data); err != nil {
			err = cmp.Or(misread(data, reflect.TypeOf(c.Data).Elem(), "data"), err)
		}
	}
	if err != nil {
		return c, refused("INVALID_DATA", "%s: %v", t, err)
	}
	return c, nil
}

// Command carries out a command. An error is ErrRepeated for one that was carried
// out before, or a *RefusedError; nothing has changed then. Refusals by limits
// are no errors but REJECTED events.
func (a *Account) Command(c Command, cause Cause) ([]Event, error) {
	if c.UserID != a.s.UserID {
		return nil, refused("OTHER_USER", "a command of user %q", c.UserID)
	}
	if c.ID == "" {
		return nil, refused("MISSING_ID", "a command needs a command_id")
	}
	if a.commands.has(c.ID) {
		return nil, ErrRepeated
	}
	if !a.s.Open && c.Type != CmdOpenAccount {
		return nil, refused("ACCOUNT_NOT_OPEN", "%s before OPEN_ACCOUNT", c.Type)
	}
	act, err := a.prepare(c)
	if err != nil {
		return nil, err
	}
	if err := a.checkGrowth(c); err != nil {
		return nil, err
	}
	nowMs := a.begin(cause)
	a.commands.add(c.ID)
	if c.Type != CmdOrder {
		a.kept = nil
	}
	act(nowMs)
	return a.end(), nil
}

// action does what a command asks for, after everything was checked.
type action func(timeMs int64)

// prepare checks a command and changes nothing.
func (a *Account) prepare(c Command) (action, error) {
	switch d := c.Data.(type) {
	case *OpenAccount:
		return a.openAccount(d)
	case *Deposit:
		return a.deposit(d)
	case *SetLimits:
		return a.newLimits(d)
	case *Deploy:
		return a.deploy(d)
	case *StrategyRef:
		return a.changeStrategy(c.Type, d)
	case *ManualOrder:
		return a.manualOrder(d)
	case *Settle:
		return a.settleOrder(d, c.ID)
	case *Halt:
		return func(timeMs int64) { a.haltCommand(d, c.ID, timeMs) }, nil
	case *Resume:
		if d.SetAside && !a.live() {
			return nil, refused("INVALID_DATA", "set_aside is for accounts at a live venue; this one is on paper")
		}
		return func(timeMs int64) { a.resume(d, c.ID, timeMs) }, nil
	}
	return nil, refused("UNKNOWN_TYPE", "%s with data of type %T", c.Type, c.Data)
}

func (a *Account) openAccount(d *OpenAccount) (action, error) {
	venue := d.Venue
	if venue == "" {
		venue = PaperVenue
	}
	if err := d.Limits.Validate(); err != nil {
		return nil, refused("INVALID_LIMITS", "%v", err)
	}
	if d.Deposit.Sign() < 0 || !d.Deposit.Bounded() {
		return nil, refused("INVALID_AMOUNT", "deposit %v", d.Deposit)
	}
	if err := d.Paper.Validate(); err != nil {
		return nil, refused("INVALID_PAPER", "%v", err)
	}
	if err := d.Instruments.Validate(); err != nil {
		return nil, refused("INVALID_INSTRUMENTS", "%v", err)
	}
	if !d.Cost.Valid() {
		return nil, refused("INVALID_COST", "cost %q; want average or fifo", d.Cost)
	}
	apply := func(timeMs int64) {
		a.s.Revision, a.s.Paper = d.Revision, d.Paper
		a.setInstruments(d.Instruments)
		a.setCost(d.Cost)
		a.setLimits(d.Limits, timeMs)
	}
	if a.s.Open {
		switch {
		case d.Revision <= a.s.Revision:
			return nil, refused("ALREADY_OPEN", "the account is open with revision %d, this is %d", a.s.Revision, d.Revision)
		case venue != a.s.Venue:
			return nil, refused("OTHER_VENUE", "the account trades at %s, this is for %s", a.s.Venue, venue)
		}
		return apply, nil
	}
	return func(timeMs int64) {
		a.s.Open, a.s.Venue = true, venue
		a.s.Deposits, a.s.Cash = d.Deposit, d.Deposit
		apply(timeMs)
		if a.live() {
			a.askVenue()
		}
	}, nil
}

// CheckVenue gives the *RefusedError of an OPEN_ACCOUNT at a live venue that there is
// no session with: the account would be compared with it for ever. Nothing else is
// refused: an account that is open stays with its venue, whatever sessions there are.
func (a *Account) CheckVenue(c Command, sessions func(venue string) bool) error {
	d, ok := c.Data.(*OpenAccount)
	if !ok || a.s.Open || d.Venue == "" || d.Venue == PaperVenue || sessions(d.Venue) {
		return nil
	}
	return refused("NO_SUCH_VENUE", "there is no session with a venue %.64q; want paper, or nodes of a build that has one", d.Venue)
}

func (a *Account) deposit(d *Deposit) (action, error) {
	switch {
	case d.Amount.IsZero() || !d.Amount.Bounded():
		return nil, refused("INVALID_AMOUNT", "amount %v", d.Amount)
	case d.Amount.Sign() < 0:
		if err := a.checkWithdrawal(d.Amount.Neg()); err != nil {
			return nil, err
		}
	}
	return func(timeMs int64) {
		a.s.Deposits, a.s.Cash = a.s.Deposits.Add(d.Amount), a.s.Cash.Add(d.Amount)
		a.assess(nil, timeMs)
	}, nil
}

// checkWithdrawal refuses to give cash that is not there, that is owed for what was sold
// short, or that is margin.
func (a *Account) checkWithdrawal(amount decimal.Decimal) error {
	equity := a.Equity()
	switch {
	case a.s.Cash.Less(amount):
		return refused("NOT_ENOUGH_CASH", "%v to withdraw; %v is in cash, the equity is %v", amount, a.s.Cash, equity)
	case equity.Less(amount):
		return refused("NOT_ENOUGH_EQUITY", "%v to withdraw; %v is in cash, the equity is %v: the rest is owed for what was sold short", amount, a.s.Cash, equity)
	case !a.mayWithdraw(amount):
		return refused("NOT_ENOUGH_MARGIN", "%v to withdraw, %v of the equity of %v is margin", amount, a.weights.Margin, equity)
	}
	return nil
}

func (a *Account) newLimits(d *SetLimits) (action, error) {
	if err := d.Validate(); err != nil {
		return nil, refused("INVALID_LIMITS", "%v", err)
	}
	if err := d.Instruments.Validate(); err != nil {
		return nil, refused("INVALID_INSTRUMENTS", "%v", err)
	}
	if d.Revision != 0 && d.Revision <= a.s.Revision {
		return nil, refused("OLD_REVISION", "the account has revision %d, this is %d", a.s.Revision, d.Revision)
	}
	return func(timeMs int64) {
		a.s.Revision = max(a.s.Revision, d.Revision)
		if d.Instruments != nil {
			a.setInstruments(d.Instruments)
		}
		a.setLimits(d.Limits, timeMs)
	}, nil
}

// timeOf gives the market time of a symbol on paper, which is that of the present
// input when it is later, and the given one otherwise.
func (a *Account) timeOf(symbol string, timeMs int64) int64 {
	if s := a.symbols[symbol]; s != nil && !a.live() && s.Ticks > 0 {
		return max(s.TimeMs, a.marketMs)
	}
	return timeMs
}
