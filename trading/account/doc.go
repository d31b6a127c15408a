// Package account is one user's account as a pure state machine: strategies,
// orders, positions, limits, and what they do to one another. It has no clock, no
// I/O and no goroutine; one input at a time goes in, events come out, and the same
// inputs give the same events, bytes and all, wherever the account was saved and
// loaded in between.
//
// What goes in, and what may come out:
//
//	Command        OPEN_ACCOUNT ... RESUME      any event, or an error: refused, nothing changed
//	Mark           a traded price               paper fills, stops and targets, P&L, alerts, closes
//	Signal         of a strategy                an order: PLACED or REJECTED
//	VenueReport    of a live venue              the order's next event, fills
//	Reconcile      all that a live venue has    what was missed; HALTED when it can't be explained
//	Unreachable    a live venue is silent       an alert
//	ExternalOrder  an order event by others     position updates
//	ExternalAlert  an alert by others           CRITICAL halts the account
//	Reduce         inputs were lost             the account is REDUCING, with an alert; entries are cancelled
//	Recover        a new owner took over        UNKNOWN for what is unclear, queries
//	StrategyFailed a strategy was quarantined   its status and an alert
//
// The events of one input are in the order in which they happened. The caller
// writes OrderEvent, PositionEvent and Alert to their topics, hands a VenueCommand
// to the venue session after the commit, and acts on StrategyStatus.
//
// A mark goes through: day, orders whose day is over, price, paper fills (oldest
// order first), stops and targets, position update, limits. An order that is placed
// or changed on a tick fills at a later one. A fill changes the strategy's book and
// the account's net position by the same value, so the sum of the books is the net;
// and
//
//	Cash + market value of all positions = Deposits + Realized + Unrealized - Fees
//
// holds to the last digit after every input, with either method of cost.
//
// Limits. Package risk checks an entry when it is placed, with all open orders
// taken as filled; a refusal is a REJECTED event with the check's own reason. Exits
// are not held against limits: those of stops, targets and risk, and orders that
// only make a strategy's own position smaller. They count as orders in a time.
//
// After every input the daily loss, the drawdown, the positions' sizes and the
// margin are held against their limits. At 50, 80 and 90 % of one an INFO, WARNING
// or ERROR alert is given, once a crossing, and at the limit a CRITICAL one, which
// names what is to be closed.
//
//	DAILY_LOSS     everything is cancelled and closed; REDUCING, and HALTED once
//	DRAWDOWN       nothing is held; what a venue fills later is closed, too
//	POSITION_SIZE  what is above the size is closed; REDUCING: what is still held
//	               must stay free to be exited
//	MARGIN         whole positions are closed, those that need the most first, until
//	               the rest fits; REDUCING likewise
//
// RESUME makes the account ACTIVE, grants each limit that was reached once more from
// there, and ends the closes that no limit asks for any longer. It and HALT are recorded by SYSTEM alerts: from what mode to what,
// why, by whom and by which command.
//
// Stops and targets. An entry that fills with a stoploss, trailing stop or target
// is watched at every traded price. The first that is touched places a market order
// for what the entry has opened; what is still open of it, and orders that wait for
// a price and would close the same, are cancelled first. While the account is HALTED, stops go on as closes by risk,
// and targets wait.
//
// Live venues. Nothing is sent twice. A cancel or a change may be: when its answer
// got lost and the order is still there, it is repeated, at most once a second of
// market time.
// An order that the venue has shown stays UNKNOWN, with a CRITICAL alert, when the
// venue shows it no longer: it was sent, and might be traded yet. While the venue
// doesn't tell an order's fate, its symbol takes no entries.
//
// When it is opened, taken over or resumed, a live account asks its venue for all that
// it has, and takes no entry until that was compared: see Reconcile.
//
// Time. Market time is that of marks, and limits know no other. The day of the
// daily loss is market time's, in the limits' zone, or in UTC moved by their
// day_offset_minutes; a tick more than a day older than its symbol's latest is of a replay, and
// time follows it. So does a symbol's own time, and at the third of its ticks in a row that are
// older than its newest, too. A tick more than a day newer than all others is believed when
// the next one is there, too: see Leap.
package account
