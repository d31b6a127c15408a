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
//	ExternalOrder  an order event by others     position updates
//	ExternalAlert  an alert by others           CRITICAL halts the account
//	Reduce         inputs were lost             the account is REDUCING, with an alert
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
// Limits. An order is checked when it is placed, with all open orders of its side
// taken as filled; a refusal is a REJECTED event with the limit's name. At 50, 80
// and 90 % of a limit an INFO, WARNING or ERROR alert is given, once a crossing.
// When the daily loss reaches its limit, a CRITICAL alert lists what is to be
// closed, all open orders are cancelled, every book is closed by market orders of
// the risk strategy, and the account is REDUCING: whatever a venue fills later is
// closed, too, until RESUME, which grants the limit once more from there. When a
// position is above its size (the limit was lowered, or others filled an order),
// the symbol's orders are cancelled and the excess is closed; the account stays
// ACTIVE. Exits by stops, targets and limits are not held against limits, nor
// are exits that only make a strategy's own position smaller.
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
// venue shows it no longer: it was sent, and might be traded yet.
//
// Time. Market time is that of marks. The day of the daily loss is market time's,
// in UTC, moved by the limits' day_offset_minutes; a tick more than a day older
// than the latest is of a replay, and time follows it.
package account
