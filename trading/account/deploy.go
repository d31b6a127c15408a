package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// defaultTimeframe is the seed's.
const defaultTimeframe = "5min"

const maxStrategySymbols = 500

// removedBook takes the profit of strategies that are gone, so that the books
// still sum up to the net.
const removedBook = "removed"

// New makes the strategy of the rules or of the code, without any history. It fails
// for an external strategy, which has none.
func (d *Deployed) New() (strategy.Strategy, error) {
	s, err := d.make()
	if err != nil {
		return nil, fmt.Errorf("strategy %s (%s): %w", d.StrategyID, d.Name, err)
	}
	return s, nil
}

// written is New for what someone has just written: rules that can't be meant are
// refused, too, which go on where they are deployed already.
func (d *Deployed) written() (strategy.Strategy, error) {
	s, err := d.New()
	if err != nil || d.Rules == nil {
		return s, err
	}
	if err := rules.Check(*d.Rules, market.MustParseTimeframe(d.Timeframe), d.Symbols, nil); err != nil {
		return nil, fmt.Errorf("strategy %s (%s): %w", d.StrategyID, d.Name, err)
	}
	return s, nil
}

func (d *Deployed) make() (strategy.Strategy, error) {
	if d.Rules == nil && d.Code == "" {
		return nil, errors.New("has no rules: its signals come from outside")
	}
	if d.Code != "" {
		tf, err := market.ParseTimeframe(d.Timeframe)
		if err != nil {
			return nil, err
		}
		return compiled.New(d.Code, compiled.Place{StrategyID: d.StrategyID, Symbols: d.Symbols, Timeframe: tf}, d.Parameters)
	}
	if err := d.compile(); err != nil {
		return nil, err
	}
	return d.program.New(d.StrategyID, d.Symbols), nil
}

// copied gives a copy that shares the compiled rules. So they are compiled when someone
// wants to run them, and not for who only looks at an account.
func (d *Deployed) copied() Deployed {
	if d.Rules != nil {
		_ = d.compile() // whoever makes the strategy hears of the error
	}
	return *d
}

// compile compiles the rules, once: what came of it doesn't change.
func (d *Deployed) compile() error {
	if d.program == nil && d.flaw == nil {
		tf, err := market.ParseTimeframe(d.Timeframe)
		if err == nil {
			d.program, err = rules.Compile(*d.Rules, tf)
		}
		d.flaw = err
	}
	return d.flaw
}

func (a *Account) deploy(d *Deploy) (action, error) {
	n, err := a.checkDeploy(d)
	if err != nil {
		return nil, err
	}
	var needs []strategy.Need
	if !n.External {
		s, err := n.written()
		if err != nil {
			return nil, refused("INVALID_RULES", "%v", err)
		}
		needs = s.Needs()
		n.Watches = watched(n.Symbols, needs)
		if long := tooLong(n.Watches...); long != "" {
			return nil, refused("INVALID_RULES", "symbol %q...: want at most %d bytes", long, maxTextBytes)
		}
		if len(n.Symbols)+len(n.Watches) > maxStrategySymbols {
			return nil, refused("TOO_MANY_SYMBOLS", "strategy %s has %d and watches %d, at most %d together", n.Name, len(n.Symbols), len(n.Watches), maxStrategySymbols)
		}
	} else {
		n.Timeframe = ""
	}
	old := a.deployed(n.StrategyID)
	switch {
	case old != nil && n.Revision <= old.Revision:
		return nil, refused("OLD_REVISION", "strategy %s is deployed with revision %d, this is %d", n.StrategyID, old.Revision, n.Revision)
	case old == nil && len(a.s.Strategies) >= maxStrategies:
		return nil, refused("TOO_MANY_STRATEGIES", "the account has %d", maxStrategies)
	}
	if old != nil {
		if err := a.checkDropped(n, old); err != nil {
			return nil, err
		}
	}
	return func(timeMs int64) { a.install(n, old, needs, timeMs) }, nil
}

// checkDropped refuses a revision without a symbol in which the strategy holds something
// or has an order: its rules would look after that no more, and REMOVE would be refused
// for it. One whose signals come from outside may have traded any symbol.
func (a *Account) checkDropped(n, old *Deployed) error {
	for _, s := range a.s.Symbols {
		_, kept := slices.BinarySearch(n.Symbols, s.Name)
		_, had := slices.BinarySearch(old.Symbols, s.Name)
		if kept || !had && (n.External || !old.External) {
			continue
		}
		const then = "; keep the symbol, or PAUSE the strategy with close_positions first"
		for _, b := range s.Books {
			if b.StrategyID == n.StrategyID && !b.Quantity.IsZero() {
				return refused("POSITION_OPEN", "strategy %s holds %v of %s, which revision %d drops"+then, n.StrategyID, b.Quantity, s.Name, n.Revision)
			}
		}
		for _, o := range s.Orders {
			if o.BookID == n.StrategyID {
				return refused("ORDER_OPEN", "strategy %s has order %s open in %s, which revision %d drops"+then, n.StrategyID, o.ID, s.Name, n.Revision)
			}
		}
	}
	return nil
}

// watched gives the symbols of the needs that are not traded, sorted.
func watched(traded []string, needs []strategy.Need) []string {
	var list []string
	for _, n := range needs {
		if _, ok := slices.BinarySearch(traded, n.Symbol); !ok {
			list = append(list, n.Symbol)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (a *Account) install(n, old *Deployed, needs []strategy.Need, timeMs int64) {
	if old != nil {
		n.BookRevision = old.BookRevision
		*old = *n
		a.stay(n.StrategyID)
	} else {
		i, _ := slices.BinarySearchFunc(a.s.Strategies, n.StrategyID, func(d *Deployed, id string) int { return strings.Compare(d.StrategyID, id) })
		a.s.Strategies = slices.Insert(a.s.Strategies, i, n)
	}
	if n.External && a.signals[n.StrategyID] == nil {
		a.signals[n.StrategyID] = newIDLog(maxSignals)
	} else if !n.External {
		delete(a.signals, n.StrategyID)
	}
	a.bookChanged(n.StrategyID)
	a.symbolsRevision++
	a.setSquares()
	e := a.status(n, timeMs)
	e.Deployed, e.Needs = true, needs
	a.emit(e)
}

// id gives the id of the strategy that a user deploys.
func (d *Deploy) id(userID string) string {
	if d.StrategyID == "" {
		return ident.Derive(userID, d.Name)
	}
	return d.StrategyID
}

// checkDeploy gives the strategy that a DEPLOY asks for.
func (a *Account) checkDeploy(d *Deploy) (*Deployed, error) {
	n := &Deployed{
		StrategyID: d.id(a.s.UserID), Name: d.Name, Symbols: slices.Clone(d.Symbols), Timeframe: d.Timeframe,
		Code: d.Code, Parameters: d.Parameters, External: d.External, Status: Running, Revision: d.Revision,
	}
	slices.Sort(n.Symbols)
	n.Symbols = slices.Compact(n.Symbols)
	if n.Timeframe == "" {
		n.Timeframe = defaultTimeframe
	}
	switch {
	case n.Name == "":
		return nil, refused("MISSING_NAME", "a strategy needs a name")
	case n.StrategyID == ManualStrategy(a.s.UserID) || n.StrategyID == RiskStrategy(a.s.UserID) || n.StrategyID == removedBook:
		return nil, refused("RESERVED_NAME", "%q is Velox's own", n.Name)
	case len(n.Symbols) == 0 || n.Symbols[0] == "":
		return nil, refused("MISSING_SYMBOLS", "strategy %s needs symbols", n.Name)
	case len(n.Symbols) > maxStrategySymbols:
		return nil, refused("TOO_MANY_SYMBOLS", "strategy %s has %d, at most %d", n.Name, len(n.Symbols), maxStrategySymbols)
	case tooLong(append(n.Symbols, n.StrategyID, n.Name)...) != "":
		return nil, refused("INVALID_DATA", "%q...: want names, ids and symbols of at most %d bytes", tooLong(append(n.Symbols, n.StrategyID, n.Name)...), maxTextBytes)
	case kinds(len(d.Rules) > 0, n.Code != "", n.External) != 1:
		return nil, refused("INVALID_RULES", "strategy %s: want one of rules, code, and external: true", n.Name)
	case len(n.Parameters) > 0 && n.Code == "":
		return nil, refused("INVALID_RULES", "strategy %s: only code has parameters", n.Name)
	}
	if len(d.Rules) > 0 {
		spec, err := rules.FromMap(d.Rules)
		if err != nil {
			return nil, refused("INVALID_RULES", "strategy %s: %v", n.Name, err)
		}
		n.Rules = &spec
	}
	return n, nil
}

// kinds counts what is given.
func kinds(given ...bool) int {
	n := 0
	for _, g := range given {
		if g {
			n++
		}
	}
	return n
}

func (a *Account) status(d *Deployed, timeMs int64) StrategyStatus {
	return StrategyStatus{
		UserID: a.s.UserID, StrategyID: d.StrategyID, Name: d.Name, TimeMs: timeMs, Status: d.Status,
		External: d.External, Detail: d.Detail,
	}
}

// referred finds a strategy by its id, or by its name.
func (a *Account) referred(ref *StrategyRef) (*Deployed, error) {
	switch {
	case (ref.StrategyID == "") == (ref.Name == ""):
		return nil, refused("INVALID_DATA", "want strategy_id or name")
	case ref.Name == "":
		if d := a.deployed(ref.StrategyID); d != nil {
			return d, nil
		}
		return nil, refused("NO_SUCH_STRATEGY", "the account has no strategy %q", ref.StrategyID)
	}
	var found *Deployed
	for _, d := range a.s.Strategies {
		switch {
		case d.Name != ref.Name:
		case found != nil:
			return nil, refused("INVALID_DATA", "two strategies are named %q: want strategy_id", ref.Name)
		default:
			found = d
		}
	}
	if found == nil {
		return nil, refused("NO_SUCH_STRATEGY", "the account has no strategy named %q", ref.Name)
	}
	return found, nil
}

// changeStrategy pauses, resumes or removes a strategy.
func (a *Account) changeStrategy(t CommandType, ref *StrategyRef) (action, error) {
	d, err := a.referred(ref)
	if err != nil {
		return nil, err
	}
	to := Paused
	switch t {
	case CmdRemove:
		if ref.ClosePositions {
			return nil, refused("INVALID_DATA", "%s: only PAUSE has close_positions; pause first", t)
		}
		return a.remove(d)
	case CmdResumeStrategy:
		to = Running
	case CmdPause:
	default:
		return nil, refused("UNKNOWN_TYPE", "%s", t)
	}
	if ref.ClosePositions && t != CmdPause {
		return nil, refused("INVALID_DATA", "%s: only PAUSE has close_positions", t)
	}
	// A strategy that failed starts afresh: its last state is what it failed on.
	afresh, detail := d.Status == Failed && !d.External, wording(ref.Reason)
	var needs []strategy.Need
	if afresh {
		switch s, err := d.New(); {
		case err == nil:
			needs = s.Needs()
		case t == CmdResumeStrategy:
			return nil, refused("INVALID_RULES", "%v", err)
		default:
			to, afresh, detail = Failed, false, d.Detail // nobody can run it here, paused or not
		}
	}
	return func(timeMs int64) {
		d.Status, d.Detail = to, detail
		a.setSquares()
		e := a.status(d, timeMs)
		e.Deployed, e.Needs = afresh, needs
		a.emit(e)
		a.stay(d.StrategyID)
		if ref.ClosePositions {
			a.leaveAll(d.StrategyID, timeMs)
		}
	}, nil
}

// remove takes a strategy off the account. Its paper orders are cancelled; it must
// hold nothing, and have no order at a live venue, whose fate nobody would follow.
func (a *Account) remove(d *Deployed) (action, error) {
	for _, s := range a.s.Symbols {
		for _, b := range s.Books {
			if b.StrategyID == d.StrategyID && !b.Quantity.IsZero() {
				return nil, refused("POSITION_OPEN", "strategy %s holds %v of %s", d.StrategyID, b.Quantity, s.Name)
			}
		}
		for _, o := range s.Orders {
			if o.BookID == d.StrategyID && a.live() {
				return nil, refused("ORDER_OPEN", "order %s of strategy %s is open", o.ID, d.StrategyID)
			}
		}
	}
	return func(timeMs int64) {
		for _, s := range a.s.Symbols {
			for _, o := range slices.Clone(s.Orders) {
				if o.BookID == d.StrategyID {
					a.cancel(o, order.ReasonStrategyRemoved, a.timeOf(s.Name, timeMs))
				}
			}
			a.fold(s, d.StrategyID)
		}
		a.s.Strategies = slices.DeleteFunc(a.s.Strategies, func(other *Deployed) bool { return other == d })
		a.setSquares()
		delete(a.signals, d.StrategyID)
		delete(a.books, d.StrategyID)
		a.symbolsRevision++
		d.Status = Removed
		a.emit(a.status(d, timeMs))
	}, nil
}

// fold moves the profit and the trades of a strategy's flat book to the book of those removed.
func (a *Account) fold(s *Symbol, strategyID string) {
	i, ok := s.place(strategyID)
	if !ok {
		return
	}
	gone := s.Books[i]
	a.setLeaving(gone, false)
	s.Books = slices.Delete(s.Books, i, i+1)
	kept := s.book(removedBook)
	kept.Absorb(gone.Book)
	kept.Fees = kept.Fees.Add(gone.Fees)
	kept.Trades += gone.Trades
}

// StrategyFailed notes that a strategy was quarantined: its signals are rejected
// until RESUME_STRATEGY or a new DEPLOY. Its orders, stops and targets stay, and the
// account squares off for it when its rules say when.
func (a *Account) StrategyFailed(strategyID, detail string, cause Cause) []Event {
	d := a.deployed(strategyID)
	if d == nil {
		return nil
	}
	nowMs, detail := a.begin(cause), wording(detail)
	d.Status, d.Detail = Failed, detail
	a.setSquares()
	a.emit(a.status(d, nowMs))
	data := map[string]string{"strategy_id": strategyID, "name": d.Name, "detail": detail}
	a.alert(AlertSystem, risk.Error, "Strategy "+d.Name+" failed and is quarantined", data, nowMs)
	return a.end()
}
